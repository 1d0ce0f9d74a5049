// SPDX-License-Identifier: Apache-2.0
// <ouro-presence>: how a board is, with the evidence: what was heard, by which path, how long ago.
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Board } from "../api/types";
import { presence } from "../model/entity";
import { evidenceText } from "../model/format";
import { shared } from "../styles/shared";
import "./age";
import { HubElement } from "./hub_element";

const words = { online: "Online", quiet: "Quiet", offline: "Offline" } as const;

@customElement("ouro-presence")
export class PresenceLine extends HubElement {
    @property({ attribute: false }) board!: Board;
    private timer: ReturnType<typeof setInterval> | undefined;

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            p {
                display: flex;
                flex-wrap: wrap;
                align-items: center;
                gap: 4px 12px;
            }
            .chip {
                display: inline-flex;
                align-items: center;
                gap: 6px;
                padding: 0 10px;
                border-radius: 999px;
                font-weight: 600;
                line-height: 24px;
                background: var(--sunken);
                border: 1px solid var(--line);
            }
            .chip::before {
                content: "";
                width: 8px;
                height: 8px;
                border-radius: 50%;
                background: transparent;
                box-shadow: inset 0 0 0 2px var(--ink-soft);
            }
            .online .chip::before {
                background: var(--good);
                box-shadow: none;
            }
            .quiet .chip::before {
                background: var(--warn);
                box-shadow: none;
            }
            .evidence {
                overflow-wrap: anywhere;
            }
        `,
    ];

    override connectedCallback(): void {
        super.connectedCallback();
        this.timer = setInterval(() => this.requestUpdate(), 5_000);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.timer);
    }

    override render(): unknown {
        const { board, hub } = this;
        const how = hub.link === "open" ? presence(board, hub.now()) : "offline";
        const word = hub.link === "open" ? words[how] : "Not known";
        return html`<p class="small ${how}">
            <span class="chip" data-presence=${how}>${word}</span>
            <span class="soft evidence"
                >${
                    board.evidence
                        ? html`${how === "offline" ? "last heard" : "heard"}
                              <ouro-age .at=${board.evidence.at_ms} .skew=${hub.world.skew_ms ?? 0}></ouro-age>:
                              ${evidenceText(board.evidence)}`
                        : "nothing heard yet"
                }</span
            >
        </p>`;
    }
}
