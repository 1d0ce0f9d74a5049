// SPDX-License-Identifier: Apache-2.0
// <ouro-controls-card>: each entity as the control that suits its kind, with its value and how its last command went.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { sendCommand } from "../api/boards";
import { asProblem, type Problem } from "../api/http";
import type { Entity, Scalar } from "../api/types";
import { controlsOf, numberOption, wordsOption } from "../model/entity";
import { valueText } from "../model/format";
import { own } from "../model/own";
import type { BoardView } from "../model/world";
import { shared } from "../styles/shared";
import "./age";
import { HubElement } from "./hub_element";
import { commandNote } from "./command_note";
import "./problem";
import { needControl } from "./web_awesome";

/** What Web Awesome's form controls have in common, as far as this file looks at them. */
interface Valued extends HTMLElement {
    value: string | string[] | null;
    checked?: boolean;
}

const text_size_max = 255;

const cover_commands = [
    ["Open", "OPEN"],
    ["Stop", "STOP"],
    ["Close", "CLOSE"],
] as const;

@customElement("ouro-controls-card")
export class ControlsCard extends HubElement {
    @property({ attribute: false }) view!: BoardView;
    @state() private problem: Problem | null = null;
    /** Where sliders are while a hand moves them; the board's own values must not pull at them. */
    private readonly drafts = new Map<string, number>();

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            ul {
                list-style: none;
                margin: 0;
                padding: 0;
            }
            li {
                padding: 12px 0;
                border-top: 1px solid var(--line);
            }
            li:first-child {
                border-top: 0;
                padding-top: 0;
            }
            li:last-child {
                padding-bottom: 0;
            }
            .line {
                display: flex;
                align-items: center;
                justify-content: space-between;
                gap: 16px;
                min-height: 40px;
            }
            .name {
                font-weight: 500;
                overflow-wrap: anywhere;
                min-width: 0;
            }
            .value {
                font-weight: 600;
                text-align: right;
                overflow-wrap: anywhere;
                min-width: 0;
            }
            .value small {
                display: block;
                font-weight: 400;
            }
            .wide {
                display: grid;
                gap: 8px;
            }
            .row .button {
                flex: 1;
            }
            .note:not(:has(span)) {
                display: none;
            }
            .note {
                display: flex;
                gap: 8px;
                color: var(--ink-soft);
            }
            .note svg {
                flex: none;
                margin-top: 2px;
            }
            .note.warn {
                color: var(--warn);
            }
            .note.bad {
                color: var(--bad);
            }
            form {
                display: flex;
                gap: 8px;
            }
            form wa-input {
                flex: 1;
                min-width: 0;
            }
            input[type="range"] {
                width: 100%;
                height: 24px;
                margin: 0;
                accent-color: var(--accent);
            }
            wa-switch::part(label) {
                margin: 0;
            }
            .dot {
                display: inline-block;
                width: 8px;
                height: 8px;
                border-radius: 50%;
                background: var(--line-strong);
                margin-right: 8px;
            }
            .dot.on {
                background: var(--accent);
            }
        `,
    ];

    override render(): unknown {
        const entities = controlsOf(this.view.board);
        if (entities.length === 0) return nothing;
        return html`<section class="card" aria-labelledby="controls">
            <div class="card-head"><h2 id="controls">Controls and values</h2></div>
            <ul>
                ${entities.map(
                    (entity) =>
                        html`<li data-entity=${entity.id}>
                            ${this.control(entity)}
                            ${commandNote(own(this.view.commands, entity.id), this.hub.world.skew_ms ?? 0)}
                        </li>`,
                )}
            </ul>
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
        </section>`;
    }

    private control(entity: Entity): unknown {
        const value = own(this.view.board.states, entity.id)?.value ?? null;
        const off = !this.hub.usable || !this.view.board.online;
        switch (entity.kind) {
            case "switch":
            case "light":
                return this.switch(entity, value, off);
            case "button":
                return html`<div class="line">
                    <span class="name">${entity.name}</span>
                    <button
                        class="button"
                        aria-label="Press ${entity.name}"
                        ?disabled=${off}
                        @click=${() => this.send(entity, "PRESS")}
                    >
                        Press
                    </button>
                </div>`;
            case "number":
                return this.number(entity, value, off);
            case "select":
                return this.select(entity, value, off);
            case "text":
                return this.text(entity, value, off);
            case "cover":
                return this.cover(entity, value, off);
            default:
                return this.reading(entity, value);
        }
    }

    private switch(entity: Entity, value: Scalar, off: boolean): unknown {
        needControl("switch");
        return html`<div class="line">
            <span class="name" id="name-${entity.id}">${entity.name}</span>
            <wa-switch
                .checked=${live(value === true)}
                ?disabled=${off}
                @change=${(event: Event) => this.send(entity, (event.target as Valued).checked === true)}
                ><span class="unseen">${entity.name}</span></wa-switch
            >
        </div>`;
    }

    private number(entity: Entity, value: Scalar, off: boolean): unknown {
        const low = numberOption(entity, "min", 0);
        const shown = this.drafts.get(entity.id) ?? value;
        const moving = (event: Event): void => {
            this.drafts.set(entity.id, Number((event.target as HTMLInputElement).value));
            this.requestUpdate();
        };
        const moved = (event: Event): void => {
            this.drafts.delete(entity.id);
            void this.send(entity, Number((event.target as HTMLInputElement).value));
        };
        return html`<div class="wide">
            <div class="line">
                <span class="name">${entity.name}</span><span class="value">${valueText(entity, shown)}</span>
            </div>
            <input
                type="range"
                aria-label=${entity.name}
                min=${low}
                max=${numberOption(entity, "max", 100)}
                step=${numberOption(entity, "step", 1)}
                .value=${live(String(typeof shown === "number" ? shown : low))}
                ?disabled=${off}
                @input=${moving}
                @change=${moved}
            />
        </div>`;
    }

    private select(entity: Entity, value: Scalar, off: boolean): unknown {
        needControl("select");
        const words = wordsOption(entity, "options");
        return html`<wa-select
            label=${entity.name}
            .value=${live(String(words.indexOf(String(value))))}
            ?disabled=${off}
            @change=${(event: Event) => this.send(entity, words[Number((event.target as Valued).value)] ?? null)}
        >
            ${words.map((word, i) => html`<wa-option value=${String(i)}>${word}</wa-option>`)}
        </wa-select>`;
    }

    private text(entity: Entity, value: Scalar, off: boolean): unknown {
        needControl("input");
        const submit = (event: Event): void => {
            event.preventDefault();
            const input = (event.currentTarget as HTMLElement).querySelector<Valued>("wa-input");
            void this.send(entity, String(input?.value ?? ""));
        };
        return html`<div class="wide">
            <span class="name">${entity.name}</span>
            <form @submit=${submit}>
                <wa-input
                    aria-label=${entity.name}
                    maxlength=${text_size_max}
                    .value=${typeof value === "string" ? value : ""}
                    ?disabled=${off}
                ></wa-input>
                <button class="button" aria-label="Set ${entity.name}" ?disabled=${off}>Set</button>
            </form>
        </div>`;
    }

    private cover(entity: Entity, value: Scalar, off: boolean): unknown {
        return html`<div class="wide">
            <div class="line">
                <span class="name">${entity.name}</span><span class="value">${valueText(entity, value)}</span>
            </div>
            <div class="row" role="group" aria-label=${entity.name}>
                ${cover_commands.map(
                    ([word, command]) =>
                        html`<button class="button" ?disabled=${off} @click=${() => this.send(entity, command)}>
                            ${word}
                        </button>`,
                )}
            </div>
        </div>`;
    }

    private reading(entity: Entity, value: Scalar): unknown {
        const state = own(this.view.board.states, entity.id);
        const dot =
            entity.kind === "binary_sensor" ? html`<span class="dot ${value === true ? "on" : ""}"></span>` : nothing;
        return html`<div class="line">
            <span class="name">${entity.name}</span>
            <span class="value"
                >${dot}${valueText(entity, value)}
                ${
                    state
                        ? html`<small class="soft small"
                              ><ouro-age .at=${state.at_ms} .skew=${this.hub.world.skew_ms ?? 0}></ouro-age
                          ></small>`
                        : nothing
                }
            </span>
        </div>`;
    }

    private async send(entity: Entity, value: Scalar): Promise<void> {
        this.problem = null;
        try {
            await sendCommand(this.hub.http, this.view.board.uid, entity.id, value);
        } catch (error) {
            this.problem = asProblem(error);
            // The control shows what the board has, not what was asked for in vain.
            this.requestUpdate();
        }
    }
}
