// SPDX-License-Identifier: Apache-2.0
// <ouro-problem>: what happened, what to try, a copy for whoever helps, and the details for the curious.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Problem } from "../api/http";
import { typedParts } from "../model/format";
import { shared } from "../styles/shared";
import { icon } from "./icons";

const said = (message: string): unknown =>
    typedParts(message).map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));

@customElement("ouro-problem")
export class ProblemBox extends LitElement {
    @property({ attribute: false }) problem: Problem | null = null;
    /** Offers a way to put the message away. */
    @property({ type: Boolean }) dismissable = false;
    @state() private copied = "";

    static override styles = [
        shared,
        css`
            .box {
                background: var(--bad-soft);
                border: 1px solid color-mix(in oklab, var(--bad) 35%, transparent);
                border-radius: var(--radius-small);
                padding: 16px;
                overflow-wrap: anywhere;
            }
            .what {
                display: flex;
                gap: 8px;
                font-weight: 600;
            }
            .what svg {
                flex: none;
                margin-top: 2px;
                color: var(--bad);
            }
            .more {
                display: flex;
                flex-wrap: wrap;
                align-items: flex-start;
                gap: 8px;
                margin-top: 12px;
            }
            details {
                flex: 1 1 100%;
                order: 9;
            }
            summary {
                cursor: pointer;
                font-size: 0.875rem;
                color: var(--ink-soft);
                min-height: 24px;
            }
            pre {
                margin: 8px 0 0;
                font: 0.8125rem/1.5 var(--mono);
                white-space: pre-wrap;
            }
        `,
    ];

    override willUpdate(changed: Map<PropertyKey, unknown>): void {
        if (changed.has("problem")) this.copied = "";
    }

    override render(): unknown {
        const problem = this.problem;
        if (!problem) return nothing;
        return html`<div class="box" role="alert">
            <p class="what">${icon("warning")}<span>${said(problem.message)}</span></p>
            ${problem.hint && html`<p class="small">What to try: ${said(problem.hint)}</p>`}
            <div class="more">
                <button class="button slim" @click=${() => this.copy(problem)}>${this.copied || "Copy"}</button>
                ${
                    this.dismissable
                        ? html`<button
                              class="button slim quiet"
                              @click=${() => this.dispatchEvent(new Event("dismiss"))}
                          >
                              Dismiss
                          </button>`
                        : nothing
                }
                <details>
                    <summary>Show me</summary>
                    <pre>${problem.code}${problem.details && `\n${problem.details}`}</pre>
                </details>
            </div>
        </div>`;
    }

    private async copy(problem: Problem): Promise<void> {
        try {
            await navigator.clipboard.writeText(problem.asText());
            this.copied = "Copied";
        } catch {
            // Without https the clipboard is closed: show the text, so that it can be marked by hand.
            this.renderRoot.querySelector("details")?.setAttribute("open", "");
            this.copied = "Select the text below";
        }
    }
}
