// SPDX-License-Identifier: Apache-2.0
// <ouro-job-note>: on a board's card, what the hub does with it right now. Nothing when it does nothing.
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Board } from "../api/types";
import { isActive, isOf, percentOf, phaseText } from "../model/jobs";
import { bars } from "../styles/bars";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import { signOf } from "./job_sign";
import { overHref } from "./over";

@customElement("ouro-job-note")
export class JobNote extends HubElement {
    @property({ attribute: false }) board!: Board;

    static override styles = [
        shared,
        bars,
        css`
            :host {
                display: block;
                position: relative;
                z-index: 1;
            }
            a {
                display: grid;
                grid-template-columns: 20px minmax(0, 1fr) auto;
                align-items: center;
                gap: 6px 8px;
                padding: 8px 12px;
                border-radius: var(--radius-small);
                background: var(--accent-soft);
                color: var(--ink);
                text-decoration: none;
                font-variant-numeric: tabular-nums;
            }
            svg {
                color: var(--accent);
            }
            progress {
                grid-column: 1 / -1;
                height: 4px;
                border-radius: 2px;
            }
        `,
    ];

    override render(): unknown {
        const { board, hub } = this;
        const job = hub.world.jobs?.find((one) => isActive(one) && isOf(one, board, hub.boards_at));
        this.hidden = !job;
        if (!job) return nothing;
        const percent = percentOf(job);
        return html`<a class="small" href=${overHref({ dialog: "job", id: job.id })} data-note=${job.id}>
            ${icon(signOf(job), 18)} <span>${phaseText(job)}</span>
            <span>${job.state === "queued" ? nothing : `${percent} %`}</span>
            <progress aria-hidden="true" max="100" value=${percent}></progress>
        </a>`;
    }
}
