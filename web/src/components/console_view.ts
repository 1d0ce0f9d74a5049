// SPDX-License-Identifier: Apache-2.0
// <ouro-console>: what the board prints. Follows the end until the reader scrolls up, and then says how much came since.
// The slot `prompt` is for what types.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { exactTime } from "../model/format";
import type { ConsoleBuffer } from "../model/console_buffer";
import { shared } from "../styles/shared";
import { icon } from "./icons";

@customElement("ouro-console")
export class Console extends LitElement {
    @property({ attribute: false }) buffer!: ConsoleBuffer;
    /** The buffer's own: it changes in place. */
    @property({ type: Number }) version = 0;
    /** The number of lines at the moment the reader scrolled up; null while following. */
    @state() private paused_at: number | null = null;

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            .frame {
                position: relative;
            }
            .lines {
                height: 256px;
                overflow: auto;
                overscroll-behavior: contain;
                margin: 0;
                padding: 12px 16px;
                border-radius: var(--radius-small);
                border: 1px solid var(--line);
                background: light-dark(#1b2321, #0c100f);
                color: #dbe5e1;
                font: 0.8125rem/20px var(--mono);
            }
            .line {
                white-space: pre-wrap;
                overflow-wrap: anywhere;
                min-height: 20px;
            }
            .empty {
                color: #a3b0ab;
            }
            .jump {
                position: absolute;
                right: 16px;
                bottom: 12px;
                border-radius: 999px;
            }
        `,
    ];

    override render(): unknown {
        const console = this.buffer;
        const fresh = this.paused_at === null ? 0 : console.total - this.paused_at;
        return html`<section class="card" aria-labelledby="console">
            <div class="card-head">
                <h2 id="console">Console</h2>
                <button class="button quiet slim" @click=${this.clear}>Clear</button>
            </div>
            <div class="frame">
                <div
                    class="lines"
                    tabindex="0"
                    role="log"
                    aria-live="off"
                    aria-labelledby="console"
                    @scroll=${this.onScroll}
                >
                    ${
                        console.lines.length === 0
                            ? html`<div class="empty">What the board prints shows up here.</div>`
                            : repeat(
                                  console.lines,
                                  (line) => line.number,
                                  (line) => html`<div class="line" title=${exactTime(line.at_ms)}>${line.text}</div>`,
                              )
                    }
                </div>
                ${
                    this.paused_at === null
                        ? nothing
                        : html`<button class="button slim jump" @click=${this.follow}>
                              ${icon("down", 16)}
                              ${fresh === 0 ? "To the end" : `${fresh} new line${fresh === 1 ? "" : "s"}`}
                          </button>`
                }
            </div>
            <slot name="prompt"></slot>
        </section>`;
    }

    override updated(): void {
        if (this.paused_at === null) this.toEnd();
    }

    private get box(): HTMLElement | null {
        return this.renderRoot.querySelector(".lines");
    }

    private toEnd(): void {
        if (this.box) this.box.scrollTop = this.box.scrollHeight;
    }

    private readonly onScroll = (): void => {
        const box = this.box;
        if (!box) return;
        const at_end = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
        if (at_end) this.paused_at = null;
        else this.paused_at ??= this.buffer.total;
    };

    private readonly follow = (): void => {
        this.paused_at = null;
    };

    private readonly clear = (): void => {
        this.buffer.clear();
        this.paused_at = null;
        this.requestUpdate();
    };
}
