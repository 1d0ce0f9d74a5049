// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Board, Command, WsMessage } from "../src/api/types";
import { empty_world, hubNow, live_entries_max, reduce, withoutRing, type World } from "../src/model/world";

const now = 1_700_000_000_000;
const hostile = `<img src=x onerror=alert(1)>`;

const door: Board = {
    uid: "1f2e3d4c",
    name: "Front door",
    profile: "intercom",
    app: "intercom",
    runtime: "ouroboard",
    version: "0.1.0",
    boot: 1,
    online: true,
    virtual: true,
    evidence: { what: "up", path: "serial", at_ms: now - 5_000 },
    entities: [
        { id: "bell", kind: "event", name: "Bell", options: { device_class: "doorbell" } },
        { id: "constructor", kind: "sensor", name: "Odd", options: {} },
    ],
    states: {},
    outputs: {},
    heap_free: null,
    counters: {},
    product: null,
};
const uid = door.uid;

const start = (): World => reduce(empty_world, { type: "boards", boards: [door] }, now);
const after = (...messages: WsMessage[]): World => messages.reduce((world, m) => reduce(world, m, now), start());
const viewOf = (world: World) => {
    const view = world.boards.get(uid);
    if (!view) throw new Error("the board is gone");
    return view;
};
const ring = (fields: Partial<Extract<WsMessage, { type: "event" }>> = {}): WsMessage => ({
    type: "event",
    uid,
    id: "bell",
    event_type: "ring",
    data: {},
    at_ms: now,
    late: false,
    ...fields,
});
const command = (outcome: Command["outcome"]): WsMessage => ({
    type: "command",
    command: { uid, id: "door", cmd_id: "c1", value: "UNLOCK", source: "web", outcome, text: "", at_ms: now },
});

