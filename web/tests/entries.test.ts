// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Command, Entity, Entry, Profile } from "../src/api/types";
import { entryOf, joined, told } from "../src/model/entries";

const at_ms = 1_700_000_000_123.4;
const entry = (fields: Partial<Entry>): Entry => ({
    seq: 0,
    at_ms,
    uid: "1f2e3d4c",
    what: "event",
    id: "bell",
    text: "ring",
    data: {},
    ...fields,
});
const entities: Entity[] = [
    { id: "bell", kind: "event", name: "Doorbell", options: { device_class: "doorbell" } },
    { id: "door", kind: "lock", name: "Door", options: {} },
];
const profile: Profile = {
    board: "intercom",
    title: "",
    description: "",
    picture: { width: 1, height: 1 },
    inputs: [],
    outputs: [{ name: "door_relay", label: "Door", kind: "relay", pin: 13, at: [0, 0] }],
};
const command = (fields: Partial<Command>): Entry => {
    const whole: Command = {
        uid: "1f2e3d4c",
        id: "door",
        cmd_id: "c1",
        value: "UNLOCK",
        source: "web",
        outcome: "sent",
        text: "",
        at_ms,
        ...fields,
    };
    return entryOf({ type: "command", command: whole }) ?? entry({});
};

describe("the event list", () => {
    it("shows what was heard live and read from the timeline once", () => {
        const live = [entry({})];
        expect(joined(live, [entry({ seq: 7 })], "")).toEqual([entry({ seq: 7 })]);
    });

    it("keeps two rings that are a millisecond apart", () => {
        expect(joined([entry({ at_ms: at_ms + 1 })], [entry({ seq: 7 })], "")).toHaveLength(2);
    });

    it("is sorted by time, the newest first", () => {
        const times = joined([entry({ at_ms: 5 })], [entry({ at_ms: 9 }), entry({ at_ms: 1 })], "").map((e) => e.at_ms);
        expect(times).toEqual([9, 5, 1]);
    });

    it("leaves log lines and figures out of everything, and shows them when chosen", () => {
        const all = [
            entry({ what: "log" }),
            entry({ what: "state", text: "21.5" }),
            entry({ what: "state", text: "LOCKED" }),
        ];
        expect(joined(all, [], "").map((e) => e.text)).toEqual(["LOCKED"]);
        expect(joined(all, [], "log")).toHaveLength(1);
        expect(joined(all, [], "state")).toHaveLength(2);
    });

    it("shows a command once, as it ended", () => {
        const list = joined([command({ outcome: "done", at_ms: at_ms + 9 }), command({})], [], "");
        expect(list.map((e) => e.text)).toEqual(["done"]);
    });

    it("shows a command that has not ended", () => {
        expect(joined([command({})], [], "")).toHaveLength(1);
    });

    it("tells a state in the words of its entity", () => {
        const window: Entity = { id: "w", kind: "binary_sensor", name: "Window", options: { device_class: "window" } };
        expect(told(entry({ what: "state", id: "w", text: "true", data: true }), [window], undefined).title).toBe(
            "Window: Open",
        );
        expect(told(entry({ what: "state", id: "door", text: "UNLOCKING" }), entities, undefined).title).toBe(
            "Door: Unlocking",
        );
    });

    it("tells a doorbell's ring as one", () => {
        expect(told(entry({}), entities, profile)).toEqual({ title: "Doorbell: ring", detail: "", tone: "ring" });
    });

    it("names an output by its label, and says when the guard moved it", () => {
        const words = told(
            entry({ what: "output", id: "door_relay", text: "off", data: { on: false, cause: "guard" } }),
            [],
            profile,
        );
        expect(words.title).toBe("Door relay off");
        expect(words.tone).toBe("warn");
        expect(words.detail).toMatch(/guard/);
    });

    it("tells an output without further data by its text", () => {
        expect(told(entry({ what: "output", id: "x_1", text: "on", data: null }), [], undefined).title).toBe("X 1 on");
    });

    it("tells a refused command with its reason", () => {
        const words = told(command({ outcome: "failed", text: "busy" }), entities, undefined);
        expect(words.title).toBe("Door: Unlock");
        expect(words.detail).toMatch(/^Busy:/);
    });

    it("passes hostile text on as text", () => {
        const evil = "<script>alert(1)</script>";
        expect(told(entry({ what: "log", id: "info", text: evil }), [], undefined).title).toBe(evil);
    });

    it("survives data of any shape", () => {
        for (const data of [null, 7, "x", [], { on: "yes" }])
            for (const what of ["event", "state", "output", "command", "log", "crash"] as const)
                expect(typeof told(entry({ what, data }), entities, profile).title).toBe("string");
    });
});
