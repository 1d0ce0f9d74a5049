// SPDX-License-Identifier: Apache-2.0
// How the newest command of an entity went, in one line. Said aloud by screen readers as it changes.
import { html, nothing, type TemplateResult } from "lit";
import type { Command } from "../api/types";
import { outcomeText } from "../model/outcome";
import { icon } from "./icons";

/** `under_way`: the board has begun, as its state shows. Empty when there was no command yet; the element stays, so that its first text is announced. */
export function commandNote(command: Command | undefined, skew_ms: number, under_way = false): TemplateResult {
    const said = command ? outcomeText(command.outcome, command.text, under_way) : null;
    const sign = said?.tone === "good" ? "good" : said?.tone === "plain" ? null : "warning";
    return html`<p class="note small ${said?.tone ?? ""}" role="status" data-outcome=${command?.outcome ?? ""}>
        ${
            said
                ? html`${sign ? icon(sign, 16) : nothing}<span>${said.text}</span> ${
                          command?.outcome === "sent"
                              ? nothing
                              : html`<ouro-age
                                    class="soft"
                                    aria-hidden="true"
                                    .at=${command?.at_ms ?? 0}
                                    .skew=${skew_ms}
                                ></ouro-age>`
                      }`
                : nothing
        }
    </p>`;
}
