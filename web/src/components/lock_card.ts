// SPDX-License-Identifier: Apache-2.0
// <ouro-lock-card>: what the lock really does, one large button, and how the command went.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { sendCommand } from "../api/boards";
import { asProblem, type Problem } from "../api/http";
import type { Entity } from "../api/types";
import { own } from "../model/own";
import type { BoardView } from "../model/world";
import { shared } from "../styles/shared";
import "./age";
import { HubElement } from "./hub_element";
import { commandNote } from "./command_note";
import { icon } from "./icons";
import "./problem";

interface Looks {
    readonly word: string;
    readonly says: string;
    readonly moving: boolean;
    readonly open: boolean;
}

const looks: Readonly<Record<string, Looks>> = {
    LOCKED: { word: "Locked", says: "The door stays shut.", moving: false, open: false },
    UNLOCKING: { word: "Unlocking…", says: "The board is opening the door.", moving: true, open: false },
    UNLOCKED: { word: "Unlocked", says: "The door can be pushed open now.", moving: false, open: true },
    LOCKING: { word: "Locking…", says: "The board is locking the door.", moving: true, open: true },
    JAMMED: { word: "Jammed", says: "The lock did not reach its end. Look at the door.", moving: false, open: true },
};
const unknown: Looks = { word: "Unknown", says: "The board has not said yet.", moving: false, open: false };

@customElement("ouro-lock-card")
export class LockCard extends HubElement {
    @property({ attribute: false }) view!: BoardView;
    @property({ attribute: false }) entity!: Entity;
    @state() private problem: Problem | null = null;
    @state() private sending = false;

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            .state {
                display: flex;
                align-items: center;
                gap: 16px;
                margin-bottom: 24px;
            }
            .seal {
                flex: none;
                display: grid;
                place-items: center;
                width: 64px;
                height: 64px;
                border-radius: 50%;
                background: var(--accent-soft);
                color: var(--accent);
                transition:
                    background var(--calm),
                    color var(--calm);
            }
            .open .seal {
                background: var(--warn-soft);
                color: var(--warn);
            }
            .jammed .seal {
                background: var(--bad-soft);
                color: var(--bad);
            }
            .unsure .seal {
                background: var(--sunken);
                color: var(--ink-soft);
            }
            .word {
                font-size: 1.75rem;
                line-height: 32px;
                font-weight: 650;
                letter-spacing: -0.02em;
            }
            .go {
                width: 100%;
                min-height: 64px;
                font-size: 1.25rem;
                border-radius: 12px;
                overflow: hidden;
                position: relative;
            }
            .track {
                position: absolute;
                inset: auto 0 0 0;
                height: 4px;
                background: color-mix(in oklab, var(--accent) 20%, transparent);
            }
            .track::after {
                content: "";
                position: absolute;
                inset: 0 65% 0 0;
                background: var(--accent);
                border-radius: 2px;
                animation: slide 1.2s ease-in-out infinite alternate;
            }
            @keyframes slide {
                to {
                    inset: 0 0 0 65%;
                }
            }
            .below {
                display: flex;
                align-items: flex-start;
                justify-content: space-between;
                gap: 8px;
                margin-top: 12px;
                min-height: 40px;
            }
            .note {
                display: flex;
                flex-wrap: wrap;
                gap: 4px 8px;
                padding: 6px 0;
            }
            .note svg {
                flex: none;
                margin-top: 2px;
            }
            .good svg {
                color: var(--good);
            }
            .note.warn {
                color: var(--warn);
            }
            .note.bad {
                color: var(--bad);
            }
        `,
    ];

    override render(): unknown {
        const state = own(this.view.board.states, this.entity.id);
        const value = typeof state?.value === "string" ? state.value : "";
        const look = (Object.hasOwn(looks, value) ? looks[value] : undefined) ?? unknown;
        const skew = this.hub.world.skew_ms ?? 0;
        const online = this.view.board.online;
        const command = own(this.view.commands, this.entity.id);
        const busy = this.sending || look.moving;
        const mood = `${look.open ? "open" : ""} ${value === "JAMMED" ? "jammed" : ""} ${online && look !== unknown ? "" : "unsure"}`;
        return html`<section class="card" aria-labelledby="name">
            <div class="card-head">
                <h2 id="name">${this.entity.name}</h2>
                ${
                    state
                        ? html`<span class="small soft"
                              >changed <ouro-age .at=${state.at_ms} .skew=${skew}></ouro-age
                          ></span>`
                        : nothing
                }
            </div>
            <div class="state ${mood}" role="status">
                <span class="seal">${icon(look.open ? "unlocked" : "locked", 32)}</span>
                <div>
                    <p class="word" data-lock-state=${value}>${look.word}</p>
                    <p class="small soft">${online ? look.says : "Last known state: the board is offline."}</p>
                </div>
            </div>
            <button
                class="button primary go"
                ?disabled=${!this.hub.usable || !online || busy}
                @click=${() => this.send("UNLOCK")}
            >
                ${icon("unlocked", 24)} ${this.sending ? "Sending…" : look.moving ? look.word : "Unlock"}
                ${busy ? html`<span class="track"></span>` : nothing}
            </button>
            <div class="below">
                ${commandNote(command, skew, command !== undefined && (state?.at_ms ?? 0) >= command.at_ms)}
                ${
                    look.open
                        ? html`<button
                              class="button quiet"
                              ?disabled=${!this.hub.usable || !online || busy}
                              @click=${() => this.send("LOCK")}
                          >
                              Lock now
                          </button>`
                        : nothing
                }
            </div>
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
        </section>`;
    }

    private async send(value: "LOCK" | "UNLOCK"): Promise<void> {
        this.sending = true;
        this.problem = null;
        try {
            await sendCommand(this.hub.http, this.view.board.uid, this.entity.id, value);
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.sending = false;
    }
}
