// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Board, Job } from "../src/api/types";
import { deployRequest, folderTrouble } from "../src/model/deploy";
import {
    bytesText,
    sentText,
    complaintOf,
    durationText,
    fillOf,
    harmOf,
    isOf,
    jobs_max,
    listed,
    newsOf,
    percentOf,
    phaseText,
    progressText,
    resultOf,
    titleOf,
    tookText,
    withJob,
} from "../src/model/jobs";
import { empty_world, reduce } from "../src/model/world";
import { overJob, someJob } from "./some_job";

const ids = (jobs: readonly Job[]): string[] => jobs.map((job) => job.id);
const door = { uid: "1f2e3d4c", name: "Front door" } as Board;

describe("the list of jobs", () => {
    it("is not known until the hub told of it", () => {
        expect(empty_world.jobs).toBeNull();
        expect(reduce(empty_world, { type: "jobs", jobs: [] }, 0).jobs).toEqual([]);
    });

    it("puts a new job first, by number and not by letter", () => {
        const world = [someJob({ id: "9" }), someJob({ id: "10" })].reduce(
            (w, job) => reduce(w, { type: "job", job }, 0),
            empty_world,
        );
        expect(ids(world.jobs ?? [])).toEqual(["10", "9"]);
    });

    it("renews a job where it stands", () => {
        const jobs = [someJob({ id: "2" }), someJob({ id: "1" })];
        const after = withJob(jobs, overJob("done", { id: "1" }));
        expect(after.map((job) => job.state)).toEqual(["running", "done"]);
    });

    it("keeps no more than the limit", () => {
        let jobs: readonly Job[] = [];
        for (let i = 1; i <= jobs_max + 1; i += 1) jobs = withJob(jobs, someJob({ id: String(i) }));
        expect(jobs).toHaveLength(jobs_max);
        expect(jobs[0]?.id).toBe(String(jobs_max + 1));
    });

    it("shows what is under way first, in the order that it began", () => {
        const jobs = [
            overJob("done", { id: "4" }),
            someJob({ id: "3", state: "queued" }),
            someJob({ id: "2" }),
            overJob("failed", { id: "1" }),
        ];
        expect(ids(listed(jobs))).toEqual(["2", "3", "4", "1"]);
    });

    it.each([
        ["its uid", { board: door.uid, port: "" }, true],
        ["its name", { board: "Front door", port: "" }, true],
        ["its port", { board: "x", port: "/dev/ttyUSB0" }, true],
        ["another port", { board: "x", port: "/dev/ttyUSB1" }, false],
        ["nothing", { board: "", port: "" }, false],
    ])("knows a board's job by %s", (_, fields, expected) => {
        const at = new Map([["/dev/ttyUSB0", door.uid]]);
        expect(isOf(someJob(fields), door, at)).toBe(expected);
    });
});

describe("what a job does", () => {
    it("is said for each phase, and as how it ended", () => {
        expect(phaseText(someJob())).toBe("Writing");
        expect(phaseText(someJob({ phase: "" }))).toBe("Starting");
        expect(phaseText(someJob({ phase: "connect" }))).toBe("Looking for the chip");
        expect(phaseText(someJob({ phase: "connect", kind: "deploy" }))).toBe("Reaching the board");
        expect(phaseText(someJob({ state: "queued" }))).toBe("Waiting for its turn");
        expect(phaseText(someJob({ cancelling: true }))).toBe("Stopping");
        expect(phaseText(overJob("interrupted"))).toBe("Interrupted");
    });

    it("is said for a phase that this page does not know", () => {
        expect(phaseText(someJob({ phase: "dance" as Job["phase"] }))).toBe("Working");
    });

    it("has a title", () => {
        expect(titleOf(someJob())).toBe("Flash esp32@1.28.0");
        const back = deployRequest("door", "intercom", true);
        expect(titleOf(someJob({ kind: "deploy", what: "intercom", request: back }))).toBe("Go back a version");
    });

    it("fills the way up to where it is", () => {
        expect(fillOf(someJob())).toEqual([1, 1, 1, 0.5, 0, 0]);
        expect(fillOf(someJob({ phase: "erase", progress: null }))).toEqual([1, 1, 1, null, 0, 0]);
        expect(fillOf(overJob("done")).every((fill) => fill === 1)).toBe(true);
    });

    it("has nothing to fetch for a file of one's own", () => {
        const request = { kind: "flash", board: "x", upload: "0123456789abcdef" } as const;
        expect(fillOf(someJob({ request }))).toEqual([1, 1, 0.5, 0, 0]);
    });

    it("is told in percent of the whole way", () => {
        expect(percentOf(someJob({ phase: "", progress: null }))).toBe(0);
        expect(percentOf(someJob())).toBe(Math.floor((100 * 6.5) / 11));
        expect(percentOf(overJob("done"))).toBe(100);
    });

    it("stays within its bounds when the hub's numbers do not", () => {
        const progress = { done: 300, total: 100, bytes_per_s: -1, left_s: -5 };
        expect(fillOf(someJob({ progress }))).toEqual([1, 1, 1, 1, 0, 0]);
        expect(progressText({ ...progress, bytes_per_s: 10, done: 50 })).toContain("0 s left");
        expect(progressText({ ...progress, total: 0 })).toBe("");
    });

    it("says bytes, rate and time left", () => {
        expect(progressText(someJob().progress)).toBe("50 kB of 100 kB, 25 kB/s, 2 s left");
        expect(progressText({ done: 100, total: 100, bytes_per_s: 0, left_s: 0 })).toBe("100 bytes of 100 bytes");
        expect(progressText(null)).toBe("");
    });

    it.each([
        [0, "0 bytes"],
        [999, "999 bytes"],
        [1_000, "1 kB"],
        [999_499, "999 kB"],
        [999_500, "1.0 MB"],
        [1_700_000, "1.7 MB"],
        [NaN, "unknown"],
    ])("says %d bytes", (bytes, words) => expect(bytesText(bytes)).toBe(words));

    it("says how much of a file is sent, and what comes after the last byte", () => {
        expect(sentText({ done: 312_000, total: 614_400 })).toBe("312 kB of 614 kB");
        expect(sentText({ done: 614_400, total: 614_400 })).toBe("614 kB sent; the hub looks at it");
    });

    it.each([
        [-3, "0 s"],
        [59.4, "59 s"],
        [59.6, "1 min"],
        [125, "2 min 5 s"],
        [3_600, "1 h 0 min"],
    ])("says %d seconds", (seconds, words) => expect(durationText(seconds)).toBe(words));
});

