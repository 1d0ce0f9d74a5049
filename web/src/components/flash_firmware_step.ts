// SPDX-License-Identifier: Apache-2.0
// <ouro-flash-firmware-step>: firmware out of the catalogue, for the kind of board that it is; or a file of one's own.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { forgetUpload, uploadFirmware } from "../api/firmware";
import { asProblem, Problem } from "../api/http";
import type { FirmwareList, Upload } from "../api/types";
import type { Sent } from "../api/upload";
import { boardKinds, fileTrouble, offersFor, uploadDoubt, type BoardKind, type Offer } from "../model/firmware";
import type { FlashDraft } from "../model/flash_draft";
import { sentText } from "../model/jobs";
import { bars } from "../styles/bars";
import { choices } from "../styles/choices";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import "./problem";

@customElement("ouro-flash-firmware-step")
export class FlashFirmwareStep extends HubElement {
    @property({ attribute: false }) draft!: FlashDraft;
    @property({ attribute: false }) list: FirmwareList | null = null;
    /** The chips that it may be, the likeliest first. */
    @property({ attribute: false }) chips: readonly string[] = [];
    /** The chip is known from the last flash, not only guessed. */
    @property({ type: Boolean }) found = false;
    @state() private sending = "";
    @state() private sent: Sent | null = null;
    @state() private over = false;
    @state() private problem: Problem | null = null;

    static override styles = [
        shared,
        choices,
        bars,
        css`
            .own {
                margin-top: 24px;
            }
            .drop {
                display: flex;
                align-items: center;
                gap: 12px;
                padding: 16px;
                border: 1px dashed var(--line-strong);
                border-radius: 12px;
                background: var(--sunken);
                cursor: pointer;
            }
            .drop.over,
            .drop:hover {
                border-color: var(--accent);
                background: var(--accent-soft);
            }
            .drop:focus-within {
                outline: 2px solid var(--accent);
                outline-offset: 2px;
            }
            .drop svg {
                flex: none;
                color: var(--accent);
            }
            .drop:has(progress) {
                flex-wrap: wrap;
                cursor: default;
            }
            .sent {
                flex: 1 0 100%;
                display: grid;
                gap: 4px;
                font-variant-numeric: tabular-nums;
            }
            .drop b {
                color: var(--accent);
                font-weight: 600;
            }
            .square {
                width: 40px;
                padding: 0;
                margin: -8px -8px -8px 0 !important;
            }
            ouro-problem {
                display: block;
                margin-top: 8px;
            }
        `,
    ];

    override render(): unknown {
        if (!this.list) return html`<p class="soft" role="status">Asking the hub what there is…</p>`;
        const kinds = boardKinds(this.list, this.chips);
        const offers = offersFor(this.list, this.draft.kind);
        return html`${this.kindField(kinds)}
            ${
                offers.length > 0
                    ? html`<fieldset class="gap">
                          <legend>Version</legend>
                          ${offers.map((offer) => this.offer(offer))}
                      </fieldset>`
                    : nothing
            }
            <fieldset class="own">
                <legend>Or a file of your own</legend>
                ${this.list.uploads.map((upload) => this.upload(upload))} ${this.dropZone()}
            </fieldset>
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>`;
    }

    private kindField(kinds: readonly BoardKind[]): unknown {
        const likely = kinds.filter((kind) => kind.likely);
        const others = kinds.filter((kind) => !kind.likely);
        const option = ({ board, title }: BoardKind): unknown =>
            html`<option value=${board} ?selected=${board === this.draft.kind}>${title}</option>`;
        return html`<label class="label" for="kind">Kind of board</label>
            <select id="kind" class="field" aria-describedby="why" @change=${this.chooseKind}>
                <option value="" ?selected=${this.draft.kind === ""}>Choose…</option>
                ${
                    likely.length > 0
                        ? html`<optgroup label="Likely">${likely.map(option)}</optgroup>
                              <optgroup label="Others">${others.map(option)}</optgroup>`
                        : others.map(option)
                }
            </select>
            <p id="why" class="small soft">
                ${
                    likely.length === 0
                        ? "It is printed on the chip's metal lid. "
                        : this.found
                          ? "The chip that was found here last time. "
                          : "Suggested by the USB number of what is plugged in. "
                }The
                hub asks the chip before it changes anything, and refuses what is not for it.
            </p>`;
    }

