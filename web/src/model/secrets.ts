// SPDX-License-Identifier: Apache-2.0
// Secrets: what can be a name and a value, which there are, and which ones an app misses. The hub decides; this only says it sooner.
import type { Board, Secret } from "../api/types";

const value_size_max = 1_024;

/** What is wrong with a name; empty if nothing is. */
export function nameTrouble(name: string): string {
    if (name === "") return "Type the name that the app reads it by.";
    if (/^[A-Za-z_][A-Za-z0-9_]{0,47}$/.test(name)) return "";
    return "A name is 1 to 48 letters, digits and _, and does not begin with a digit.";
}

/** What is wrong with a value; empty if nothing is. */
export function valueTrouble(value: string): string {
    if (value === "") return "Type its value.";
    // eslint-disable-next-line no-control-regex
    const fits = new TextEncoder().encode(value).length <= value_size_max && !/[\u0000-\u001f\u007f]/.test(value);
    return fits ? "" : "A secret is one line of 1 to 1024 bytes.";
}

/** A board that a secret can be for alone. */
export interface BoardChoice {
    readonly uid: string;
    readonly name: string;
}

/** The boards that the hub knows, by name, and those that only a secret knows. */
export function boardChoices(boards: Iterable<Board>, secrets: readonly Secret[]): readonly BoardChoice[] {
    const known = [...boards].map(({ uid, name }) => ({ uid, name }));
    const others = new Set(secrets.map((secret) => secret.board ?? ""));
    for (const { uid } of known) others.delete(uid);
    others.delete("");
    return [...known, ...[...others].map((uid) => ({ uid, name: uid }))].sort((a, b) => a.name.localeCompare(b.name));
}

/** "all boards", "Front door", or the uid of one that is not here. */
export const boardText = (board: string | null, choices: readonly BoardChoice[]): string =>
    board === null ? "all boards" : (choices.find(({ uid }) => uid === board)?.name ?? `board ${board}`);

export const isSame = (secret: Secret, name: string, board: string): boolean =>
    secret.name === name && (secret.board ?? "") === board;

/** Names that stock boards know; docs/stock-boards.md says what each is. */
export const usual_names: readonly string[] = [
    "CIRCUITPY_WIFI_SSID",
    "CIRCUITPY_WIFI_PASSWORD",
    "HA_BROKER",
    "HA_USER",
    "HA_PASSWORD",
    "HA_UPDATE_KEY",
];

/** The secrets that a deploy was refused for, out of what it said. */
export function missingSecrets(message: string): readonly string[] {
    const said = /secrets that are not kept here: (\w+(?:, \w+)*)/.exec(message)?.[1] ?? "";
    return said.split(", ").filter((name) => nameTrouble(name) === "");
}
