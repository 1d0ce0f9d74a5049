// SPDX-License-Identifier: Apache-2.0
// <ouro-board>: one board, whole: its lock, its picture, what happened, its controls, its plot and its console.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { HubElement } from "../components/hub_element";
import { readProfile } from "../api/boards";
import { asProblem, type Problem } from "../api/http";
import type { Profile } from "../api/types";
import "../components/badge_picture";
import "../components/board_picture";
import "../components/console_prompt";
import "../components/console_view";
import "../components/controls_card";
import "../components/crash_card";
import "../components/event_list";
import { icon } from "../components/icons";
import "../components/job_list";
import "../components/lock_card";
import "../components/plot_card";
import "../components/presence";
import "../components/problem";
import "../components/sensor_picture";
import { locksOf, plottable } from "../model/entity";
import { spaced } from "../model/format";
import { home_href } from "../model/route";
import { isSensor } from "../model/sensor";
import type { BoardView } from "../model/world";
import { shared } from "../styles/shared";

@customElement("ouro-board")
export class BoardPage extends HubElement {
    @property() uid = "";
    @state() private profile: Profile | undefined;
    @state() private problem: Problem | null = null;
    @state() private wide = false;
    private asked_for = "";
    private readonly room = matchMedia("(min-width: 900px)");

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            header {
                margin: 8px 0 24px;
                display: grid;
                gap: 8px;
            }
            .back {
                display: inline-flex;
                align-items: center;
                gap: 4px;
                justify-self: start;
                color: var(--ink-soft);
                text-decoration: none;
                min-height: 32px;
                margin-left: -4px;
            }
            .back:hover {
                color: var(--ink);
            }
            .title {
                display: flex;
                flex-wrap: wrap;
                align-items: baseline;
                gap: 0 16px;
            }
            summary {
                cursor: pointer;
            }
            dl {
                display: flex;
                flex-wrap: wrap;
                gap: 4px 24px;
                margin: 8px 0 0;
            }
            dl div {
                display: flex;
                gap: 8px;
            }
            dd {
                margin: 0;
                color: var(--ink);
                font-variant-numeric: tabular-nums;
            }
            .columns {
                display: grid;
                gap: 16px;
                align-items: start;
            }
            .columns.wide {
                grid-template-columns: minmax(352px, 5fr) minmax(0, 8fr);
            }
            .columns.badge {
                grid-template-columns: minmax(0, 8fr) minmax(320px, 5fr);
            }
            .shot {
                display: flex;
                justify-content: center;
                margin-top: 16px;
            }
            .stack {
                display: grid;
                grid-template-columns: minmax(0, 1fr);
                gap: 16px;
                min-width: 0;
            }
        `,
    ];

    override connectedCallback(): void {
        super.connectedCallback();
        this.wide = this.room.matches;
        this.room.addEventListener("change", this.onRoom);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.room.removeEventListener("change", this.onRoom);
    }

    private readonly onRoom = (): void => {
        this.wide = this.room.matches;
    };

    private get view(): BoardView | undefined {
        return this.hub.world.boards.get(this.uid);
    }

    override willUpdate(): void {
        const name = this.view?.board.profile ?? "";
        if (name === this.asked_for) return;
        this.asked_for = name;
        this.profile = undefined;
        if (name !== "") void this.load(name);
    }

    override render(): unknown {
        const { view } = this;
        if (!view) return this.absent();
        const { board } = view;
        return html`<header>
                <a class="back small" href=${home_href}>${icon("back", 16)} All boards</a>
                <div class="title">
                    <h1 tabindex="-1">${board.name}</h1>
                    <span class="soft"
                        >${board.app ? `App: ${board.app}` : "No app"}${board.version && ` · ${board.version}`}</span
                    >
                </div>
                <ouro-presence .hub=${this.hub} .board=${board}></ouro-presence>
                ${this.product(view)} ${this.counters(view)}
            </header>
            ${this.wide ? this.twoColumns(view) : this.oneColumn(view)}`;
    }

    private twoColumns(view: BoardView): unknown {
        if (this.profile?.screen)
            return html`<div class="columns badge">
                <div class="stack">${this.picture(view)} ${this.console(view)}</div>
                <div class="stack">
                    ${this.crash(view)} ${this.locks(view)} ${this.controls(view)} ${this.jobs(view)}
                    ${this.events(view)} ${this.plot(view)}
                </div>
            </div>`;
        return html`<div class="columns wide">
            <div class="stack">
                ${this.locks(view)} ${this.controls(view)} ${this.crash(view)} ${this.jobs(view)} ${this.events(view)}
            </div>
            <div class="stack">${this.picture(view)} ${this.plot(view)} ${this.console(view)}</div>
        </div>`;
    }

    private oneColumn(view: BoardView): unknown {
        return html`<div class="stack">
            ${this.locks(view)} ${this.picture(view)} ${this.crash(view)} ${this.jobs(view)} ${this.events(view)}
            ${this.controls(view)} ${this.plot(view)} ${this.console(view)}
        </div>`;
    }

    /** What a battery sensor's MCU says it is. */
    private product(view: BoardView): unknown {
        const { product } = view.board;
        if (!product) return nothing;
        return html`<p class="small soft" data-product>Sensor: ${product.id || "unknown"} ${product.version}</p>`;
    }

    private jobs(view: BoardView): unknown {
        return html`<ouro-job-list .hub=${this.hub} .board=${view.board}></ouro-job-list>`;
    }

    /** What crossed between the board's cores; for whoever looks for a fault. */
    private counters(view: BoardView): unknown {
        const counters = Object.entries(view.board.counters);
        if (counters.length === 0) return nothing;
        return html`<details class="small soft" data-counters>
            <summary>Counters since the board's start</summary>
            <dl>
                ${counters.map(
                    ([name, count]) =>
                        html`<div>
                            <dt>${spaced(name)}</dt>
                            <dd>${count}</dd>
                        </div>`,
                )}
            </dl>
        </details>`;
    }

    private locks(view: BoardView): unknown {
        return locksOf(view.board).map(
            (entity) => html`<ouro-lock-card .hub=${this.hub} .view=${view} .entity=${entity}></ouro-lock-card>`,
        );
    }

    private picture(view: BoardView): unknown {
        if (this.problem) return html`<ouro-problem .problem=${this.problem}></ouro-problem>`;
        if (!this.profile) return nothing;
        return html`<section class="card" aria-labelledby="picture">
            <div class="card-head">
                <h2 id="picture">The board</h2>
                <span class="small soft">${this.profile.description}</span>
            </div>
            ${
                this.profile.screen
                    ? html`<ouro-badge-picture
                              .hub=${this.hub}
                              .view=${view}
                              .profile=${this.profile}
                          ></ouro-badge-picture>
                          ${this.screenshot(view)}`
                    : isSensor(this.profile)
                      ? html`<ouro-sensor-picture
                            .hub=${this.hub}
                            .view=${view}
                            .profile=${this.profile}
                        ></ouro-sensor-picture>`
                      : html`<ouro-board-picture
                            .hub=${this.hub}
                            .view=${view}
                            .profile=${this.profile}
                        ></ouro-board-picture>`
            }
        </section>`;
    }

    private screenshot(view: BoardView): unknown {
        if (!view.board.virtual || !view.board.online) return nothing;
        const url = this.hub.http.url(`api/boards/${encodeURIComponent(view.board.uid)}/screen.png`);
        return html`<p class="shot">
            <a class="button" href=${url.href} download="${view.board.name}.png">Save a screenshot</a>
        </p>`;
    }

    private controls(view: BoardView): unknown {
        return html`<ouro-controls-card .hub=${this.hub} .view=${view}></ouro-controls-card>`;
    }

    private events(view: BoardView): unknown {
        return html`<ouro-event-list
            .hub=${this.hub}
            .uid=${view.board.uid}
            .live=${view.live}
            .entities=${view.board.entities}
            .epoch=${this.hub.epoch}
            .profile=${this.profile}
        ></ouro-event-list>`;
    }

    private crash(view: BoardView): unknown {
        return html`<ouro-crash-card
            .hub=${this.hub}
            .uid=${view.board.uid}
            .live=${view.live}
            .epoch=${this.hub.epoch}
        ></ouro-crash-card>`;
    }

    private plot(view: BoardView): unknown {
        if (plottable(view.board).length === 0) return nothing;
        return html`<ouro-plot-card .hub=${this.hub} .view=${view}></ouro-plot-card>`;
    }

    private console(view: BoardView): unknown {
        return html`<ouro-console .buffer=${view.console} .version=${view.console_version}>
            <ouro-console-prompt
                slot="prompt"
                .hub=${this.hub}
                .uid=${view.board.uid}
                .online=${view.board.online}
            ></ouro-console-prompt>
        </ouro-console>`;
    }

    private absent(): unknown {
        if (!this.hub.world.known) return html`<p class="soft" role="status">Asking the hub for this board…</p>`;
        return html`<header>
                <a class="back small" href=${home_href}>${icon("back", 16)} All boards</a>
                <h1 tabindex="-1">This board is not here</h1>
            </header>
            <p class="soft">
                The hub knows no board <code>${this.uid}</code>. It appears by itself when it is connected.
            </p>`;
    }

    private async load(name: string): Promise<void> {
        try {
            const profile = await readProfile(this.hub.http, name);
            if (name !== this.asked_for) return;
            this.profile = profile;
            this.problem = null;
        } catch (error) {
            const problem = asProblem(error);
            // A board of a kind that has no picture is no fault of the page.
            if (name === this.asked_for && problem.code !== "not_found") this.problem = problem;
        }
    }
}