    private offer(offer: Offer): unknown {
        return html`<label class="choice" data-firmware=${offer.name}>
            <input
                type="radio"
                name="firmware"
                .checked=${this.draft.firmware === offer.name && this.draft.upload === ""}
                @change=${() => this.change({ firmware: offer.name, upload: "" })}
            />
            <span>
                <span class="name">${offer.title}</span><br />
                <span class="small soft">${offer.here ? "Is here already" : "Fetched from the network first"}</span>
            </span>
            ${offer.suggested ? html`<span class="tag good">Suggested</span>` : nothing}
        </label>`;
    }

    private upload(upload: Upload): unknown {
        const doubt = uploadDoubt(upload, this.chips);
        return html`<div class="choice" data-upload=${upload.id}>
            <input
                type="radio"
                name="firmware"
                id=${upload.id}
                .checked=${this.draft.upload === upload.id}
                @change=${() => this.change({ upload: upload.id, firmware: "" })}
            />
            <label for=${upload.id}>
                <span class="name">${upload.name}</span><br />
                <span class="small soft">${upload.what}</span>
                ${doubt === "" ? nothing : html`<br /><span class="small warn">${doubt}</span>`}
            </label>
            <button
                class="button quiet square"
                aria-label="Remove ${upload.name}"
                title="Remove"
                @click=${() => this.forget(upload)}
            >
                ${icon("close", 16)}
            </button>
        </div>`;
    }

    private dropZone(): unknown {
        const enter = (event: DragEvent): void => {
            event.preventDefault();
            this.over = true;
        };
        const drop = (event: DragEvent): void => {
            event.preventDefault();
            this.over = false;
            void this.take(event.dataTransfer?.files[0]);
        };
        const pick = (event: Event): void => {
            const input = event.target as HTMLInputElement;
            const file = input.files?.[0];
            void this.take(file).then(() => (input.value = ""));
        };
        return html`<label
            class="drop ${this.over ? "over" : ""}"
            @dragover=${enter}
            @dragleave=${() => (this.over = false)}
            @drop=${drop}
        >
            ${icon("file", 24)}
            <span role="status"
                >${
                    this.sending === ""
                        ? html`Drop a <code>.bin</code> or <code>.uf2</code> here, or <b>choose a file</b>`
                        : `The hub takes ${this.sending} and looks at it…`
                }</span
            >
            ${this.sent ? this.progress(this.sent) : nothing}
            <input class="unseen" type="file" accept=".bin,.uf2" ?disabled=${this.sending !== ""} @change=${pick} />
        </label>`;
    }

    /** Its figures change too often to be said aloud. */
    private progress(sent: Sent): unknown {
        return html`<span class="sent small soft" data-sent>
            <progress
                aria-label="Sent of ${this.sending}"
                aria-valuetext=${sentText(sent)}
                max=${sent.total}
                .value=${sent.done}
            ></progress>
            ${sentText(sent)}
        </span>`;
    }

    private readonly chooseKind = (event: Event): void => {
        const kind = (event.target as HTMLSelectElement).value;
        const [offer] = this.list ? offersFor(this.list, kind) : [];
        this.change({ kind, firmware: offer?.name ?? "", upload: "" });
    };

    private async take(file: File | undefined): Promise<void> {
        if (!file || this.sending !== "") return;
        const trouble = fileTrouble(file);
        this.problem = trouble === "" ? null : new Problem("invalid_argument", trouble, "Choose another file.");
        if (this.problem) return;
        this.sending = file.name;
        this.sent = { done: 0, total: file.size };
        try {
            const upload = await uploadFirmware(this.hub.http, file, (sent) => (this.sent = sent));
            this.change({ upload: upload.id, firmware: "" });
            this.renew();
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.sending = "";
        this.sent = null;
    }

    private async forget(upload: Upload): Promise<void> {
        try {
            await forgetUpload(this.hub.http, upload.id);
            if (this.draft.upload === upload.id) this.change({ upload: "" });
            this.renew();
        } catch (error) {
            this.problem = asProblem(error);
        }
    }

    private renew(): void {
        this.dispatchEvent(new Event("renew"));
    }

    private change(detail: Partial<FlashDraft>): void {
        this.dispatchEvent(new CustomEvent("draft", { detail }));
    }
}
