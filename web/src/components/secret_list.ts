// SPDX-License-Identifier: Apache-2.0
// <ouro-secret-list>: which secrets are kept, for which boards, since when; each to be replaced or removed. `replace` and `removed` tell which.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { asProblem, type Problem } from "../api/http";
import { forgetSecret } from "../api/secrets";
import type { Secret } from "../api/types";
import { boardText, type BoardChoice } from "../model/secrets";
import { entries } from "../styles/entries";
import { shared } from "../styles/shared";
import "./age";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import "./problem";
import "./sure";

const keyOf = ({ name, board }: Secret): string => `${name} ${board ?? ""}`;

@customElement("ouro-secret-list")
export class SecretList extends HubElement {
    @property({ attribute: false }) secrets: readonly Secret[] = [];
    @property({ attribute: false }) choices: readonly BoardChoice[] = [];
    /** The one that is to be removed, if the answer is yes. */
    @state() private asked = "";
    @state() private busy = false;
    @state() private problem: Problem | null = null;

    static override styles = [
        shared,
        entries,
        css`
            .name {
                font: 0.9375rem/20px var(--mono);
                font-weight: 600;
                overflow-wrap: anywhere;
            }
            .actions {
                display: flex;
                flex-wrap: wrap;
                justify-content: flex-end;
                gap: 8px;
            }
            @media (max-width: 600px) {
                .actions {
                    grid-column: 2 / -1;
                    justify-content: flex-start;
                }
            }
        `,
    ];

    override render(): unknown {
        const { secrets } = this;
        return html`<section class="card" aria-labelledby="kept" data-secrets>
            <div class="card-head">
                <h2 id="kept" tabindex="-1">Kept here</h2>
                ${secrets.length === 0 ? nothing : html`<span class="small soft">${secrets.length} of 256</span>`}
            </div>
            ${
                secrets.length === 0
                    ? html`<p class="small soft">No secrets are kept yet.</p>`
                    : html`<ul>
                          ${repeat(
                              secrets,
                              keyOf,
                              (secret) => html`<li data-secret=${keyOf(secret).trim()}>${this.row(secret)}</li>`,
                          )}
                      </ul>`
            }
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
        </section>`;
    }

    private row(secret: Secret): unknown {
        const whom = boardText(secret.board, this.choices);
        const off = this.hub.link !== "open" || this.busy;
        return html`<div class="entry">
                <span class="sign">${icon("key", 18)}</span>
                <div>
                    <p class="name">${secret.name}</p>
                    <p class="small soft">
                        for ${whom}, set
                        <ouro-age .at=${secret.set_at_ms} .skew=${this.hub.world.skew_ms ?? 0}></ouro-age>
                    </p>
                </div>
                <div class="actions">
                    <button
                        class="button slim"
                        aria-label="Replace ${secret.name} for ${whom}…"
                        ?disabled=${off}
                        @click=${() => this.dispatchEvent(new CustomEvent<Secret>("replace", { detail: secret }))}
                    >
                        Replace…
                    </button>
                    <button
                        class="button slim"
                        data-remove
                        aria-label="Remove ${secret.name} for ${whom}…"
                        ?disabled=${off}
                        @click=${() => this.ask(secret)}
                    >
                        Remove…
                    </button>
                </div>
            </div>
            ${this.asked === keyOf(secret) ? this.sure(secret, whom) : nothing}`;
    }

    private sure(secret: Secret, whom: string): unknown {
        return html`<ouro-sure
            question="Remove ${secret.name} for ${whom}?"
            harm="Boards that have it already keep it. Its value can't be read back from here."
            .busy=${this.busy}
            @stay=${() => this.stay()}
            @act=${() => this.forget(secret)}
        ></ouro-sure>`;
    }

    private ask(secret: Secret): void {
        this.asked = keyOf(secret);
        this.problem = null;
    }

    /** The keyboard goes on where the question came from. */
    private stay(): void {
        const row = this.renderRoot.querySelector(`[data-secret="${CSS.escape(this.asked.trim())}"]`);
        this.asked = "";
        row?.querySelector<HTMLElement>("[data-remove]")?.focus();
    }

    private async forget(secret: Secret): Promise<void> {
        this.busy = true;
        try {
            await forgetSecret(this.hub.http, secret.name, secret.board ?? "");
            this.dispatchEvent(new CustomEvent<Secret>("removed", { detail: secret }));
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.asked = "";
        this.busy = false;
        this.renderRoot.querySelector<HTMLElement>("#kept")?.focus();
    }
}
