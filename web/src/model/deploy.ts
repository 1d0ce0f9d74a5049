// SPDX-License-Identifier: Apache-2.0
// Bringing an app to a board: its folder's name, and the job that does it.
import type { JobRequest } from "../api/types";

const name_size_max = 128;
/** How long an app must not crash before it is taken for a good one. */
export const health_s = 10;

/** What is wrong with the name of an app's folder; empty if nothing is. */
export function folderTrouble(typed: string): string {
    const name = typed.trim();
    if (name === "") return "Type the name of the app's folder.";
    if (name.length > name_size_max) return "No folder's name is as long as that.";
    const parts = name.split("/");
    const good = parts.every((part) => /^[A-Za-z0-9_.-]+$/.test(part) && !/^[.-]/.test(part));
    return good ? "" : "A name has letters, digits, _, - and . only, and begins with none of the last two.";
}

export const deployRequest = (board: string, typed: string, roll_back: boolean): JobRequest => ({
    kind: "deploy",
    board,
    app: typed.trim(),
    health_s,
    ...(roll_back ? { roll_back: true } : {}),
});
