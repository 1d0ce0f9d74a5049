// SPDX-License-Identifier: Apache-2.0
// <ouro-job-view>: one job as it goes on and as it ended: phase, bytes, time left, the last lines; then the result and the next step, or what to try.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ifDefined } from "lit/directives/if-defined.js";
import { asProblem, Problem } from "../api/http";
import { cancelJob, startJob } from "../api/jobs";
import type { Job } from "../api/types";
import {
    complaintOf,
    fillOf,
    harmOf,
    isActive,
    percentOf,
    phaseText,
    progressText,
    resultOf,
    tookText,
    toneOf,
    wayOf,
} from "../model/jobs";
import { boardHref, secretsHref } from "../model/route";
import { missingSecrets } from "../model/secrets";
import { bars } from "../styles/bars";
import { choices } from "../styles/choices";
import { job_styles } from "../styles/job";
import { shared } from "../styles/shared";
import { sheet } from "../styles/sheet";
import "./age";
import "./deploy_form";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import { signOf } from "./job_sign";
import { showOver } from "./over";
import "./problem";
import "./sure";

const who: Readonly<Record<Job["by"], string>> = { web: "the page", cli: "the command line", api: "a program" };

@customElement("ouro-job-view")
export class JobView extends HubElement {
    @property({ attribute: false }) job!: Job;
    /** Asks once more, as what is under way can't be stopped without harm. */
    @state() private asking = false;
    @state() private busy = false;
    @state() private problem: Problem | null = null;

    static override styles = [shared, sheet, choices, bars, job_styles];

    override willUpdate(changed: Map<PropertyKey, unknown>): void {
        const before = changed.get("job") as Job | undefined;
        if (before && before.id !== this.job.id) this.problem = null;
        if (harmOf(this.job) === null) this.asking = false;
    }

    override updated(): void {
        const lines = this.renderRoot.querySelector("pre.lines");
        if (lines) lines.scrollTop = lines.scrollHeight;
    }

    override render(): unknown {
        const { job } = this;
        return html`<div class="content">
                ${this.now()} ${isActive(job) ? this.way() : nothing} ${this.end()} ${this.facts()} ${this.lines()}
                ${this.sure()}
                <ouro-problem
                    .problem=${this.problem}
                    dismissable
                    @dismiss=${() => (this.problem = null)}
                ></ouro-problem>
            </div>
            ${this.actions()}`;
    }

    /** What it does, large. Its words change with the phase, not with each byte: only they are said aloud. */
    private now(): unknown {
        const { job } = this;
        const title = job.state === "done" ? resultOf(job).title : phaseText(job);
        return html`<div class="now ${toneOf(job)}" data-state=${job.state} data-phase=${job.phase}>
            <span class="seal ${isActive(job) ? "busy" : ""}">${icon(signOf(job), 28)}</span>
            <div>
                <p class="word" role="status">${title}</p>
                <p class="small soft figures" data-progress>${this.detail()}</p>
            </div>
        </div>`;
    }

    private detail(): string {
        const { job } = this;
        if (job.state === "queued") return "The hub does a few at once; this one begins by itself.";
        if (isActive(job)) return progressText(job.progress) || job.step;
        if (job.state === "done") return resultOf(job).facts.join(" · ");
        if (job.state === "cancelled") return "It was asked to end. Nothing stands in the way of doing it again.";
        return "";
    }

    private way(): unknown {
        const { job } = this;
        const way = wayOf(job);
        const percent = percentOf(job);
        return html`<div
            class="way"
            role="progressbar"
            aria-label="Progress"
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=${percent}
            aria-valuetext="${phaseText(job)}, ${percent} percent of all"
        >
            ${fillOf(job).map(
                (fill, i) =>
                    html`<progress
                        class="w${way[i]?.weight ?? 1}"
                        aria-hidden="true"
                        max="1"
                        value=${ifDefined(fill ?? undefined)}
                    ></progress>`,
            )}
        </div>`;
    }

    private end(): unknown {
        const { job } = this;
        const complaint = complaintOf(job);
        if (complaint) {
            const problem = new Problem(complaint.code, complaint.message, complaint.hint, job.lines.join("\n"));
            return html`<ouro-problem .problem=${problem} data-complaint></ouro-problem>
                ${this.missing(complaint.message)}`;
        }
        if (job.state !== "done") return nothing;
        const { banner } = resultOf(job);
        return html`${banner === "" ? nothing : html`<pre class="banner" data-banner>${banner}</pre>`} ${this.next()}`;
    }

