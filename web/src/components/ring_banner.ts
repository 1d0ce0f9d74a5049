// SPDX-License-Identifier: Apache-2.0
// <ouro-ring-banner>: somebody is at the door. Large, until it is put away or grows old; it never takes the focus.
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Hub } from "../hub";
import { boardHref } from "../model/route";
import type { BoardView, Ring } from "../model/world";
import { shared } from "../styles/shared";
import "./age";
import { HubElement } from "./hub_element";
import { icon } from "./icons";

const shown_ms = 120_000;

/** The boards whose bell rang lately, the newest ring first. */
export function ringing(hub: Hub): { view: BoardView; ring: Ring }[] {
    return [...hub.world.boards.values()]
        .flatMap((view) => (view.ring && hub.now() - view.ring.at_ms < shown_ms ? [{ view, ring: view.ring }] : []))
        .sort((a, b) => b.ring.at_ms - a.ring.at_ms);
}

@customElement("ouro-ring-banner")
export class RingBanner extends HubElement {
    @property({ attribute: false }) view!: BoardView;
    @property({ attribute: false }) ring!: Ring;
    /** The person is on this board's page already. */
    @property({ type: Boolean }) here = false;

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            .banner {
                display: flex;
                align-items: center;
                flex-wrap: wrap;
                gap: 12px 16px;
                padding: 16px 16px 16px 24px;
                margin-bottom: 16px;
                border-radius: var(--radius);
                color: var(--ink);
                background: var(--ring-soft);
                border: 1px solid color-mix(in oklab, var(--ring) 45%, transparent);
                box-shadow: var(--shadow);
                animation: arrive 300ms ease-out;
            }
            .bell {
                color: var(--ring);
                display: grid;
                animation: swing 700ms ease-in-out 3;
                transform-origin: 50% 15%;
            }
            .words {
                flex: 1 1 160px;
            }
            .words strong {
                display: block;
                font-size: 1.25rem;
                line-height: 28px;
                letter-spacing: -0.01em;
            }
            @keyframes arrive {
                from {
                    opacity: 0;
                    transform: translateY(-8px);
                }
            }
            @keyframes swing {
                25% {
                    transform: rotate(12deg);
                }
                75% {
                    transform: rotate(-12deg);
                }
            }
            @media (max-width: 600px) {
                .banner {
                    padding: 16px;
                }
            }
        `,
    ];

    override render(): unknown {
        const { board } = this.view;
        const name = board.entities.find((entity) => entity.id === this.ring.id)?.name ?? "Doorbell";
        return html`<div class="banner" data-ring=${board.uid}>
            <span class="bell">${icon("bell", 32)}</span>
            <div class="words">
                <strong>${name} rang</strong>
                <span class="small soft"
                    >${board.name}, <ouro-age .at=${this.ring.at_ms} .skew=${this.hub.world.skew_ms ?? 0}></ouro-age
                ></span>
            </div>
            <div class="row">
                ${this.here ? nothing : html`<a class="button primary" href=${boardHref(board.uid)}>Go to the door</a>`}
                <button class="button quiet" @click=${() => this.hub.dismissRing(board.uid)}>Dismiss</button>
            </div>
        </div>`;
    }
}