describe("the world", () => {
    it("knows nothing until the hub told of its boards", () => {
        expect(empty_world.known).toBe(false);
        expect(start().known).toBe(true);
        expect(start().boards.size).toBe(1);
    });

    it("forgets a board that is no longer in the list, and keeps what it heard from the others", () => {
        const world = after(ring());
        expect(viewOf(reduce(world, { type: "boards", boards: [door] }, now)).live).toHaveLength(1);
        expect(reduce(world, { type: "boards", boards: [] }, now).boards.size).toBe(0);
    });

    it("takes a board's new description", () => {
        const world = after({ type: "board", board: { ...door, online: false } });
        expect(viewOf(world).board.online).toBe(false);
    });

    it("adds a board that it had not heard of", () => {
        expect(after({ type: "board", board: { ...door, uid: "other000" } }).boards.size).toBe(2);
    });

    it("keeps a state with its time, and takes it as evidence of life", () => {
        const view = viewOf(after({ type: "state", uid, id: "constructor", value: 4, at_ms: now }));
        expect(view.board.states["constructor"]).toEqual({ value: 4, at_ms: now });
        expect(view.board.evidence).toEqual({ what: "state constructor", path: "serial", at_ms: now });
    });

    it("is not led astray by an entity named __proto__", () => {
        const view = viewOf(after({ type: "state", uid, id: "__proto__", value: "bad", at_ms: now }));
        expect(Object.hasOwn(view.board.states, "__proto__")).toBe(true);
        expect(({} as Record<string, unknown>)["value"]).toBeUndefined();
    });

    it("lists a state in words but not a number", () => {
        expect(viewOf(after({ type: "state", uid, id: "door", value: "LOCKED", at_ms: now })).live).toHaveLength(1);
        expect(viewOf(after({ type: "state", uid, id: "heat", value: 21, at_ms: now })).live).toHaveLength(0);
    });

    it("follows an output, and takes a cause that it does not know for the app", () => {
        const world = after({ type: "output", uid, name: "relay", on: true, cause: "moon", at_ms: now });
        expect(viewOf(world).board.outputs["relay"]).toEqual({ on: true, cause: "app", at_ms: now });
    });

    it("rings for a doorbell's event", () => {
        expect(viewOf(after(ring())).ring).toEqual({ id: "bell", at_ms: now });
    });

    it.each([
        ["late", { late: true }],
        ["30 s old", { at_ms: now - 30_000 }],
        ["of another entity", { id: "button" }],
    ])("lists an event that is %s without ringing", (_, fields) => {
        const fresh: WsMessage = { type: "heartbeat", uid, uptime_ms: 1, figures: {}, at_ms: now };
        const view = viewOf(after(fresh, ring(fields)));
        expect(view.ring).toBeNull();
        expect(view.live).toHaveLength(1);
    });

    it("rings for an event that is just short of 30 s old", () => {
        const fresh: WsMessage = { type: "heartbeat", uid, uptime_ms: 1, figures: {}, at_ms: now };
        expect(viewOf(after(fresh, ring({ at_ms: now - 29_999 }))).ring).not.toBeNull();
    });

    it("puts a ring away when asked", () => {
        expect(viewOf(withoutRing(after(ring()), uid)).ring).toBeNull();
    });

    it("takes the counters out of a heartbeat, and nothing that is no number", () => {
        const figures = { counters: { frames: 7, odd: "x" } };
        const view = viewOf(after({ type: "heartbeat", uid, uptime_ms: 1, figures, at_ms: now }));
        expect(view.board.counters).toEqual({ frames: 7 });
    });

    it("takes the free memory out of a heartbeat", () => {
        const view = viewOf(after({ type: "heartbeat", uid, uptime_ms: 1, figures: { heap: 77 }, at_ms: now }));
        expect(view.board.heap_free).toBe(77);
        expect(view.board.evidence?.what).toBe("heartbeat");
    });

    it("keeps the newest command of each entity", () => {
        const view = viewOf(after(command("sent"), command("timeout")));
        expect(view.commands["door"]?.outcome).toBe("timeout");
        expect(view.live).toHaveLength(2);
    });

    it("lists log lines and crashes as the text that they are", () => {
        const view = viewOf(
            after(
                { type: "log", uid, level: "error", text: hostile, at_ms: now },
                { type: "crash", uid, crash: { message: hostile }, at_ms: now },
            ),
        );
        expect(view.live.map((entry) => entry.text)).toEqual([hostile, hostile]);
    });

    it("collects what the board prints", () => {
        const view = viewOf(after({ type: "console", uid, text: "hello\r\n", at_ms: now }));
        expect(view.console.lines.map((line) => line.text)).toEqual(["hello"]);
        expect(view.console_version).toBe(view.console.version);
    });

    it("counts the hub's gaps", () => {
        expect(after({ type: "gap", lost: 3 }).gaps).toBe(1);
    });

    it("ignores messages about a board that it does not know", () => {
        const world = start();
        expect(reduce(world, { type: "log", uid: "nobody00", level: "info", text: "", at_ms: now }, now).boards).toBe(
            world.boards,
        );
    });

    it("keeps no more live entries than the limit", () => {
        const many = Array.from({ length: live_entries_max + 1 }, (_, i) => ring({ at_ms: now - i }));
        expect(viewOf(after(...many.slice(1))).live).toHaveLength(live_entries_max);
        expect(viewOf(after(...many)).live).toHaveLength(live_entries_max);
    });

    it("reckons the hub's clock from the message that came soonest", () => {
        let world = reduce(start(), { type: "heartbeat", uid, uptime_ms: 1, figures: {}, at_ms: now - 700 }, now);
        world = reduce(world, { type: "heartbeat", uid, uptime_ms: 1, figures: {}, at_ms: now - 400 }, now);
        world = reduce(world, { type: "heartbeat", uid, uptime_ms: 1, figures: {}, at_ms: now - 900 }, now);
        expect(hubNow(world, now)).toBe(now - 400);
    });
});
