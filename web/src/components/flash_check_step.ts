// SPDX-License-Identifier: Apache-2.0
// <ouro-flash-check-step>: the choices once more, what will happen, and the options that few need.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { FirmwareList } from "../api/types";
import { bauds, consequences, firmwareTitle, type Baud, type FlashDraft } from "../model/flash_draft";
import { choices } from "../styles/choices";
import { shared } from "../styles/shared";
import { icon } from "./icons";

type Option = "erase_all" | "in_bootloader" | "raw" | "force";

const options: readonly (readonly [Option, string, string])[] = [
    [
        "erase_all",
        "Erase everything first",
        "Also files and settings, such as the Wi-Fi password. Helps when an old board acts oddly.",
    ],
    [
        "in_bootloader",
        "It is in its bootloader already",
        "You held BOOT, pressed RESET and let BOOT go. For boards that can't be reset by the cable.",
    ],
    [
        "raw",
        "A raw ESP8266 module",
        "A bare module at an adapter: flash mode dio. It is tried by itself too, after the usual way failed.",
    ],
    ["force", "Write it all the same", "Also what the chip may not start, such as firmware for another revision."],
];

@customElement("ouro-flash-check-step")
export class FlashCheckStep extends LitElement {
    @property({ attribute: false }) draft!: FlashDraft;
    @property({ attribute: false }) list: FirmwareList | null = null;
    /** The board and where it is. */
    @property() place = "";

    static override styles = [
        shared,
        choices,
        css`
            dl {
                margin: 0 0 16px;
                display: grid;
                gap: 12px;
            }
            dl div {
                display: grid;
                grid-template-columns: 24px minmax(0, 1fr);
                gap: 0 12px;
            }
            dl svg {
                grid-row: span 2;
                color: var(--accent);
                margin-top: 2px;
            }
            dt {
                font-size: 0.8125rem;
                line-height: 16px;
                color: var(--ink-soft);
            }
            dd {
                margin: 0;
                font-weight: 550;
                overflow-wrap: anywhere;
            }
            ol {
                margin: 0 0 16px;
                padding: 16px 16px 16px 36px;
                border-radius: 12px;
                background: var(--sunken);
                border: 1px solid var(--line);
                display: grid;
                gap: 8px;
            }
            ol.all {
                background: var(--warn-soft);
                border-color: color-mix(in oklab, var(--warn) 35%, transparent);
            }
            .option {
                display: grid;
                grid-template-columns: 24px minmax(0, 1fr);
                gap: 0 12px;
                padding: 8px 0;
                cursor: pointer;
            }
            .option input {
                width: 20px;
                height: 20px;
                margin: 2px 0 0;
                accent-color: var(--accent);
            }
            .baud {
                display: flex;
                flex-wrap: wrap;
                align-items: center;
                gap: 8px 12px;
            }
        `,
    ];

    override render(): unknown {
        return html`<dl>
                ${this.fact("board", "Board", this.place)}
                ${this.fact("flash", "Firmware", firmwareTitle(this.draft, this.list))}
            </dl>
            <ol class=${this.draft.erase_all ? "all" : ""} data-consequences>
                ${consequences(this.draft, this.list).map((words) => html`<li>${words}</li>`)}
            </ol>
            <details ?open=${this.anyOption}>
                <summary>Options</summary>
                <div>${options.map((option) => this.option(...option))} ${this.baud()}</div>
            </details>`;
    }

    private fact(sign: "board" | "flash", name: string, value: string): unknown {
        return html`<div>
            ${icon(sign)}
            <dt>${name}</dt>
            <dd>${value}</dd>
        </div>`;
    }

    private option(name: Option, title: string, hint: string): unknown {
        const change = (event: Event): void => this.change({ [name]: (event.target as HTMLInputElement).checked });
        return html`<label class="option">
            <input type="checkbox" name=${name} .checked=${this.draft[name]} @change=${change} />
            <span>${title}<br /><span class="small ${name === "force" ? "warn" : "soft"}">${hint}</span></span>
        </label>`;
    }

    private baud(): unknown {
        const change = (event: Event): void => {
            const value = Number((event.target as HTMLSelectElement).value);
            this.change({ baud: bauds.find((one): one is Baud => one === value) ?? null });
        };
        return html`<div class="baud">
            <label for="baud">Speed of the line</label>
            <select id="baud" class="pick" @change=${change}>
                <option value="" ?selected=${this.draft.baud === null}>By itself</option>
                ${bauds.map(
                    (one) => html`<option value=${one} ?selected=${one === this.draft.baud}>${one} baud</option>`,
                )}
            </select>
            ${this.draft.baud === 115200 ? html`<span class="small soft">Slow, for long or bad cables</span>` : nothing}
        </div>`;
    }

    private get anyOption(): boolean {
        return this.draft.baud !== null || options.some(([name]) => this.draft[name]);
    }

    private change(detail: Partial<FlashDraft>): void {
        this.dispatchEvent(new CustomEvent("draft", { detail }));
    }
}
