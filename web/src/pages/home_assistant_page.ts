// SPDX-License-Identifier: Apache-2.0
// <ouro-home-assistant>: how the hub and its boards stand with Home Assistant. Asks again every few seconds while somebody looks.
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { readHome } from "../api/home";
import { asProblem, type Problem } from "../api/http";
import type { HomeReport } from "../api/types";
import "../components/announced_card";
import { HubElement } from "../components/hub_element";
import "../components/orphans_card";
import "../components/problem";
import "../components/ways_card";
import { isWell } from "../model/home";
import { page_styles } from "../styles/page";
import { shared } from "../styles/shared";

const again_ms = 5_000;

@customElement("ouro-home-assistant")
export class HomeAssistantPage extends HubElement {
    @state() private report: HomeReport | null = null;
    @state() private problem: Problem | null = null;
    private epoch = -1;
    /** Counts the questions, so that only the last one's answer is shown. */
    private turn = 0;
    private timer: ReturnType<typeof setInterval> | undefined;

    static override styles = [
        shared,
        page_styles,
        css`
            .columns {
                display: grid;
                grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr));
                gap: 16px;
                align-items: start;
            }
        `,
    ];

    override connectedCallback(): void {
        super.connectedCallback();
        this.timer = setInterval(() => document.hidden || void this.load(), again_ms);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.timer);
    }

    /** Also when the connection is back. */
    override willUpdate(): void {
        if (this.epoch === this.hub.epoch) return;
        this.epoch = this.hub.epoch;
        void this.load();
    }

    override render(): unknown {
        return html`<header>
                <h1 tabindex="-1">Home Assistant</h1>
                <p class="soft" role="status" data-verdict>${this.verdict()}</p>
            </header>
            <div class="stack">
                ${this.problem ? html`<ouro-problem .problem=${this.problem}></ouro-problem>` : nothing}
                ${this.report ? this.cards(this.report) : nothing}
            </div>`;
    }

    private verdict(): string {
        if (!this.report) return this.problem ? "" : "Asking the hub how it stands…";
        return isWell(this.report) ? "All that is set up is connected." : "Something is not connected.";
    }

    private cards(report: HomeReport): unknown {
        const { hub } = this;
        return html`<div class="columns">
                <ouro-ways-card .hub=${hub} .report=${report}></ouro-ways-card>
                <ouro-announced-card .hub=${hub} .boards=${report.boards}></ouro-announced-card>
            </div>
            ${
                report.broker.state === "connected"
                    ? html`<ouro-orphans-card
                          .hub=${hub}
                          .orphans=${report.orphans}
                          @removed=${() => this.load()}
                      ></ouro-orphans-card>`
                    : nothing
            }`;
    }

    private async load(): Promise<void> {
        const turn = ++this.turn;
        try {
            const report = await readHome(this.hub.http);
            if (turn !== this.turn) return; // asked again meanwhile: what was removed must not come back for a moment
            this.report = report;
            this.problem = null;
        } catch (error) {
            // What is shown may be old; the banner above says so when the hub is away.
            if (this.report === null) this.problem = asProblem(error);
        }
    }
}
