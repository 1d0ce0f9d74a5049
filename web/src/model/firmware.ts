// SPDX-License-Identifier: Apache-2.0
// Which firmware is worth offering for a board: by its USB numbers, by what was learnt of its chip, newest first.
import type { FirmwareList, Job, Port, Upload } from "../api/types";
import { usbText } from "./ports";

export interface BoardKind {
    readonly board: string;
    readonly title: string;
    readonly likely: boolean;
}

export interface Offer {
    /** What a job is asked for. */
    readonly name: string;
    /** "MicroPython 1.28.0" */
    readonly title: string;
    readonly here: boolean;
    /** The newest MicroPython for this board, or else the newest there is. */
    readonly suggested: boolean;
}

const system_names = { micropython: "MicroPython", circuitpython: "CircuitPython" } as const;

/** "ESP32-S3" as the catalogue spells it. */
const chipWord = (chip: string): string => chip.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Chips by USB numbers, the likeliest first. An adapter has no chip of its own: what is most often soldered to it. */
const chips_by_usb: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^303a:1001$/, ["esp32s3", "esp32c3", "esp32c6"]],
    [/^303a:/, ["esp32s2", "esp32s3"]],
    [/^2e8a:/, ["rp2040", "rp2350"]],
    [/^(10c4|1a86|0403):/, ["esp32", "esp8266"]],
];

/** The catalogue names Picos by their name, not by their chip. */
const chip_of_pico: Readonly<Record<string, string>> = { pico: "rp2040", "pico-w": "rp2040", pico2: "rp2350" };

function chipOfBoard(board: string): string {
    const pico = Object.hasOwn(chip_of_pico, board) ? chip_of_pico[board] : undefined;
    return pico ?? chipWord(/esp[a-z0-9]+$/.exec(board)?.[0] ?? board);
}

/** The chip that the last flash through this port has found; null when there was none. */
export function chipFound(jobs: readonly Job[], place: string): string | null {
    const chip = jobs.find((job) => job.kind === "flash" && job.port === place && job.result)?.result?.["chip"];
    return typeof chip === "string" && chip !== "" ? chipWord(chip) : null;
}

/** Which chips it may be, the likeliest first; empty when nothing is known. */
export function likelyChips(port: Port | undefined, found: string | null): readonly string[] {
    if (found !== null) return [found];
    const id = port ? usbText(port, "id") : undefined;
    return chips_by_usb.find(([pattern]) => id !== undefined && pattern.test(id))?.[1] ?? [];
}

/** The kinds of board that the catalogue knows, likely ones first. */
export function boardKinds(list: FirmwareList, chips: readonly string[]): BoardKind[] {
    const kinds = new Map<string, BoardKind>();
    for (const { board, title } of list.catalogue) {
        kinds.set(board, { board, title, likely: chips.includes(chipOfBoard(board)) });
    }
    const rank = ({ board, likely }: BoardKind): number =>
        likely ? chips.indexOf(chipOfBoard(board)) + (board === chipOfBoard(board) ? 0 : 0.5) : chips.length + 1;
    return [...kinds.values()].sort((a, b) => rank(a) - rank(b));
}

/** The firmware for one kind of board: MicroPython first, the newest first. */
export function offersFor(list: FirmwareList, board: string): Offer[] {
    const order = { micropython: 0, circuitpython: 1 };
    const entries = list.catalogue
        .filter((entry) => entry.board === board)
        .sort((a, b) => order[a.system] - order[b.system] || compareVersions(b.version, a.version));
    return entries.map(({ name, system, version, here }, i) => ({
        name,
        title: `${system_names[system]} ${version}`,
        here,
        suggested: i === 0,
    }));
}

/** Below 0 when `a` is older. A release is newer than its own candidates. */
export function compareVersions(a: string, b: string): number {
    const split = (version: string): readonly [number[], string] => {
        const [numbers = "", more = ""] = version.split(/-(.*)/, 2);
        return [numbers.split(".").map((n) => Number.parseInt(n, 10) || 0), more];
    };
    const [first, first_more] = split(a);
    const [second, second_more] = split(b);
    for (let i = 0; i < Math.max(first.length, second.length); i += 1) {
        const difference = (first[i] ?? 0) - (second[i] ?? 0);
        if (difference !== 0) return difference;
    }
    if (first_more === second_more) return 0;
    if (first_more === "" || second_more === "") return first_more === "" ? 1 : -1;
    return first_more < second_more ? -1 : 1;
}

/** Why an own file may be the wrong one; empty when nothing speaks against it. */
export function uploadDoubt(upload: Upload, chips: readonly string[]): string {
    if (upload.chip === null || chips.length === 0 || chips.includes(chipWord(upload.chip))) return "";
    return `It is for ${upload.chip}, which this board does not seem to have. The hub looks before it writes.`;
}

/** What is too large to be sent, or nothing at all; empty when it can be sent. */
export function fileTrouble(file: { readonly size: number; readonly name: string }): string {
    if (file.size === 0) return `${file.name} is empty.`;
    if (file.size > upload_size_max) return `${file.name} is larger than 64 MiB, which no firmware is.`;
    return "";
}

export const upload_size_max = 64 * 1024 * 1024;
