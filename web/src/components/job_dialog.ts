// SPDX-License-Identifier: Apache-2.0
// <ouro-job-dialog>: the dialog over the page: flash firmware, deploy an app, or one job as it goes on. The browser keeps the keys inside.
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Job } from "../api/types";
import { titleOf } from "../model/jobs";
import type { Over } from "../model/route";
import { shared } from "../styles/shared";
import "./deploy_form";
import "./flash_form";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import "./job_view";
import { showOver } from "./over";

/** What has the keyboard now, also inside of components. */
function focused(): HTMLElement | null {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element instanceof HTMLElement ? element : null;
}

@customElement("ouro-job-dialog")
export class JobDialog extends HubElement {
    @property({ attribute: false }) over!: Over;
    private opener: HTMLElement | null = null;

    static override styles = [
        shared,
        css`
            dialog {
                box-sizing: border-box;
                width: min(640px, calc(100vw - 32px));
                max-height: min(860px, calc(100dvh - 48px));
                padding: 0;
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: var(--surface);
                color: var(--ink);
                box-shadow: 0 24px 80px -16px #000a;
                overflow: hidden;
            }
            dialog[open] {
                display: flex;
                flex-direction: column;
            }
            dialog::backdrop {
                background: #0008;
            }
            header {
                display: flex;
                align-items: center;
                gap: 12px;
                padding: 16px 12px 12px 24px;
                border-bottom: 1px solid var(--line);
            }
            h2 {
                flex: 1;
                font-size: 1.25rem;
                line-height: 28px;
                letter-spacing: -0.01em;
                overflow-wrap: anywhere;
                min-width: 0;
                outline: none;
            }
            .close {
                flex: none;
                width: 40px;
                padding: 0;
            }
            .body {
                display: flex;
                flex-direction: column;
                min-height: 0;
                flex: 1;
                overflow-y: auto;
                overscroll-behavior: contain;
            }
            .body > p {
                padding: 24px;
            }
            @media (max-width: 600px) {
                dialog {
                    width: 100vw;
                    max-width: none;
                    height: 100dvh;
                    max-height: none;
                    border: 0;
                    border-radius: 0;
                }
                header {
                    padding: 12px 4px 12px 16px;
                }
                .body > p {
                    padding: 16px;
                }
            }
        `,
    ];

    override connectedCallback(): void {
        super.connectedCallback();
        this.opener = focused();
    }

    /** Also when the browser's way back was taken: the keyboard goes on where it was. */
    override disconnectedCallback(): void {
        super.disconnectedCallback();
        const opener = this.opener;
        queueMicrotask(() => opener?.isConnected && opener.focus({ preventScroll: true }));
    }

    override firstUpdated(): void {
        this.dialog?.showModal();
        this.focusTitle();
    }

    override updated(changed: Map<PropertyKey, unknown>): void {
        const before = changed.get("over") as Over | undefined;
        if (before && JSON.stringify(before) !== JSON.stringify(this.over)) this.focusTitle();
    }

    override render(): unknown {
        return html`<dialog aria-labelledby="title" @close=${this.leave} @dragover=${this.hold} @drop=${this.hold}>
            <header>
                <h2 id="title" tabindex="-1">${this.heading()}</h2>
                <button class="button quiet close" aria-label="Close" @click=${() => this.dialog?.close()}>
                    ${icon("close")}
                </button>
            </header>
            <div class="body">${this.body()}</div>
        </dialog>`;
    }

    private heading(): string {
        switch (this.over.dialog) {
            case "flash":
                return "Flash firmware";
            case "deploy":
                return `Deploy an app to ${this.hub.world.boards.get(this.over.board)?.board.name ?? this.over.board}`;
            case "job":
                return this.job ? titleOf(this.job) : "A job";
        }
    }

    private body(): unknown {
        if (this.over.dialog === "job") return this.jobBody();
        if (!this.hub.allowed)
            return html`<p class="soft">
                You may look at everything here, but not change a board. Who runs the hub can give you more.
            </p>`;
        return this.over.dialog === "deploy"
            ? html`<ouro-deploy-form .hub=${this.hub} .board=${this.over.board}></ouro-deploy-form>`
            : html`<ouro-flash-form
                  .hub=${this.hub}
                  .board=${this.over.board}
                  .again=${this.over.again}
              ></ouro-flash-form>`;
    }

    private jobBody(): unknown {
        if (this.job) return html`<ouro-job-view .hub=${this.hub} .job=${this.job}></ouro-job-view>`;
        return this.hub.world.jobs === null
            ? html`<p class="soft" role="status">Asking the hub for this job…</p>`
            : html`<p class="soft">The hub no longer knows this job: it keeps the last 50.</p>`;
    }

    private get job(): Job | undefined {
        const { over } = this;
        return over.dialog === "job" ? this.hub.world.jobs?.find((job) => job.id === over.id) : undefined;
    }

    private get dialog(): HTMLDialogElement | null {
        return this.renderRoot.querySelector("dialog");
    }

    private focusTitle(): void {
        this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    }

    private readonly leave = (): void => {
        if (this.isConnected) showOver(null, true);
    };

    /** A file that misses its place must not replace the page. */
    private readonly hold = (event: Event): void => event.preventDefault();
}
