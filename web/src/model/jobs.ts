// SPDX-License-Identifier: Apache-2.0
// Jobs: which there are, which board each works on, and what it does in words.
import type { Board, Job, JobProgress } from "../api/types";
import { missingSecrets } from "./secrets";

/** More than the hub keeps. */
export const jobs_max = 100;

export type Phase = Job["phase"];

export const isActive = (job: Job): boolean => job.state === "queued" || job.state === "running";

/** The list, newest first, with a job as it is now. */
export function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
    if (jobs.some((one) => one.id === job.id)) return jobs.map((one) => (one.id === job.id ? job : one));
    return sorted([job, ...jobs]).slice(0, jobs_max);
}

/** Newest first: ids count up. */
export const sorted = (jobs: readonly Job[]): readonly Job[] => [...jobs].sort((a, b) => Number(b.id) - Number(a.id));

/** Those that work, in the order that they began; then those that ended, newest first. */
export const listed = (jobs: readonly Job[]): readonly Job[] => [
    ...jobs.filter(isActive).reverse(),
    ...jobs.filter((job) => !isActive(job)),
];

/** True for a job with this board: it may be named in several ways, and is then found by its port. */
export const isOf = (job: Job, board: Board, boards_at: ReadonlyMap<string, string>): boolean =>
    job.board !== "" &&
    (job.board === board.uid ||
        job.board === board.name ||
        boards_at.get(job.port) === board.uid ||
        boards_at.get(job.board) === board.uid);

/** The active job that has a port or address, if any. */
export const jobAt = (jobs: readonly Job[], place: string): Job | undefined =>
    jobs.find((job) => isActive(job) && (job.port === place || job.board === place));

/** "Flash esp32@1.25.0", "Deploy intercom". */
export function titleOf(job: Job): string {
    switch (job.kind) {
        case "flash":
            return `Flash ${job.what}`;
        case "erase":
            return "Erase the flash";
        case "fetch":
            return `Fetch ${job.what}`;
        case "deploy":
            return job.request.kind === "deploy" && job.request.roll_back ? "Go back a version" : `Deploy ${job.what}`;
        case "sync":
            return `Sync ${job.what}`;
    }
}

const phase_words: Readonly<Record<Phase, string>> = {
    "": "Starting",
    connect: "Looking for the chip",
    fetch: "Fetching the firmware",
    compare: "Comparing with what is there",
    erase: "Erasing",
    write: "Writing",
    verify: "Proving what was written",
    start: "Starting the board",
    copy: "Copying files",
    switch: "Switching over",
    watch: "Watching that it does not crash",
    roll_back: "Going back to the version before",
};

/** What it does now, or how it ended: said aloud as it changes. */
export function phaseText(job: Job): string {
    if (job.state === "running" && job.cancelling) return "Stopping";
    switch (job.state) {
        case "queued":
            return "Waiting for its turn";
        case "running":
            if (job.phase === "connect" && (job.kind === "deploy" || job.kind === "sync")) return "Reaching the board";
            return phase_words[job.phase] ?? "Working";
        case "done":
            return "Done";
        case "failed":
            return "Failed";
        case "cancelled":
            return "Cancelled";
        case "interrupted":
            return "Interrupted";
    }
}

export type Tone = "plain" | "good" | "warn" | "bad";

export function toneOf(job: Job): Tone {
    switch (job.state) {
        case "queued":
        case "running":
            return "plain";
        case "done":
            return "good";
        case "cancelled":
            return "warn";
        case "failed":
        case "interrupted":
            return "bad";
    }
}

export interface Stretch {
    readonly phases: readonly Phase[];
    /** How much of the way it is, against the others. */
    readonly weight: 1 | 2 | 5;
}

const flash_way: readonly Stretch[] = [
    { phases: ["connect"], weight: 1 },
    { phases: ["compare"], weight: 1 },
    { phases: ["erase", "write"], weight: 5 },
    { phases: ["verify"], weight: 1 },
    { phases: ["start"], weight: 1 },
];

