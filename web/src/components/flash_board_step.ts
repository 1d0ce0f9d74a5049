// SPDX-License-Identifier: Apache-2.0
// <ouro-flash-board-step>: what is plugged in, as choices; an address on the network; and what to try when nothing is there.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { FlashDraft } from "../model/flash_draft";
import type { PortOffer } from "../model/ports";
import { choices } from "../styles/choices";
import { shared } from "../styles/shared";

@customElement("ouro-flash-board-step")
export class FlashBoardStep extends LitElement {
    @property({ attribute: false }) draft!: FlashDraft;
    /** Null until the hub has looked. */
    @property({ attribute: false }) ports: readonly PortOffer[] | null = null;
    /** May speak to addresses on the network. */
    @property({ type: Boolean }) network = false;
    /** How many virtual boards there are, which need no firmware. */
    @property({ type: Number }) virtual = 0;

    static override styles = [
        shared,
        choices,
        css`
            .address {
                margin: 4px 0 0 40px;
            }
            ol {
                margin: 8px 0 0;
                padding-left: 20px;
                display: grid;
                gap: 8px;
            }
        `,
    ];

    override render(): unknown {
        return html`<fieldset aria-describedby="live">
                <legend class="unseen">Board</legend>
                ${this.ports?.map((offer) => this.port(offer))} ${this.none()}
                ${this.network ? this.address() : nothing}
            </fieldset>
            <p id="live" class="small soft gap">
                The list follows what is plugged
                in.${this.virtual > 0 ? " Virtual boards are not in it: they have no chip to flash." : ""}
            </p>
            <details class="small">
                <summary>My board is not listed</summary>
                <ol class="soft">
                    <li>Try another cable: many only charge. Plug it into the machine that the hub runs on.</li>
                    <li>Try another socket of that machine, without a hub of sockets in between.</li>
                    <li>
                        Hold the button BOOT (or FLASH), press and release RESET, and let BOOT go. Some boards appear
                        only then. The last step has an option for it.
                    </li>
                    <li>Run <code>ouro doctor</code> on the hub's machine: it says what is in the way of a port.</li>
                    ${
                        this.network
                            ? html`<li>A board at another machine is reached through its address, as above.</li>`
                            : nothing
                    }
                </ol>
            </details>`;
    }

    private port(offer: PortOffer): unknown {
        const chosen = !this.draft.by_address && this.draft.port === offer.path;
        return html`<label class="choice" data-port=${offer.path}>
            <input
                type="radio"
                name="board"
                .checked=${chosen}
                ?disabled=${!offer.usable}
                @change=${() => this.change({ port: offer.path, by_address: false })}
            />
            <span>
                <span class="name">${offer.title}</span><br />
                <span class="small soft">${offer.where}</span>
                ${
                    offer.note === ""
                        ? nothing
                        : html`<br /><span class="small ${offer.usable ? "soft" : "warn"}">${offer.note}</span>`
                }
            </span>
            ${offer.fresh ? html`<span class="tag good">New</span>` : nothing}
        </label>`;
    }

    private none(): unknown {
        if (this.ports === null) return html`<p class="nothing soft" role="status">Looking what is plugged in…</p>`;
        if (this.ports.length > 0) return nothing;
        return html`<p class="nothing" data-none>
            <b>Nothing is plugged in yet.</b><br /><span class="soft"
                >Connect the board to the hub's machine with a USB cable. It appears here by itself.</span
            >
        </p>`;
    }

    private address(): unknown {
        const typed = (event: Event): void =>
            this.change({ address: (event.target as HTMLInputElement).value, by_address: true });
        const enter = (event: KeyboardEvent): void => {
            if (event.key === "Enter") this.dispatchEvent(new Event("go"));
        };
        return html`<label class="choice" data-port="network">
                <input
                    type="radio"
                    name="board"
                    .checked=${this.draft.by_address}
                    @change=${() => this.change({ by_address: true })}
                />
                <span>
                    <span class="name">An address on the network</span><br />
                    <span class="small soft">A serial port that another machine shares (RFC 2217)</span>
                </span>
            </label>
            ${
                this.draft.by_address
                    ? html`<div class="address">
                          <label class="unseen" for="address">Address</label>
                          <input
                              id="address"
                              class="field"
                              maxlength="128"
                              inputmode="url"
                              autocomplete="off"
                              autocapitalize="off"
                              spellcheck="false"
                              placeholder="rfc2217://host:4000"
                              .value=${this.draft.address}
                              @input=${typed}
                              @keydown=${enter}
                          />
                      </div>`
                    : nothing
            }`;
    }

    private change(detail: Partial<FlashDraft>): void {
        this.dispatchEvent(new CustomEvent("draft", { detail }));
    }
}
