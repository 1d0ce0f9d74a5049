// SPDX-License-Identifier: Apache-2.0
// What the page knows of all boards, and how each message from the hub changes it. No I/O, no clock of its own.
import type { Board, Command, Entry, Evidence, Job, MessageOf, WsMessage } from "../api/types";
import { ConsoleBuffer } from "./console_buffer";
import { entryOf } from "./entries";
import { sorted, withJob } from "./jobs";

export interface Ring {
    readonly id: string;
    readonly at_ms: number;
}

/** A board and what this page heard from it. A new object for each change; `console` is the exception and has a version. */
export interface BoardView {
    readonly board: Board;
    /** The newest command of each entity. */
    readonly commands: Readonly<Record<string, Command>>;
    /** Newest first. */
    readonly live: readonly Entry[];
    readonly ring: Ring | null;
    readonly console: ConsoleBuffer;
    readonly console_version: number;
}

export interface World {
    /** False until the hub has told of its boards. */
    readonly known: boolean;
    readonly boards: ReadonlyMap<string, BoardView>;
    /** Newest first; null until the hub has told of its jobs. */
    readonly jobs: readonly Job[] | null;
    /** This device's clock minus the hub's, at most. Ages are reckoned with it. Null before the first live message. */
    readonly skew_ms: number | null;
    /** Grows when the hub says that messages were lost. */
    readonly gaps: number;
}

export const live_entries_max = 500;
/** A ring that is older when it arrives is told in the list only. */
const ring_age_max_ms = 30_000;

export const empty_world: World = { known: false, boards: new Map(), jobs: null, skew_ms: null, gaps: 0 };

/** The hub's time now, as well as this page can tell. */
export const hubNow = (world: World, now_ms: number): number => now_ms - (world.skew_ms ?? 0);

/** The world after one message that arrived at `now_ms` by this device's clock. */
export function reduce(world: World, message: WsMessage, now_ms: number): World {
    switch (message.type) {
        case "boards":
            return {
                ...world,
                known: true,
                skew_ms: null,
                boards: new Map(message.boards.map((board) => [board.uid, renewed(world, board)])),
            };
        case "board":
            return withView(world, message.board.uid, renewed(world, message.board));
        case "gap":
            return { ...world, gaps: world.gaps + 1 };
        case "jobs":
            return { ...world, jobs: sorted(message.jobs) };
        case "job":
            return { ...world, jobs: withJob(world.jobs ?? [], message.job) };
        case "command":
            return onBoard(world, message.command.uid, (view) => ({
                ...listed(view, message),
                commands: { ...view.commands, [message.command.id]: message.command },
            }));
        default:
            return onBoard(timed(world, message, now_ms), message.uid, (view, at) =>
                applied(view, message, hubNow(at, now_ms)),
            );
    }
}

type Untimed = "boards" | "board" | "gap" | "command" | "jobs" | "job";
type Timed = Exclude<WsMessage, MessageOf<Untimed>>;

function applied(view: BoardView, message: Timed, hub_now_ms: number): BoardView {
    const { board } = view;
    switch (message.type) {
        case "state": {
            const state = { value: message.value, at_ms: message.at_ms };
            const next = { ...board, states: { ...board.states, [message.id]: state } };
            return heard(listed({ ...view, board: next }, message), `state ${message.id}`, message.at_ms);
        }
        case "output": {
            const output = { on: message.on, cause: causeOf(message.cause), at_ms: message.at_ms };
            const next = { ...board, outputs: { ...board.outputs, [message.name]: output } };
            return heard(listed({ ...view, board: next }, message), `output ${message.name}`, message.at_ms);
        }
        case "event": {
            const rings =
                isDoorbell(board, message.id) && !message.late && hub_now_ms - message.at_ms < ring_age_max_ms;
            const ring = rings ? { id: message.id, at_ms: message.at_ms } : view.ring;
            return heard(listed({ ...view, ring }, message), `event ${message.id}`, message.at_ms);
        }
        case "heartbeat": {
            const heap = message.figures["heap"];
            const fresh = { ...board, counters: countersOf(message.figures["counters"]) };
            const next = typeof heap === "number" ? { ...fresh, heap_free: heap } : fresh;
            return heard({ ...view, board: next }, "heartbeat", message.at_ms);
        }
        case "console":
            view.console.add(message.text, message.at_ms);
            return heard({ ...view, console_version: view.console.version }, "console", message.at_ms);
        case "log":
        case "crash":
            return heard(listed(view, message), message.type, message.at_ms);
    }
}

/** A board as the hub describes it now; what the page heard from it before stays. */
function renewed(world: World, board: Board): BoardView {
    const before = world.boards.get(board.uid);
    if (before) return { ...before, board };
    return { board, commands: {}, live: [], ring: null, console: new ConsoleBuffer(), console_version: 0 };
}

function withView(world: World, uid: string, view: BoardView): World {
    return { ...world, boards: new Map(world.boards).set(uid, view) };
}

function onBoard(world: World, uid: string, change: (view: BoardView, world: World) => BoardView): World {
    const view = world.boards.get(uid);
    return view ? withView(world, uid, change(view, world)) : world;
}

/** Messages can only arrive late, so the smallest difference seen is nearest to the true one. */
function timed(world: World, message: Timed, now_ms: number): World {
    if (message.type === "event" && message.late) return world;
    const skew_ms = Math.min(world.skew_ms ?? Infinity, now_ms - message.at_ms);
    return skew_ms === world.skew_ms ? world : { ...world, skew_ms };
}

function listed(view: BoardView, message: WsMessage): BoardView {
    const entry = entryOf(message);
    return entry ? { ...view, live: [entry, ...view.live].slice(0, live_entries_max) } : view;
}

function heard(view: BoardView, what: string, at_ms: number): BoardView {
    const before = view.board.evidence;
    if (before && before.at_ms > at_ms) return view;
    const evidence: Evidence = { what, path: before?.path ?? "", at_ms };
    return { ...view, board: { ...view.board, evidence } };
}

const isDoorbell = (board: Board, id: string): boolean =>
    board.entities.some((e) => e.id === id && e.kind === "event" && e.options["device_class"] === "doorbell");

const causeOf = (cause: string): "app" | "guard" | "safe" => (cause === "guard" || cause === "safe" ? cause : "app");

/** The world with a board's ring put away. */
export const withoutRing = (world: World, uid: string): World =>
    onBoard(world, uid, (view) => ({ ...view, ring: null }));

/** The numbers by name in a heartbeat's `counters`; a heartbeat without any says that all are 0. */
function countersOf(value: unknown): Readonly<Record<string, number>> {
    if (typeof value !== "object" || value === null) return {};
    const counters = Object.entries(value).filter(([, count]) => typeof count === "number" && Number.isFinite(count));
    return Object.fromEntries(counters) as Record<string, number>;
}
