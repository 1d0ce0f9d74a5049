// SPDX-License-Identifier: Apache-2.0
// <ouro-sure>: asks once more before harm is done. The keyboard begins at the way back; `stay` and `act` say which it was.
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../styles/shared";

@customElement("ouro-sure")
export class Sure extends LitElement {
    @property() question = "";
    /** What it would do. */
    @property() harm = "";
    @property() staying = "Keep it";
    @property() acting = "Remove";
    @property({ type: Boolean }) busy = false;

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            div[role] {
                padding: 16px;
                border-radius: 12px;
                background: var(--warn-soft);
                border: 1px solid color-mix(in oklab, var(--warn) 35%, transparent);
                display: grid;
                gap: 8px;
                overflow-wrap: anywhere;
            }
            .danger {
                border-color: var(--bad);
                color: var(--bad);
            }
            .row {
                flex-wrap: wrap;
            }
        `,
    ];

    override firstUpdated(): void {
        const button = this.renderRoot.querySelector<HTMLElement>("#stay");
        button?.focus();
        button?.scrollIntoView({ block: "nearest" });
    }

    override render(): unknown {
        return html`<div role="alertdialog" aria-labelledby="sure" aria-describedby="harm" @keydown=${this.onKey}>
            <p id="sure"><b>${this.question}</b></p>
            <p id="harm" class="small">${this.harm}</p>
            <div class="row">
                <button class="button slim" id="stay" @click=${() => this.say("stay")}>${this.staying}</button>
                <button class="button slim danger" ?disabled=${this.busy} @click=${() => this.say("act")}>
                    ${this.acting}
                </button>
            </div>
        </div>`;
    }

    private say(answer: "stay" | "act"): void {
        this.dispatchEvent(new Event(answer));
    }

    private readonly onKey = (event: KeyboardEvent): void => {
        if (event.key !== "Escape") return;
        event.preventDefault(); // the dialog around it, if any, stays
        event.stopPropagation();
        this.say("stay");
    };
}
