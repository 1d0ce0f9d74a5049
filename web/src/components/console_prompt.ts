// SPDX-License-Identifier: Apache-2.0
// <ouro-console-prompt>: a line to type at a board's prompt, and who has the prompt when that is somebody else.
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ConsoleLine } from "../api/console_line";
import { free_line, withNotice, type LineStatus } from "../model/line_notice";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";

/** What these keys say is the same for every MicroPython. */
const keys = [
    { label: "Ctrl-C", send: "\x03", says: "Stop the program" },
    { label: "Ctrl-D", send: "\x04", says: "Start Python again" },
];

@customElement("ouro-console-prompt")
export class ConsolePrompt extends HubElement {
    @property() uid = "";
    @property({ type: Boolean }) online = false;
    @state() private status: LineStatus = free_line;
    @query("input") private readonly input!: HTMLInputElement;
    private line: ConsoleLine | null = null;

    static override styles = [
        shared,
        css`
            form {
                display: flex;
                flex-wrap: wrap;
                gap: 8px;
                margin-top: 8px;
            }
            input {
                flex: 1 1 12rem;
                min-width: 0;
                padding: 8px 12px;
                border: 1px solid var(--line);
                border-radius: var(--radius-small);
                background: transparent;
                color: inherit;
                font: 0.8125rem/20px var(--mono);
            }
            p {
                margin: 8px 0 0;
            }
            @media (max-width: 600px) {
                input {
                    flex-basis: 100%;
                }
                .button {
                    flex: 1;
                }
            }
            /* Phones enlarge the page for smaller letters. */
            @media (pointer: coarse) {
                input {
                    font-size: 1rem;
                }
            }
        `,
    ];

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.leave();
    }

    override willUpdate(changed: Map<PropertyKey, unknown>): void {
        super.willUpdate(changed);
        if (changed.has("uid")) this.leave();
    }

    override render(): unknown {
        if (!this.hub.usable || !this.online) return nothing;
        const held = this.status.held !== null;
        const words = this.status.held ?? this.status.trouble;
        return html`<form @submit=${this.send} @focusin=${this.attach} @focusout=${this.left}>
                <input
                    aria-label="Type at the board's prompt"
                    placeholder="Type at the prompt, then Enter"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="1000"
                    ?readonly=${held}
                />
                ${keys.map(
                    (key) =>
                        html`<button
                            type="button"
                            class="button slim"
                            title=${key.says}
                            ?disabled=${held}
                            @click=${() => this.type(key.send)}
                        >
                            ${key.label}
                        </button>`,
                )}
            </form>
            <p class="soft small" role="status">${words ?? nothing}</p>`;
    }

    private readonly send = (event: Event): void => {
        event.preventDefault();
        if (this.status.held !== null) return;
        this.type(`${this.input.value}\r`);
        this.input.value = "";
    };

    private type(text: string): void {
        this.status = { ...this.status, trouble: null };
        this.attach();
        this.line?.type(text);
    }

    /** Only while somebody is at it: others see who is attached. */
    private readonly attach = (): void => {
        this.line ??= new ConsoleLine(this.hub.http, this.uid, {
            notice: (notice) => (this.status = withNotice(this.status, notice)),
            closed: () => {
                this.line = null;
                this.status = { held: null, trouble: this.status.trouble ?? "The prompt's connection has ended." };
            },
        });
    };

    private readonly left = (event: FocusEvent): void => {
        const next = event.relatedTarget;
        if (next instanceof Node && this.renderRoot.contains(next)) return;
        this.leave();
    };

    private leave(): void {
        this.line?.close();
        this.line = null;
        this.status = free_line;
    }
}
