// SPDX-License-Identifier: Apache-2.0
// What a person has chosen so far in the flash dialog, what is still missing, and what will happen.
import type { FirmwareList, JobRequest } from "../api/types";
import { addressOf, addressTrouble } from "./ports";

export type Step = "board" | "firmware" | "check";
export const steps: readonly Step[] = ["board", "firmware", "check"];

export type Baud = NonNullable<Extract<JobRequest, { kind: "flash" }>["baud"]>;
export const bauds: readonly Baud[] = [115200, 230400, 460800, 921600];

export interface FlashDraft {
    /** The chosen port's path. */
    readonly port: string;
    readonly address: string;
    /** The address counts, not the port. */
    readonly by_address: boolean;
    /** The catalogue's word for the kind of board; empty while nobody has said. */
    readonly kind: string;
    /** One of the two, or none yet. */
    readonly firmware: string;
    readonly upload: string;
    readonly erase_all: boolean;
    readonly raw: boolean;
    readonly force: boolean;
    readonly in_bootloader: boolean;
    readonly baud: Baud | null;
}

export const empty_draft: FlashDraft = {
    port: "",
    address: "",
    by_address: false,
    kind: "",
    firmware: "",
    upload: "",
    erase_all: false,
    raw: false,
    force: false,
    in_bootloader: false,
    baud: null,
};

/** The choices of a job that was asked for, to be changed and asked for again. */
export function draftOf(request: JobRequest): FlashDraft {
    if (request.kind !== "flash") return empty_draft;
    const by_address = request.board.includes("://");
    return {
        port: by_address ? "" : request.board,
        address: by_address ? request.board : "",
        by_address,
        kind: (request.firmware ?? "").replace(/[/@].*$/, ""),
        firmware: request.firmware ?? "",
        upload: request.upload ?? "",
        erase_all: request.erase_all ?? false,
        raw: request.raw ?? false,
        force: request.force ?? false,
        in_bootloader: request.in_bootloader ?? false,
        baud: request.baud ?? null,
    };
}

export const placeOf = (draft: FlashDraft): string => (draft.by_address ? addressOf(draft.address) : draft.port);

/** What is missing before the step after this one; empty when nothing is. */
export function missing(draft: FlashDraft, step: Step): string {
    if (step !== "firmware") {
        if (draft.by_address) return addressTrouble(draft.address);
        if (draft.port === "") return "Choose the board that the firmware goes to.";
    }
    if (step !== "board" && draft.firmware === "" && draft.upload === "") return "Choose the firmware.";
    return "";
}

/** The job that does what was chosen. Only what differs from the usual is said. */
export function requestOf(draft: FlashDraft): JobRequest {
    return {
        kind: "flash",
        board: placeOf(draft),
        ...(draft.upload === "" ? { firmware: draft.firmware } : { upload: draft.upload }),
        ...(draft.erase_all ? { erase_all: true } : {}),
        ...(draft.raw ? { raw: true } : {}),
        ...(draft.force ? { force: true } : {}),
        ...(draft.in_bootloader ? { in_bootloader: true } : {}),
        ...(draft.baud === null ? {} : { baud: draft.baud }),
    };
}

/** "MicroPython 1.28.0 for ESP32", or a file's name. */
export function firmwareTitle(draft: FlashDraft, list: FirmwareList | null): string {
    if (draft.upload !== "") return list?.uploads.find((one) => one.id === draft.upload)?.name ?? "your file";
    const entry = list?.catalogue.find((one) => one.name === draft.firmware);
    if (!entry) return draft.firmware;
    return `${entry.system === "micropython" ? "MicroPython" : "CircuitPython"} ${entry.version} for ${entry.title}`;
}

/** What will happen, one sentence each, in order. */
export function consequences(draft: FlashDraft, list: FirmwareList | null): string[] {
    const entry = list?.catalogue.find((one) => draft.upload === "" && one.name === draft.firmware);
    const first = entry && !entry.here ? ["The hub fetches the firmware from the network first; later it has it."] : [];
    const erased = draft.erase_all
        ? "Everything on the chip is erased: its firmware, its files and its settings."
        : "The firmware that is on it now is replaced. Its files most often stay, but nobody promises that.";
    return [
        ...first,
        "The board is reset into its bootloader, and whatever runs on it stops.",
        erased,
        "What was written is proven, and the board is started. It takes a minute or two: leave the cable in.",
    ];
}
