// SPDX-License-Identifier: Apache-2.0
// <ouro-job-list>: what is under way and how the last jobs ended, each a way into its dialog; of one board also the ways to begin one.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ifDefined } from "lit/directives/if-defined.js";
import { repeat } from "lit/directives/repeat.js";
import { asProblem, type Problem } from "../api/http";
import { startJob } from "../api/jobs";
import type { Board, Job } from "../api/types";
import { isActive, isOf, listed, percentOf, phaseText, resultOf, titleOf, toneOf } from "../model/jobs";
import type { Over } from "../model/route";
import { shared } from "../styles/shared";
import { tone_signs } from "../styles/signs";
import "./age";
import { HubElement } from "./hub_element";
import { icon, type IconName } from "./icons";
import { signOf } from "./job_sign";
import { overHref, showOver } from "./over";
import "./problem";
import "./sure";

const few = 4;

@customElement("ouro-job-list")
export class JobList extends HubElement {
    /** Of one board only. */
    @property({ attribute: false }) board: Board | undefined;
    @state() private all = false;
    /** Asks once more before all of the board's flash is erased. */
    @state() private erasing = false;
    @state() private busy = false;
    @state() private problem: Problem | null = null;

    static override styles = [
        shared,
        tone_signs,
        css`
            :host {
                display: block;
            }
            ul {
                list-style: none;
                margin: -8px 0 0;
                padding: 0;
            }
            li + li {
                border-top: 1px solid var(--line);
            }
            a {
                display: grid;
                grid-template-columns: 32px minmax(0, 1fr) auto;
                gap: 0 12px;
                align-items: center;
                min-height: 56px;
                padding: 8px;
                margin: 0 -8px;
                border-radius: var(--radius-small);
                color: inherit;
                text-decoration: none;
            }
            a:hover {
                background: var(--sunken);
            }
            .plain .sign {
                background: var(--accent-soft);
                color: var(--accent);
            }
            .title {
                font-weight: 550;
            }
            .title,
            .how {
                overflow: hidden;
                text-overflow: ellipsis;
                white-space: nowrap;
                display: block;
            }
            .begin {
                display: flex;
                flex-wrap: wrap;
                gap: 8px;
            }
            ouro-sure,
            ouro-problem {
                display: block;
                margin-top: 8px;
            }
            ul:has(li) + .begin {
                margin-top: 8px;
            }
            ul:not(:has(li)) {
                display: none;
            }
            .side {
                text-align: right;
                font-variant-numeric: tabular-nums;
            }
        `,
    ];

    override render(): unknown {
        const { board, hub } = this;
        const jobs = listed(hub.world.jobs ?? []).filter((job) => !board || isOf(job, board, hub.boards_at));
        const begin = board && hub.allowed ? this.begin(board) : nothing;
        this.hidden = jobs.length === 0 && begin === nothing;
        if (this.hidden) return nothing;
        const active = jobs.filter(isActive).length;
        const shown = this.all ? jobs : jobs.slice(0, Math.max(active, few));
        return html`<section class="card" aria-labelledby="jobs" data-jobs>
            <div class="card-head">
                <h2 id="jobs">Jobs</h2>
                ${active > 0 ? html`<span class="small soft">${active} under way</span>` : nothing}
            </div>
            <ul>
                ${repeat(
                    shown,
                    (job) => job.id,
                    (job) => html`<li>${this.row(job)}</li>`,
                )}
            </ul>
            ${begin} ${board && this.erasing ? this.sure(board) : nothing}
            ${
                this.problem
                    ? html`<ouro-problem
                          .problem=${this.problem}
                          dismissable
                          @dismiss=${() => (this.problem = null)}
                      ></ouro-problem>`
                    : nothing
            }
            ${
                jobs.length > shown.length
                    ? html`<button class="button slim" @click=${() => (this.all = true)}>
                          Show all ${jobs.length}
                      </button>`
                    : nothing
            }
        </section>`;
    }

    private begin(board: Board): unknown {
        const [port] = [...this.hub.boards_at].find(([, uid]) => uid === board.uid) ?? [];
        const button = (sign: IconName, words: string, over: Over): unknown =>
            html`<button class="button slim" ?disabled=${!this.hub.usable} @click=${() => showOver(over)}>
                ${icon(sign, 16)} ${words}
            </button>`;
        return html`<div class="begin">
            ${button("app", "Deploy an app", { dialog: "deploy", board: board.uid })}
            ${
                board.virtual
                    ? nothing
                    : button("flash", "Flash firmware", { dialog: "flash", board: port ?? "", again: "" })
            }
            ${
                board.virtual || port === undefined
                    ? nothing
                    : html`<button
                          class="button slim"
                          id="erase"
                          ?disabled=${!this.hub.usable || this.busy}
                          @click=${() => (this.erasing = true)}
                      >
                          ${icon("close", 16)} Erase the flash…
                      </button>`
            }
        </div>`;
    }

    /** The second question before everything on a board is gone. */
    private sure(board: Board): unknown {
        return html`<ouro-sure
            question="Erase all of ${board.name}'s flash?"
            harm="Its firmware, its apps and every file on it go. It needs firmware before it does anything again."
            staying="Leave it"
            acting="Erase it"
            .busy=${this.busy}
            @stay=${this.leave}
            @act=${() => this.erase(board)}
        ></ouro-sure>`;
    }

    private readonly leave = (): void => {
        this.erasing = false;
        this.renderRoot.querySelector<HTMLElement>("#erase")?.focus();
    };

    private async erase(board: Board): Promise<void> {
        this.busy = true;
        this.problem = null;
        try {
            const job = await startJob(this.hub.http, { kind: "erase", board: board.uid });
            showOver({ dialog: "job", id: job.id });
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.erasing = false;
        this.busy = false;
    }

    private row(job: Job): unknown {
        const uid = this.hub.boards_at.get(job.port) ?? job.board;
        const name = this.hub.world.boards.get(uid)?.board.name ?? (job.port || job.board);
        const how = job.state === "done" ? resultOf(job).title : (job.error?.message ?? phaseText(job));
        const running = job.state === "running";
        return html`<a
            class=${toneOf(job)}
            href=${overHref({ dialog: "job", id: job.id })}
            data-job=${job.id}
            data-state=${job.state}
        >
            <span class="sign">${icon(signOf(job), 18)}</span>
            <span>
                <span class="title">${titleOf(job)}</span>
                <span class="how small soft" title=${ifDefined(job.error?.message)}
                    >${this.board || name === "" ? how : `${name}: ${how}`}</span
                >
            </span>
            <span class="side small soft"
                >${
                    running
                        ? `${percentOf(job)} %`
                        : html`<ouro-age
                              .at=${job.ended_ms ?? job.created_ms}
                              .skew=${this.hub.world.skew_ms ?? 0}
                          ></ouro-age>`
                }</span
            >
        </a>`;
    }
}
