// SPDX-License-Identifier: Apache-2.0
// <ouro-sign-in>: the way in for who has no cookie yet, and where to find the token.
import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { HubElement } from "../components/hub_element";
import { tokenFrom } from "../api/login";
import "../components/problem";
import { shared } from "../styles/shared";
import logo from "../assets/logo.svg?url";

@customElement("ouro-sign-in")
export class SignInPage extends HubElement {
    @state() private busy = false;

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            .card {
                max-width: 448px;
                margin: 8vh auto 0;
                padding: 40px;
            }
            img {
                display: block;
                margin-bottom: 24px;
            }
            h1 + p {
                margin: 8px 0 24px;
            }
            label {
                display: block;
                font-weight: 550;
                margin-bottom: 8px;
            }
            input {
                display: block;
                width: 100%;
                height: 48px;
                padding: 0 12px;
                border: 1px solid var(--line-strong);
                border-radius: var(--radius-small);
                background: var(--surface);
                font-family: var(--mono);
            }
            .button {
                width: 100%;
                min-height: 48px;
                margin: 16px 0 24px;
            }
            .where {
                padding-top: 24px;
                border-top: 1px solid var(--line);
            }
            ouro-problem {
                display: block;
                margin-bottom: 16px;
            }
            @media (max-width: 600px) {
                .card {
                    margin-top: 16px;
                    padding: 24px;
                }
            }
        `,
    ];

    override render(): unknown {
        return html`<section class="card">
            <img src=${logo} width="48" height="48" alt="" />
            <h1 tabindex="-1">Welcome to Ouroboard</h1>
            <p class="soft">Your boards open doors, so the hub wants to know that it is you.</p>
            <form @submit=${this.submit}>
                <label for="token">Token</label>
                <input
                    id="token"
                    name="token"
                    type="password"
                    required
                    maxlength="2000"
                    autocomplete="current-password"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby="where"
                />
                <button class="button primary" ?disabled=${this.busy}>${this.busy ? "Signing in…" : "Sign in"}</button>
            </form>
            <ouro-problem .problem=${this.hub.problem}></ouro-problem>
            <p class="where small soft" id="where">
                Where to find it: run <code>ouro url</code> on the machine of the hub. It prints an address; open it, or
                paste it here.
            </p>
        </section>`;
    }

    private readonly submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        const input = this.renderRoot.querySelector<HTMLInputElement>("#token");
        const token = tokenFrom(input?.value ?? "");
        if (token === "") return;
        this.busy = true;
        await this.hub.signIn(token);
        this.busy = false;
    };
}
