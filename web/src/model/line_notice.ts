// SPDX-License-Identifier: Apache-2.0
// What the hub says beside a board's console, and what a person is told of it.
import type { LineNotice } from "../api/types";
import { exactTime } from "./format";

export interface LineStatus {
    /** "ouro fs put (pid 12) has the prompt since 12:03:07"; null while everybody may type. */
    readonly held: string | null;
    /** Why the last thing that was typed went nowhere, or why the connection ended; null if all is well. */
    readonly trouble: string | null;
}

export const free_line: LineStatus = { held: null, trouble: null };

const types = ["replay", "lease", "lease_end", "refused", "gone", "back", "skipped", "done", "failed", "cut"];

/** A text frame of the hub; null for one that is none of ours. */
export function readNotice(text: string): LineNotice | null {
    try {
        const notice: unknown = JSON.parse(text);
        if (typeof notice !== "object" || notice === null) return null;
        return types.includes(String((notice as { type?: unknown }).type)) ? (notice as LineNotice) : null;
    } catch {
        return null;
    }
}

export function withNotice(status: LineStatus, notice: LineNotice): LineStatus {
    switch (notice.type) {
        case "lease":
            return { held: `${notice.name} has the prompt since ${exactTime(notice.since_ms)}`, trouble: null };
        case "lease_end":
            return { ...status, held: null };
        case "refused":
            return { ...status, trouble: notice.message };
        case "gone":
            return { held: null, trouble: `The board is away: ${notice.reason}` };
        case "cut":
            return { held: null, trouble: notice.reason };
        case "back":
            return { ...status, trouble: null };
        case "replay":
        case "skipped":
        case "done":
        case "failed":
            return status;
    }
}
