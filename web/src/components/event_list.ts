// SPDX-License-Identifier: Apache-2.0
// <ouro-event-list>: what happened on a board, live and from the timeline, newest first.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { asProblem, type Problem } from "../api/http";
import { readTimeline } from "../api/timeline";
import type { Entity, Entry, Profile, What } from "../api/types";
import type { Hub } from "../hub";
import { entryKey, joined, told, type Told } from "../model/entries";
import { shared } from "../styles/shared";
import { tone_signs } from "../styles/signs";
import "./age";
import { icon, type IconName } from "./icons";
import "./problem";

const page_size = 50;
/** Older pages are loaded up to here; who needs more asks the timeline itself. */
const stored_max = 2_000;

const filters: readonly (readonly [What | "", string])[] = [
    ["", "Everything"],
    ["event", "Events"],
    ["command", "Commands"],
    ["output", "Outputs"],
    ["state", "States"],
    ["log", "Log"],
    ["crash", "Crashes"],
];

const signs: Readonly<Record<What, IconName>> = {
    event: "bell",
    state: "value",
    output: "switch",
    command: "command",
    log: "text",
    crash: "warning",
};

@customElement("ouro-event-list")
export class EventList extends LitElement {
    @property({ attribute: false }) hub!: Hub;
    @property() uid = "";
    /** What was heard since the page is open, newest first. */
    @property({ attribute: false }) live: readonly Entry[] = [];
    @property({ attribute: false }) entities: readonly Entity[] = [];
    /** The hub's own: after each new connection the newest page is read again. */
    @property({ type: Number }) epoch = 0;
    @property({ attribute: false }) profile: Profile | undefined;
    @state() private what: What | "" = "";
    @state() private stored: readonly Entry[] = [];
    @state() private more = false;
    @state() private loading = false;
    @state() private problem: Problem | null = null;
    private loaded_for = "";

    static override styles = [
        shared,
        tone_signs,
        css`
            :host {
                display: block;
            }
            .scroll {
                max-height: 560px;
                overflow-y: auto;
                margin: 0 -24px -24px;
                padding: 0 24px 24px;
                border-radius: 0 0 var(--radius) var(--radius);
                overscroll-behavior: contain;
            }
            ol {
                list-style: none;
                margin: 0;
                padding: 0;
            }
            li {
                display: grid;
                grid-template-columns: 32px 1fr auto;
                gap: 0 12px;
                padding: 8px 0;
                align-items: start;
            }
            li + li {
                border-top: 1px solid var(--line);
            }
            .ring .sign {
                background: var(--ring-soft);
                color: var(--ring);
            }
            .title {
                font-weight: 500;
                overflow-wrap: anywhere;
                padding-top: 4px;
            }
            .ring .title {
                font-weight: 650;
            }
            .detail {
                overflow-wrap: anywhere;
            }
            .when {
                padding-top: 6px;
                white-space: nowrap;
            }
            .more {
                width: 100%;
                margin-top: 16px;
            }
            .empty {
                padding: 16px 0;
            }
            @media (max-width: 600px) {
                .scroll {
                    margin: 0 -16px -16px;
                    padding: 0 16px 16px;
                    max-height: 400px;
                }
            }
        `,
    ];

    override willUpdate(): void {
        const list = `${this.uid} ${this.what}`;
        const wanted = `${list} ${this.epoch}`;
        if (wanted === this.loaded_for) return;
        if (!this.loaded_for.startsWith(`${list} `)) {
            this.stored = [];
            this.more = false;
        }
        this.loaded_for = wanted;
        void this.load(false);
    }

    override render(): unknown {
        const entries = joined(this.live, this.stored, this.what);
        return html`<section class="card" aria-labelledby="events">
            <div class="card-head">
                <h2 id="events">What happened</h2>
                <select class="pick" aria-label="Show" @change=${this.choose}>
                    ${filters.map(([what, name]) => html`<option value=${what} ?selected=${what === this.what}>${name}</option>`)}
                </select>
            </div>
            <div
                class="scroll"
                tabindex="0"
                role="region"
                aria-label="List of what happened"
                aria-busy=${String(this.loading)}
            >
                <ouro-problem .problem=${this.problem}></ouro-problem>
                <ol>
                    ${repeat(entries, entryKey, (entry) => this.item(entry))}
                </ol>
                ${
                    entries.length === 0 && !this.loading && !this.problem
                        ? html`<p class="soft empty">Nothing yet. Press a button on the board to see it here.</p>`
                        : nothing
                }
                ${
                    this.more
                        ? html`<button class="button more" ?disabled=${this.loading} @click=${() => this.load(true)}>
                              ${this.loading ? "Loading…" : "Load older"}
                          </button>`
                        : nothing
                }
            </div>
        </section>`;
    }

    private item(entry: Entry): unknown {
        const words: Told = told(entry, this.entities, this.profile);
        return html`<li class=${words.tone} data-what=${entry.what} data-id=${entry.id}>
            <span class="sign">${icon(signs[entry.what], 16)}</span>
            <div>
                <p class="title">${words.title}</p>
                ${words.detail && html`<p class="detail small soft">${words.detail}</p>`}
            </div>
            <ouro-time class="when small soft" .at=${entry.at_ms}></ouro-time>
        </li>`;
    }

    private readonly choose = (event: Event): void => {
        this.what = (event.target as HTMLSelectElement).value as What | "";
    };

    /** Reads the newest page in place of what is here, or the page before the oldest entry that is here. */
    private async load(older: boolean): Promise<void> {
        const asked_for = this.loaded_for;
        this.loading = true;
        const before = older ? Math.min(...this.stored.map((entry) => entry.seq)) : undefined;
        try {
            const query = { uid: this.uid, what: this.what || undefined, limit: page_size, before };
            const page = await readTimeline(this.hub.http, query);
            if (asked_for !== this.loaded_for) return;
            this.stored = older ? [...this.stored, ...page] : page;
            this.more = page.length === page_size && this.stored.length < stored_max;
            this.problem = null;
        } catch (error) {
            if (asked_for === this.loaded_for) this.problem = asProblem(error);
        } finally {
            if (asked_for === this.loaded_for) this.loading = false;
        }
    }
}