    /** The way to what a deploy was refused for; the browser's way back leads here again. */
    private missing(complaint: string): unknown {
        const names = this.job.kind === "deploy" ? missingSecrets(complaint) : [];
        if (names.length === 0) return nothing;
        return html`<p class="row secrets">
            ${names.map((name) => html`<a class="button slim" href=${secretsHref(name)}>${icon("key", 16)} Set ${name}</a>`)}
        </p>`;
    }

    /** After new firmware comes an app. */
    private next(): unknown {
        const { job, hub } = this;
        if (job.kind !== "flash" || !hub.allowed) return nothing;
        return html`<section class="next" aria-labelledby="next">
            <h3 id="next">Next: give it something to do</h3>
            <ouro-deploy-form inset .hub=${hub} .board=${job.board}></ouro-deploy-form>
        </section>`;
    }

    private facts(): unknown {
        const { job, hub } = this;
        const uid = hub.boards_at.get(job.port) ?? hub.boards_at.get(job.board);
        const view = uid === undefined ? undefined : hub.world.boards.get(uid);
        const skew = hub.world.skew_ms ?? 0;
        const took = tookText(job);
        const place = job.port === "" ? job.board : job.port;
        return html`<p class="small soft facts">
            ${view ? html`<a href=${boardHref(view.board.uid)}>${view.board.name}</a>` : nothing}
            ${place === "" ? nothing : html`<span>${place}</span>`}
            <span>from ${who[job.by] ?? job.by}</span>
            <span><ouro-age .at=${job.ended_ms ?? job.started_ms ?? job.created_ms} .skew=${skew}></ouro-age></span>
            ${took === null ? nothing : html`<span>took ${took}</span>`}
        </p>`;
    }

    private lines(): unknown {
        const { job } = this;
        if (job.lines.length === 0) return nothing;
        return html`<details class="small" ?open=${isActive(job)}>
            <summary>What it said</summary>
            <pre class="lines" tabindex="0">${job.lines.join("\n")}</pre>
        </details>`;
    }

    /** The second question before harm is done. */
    private sure(): unknown {
        const harm = harmOf(this.job);
        if (!this.asking || harm === null) return nothing;
        return html`<ouro-sure
            question="Stop it all the same?"
            harm=${harm}
            staying="Let it go on"
            acting="Stop it"
            .busy=${this.busy}
            @stay=${this.goOn}
            @act=${() => this.cancel(true)}
        ></ouro-sure>`;
    }

    private actions(): unknown {
        const { job, hub } = this;
        if (!hub.allowed) return nothing;
        const off = !hub.usable || this.busy;
        if (isActive(job)) {
            return html`<footer>
                <p class="small soft">It goes on when you close this.</p>
                <button class="button" ?disabled=${off || job.cancelling} @click=${this.stop}>
                    ${job.cancelling ? "Stopping…" : harmOf(job) === null ? "Cancel" : "Stop…"}
                </button>
            </footer>`;
        }
        return html`<footer>
            ${
                job.kind === "flash"
                    ? html`<button class="button" @click=${this.change}>
                          ${job.state === "done" ? "Flash once more…" : "Change the choices…"}
                      </button>`
                    : nothing
            }
            ${
                job.state === "done"
                    ? nothing
                    : html`<button class="button primary" ?disabled=${off} @click=${this.again}>Try again</button>`
            }
        </footer>`;
    }

    private readonly goOn = (): void => {
        this.asking = false;
        this.renderRoot.querySelector<HTMLElement>("footer .button")?.focus();
    };

    private readonly stop = (): void => {
        if (harmOf(this.job) === null) void this.cancel(false);
        else this.asking = true;
    };

    private async cancel(force: boolean): Promise<void> {
        this.busy = true;
        this.problem = null;
        this.asking = false;
        try {
            await cancelJob(this.hub.http, this.job.id, force);
        } catch (error) {
            const problem = asProblem(error);
            // In the moment between, it may have begun to write.
            if (problem.code === "invalid_state" && harmOf(this.job) !== null) this.asking = true;
            else if (isActive(this.job)) this.problem = problem;
        }
        this.busy = false;
    }

    private readonly again = async (): Promise<void> => {
        this.busy = true;
        this.problem = null;
        try {
            const job = await startJob(this.hub.http, this.job.request);
            showOver({ dialog: "job", id: job.id }, true);
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.busy = false;
    };

    private readonly change = (): void =>
        showOver({ dialog: "flash", board: this.job.board, again: this.job.id }, true);
}
