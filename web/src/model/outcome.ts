// SPDX-License-Identifier: Apache-2.0
// How a command ended, in words that say what it means and what to do.

export interface Outcome {
    readonly text: string;
    readonly tone: "good" | "warn" | "bad" | "plain";
}

/** Reasons that a board or the hub gives, by the word that docs/protocol.md has for them. */
const reasons: Readonly<Record<string, string>> = {
    busy: "Busy: it is still doing the one before. Wait a moment and try again.",
    expired: "It came too late, so it was not done. Try again.",
    duplicate: "It was done already, so nothing moved twice.",
    rate_limited: "Too many in a second. Wait a moment and try again.",
    not_found: "The board does not know this control. Reload the page.",
    invalid_argument: "The board does not take this value.",
    disconnected: "The board is not connected, so nothing was sent.",
};

/** `under_way`: the board has begun, though it has not said how it ended. */
export function outcomeText(outcome: string, text: string, under_way = false): Outcome {
    const said = text.trim();
    const word = /^[a-z_]+/.exec(said)?.[0] ?? "";
    const reason = Object.hasOwn(reasons, word) ? reasons[word] : undefined;
    switch (outcome) {
        case "sent":
            return { text: under_way ? "The board is at it" : "Sent; waiting for the board", tone: "plain" };
        case "done":
            return { text: "Done", tone: "good" };
        case "refused":
            return { text: reason ?? `Refused${said && `: ${said}`}`, tone: "warn" };
        case "failed":
            return reason ? { text: reason, tone: "warn" } : { text: `Failed${said && `: ${said}`}`, tone: "bad" };
        case "timeout":
            return {
                text: "The board did not answer in time. Look whether it moved before you try again.",
                tone: "bad",
            };
        default:
            return { text: said || outcome, tone: "plain" };
    }
}