const ways: Readonly<Record<Job["kind"], readonly Stretch[]>> = {
    flash: flash_way,
    erase: [
        { phases: ["connect"], weight: 1 },
        { phases: ["erase"], weight: 5 },
    ],
    fetch: [{ phases: ["fetch"], weight: 5 }],
    deploy: [
        { phases: ["connect"], weight: 1 },
        { phases: ["compare"], weight: 1 },
        { phases: ["copy"], weight: 5 },
        { phases: ["write", "switch", "start"], weight: 1 },
        { phases: ["watch", "roll_back"], weight: 2 },
    ],
    sync: [
        { phases: ["connect"], weight: 1 },
        { phases: ["compare"], weight: 1 },
        { phases: ["copy"], weight: 5 },
    ],
};

/** The stretches of a job's way, in order. Firmware out of the catalogue is fetched first. */
export function wayOf(job: Job): readonly Stretch[] {
    const fetches = job.kind === "flash" && "firmware" in job.request && job.request.firmware !== undefined;
    return fetches ? [{ phases: ["fetch"], weight: 2 }, ...flash_way] : ways[job.kind];
}

/** From 0 to 1 for each stretch of the way; `null` where it is at work and can't say how far. */
export function fillOf(job: Job): readonly (number | null)[] {
    const way = wayOf(job);
    if (job.state === "done") return way.map(() => 1);
    const at = way.findIndex((stretch) => stretch.phases.includes(job.phase));
    return way.map((_, i) => (i < at ? 1 : i > at ? 0 : isActive(job) ? shareOf(job.progress) : 0));
}

/** From 0 to 1; `null` when it is not known. */
function shareOf(progress: JobProgress | null): number | null {
    if (!progress || progress.total <= 0) return null;
    return Math.min(1, Math.max(0, progress.done / progress.total));
}

/** Of the whole way, in whole percent. */
export function percentOf(job: Job): number {
    const way = wayOf(job);
    const whole = way.reduce((sum, stretch) => sum + stretch.weight, 0);
    const done = fillOf(job).reduce<number>((sum, fill, i) => sum + (fill ?? 0) * (way[i]?.weight ?? 0), 0);
    return Math.floor((100 * done) / whole);
}

