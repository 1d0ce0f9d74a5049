// SPDX-License-Identifier: Apache-2.0
// <ouro-ways-card>: whether the broker, Home Assistant and its WebSocket are there, and what to try where they are not.
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { HomeReport } from "../api/types";
import { waysOf, type Way } from "../model/home";
import { entries } from "../styles/entries";
import { shared } from "../styles/shared";
import { tone_signs } from "../styles/signs";
import { HubElement } from "./hub_element";
import { icon, type IconName } from "./icons";

const signs: Readonly<Record<Way["tone"], IconName>> = { good: "good", plain: "wait", warn: "warning", bad: "warning" };

@customElement("ouro-ways-card")
export class WaysCard extends HubElement {
    @property({ attribute: false }) report!: HomeReport;

    static override styles = [
        shared,
        entries,
        tone_signs,
        css`
            .entry {
                grid-template-columns: 32px minmax(0, 1fr);
            }
            .state {
                font-weight: 400;
                color: var(--ink-soft);
            }
            .bad .state {
                color: var(--bad);
                font-weight: 550;
            }
        `,
    ];

    override render(): unknown {
        const { hub, report } = this;
        return html`<section class="card" aria-labelledby="ways">
            <div class="card-head">
                <h2 id="ways">Connections</h2>
                <span class="small soft">one discovery document for each ${report.discovery}</span>
            </div>
            <ul>
                ${waysOf(report, hub.now()).map((way) => this.way(way))}
            </ul>
        </section>`;
    }

    private way(way: Way): unknown {
        return html`<li class="entry ${way.tone}" data-way=${way.name} data-tone=${way.tone}>
            <span class="sign">${icon(signs[way.tone], 18)}</span>
            <div>
                <p class="title">${way.name}: <span class="state">${way.state}</span></p>
                <p class="small soft">${way.words}</p>
                ${way.hint && html`<p class="small">What to try: ${way.hint}</p>`}
            </div>
        </li>`;
    }
}
