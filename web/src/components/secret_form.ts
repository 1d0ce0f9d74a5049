// SPDX-License-Identifier: Apache-2.0
// <ouro-secret-form>: keeps a secret, or another value for one. What is typed goes to the hub and nowhere else; `kept` tells which it was.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/http";
import { keepSecret } from "../api/secrets";
import type { Secret } from "../api/types";
import { isSame, nameTrouble, usual_names, valueTrouble, type BoardChoice } from "../model/secrets";
import { choices as fields } from "../styles/choices";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import "./problem";

@customElement("ouro-secret-form")
export class SecretForm extends HubElement {
    @property({ attribute: false }) secrets: readonly Secret[] = [];
    @property({ attribute: false }) choices: readonly BoardChoice[] = [];
    @state() private name = "";
    /** A uid; empty for all boards. */
    @state() private board = "";
    @state() private shown = false;
    @state() private name_trouble = "";
    @state() private value_trouble = "";
    @state() private busy = false;
    @state() private problem: Problem | null = null;

    static override styles = [
        shared,
        fields,
        css`
            form {
                display: grid;
                grid-template-columns: repeat(auto-fit, minmax(min(100%, 288px), 1fr));
                gap: 16px;
                align-items: start;
            }
            .line {
                display: flex;
                gap: 8px;
            }
            .line .field {
                flex: 1;
                min-width: 0;
                font-family: var(--mono);
            }
            .reveal {
                flex: none;
                width: 44px;
                min-height: 44px;
                padding: 0;
            }
            .reveal[aria-pressed="true"] {
                border-color: var(--accent);
                background: var(--accent-soft);
                color: var(--accent);
            }
            .foot {
                grid-column: 1 / -1;
                display: flex;
                flex-wrap: wrap;
                align-items: center;
                gap: 8px 16px;
            }
            .foot p {
                flex: 1 1 320px;
            }
            .button.primary {
                min-height: 44px;
            }
            ouro-problem {
                display: block;
                margin-top: 16px;
            }
        `,
    ];

    /** Begins with this secret, the keyboard at what is to be typed next. */
    async begin(name: string, board: string): Promise<void> {
        this.name = name;
        this.board = board;
        this.name_trouble = this.value_trouble = "";
        this.problem = null;
        await this.updateComplete;
        this.focusField(name === "" ? "#name" : "#value");
        this.scrollIntoView({ block: "nearest" });
    }

    override render(): unknown {
        const replaces = this.secrets.some((secret) => isSame(secret, this.name, this.board));
        return html`<section class="card" aria-labelledby="heading">
            <div class="card-head">
                <h2 id="heading">${replaces ? `Replace ${this.name}` : "Add a secret"}</h2>
            </div>
            <form @submit=${this.submit} novalidate autocomplete="off">
                ${this.nameField()} ${this.boardField()} ${this.valueField()}
                <div class="foot">
                    <p class="small soft" id="hint">
                        A value goes to the hub and never comes back. Deploying an app gives a board just those that it
                        needs; a board's own value comes before the one for all.
                    </p>
                    <button class="button primary" ?disabled=${this.hub.link !== "open" || this.busy}>
                        ${this.busy ? "Keeping…" : replaces ? "Replace" : "Keep"}
                    </button>
                </div>
            </form>
            ${
                this.problem
                    ? html`<ouro-problem
                          .problem=${this.problem}
                          dismissable
                          @dismiss=${() => (this.problem = null)}
                      ></ouro-problem>`
                    : nothing
            }
        </section>`;
    }

    private nameField(): unknown {
        return html`<div>
            <label class="label" for="name">Name</label>
            <input
                id="name"
                class="field"
                list="usual"
                maxlength="48"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="API_KEY"
                aria-describedby="name-trouble"
                aria-invalid=${this.name_trouble !== ""}
                .value=${this.name}
                @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)}
            />
            <datalist id="usual">${usual_names.map((name) => html`<option value=${name}></option>`)}</datalist>
            <p id="name-trouble" class="trouble small" role="alert">${this.name_trouble}</p>
        </div>`;
    }

    private boardField(): unknown {
        const choice = (uid: string, words: string): unknown =>
            html`<option value=${uid} .selected=${uid === this.board}>${words}</option>`;
        return html`<div>
            <label class="label" for="board">For</label>
            <select
                id="board"
                class="field"
                @change=${(event: Event) => (this.board = (event.target as HTMLSelectElement).value)}
            >
                ${choice("", "All boards")}
                ${this.choices.map(({ uid, name }) => choice(uid, name === uid ? `Board ${uid}` : `${name} (${uid})`))}
            </select>
        </div>`;
    }

    private valueField(): unknown {
        return html`<div>
            <label class="label" for="value">Value</label>
            <div class="line">
                <input
                    id="value"
                    class="field"
                    type=${this.shown ? "text" : "password"}
                    autocomplete="new-password"
                    autocapitalize="off"
                    autocorrect="off"
                    spellcheck="false"
                    aria-describedby="hint value-trouble"
                    aria-invalid=${this.value_trouble !== ""}
                />
                <button
                    type="button"
                    class="button reveal"
                    aria-label="Show the value"
                    aria-pressed=${this.shown}
                    title=${this.shown ? "Hide the value" : "Show the value"}
                    @click=${() => (this.shown = !this.shown)}
                >
                    ${icon("eye")}
                </button>
            </div>
            <p id="value-trouble" class="trouble small" role="alert">${this.value_trouble || nothing}</p>
        </div>`;
    }

    /** The value is read out of its field when it is sent, and kept nowhere. */
    private readonly submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        const field = this.renderRoot.querySelector<HTMLInputElement>("#value");
        if (!field || this.busy) return;
        this.name_trouble = nameTrouble(this.name);
        this.value_trouble = valueTrouble(field.value);
        if (this.name_trouble !== "") return this.focusField("#name");
        if (this.value_trouble !== "") return this.focusField("#value");
        this.busy = true;
        this.problem = null;
        try {
            const secret = await keepSecret(this.hub.http, this.name, this.board, field.value);
            field.value = "";
            this.name = "";
            this.shown = false;
            this.dispatchEvent(new CustomEvent<Secret>("kept", { detail: secret }));
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.busy = false;
    };

    private focusField(selector: string): void {
        this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
    }
}
