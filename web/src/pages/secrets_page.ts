// SPDX-License-Identifier: Apache-2.0
// <ouro-secrets>: passwords and keys for the boards whose apps need them. Names come from the hub, values only go there.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/http";
import { listSecrets } from "../api/secrets";
import type { Secret } from "../api/types";
import { HubElement } from "../components/hub_element";
import { icon } from "../components/icons";
import "../components/problem";
import "../components/secret_form";
import type { SecretForm } from "../components/secret_form";
import "../components/secret_list";
import { boardChoices, boardText, type BoardChoice } from "../model/secrets";
import { page_styles } from "../styles/page";
import { shared } from "../styles/shared";

@customElement("ouro-secrets")
export class SecretsPage extends HubElement {
    /** A secret to begin with. */
    @property() name = "";
    @state() private secrets: readonly Secret[] | null = null;
    @state() private problem: Problem | null = null;
    @state() private said = "";
    private epoch = -1;

    static override styles = [
        shared,
        page_styles,
        css`
            .said {
                display: flex;
                align-items: center;
                gap: 8px;
                margin-top: 16px;
                color: var(--accent);
                font-weight: 550;
            }
        `,
    ];

    override willUpdate(changed: Map<PropertyKey, unknown>): void {
        if (changed.has("name") && this.name !== "" && this.secrets) void this.begin(this.name, "");
        if (this.epoch === this.hub.epoch || !this.hub.owns) return;
        this.epoch = this.hub.epoch;
        void this.load();
    }

    override render(): unknown {
        return html`<header>
                <h1 tabindex="-1">Secrets</h1>
                <p class="soft">Passwords and keys, for the boards whose apps need them.</p>
                <div role="status">
                    ${this.said === "" ? nothing : html`<p class="said">${icon("good")} ${this.said}</p>`}
                </div>
            </header>
            <div class="stack">${this.hub.owns ? this.cards() : this.others()}</div>`;
    }

    private others(): unknown {
        return html`<section class="card" data-refused>
            <p>Only who owns the hub may see which secrets there are, and change them.</p>
            <p class="small soft">
                What to try: sign in with the address that <code>ouro url</code> prints on the machine of the hub. Whom
                Home Assistant lets in may do everything but this.
            </p>
        </section>`;
    }

    private cards(): unknown {
        const { hub, secrets } = this;
        const choices = boardChoices(this.boards(), secrets ?? []);
        return html`${this.problem ? html`<ouro-problem .problem=${this.problem}></ouro-problem>` : nothing}
        ${
            secrets
                ? html`<ouro-secret-form
                          .hub=${hub}
                          .secrets=${secrets}
                          .choices=${choices}
                          @kept=${(event: CustomEvent<Secret>) => this.tell(event.detail, "kept", choices)}
                      ></ouro-secret-form>
                      <ouro-secret-list
                          .hub=${hub}
                          .secrets=${secrets}
                          .choices=${choices}
                          @replace=${({ detail }: CustomEvent<Secret>) => this.begin(detail.name, detail.board ?? "")}
                          @removed=${(event: CustomEvent<Secret>) => this.tell(event.detail, "removed", choices)}
                      ></ouro-secret-list>`
                : this.problem
                  ? nothing
                  : html`<p class="soft">Asking the hub which there are…</p>`
        }`;
    }

    private *boards() {
        for (const { board } of this.hub.world.boards.values()) yield board;
    }

    private tell({ name, board }: Secret, what: string, choices: readonly BoardChoice[]): void {
        this.said = `${name} is ${what} for ${boardText(board, choices)}`;
        void this.load();
    }

    private async begin(name: string, board: string): Promise<void> {
        await this.updateComplete;
        await this.renderRoot.querySelector<SecretForm>("ouro-secret-form")?.begin(name, board);
    }

    private async load(): Promise<void> {
        const first = this.secrets === null;
        try {
            this.secrets = await listSecrets(this.hub.http);
            this.problem = null;
            if (first && this.name !== "") await this.begin(this.name, "");
        } catch (error) {
            this.problem = asProblem(error);
        }
    }
}
