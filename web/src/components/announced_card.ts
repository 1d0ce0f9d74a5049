// SPDX-License-Identifier: Apache-2.0
// <ouro-announced-card>: what Home Assistant was told of each board, and what it would not take of it and why.
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { AnnouncedBoard, Remark } from "../api/types";
import { announcedText, deletedHint, remarkText, remarkTitle, sortedRemarks } from "../model/home";
import { boardHref } from "../model/route";
import { entries } from "../styles/entries";
import { shared } from "../styles/shared";
import { tone_signs } from "../styles/signs";
import { HubElement } from "./hub_element";
import { icon } from "./icons";

@customElement("ouro-announced-card")
export class AnnouncedCard extends HubElement {
    @property({ attribute: false }) boards: readonly AnnouncedBoard[] = [];

    static override styles = [
        shared,
        entries,
        tone_signs,
        css`
            .remarks {
                margin: 8px 0 0 44px;
                display: grid;
                gap: 8px;
            }
            .remarks li {
                padding: 0 0 0 12px;
                border: 0;
                border-left: 3px solid var(--line-strong);
                overflow-wrap: anywhere;
            }
            .remarks .rejected {
                border-color: var(--bad);
            }
            @media (max-width: 600px) {
                .remarks {
                    margin-left: 0;
                }
            }
        `,
    ];

    override render(): unknown {
        return html`<section class="card" aria-labelledby="announced" data-announced>
            <div class="card-head">
                <h2 id="announced">Boards in Home Assistant</h2>
            </div>
            ${
                this.boards.length === 0
                    ? html`<p class="small soft">The hub knows no board yet.</p>`
                    : html`<ul>
                          ${this.boards.map((board) => html`<li data-board=${board.uid}>${this.row(board)}</li>`)}
                      </ul>`
            }
        </section>`;
    }

    private row(board: AnnouncedBoard): unknown {
        const remarks = sortedRemarks(board.remarks);
        const rejects = remarks[0]?.rejected === true;
        const tone = rejects ? "bad" : remarks.length > 0 || board.deleted > 0 ? "warn" : board.online ? "good" : "";
        const hint = deletedHint(board);
        return html`<div class="entry ${tone}">
                <span class="sign">${icon(tone === "bad" || tone === "warn" ? "warning" : "board", 18)}</span>
                <div>
                    <p class="title"><a href=${boardHref(board.uid)}>${board.name}</a></p>
                    <p class="small soft">${board.online ? "Online" : "Offline"}: ${announcedText(board)}</p>
                    ${hint && html`<p class="small">${hint}</p>`}
                    ${
                        remarks.length === 0 && board.entities > 0
                            ? html`<p class="small soft">Home Assistant takes all of it.</p>`
                            : nothing
                    }
                </div>
            </div>
            ${
                remarks.length === 0
                    ? nothing
                    : html`<ul class="remarks" aria-label="What Home Assistant would not take">
                          ${remarks.map((remark) => this.remark(remark))}
                      </ul>`
            }`;
    }

    private remark(remark: Remark): unknown {
        return html`<li class="small ${remark.rejected ? "rejected" : ""}" data-rejected=${remark.rejected}>
            <b>${remarkTitle(remark)}</b><br />
            <span class="soft">${remarkText(remark)}</span>
        </li>`;
    }
}
