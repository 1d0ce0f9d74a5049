// SPDX-License-Identifier: Apache-2.0
// <ouro-home>: all boards as cards, or how to get the first one.
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { HubElement } from "../components/hub_element";
import type { Board } from "../api/types";
import { icon } from "../components/icons";
import "../components/job_list";
import "../components/job_note";
import { showOver } from "../components/over";
import "../components/presence";
import { locksOf } from "../model/entity";
import { capitalised, kilobytes, valueText } from "../model/format";
import { own } from "../model/own";
import { boardHref } from "../model/route";
import { shared } from "../styles/shared";

@customElement("ouro-home")
export class HomePage extends HubElement {
    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            header {
                display: flex;
                flex-wrap: wrap;
                align-items: center;
                justify-content: space-between;
                gap: 8px 16px;
                margin: 8px 0 24px;
            }
            ouro-job-list {
                margin-top: 24px;
            }
            ul {
                list-style: none;
                margin: 0;
                padding: 0;
                display: grid;
                gap: 16px;
                grid-template-columns: repeat(auto-fill, minmax(min(100%, 352px), 1fr));
            }
            .card {
                height: 100%;
                position: relative;
                display: flex;
                flex-direction: column;
                gap: 16px;
                transition:
                    border-color var(--quick),
                    transform var(--quick);
            }
            .card:hover {
                border-color: var(--line-strong);
            }
            .top {
                display: flex;
                gap: 16px;
                align-items: center;
            }
            .sign {
                flex: none;
                display: grid;
                place-items: center;
                width: 48px;
                height: 48px;
                border-radius: 12px;
                background: var(--accent-soft);
                color: var(--accent);
            }
            .away .sign {
                background: var(--sunken);
                color: var(--ink-soft);
            }
            h2 {
                font-size: 1.25rem;
                letter-spacing: -0.01em;
            }
            h2 a {
                color: inherit;
                text-decoration: none;
                overflow-wrap: anywhere;
            }
            h2 a::after {
                content: "";
                position: absolute;
                inset: 0;
                border-radius: var(--radius);
            }
            h2 a:focus-visible {
                outline: none;
            }
            .card:has(a:focus-visible) {
                outline: 2px solid var(--accent);
                outline-offset: 2px;
            }
            .facts {
                display: flex;
                flex-wrap: wrap;
                gap: 8px 24px;
                margin: auto 0 0;
                padding-top: 16px;
                border-top: 1px solid var(--line);
            }
            dt {
                font-size: 0.8125rem;
                color: var(--ink-soft);
            }
            dd {
                margin: 0;
                font-weight: 550;
            }
            .empty {
                max-width: 640px;
                margin: 6vh auto 0;
                padding: 40px;
            }
            .empty ol {
                padding-left: 24px;
                margin: 24px 0 0;
                display: grid;
                gap: 16px;
            }
            .begin {
                margin-top: 24px;
            }
            .below {
                max-width: 640px;
                margin: 16px auto 0;
            }
            @media (max-width: 600px) {
                .empty {
                    padding: 24px;
                    margin-top: 0;
                }
            }
        `,
    ];

    override render(): unknown {
        if (!this.hub.world.known) return html`<p class="soft" role="status">Asking the hub for its boards…</p>`;
        const boards = [...this.hub.world.boards.values()].map((view) => view.board);
        if (boards.length === 0) return this.empty();
        const online = boards.filter((board) => board.online).length;
        return html`<header>
                <div>
                    <h1 tabindex="-1">Boards</h1>
                    <p class="soft">${online} of ${boards.length} online</p>
                </div>
                ${this.add("Add a board")}
            </header>
            <ul>
                ${boards.map((board) => html`<li>${this.card(board)}</li>`)}
            </ul>
            <ouro-job-list .hub=${this.hub}></ouro-job-list>`;
    }

    /** The way to a new board, for who may go it. */
    private add(words: string): unknown {
        if (!this.hub.allowed) return nothing;
        return html`<button
            class="button primary"
            ?disabled=${!this.hub.usable}
            @click=${() => showOver({ dialog: "flash", board: "", again: "" })}
        >
            ${icon("plus", 18)} ${words}
        </button>`;
    }

    private card(board: Board): unknown {
        const [lock] = locksOf(board);
        const state = lock ? own(board.states, lock.id)?.value : undefined;
        const word = typeof state === "string" ? capitalised(state) : valueText(lock, state);
        return html`<article class="card ${board.online ? "" : "away"}" data-board=${board.uid}>
            <div class="top">
                <span class="sign">${icon("board", 24)}</span>
                <div>
                    <h2><a href=${boardHref(board.uid)}>${board.name}</a></h2>
                    <p class="small soft">
                        ${board.app ? `App: ${board.app}` : "No app"}${board.version && ` · ${board.version}`}
                    </p>
                </div>
            </div>
            <ouro-presence .hub=${this.hub} .board=${board}></ouro-presence>
            <ouro-job-note .hub=${this.hub} .board=${board}></ouro-job-note>
            <dl class="facts">
                ${lock ? this.fact(lock.name, word) : nothing}
                ${this.fact("Kind", board.virtual ? "Virtual board" : "Board")}
                ${board.heap_free === null ? nothing : this.fact("Free memory", kilobytes(board.heap_free))}
            </dl>
        </article>`;
    }

    private fact(name: string, value: string): unknown {
        return html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
        </div>`;
    }

    private empty(): unknown {
        return html`<section class="card empty">
                <h1 tabindex="-1">No boards yet</h1>
                <p class="soft">
                    The hub is running and waits. A board shows up here by itself, a moment after it starts.
                </p>
                <ol>
                    <li>Try one without hardware: <code>./dev run</code> starts a virtual door intercom.</li>
                    <li>
                        Or start a board of your own:
                        <code>ouro-board --dir boards/door --board intercom --app apps/intercom</code>
                    </li>
                    <li>A new board, with nothing on it yet? Plug it in, and flash it from here.</li>
                    <li>Still nothing? <code>ouro boards</code> says what the hub sees.</li>
                </ol>
                ${this.hub.allowed ? html`<p class="begin">${this.add("Flash a new board")}</p>` : nothing}
            </section>
            <ouro-job-list class="below" .hub=${this.hub}></ouro-job-list>`;
    }
}
