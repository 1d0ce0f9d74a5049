// SPDX-License-Identifier: Apache-2.0
// Reads a WebSocket frame. Whatever is not a message that this page knows is left out, never passed on.
import type { WsMessage } from "./types";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const boolean: Check = (value) => typeof value === "boolean";
const scalar: Check = (value) => value === null || text(value) || number(value) || boolean(value);
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const list =
    (of: Check): Check =>
    (value) =>
        Array.isArray(value) && value.every(of);

const orNull =
    (of: Check): Check =>
    (value) =>
        value === null || of(value);

const shape =
    (fields: Record<string, Check>): Check =>
    (value) =>
        object(value) &&
        Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const record =
    (of: Check): Check =>
    (value) =>
        object(value) && Object.values(value as object).every(of);

const entity = shape({ id: text, kind: text, name: text, options: object });

const board = shape({
    uid: text,
    name: text,
    profile: text,
    app: text,
    runtime: text,
    version: text,
    boot: number,
    online: boolean,
    virtual: boolean,
    evidence: orNull(shape({ what: text, path: text, at_ms: number })),
    entities: list(entity),
    states: record(shape({ value: scalar, at_ms: number })),
    outputs: record(shape({ on: boolean, cause: text, at_ms: number })),
    heap_free: orNull(number),
    counters: record(number),
    product: orNull(shape({ id: text, version: text })),
});

const command = shape({
    uid: text,
    id: text,
    cmd_id: text,
    value: scalar,
    source: text,
    outcome: text,
    text: text,
    at_ms: number,
});

const progress = shape({ done: number, total: number, bytes_per_s: number, left_s: number });

const job = shape({
    id: text,
    kind: text,
    board: text,
    port: text,
    what: text,
    by: text,
    state: text,
    phase: text,
    cancellable: boolean,
    cancelling: boolean,
    progress: orNull(progress),
    step: text,
    lines: list(text),
    created_ms: number,
    started_ms: orNull(number),
    ended_ms: orNull(number),
    result: orNull(object),
    error: orNull(shape({ code: text, message: text, hint: text })),
    request: object,
});

const checks: { [type in WsMessage["type"]]: Check } = {
    boards: shape({ boards: list(board) }),
    board: shape({ board }),
    state: shape({ uid: text, id: text, value: scalar, at_ms: number }),
    event: shape({ uid: text, id: text, event_type: text, data: object, at_ms: number, late: boolean }),
    output: shape({ uid: text, name: text, on: boolean, cause: text, at_ms: number }),
    log: shape({ uid: text, level: text, text: text, at_ms: number }),
    crash: shape({ uid: text, crash: object, at_ms: number }),
    command: shape({ command }),
    console: shape({ uid: text, text: text, at_ms: number }),
    heartbeat: shape({ uid: text, uptime_ms: number, figures: object, at_ms: number }),
    jobs: shape({ jobs: list(job) }),
    job: shape({ job }),
    gap: shape({ lost: number }),
};

function isMessage(value: unknown): value is WsMessage {
    if (!object(value)) return false;
    const type = (value as Record<string, unknown>)["type"];
    return typeof type === "string" && Object.hasOwn(checks, type) && checks[type as WsMessage["type"]](value);
}

/** The messages of one frame, oldest first. A frame that is no JSON array holds none. */
export function readFrame(frame: string): WsMessage[] {
    let parsed: unknown;
    try {
        parsed = JSON.parse(frame);
    } catch {
        return [];
    }
    return Array.isArray(parsed) ? parsed.filter(isMessage) : [];
}