/** A few bytes and a few million alike: "812 bytes", "614 kB", "1.7 MB". */
export function bytesText(bytes: number): string {
    if (!Number.isFinite(bytes) || bytes < 0) return "unknown";
    if (bytes < 1_000) return `${Math.floor(bytes)} bytes`;
    if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
    return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** "312 kB of 614 kB"; what the hub does once it has all of it. */
export const sentText = ({ done, total }: { readonly done: number; readonly total: number }): string =>
    done < total ? `${bytesText(done)} of ${bytesText(total)}` : `${bytesText(total)} sent; the hub looks at it`;

/** "8 s", "2 min 5 s", "1 h 4 min". */
export function durationText(seconds: number): string {
    const s = Math.max(0, Math.round(seconds));
    if (s < 60) return `${s} s`;
    if (s < 3_600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
    return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`;
}

/** "312 kB of 614 kB, 41 kB/s, 7 s left"; empty while there is nothing to say. */
export function progressText(progress: JobProgress | null): string {
    if (!progress || progress.total <= 0) return "";
    const words = [`${bytesText(progress.done)} of ${bytesText(progress.total)}`];
    if (progress.bytes_per_s > 0) {
        words.push(`${bytesText(progress.bytes_per_s)}/s`);
        if (progress.done < progress.total) words.push(`${durationText(progress.left_s)} left`);
    }
    return words.join(", ");
}

/** How long it took; null for one that has not run to an end. */
export function tookText(job: Job): string | null {
    if (job.started_ms === null || job.ended_ms === null) return null;
    return durationText((job.ended_ms - job.started_ms) / 1_000);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

export interface Result {
    readonly title: string;
    /** What else is worth a line. */
    readonly facts: readonly string[];
    /** What the board said of itself, word for word. */
    readonly banner: string;
}

const just_ms = 8_000;

/** What is said aloud of the jobs that ended a moment ago; of all but the one that is being looked at. */
export function newsOf(jobs: readonly Job[], looked_at: string, hub_now_ms: number): string {
    return jobs
        .filter((job) => job.id !== looked_at && job.ended_ms !== null && hub_now_ms - job.ended_ms < just_ms)
        .map((job) => `${titleOf(job)}: ${phaseText(job).toLowerCase()}.`)
        .join(" ");
}

/** What a job that is done has brought about. */
export function resultOf(job: Job): Result {
    const result = job.result ?? {};
    switch (job.kind) {
        case "flash":
            return flashed(result);
        case "erase":
            return {
                title: "The flash is empty",
                facts: ["The board needs firmware before it does anything."],
                banner: "",
            };
        case "fetch":
            return { title: `${job.what} is here`, facts: ["It can be flashed without a network now."], banner: "" };
        case "deploy":
            return { title: `${titleOf(job)}: done`, facts: job.step === "" ? [] : [job.step], banner: "" };
        case "sync":
            return { title: "The folder on the board is as the one here", facts: [], banner: "" };
    }
}

function flashed(result: NonNullable<Job["result"]>): Result {
    const runs = [text(result["runs"]), text(result["version"])].filter((word) => word !== "").join(" ");
    const written = count(result["written"]);
    const facts = [
        written > 0 ? `${bytesText(written)} written` : "Nothing had to be written: it was there already",
        result["verified"] === true ? "proven by the chip" : "not proven: the chip can't",
        text(result["chip"]),
    ];
    const title = runs === "" ? "The firmware is on the board" : `${runs} runs`;
    return { title, facts: facts.filter((fact) => fact !== ""), banner: text(result["banner"]) };
}

/** What it would do to stop this job now; null when it does no harm. */
export function harmOf(job: Job): string | null {
    if (job.cancellable || !isActive(job)) return null;
    if (job.kind === "flash" || job.kind === "erase")
        return "It is changing the flash. Half a firmware does not start; the board needs the same flash once more then.";
    return "It is changing files on the board. They may be half old and half new; the same once more puts it right.";
}

/** Options of the command line, and what they are called in the dialog. */
const option_words: readonly (readonly [RegExp, string])[] = [
    [/(with )?--before[ =]no[-_]reset/g, "$1the option \u201cIt is in its bootloader already\u201d"],
    [/--force\b/g, "the option \u201cWrite it all the same\u201d"],
    [/--raw\b/g, "the option \u201cA raw ESP8266 module\u201d"],
    [/--erase-all\b/g, "the option \u201cErase everything first\u201d"],
    [/--baud\b/g, "\u201cSpeed of the line\u201d"],
];

/** A hint for the command line, for who has the dialog before them. */
const pageHint = (hint: string): string =>
    option_words
        .reduce((words, [option, name]) => words.replaceAll(option, name), hint)
        .replaceAll(/(^|\. )the option/g, "$1The option");

/** What a job that ended badly says of itself, as a problem is told. Null for any other. */
export function complaintOf(job: Job): { code: string; message: string; hint: string } | null {
    const complaint = bareComplaintOf(job);
    if (!complaint) return null;
    const message = complaint.message.slice(0, 1).toUpperCase() + complaint.message.slice(1);
    return { ...complaint, message, hint: hintOf(job, complaint.message, complaint.hint) };
}

function hintOf(job: Job, message: string, hint: string): string {
    if (job.kind === "flash") return pageHint(hint);
    return job.kind === "deploy" && missingSecrets(message).length > 0
        ? "Set them, come back here, and try again."
        : hint;
}

function bareComplaintOf(job: Job): { code: string; message: string; hint: string } | null {
    if (job.state === "cancelled") return null;
    if (job.state === "interrupted")
        return (
            job.error ?? {
                code: "interrupted",
                message: "The hub ended while this ran, so nobody knows how far it came.",
                hint: "Try again: it finishes what was begun.",
            }
        );
    if (job.state !== "failed") return null;
    return job.error ?? { code: "failed", message: "It failed, and did not say why.", hint: "Try again." };
}
