// SPDX-License-Identifier: Apache-2.0
// <ouro-deploy-form>: brings an app to a board, or the version before back. Asks for the name of the app's folder.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/http";
import { startJob } from "../api/jobs";
import { deployRequest, folderTrouble, health_s } from "../model/deploy";
import { choices } from "../styles/choices";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";
import { showOver } from "./over";
import "./problem";

@customElement("ouro-deploy-form")
export class DeployForm extends HubElement {
    /** A uid, a port or an address. */
    @property() board = "";
    /** Part of another view: without its own frame, and only the way forward. */
    @property({ type: Boolean }) inset = false;
    @state() private trouble = "";
    @state() private problem: Problem | null = null;
    @state() private busy = false;

    static override styles = [
        shared,
        choices,
        css`
            form {
                display: grid;
                gap: 16px;
                padding: 24px;
            }
            :host([inset]) form {
                padding: 0;
            }
            .line {
                display: flex;
                gap: 8px;
                flex-wrap: wrap;
            }
            .line .field {
                flex: 1 1 200px;
                width: auto;
                min-width: 0;
            }
            .line .button {
                min-height: 44px;
            }
            @media (max-width: 600px) {
                form {
                    padding: 16px;
                }
            }
        `,
    ];

    override render(): unknown {
        const off = !this.hub.usable || this.busy;
        return html`<form @submit=${this.submit} novalidate>
            <div>
                <label class="label" for="app">App</label>
                <div class="line">
                    <input
                        id="app"
                        class="field"
                        maxlength="128"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        placeholder="intercom"
                        aria-describedby="hint trouble"
                        aria-invalid=${this.trouble === "" ? "false" : "true"}
                    />
                    <button class="button primary" ?disabled=${off}>${this.busy ? "Asking…" : "Deploy"}</button>
                </div>
                <p id="trouble" class="trouble small" role="alert">${this.trouble}</p>
            </div>
            <p id="hint" class="small soft">
                The name of a folder among the hub's apps. It is copied beside the version before, started, and watched
                for ${health_s} seconds; if it crashes, the one before comes back by itself.
            </p>
            ${
                this.inset
                    ? nothing
                    : html`<p>
                          <button type="button" class="button slim" ?disabled=${off} @click=${() => this.start(true)}>
                              Go back to the version before
                          </button>
                      </p>`
            }
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
        </form>`;
    }

    private readonly submit = (event: Event): void => {
        event.preventDefault();
        void this.start(false);
    };

    private async start(roll_back: boolean): Promise<void> {
        const input = this.renderRoot.querySelector<HTMLInputElement>("#app");
        const typed = input?.value ?? "";
        this.trouble = folderTrouble(typed);
        if (this.trouble !== "") {
            input?.focus();
            return;
        }
        this.busy = true;
        this.problem = null;
        try {
            const job = await startJob(this.hub.http, deployRequest(this.board, typed, roll_back));
            showOver({ dialog: "job", id: job.id }, true);
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.busy = false;
    }
}
