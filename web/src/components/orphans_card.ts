// SPDX-License-Identifier: Apache-2.0
// <ouro-orphans-card>: what Home Assistant still shows of boards that are gone, each to be removed, or all. `removed` asks for a fresh report.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { forgetOrphans } from "../api/home";
import { asProblem, Problem } from "../api/http";
import type { Orphan } from "../api/types";
import { orphanName, orphanText, removalQuestion, removedText } from "../model/home";
import { entries } from "../styles/entries";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import "./problem";
import "./sure";

const few = 20;

@customElement("ouro-orphans-card")
export class OrphansCard extends HubElement {
    @property({ attribute: false }) orphans: readonly Orphan[] = [];
    /** The topics that are to be removed, if the answer is yes. */
    @state() private asked: readonly string[] = [];
    @state() private all = false;
    @state() private busy = false;
    @state() private said = "";
    @state() private problem: Problem | null = null;

    static override styles = [
        shared,
        entries,
        css`
            .intro {
                max-width: 72ch;
            }
            ul {
                margin-top: 16px;
            }
            .more {
                margin-top: 8px;
            }
        `,
    ];

    override render(): unknown {
        const { orphans } = this;
        const shown = this.all ? orphans : orphans.slice(0, few);
        return html`<section class="card" aria-labelledby="orphans" data-orphans>
            <div class="card-head">
                <h2 id="orphans" tabindex="-1">Left over</h2>
                ${orphans.length > 1 ? this.removeAll() : nothing}
            </div>
            <p class="small soft intro">
                ${
                    orphans.length === 0
                        ? "Nothing: all that the broker keeps of boards has its board."
                        : "The broker still keeps these, but no board has declared them since the hub began. Their boards are gone for good, or only not here yet."
                }
            </p>
            <p class="small" role="status">${this.said}</p>
            ${this.asked.length > 1 ? this.sure() : nothing}
            <ul ?hidden=${orphans.length === 0}>
                ${repeat(
                    shown,
                    (orphan) => orphan.topic,
                    (orphan) => html`<li data-orphan=${orphan.topic}>${this.row(orphan)}</li>`,
                )}
            </ul>
            ${
                orphans.length > shown.length
                    ? html`<button class="button slim more" @click=${() => (this.all = true)}>
                          Show all ${orphans.length}
                      </button>`
                    : nothing
            }
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
        </section>`;
    }

    private removeAll(): unknown {
        if (!this.hub.allowed) return nothing;
        return html`<button
            class="button slim"
            id="remove-all"
            ?disabled=${!this.hub.usable || this.busy}
            @click=${() => this.ask(this.orphans)}
        >
            Remove all ${this.orphans.length}…
        </button>`;
    }

    private row(orphan: Orphan): unknown {
        const name = orphanName(orphan);
        const asked = this.asked.length === 1 && this.asked[0] === orphan.topic;
        return html`<div class="entry">
                <span class="sign">${icon("unlinked", 18)}</span>
                <div>
                    <p class="title">${name}</p>
                    <p class="small soft">${orphanText(orphan)}</p>
                </div>
                ${
                    this.hub.allowed
                        ? html`<button
                              class="button slim"
                              aria-label="Remove ${name}…"
                              ?disabled=${!this.hub.usable || this.busy}
                              @click=${() => this.ask([orphan])}
                          >
                              Remove…
                          </button>`
                        : nothing
                }
            </div>
            ${asked ? this.sure() : nothing}`;
    }

    private sure(): unknown {
        return html`<ouro-sure
            question=${removalQuestion(this.chosen)}
            harm="Its settings there go with it. If the board comes back after all, it is announced as new."
            .busy=${this.busy}
            @stay=${() => this.stay()}
            @act=${() => this.forget()}
        ></ouro-sure>`;
    }

    private get chosen(): readonly Orphan[] {
        return this.orphans.filter(({ topic }) => this.asked.includes(topic));
    }

    private ask(orphans: readonly Orphan[]): void {
        this.asked = orphans.map(({ topic }) => topic);
        this.said = "";
        this.problem = null;
    }

    /** The keyboard goes on where the question came from. */
    private stay(): void {
        const [topic = ""] = this.asked;
        const button = this.asked.length > 1 ? "#remove-all" : `[data-orphan="${CSS.escape(topic)}"] .entry .button`;
        this.asked = [];
        this.renderRoot.querySelector<HTMLElement>(button)?.focus();
    }

    private async forget(): Promise<void> {
        const orphans = this.chosen;
        this.busy = true;
        try {
            const topics = orphans.map(({ topic }) => topic);
            const said = topics.length === 0 ? null : removedText(orphans, await forgetOrphans(this.hub.http, topics));
            if (said === null)
                this.problem = new Problem(
                    "not_found",
                    "Nothing was removed: it is left over no more, or the broker is away.",
                    "Look at the list again in a moment.",
                    topics.join("\n"),
                );
            else this.said = said;
            this.dispatchEvent(new Event("removed"));
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.asked = [];
        this.busy = false;
        this.renderRoot.querySelector<HTMLElement>("#orphans")?.focus();
    }
}
