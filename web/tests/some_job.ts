// SPDX-License-Identifier: Apache-2.0
// A job for tests, with whatever of it a test is about.
import type { Job } from "../src/api/types";

export const someJob = (fields: Partial<Job> = {}): Job => ({
    id: "1",
    kind: "flash",
    board: "/dev/ttyUSB0",
    port: "/dev/ttyUSB0",
    what: "esp32@1.28.0",
    by: "web",
    state: "running",
    phase: "write",
    cancellable: false,
    cancelling: false,
    progress: { done: 50_000, total: 100_000, bytes_per_s: 25_000, left_s: 2 },
    step: "Write 100000 bytes at 0x1000",
    lines: ["Look for the chip"],
    created_ms: 1_000,
    started_ms: 2_000,
    ended_ms: null,
    result: null,
    error: null,
    request: { kind: "flash", board: "/dev/ttyUSB0", firmware: "esp32@1.28.0" },
    ...fields,
});

export const overJob = (state: "done" | "failed" | "cancelled" | "interrupted", fields: Partial<Job> = {}): Job =>
    someJob({ state, ended_ms: 9_000, cancellable: false, ...fields });