describe("how a job ended", () => {
    it("is told with the version that runs", () => {
        const result = {
            runs: "MicroPython",
            version: "1.28.0",
            written: 633_688,
            verified: true,
            chip: "ESP32",
            banner: "B",
        };
        expect(resultOf(overJob("done", { result }))).toEqual({
            title: "MicroPython 1.28.0 runs",
            facts: ["634 kB written", "proven by the chip", "ESP32"],
            banner: "B",
        });
    });

    it("does not claim what it was not told", () => {
        const result = { runs: null, version: null, written: 0, verified: false, banner: 7 };
        const { title, facts, banner } = resultOf(overJob("done", { result }));
        expect(title).toBe("The firmware is on the board");
        expect(facts).toEqual(["Nothing had to be written: it was there already", "not proven: the chip can't"]);
        expect(banner).toBe("");
        expect(resultOf(overJob("done")).banner).toBe("");
    });

    it("says how long it took", () => {
        expect(tookText(overJob("done"))).toBe("7 s");
        expect(tookText(overJob("cancelled", { started_ms: null }))).toBeNull();
    });

    it("has a complaint when it went badly, and only then", () => {
        const error = { code: "io", message: "The line is dead.", hint: "Another cable." };
        expect(complaintOf(overJob("failed", { error: { ...error, message: "the line is dead." } }))).toEqual(error);
        expect(complaintOf(overJob("failed"))?.hint).toBe("Try again.");
        expect(complaintOf(overJob("interrupted"))?.code).toBe("interrupted");
        for (const job of [someJob(), overJob("done"), overJob("cancelled", { error })])
            expect(complaintOf(job)).toBeNull();
    });

    it.each([
        [
            "Fetch it; --force writes it all the same.",
            "Fetch it; the option “Write it all the same” writes it all the same.",
        ],
        ["Try again with --before no-reset.", "Try again with the option “It is in its bootloader already”."],
        ["Try a lower --baud.", "Try a lower “Speed of the line”."],
        ["--raw may help.", "The option “A raw ESP8266 module” may help."],
        ["--forced is no option.", "--forced is no option."],
    ])("is told in the words of the page: %s", (hint, words) => {
        const error = { code: "x", message: "m", hint };
        expect(complaintOf(overJob("failed", { error }))?.hint).toBe(words);
        expect(complaintOf(overJob("failed", { error, kind: "deploy" }))?.hint).toBe(hint);
    });

    it("is news for eight seconds, except of the job that is looked at", () => {
        const jobs = [overJob("done"), someJob({ id: "2" })];
        expect(newsOf(jobs, "", 16_999)).toBe("Flash esp32@1.28.0: done.");
        expect(newsOf(jobs, "", 17_000)).toBe("");
        expect(newsOf(jobs, "1", 9_000)).toBe("");
    });
});

describe("stopping a job", () => {
    it("needs a second word while it changes the board", () => {
        expect(harmOf(someJob())).toContain("Half a firmware");
        expect(harmOf(someJob({ kind: "deploy", phase: "copy" }))).toContain("files");
    });

    it("does no harm before, or when it is over", () => {
        expect(harmOf(someJob({ cancellable: true }))).toBeNull();
        expect(harmOf(overJob("done"))).toBeNull();
    });
});

describe("an app's folder", () => {
    it.each(["intercom", "badge/clock_2", "a-b.c"])("may be called %s", (name) => expect(folderTrouble(name)).toBe(""));

    it.each(["", "  ", "../up", "a/../b", "-rf", "/etc", "a//b", ".git", "a b", "x".repeat(129)])(
        "may not be called '%s'",
        (name) => expect(folderTrouble(name)).not.toBe(""),
    );

    it("goes to the board as it was typed, without the spaces around it", () => {
        expect(deployRequest("door", " intercom ", false)).toEqual({
            kind: "deploy",
            board: "door",
            app: "intercom",
            health_s: 10,
        });
    });
});
