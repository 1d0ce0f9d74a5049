// SPDX-License-Identifier: Apache-2.0
// <ouro-crash-card>: the last time that a board's app ended with an error, with all that Python said. Nothing without one.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { readTimeline } from "../api/timeline";
import type { Entry } from "../api/types";
import type { Hub } from "../hub";
import { crashOf } from "../model/crash";
import { shared } from "../styles/shared";
import "./age";
import { icon } from "./icons";

@customElement("ouro-crash-card")
export class CrashCard extends LitElement {
    @property({ attribute: false }) hub!: Hub;
    @property() uid = "";
    /** What was heard since the page is open, newest first. */
    @property({ attribute: false }) live: readonly Entry[] = [];
    @property({ type: Number }) epoch = 0;
    @state() private stored: Entry | null = null;
    private loaded_for = "";

    static override styles = [
        shared,
        css`
            .card {
                border-left: 4px solid var(--bad);
            }
            h2 {
                display: flex;
                align-items: center;
                gap: 8px;
            }
            h2 svg {
                color: var(--bad);
            }
            .message {
                overflow-wrap: anywhere;
                font-weight: 550;
            }
            summary {
                cursor: pointer;
                min-height: 32px;
                padding-top: 4px;
                color: var(--ink-soft);
            }
            pre {
                margin: 4px 0 0;
                padding: 12px;
                border-radius: var(--radius-small);
                background: var(--sunken);
                font: 0.8125rem/1.5 var(--mono);
                overflow-x: auto;
            }
        `,
    ];

    override willUpdate(): void {
        const wanted = `${this.uid} ${this.epoch}`;
        if (wanted === this.loaded_for) return;
        this.loaded_for = wanted;
        void this.load();
    }

    override render(): unknown {
        const heard = this.live.find((entry) => entry.what === "crash") ?? this.stored;
        this.hidden = !heard;
        if (!heard) return nothing;
        const crash = crashOf(heard);
        return html`<section class="card" aria-labelledby="crash" data-crash>
            <div class="card-head">
                <h2 id="crash">${icon("warning", 20)} Last crash</h2>
                <ouro-time class="small soft" .at=${heard.at_ms}></ouro-time>
            </div>
            <p class="message">${crash.message}</p>
            <p class="small soft">${crash.place}</p>
            ${
                crash.traceback === ""
                    ? nothing
                    : html`<details open>
                          <summary class="small">Traceback</summary>
                          <pre tabindex="0">${crash.traceback}</pre>
                      </details>`
            }
        </section>`;
    }

    private async load(): Promise<void> {
        const { uid } = this;
        try {
            const [entry] = await readTimeline(this.hub.http, { uid, what: "crash", limit: 1, before: undefined });
            if (uid === this.uid) this.stored = entry ?? null;
        } catch {
            // The list of what happened says what is wrong with the timeline.
        }
    }
}
