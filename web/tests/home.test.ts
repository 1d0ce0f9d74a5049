// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { forgetOrphans } from "../src/api/home";
import { Http } from "../src/api/http";
import type { AnnouncedBoard, HomeReport, Orphan, Remark } from "../src/api/types";
import {
    announcedText,
    deletedHint,
    isWell,
    orphanName,
    orphanText,
    remarkText,
    remarkTitle,
    removalQuestion,
    removedText,
    sortedRemarks,
    waysOf,
    type Way,
} from "../src/model/home";

const now = 1_000_000;

const report = (fields: Partial<HomeReport> = {}): HomeReport => ({
    broker: { state: "connected", address: "127.0.0.1:1883" },
    websocket: { state: "connected", version: "2024.3.3" },
    discovery: "entity",
    running: true,
    birth_ms: now - 120_000,
    boards: [],
    orphans: [],
    ...fields,
});

const board = (fields: Partial<AnnouncedBoard> = {}): AnnouncedBoard => ({
    uid: "1f2e3d4c",
    name: "Front door",
    online: true,
    entities: 6,
    documents: 6,
    waiting: 0,
    deleted: 0,
    remarks: [],
    ...fields,
});

const remark = (fields: Partial<Remark> = {}): Remark => ({
    entity: "power",
    option: "unit_of_measurement",
    problem: '"watts" is none of power',
    releases: "2025.7 and later",
    rejected: true,
    left_out: true,
    ...fields,
});

const gate: Orphan = {
    topic: "homeassistant/lock/ouro_gone1_gate/config",
    uid: "gone1",
    id: "gate",
    name: "Shed: Gate",
};
const light: Orphan = { ...gate, topic: "t2", id: "light", name: "" };

const way = (name: Way["name"], fields: Partial<HomeReport>): Way | undefined =>
    waysOf(report(fields), now).find((one) => one.name === name);

describe("the ways to the home", () => {
    it("are three, and with nothing to try when all is well", () => {
        expect(waysOf(report(), now).map(({ name, state, tone, hint }) => [name, state, tone, hint])).toEqual([
            ["Broker", "Connected", "good", ""],
            ["Home Assistant", "Running", "good", ""],
            ["The home on boards", "Connected", "good", ""],
        ]);
        expect(way("Home Assistant", {})?.words).toBe("It said that it started, 2 min ago.");
        expect(way("The home on boards", {})?.words).toContain("Home Assistant 2024.3.3");
    });

    it.each([
        [
            "Broker",
            { broker: { state: "connecting", address: "10.0.0.2:1883" } },
            "bad",
            /address, user name and password/,
        ],
        ["Broker", { broker: { state: "off", address: "" } }, "warn", /--no-broker/],
        ["Home Assistant", { birth_ms: null, running: false }, "plain", /MQTT integration/],
        ["Home Assistant", { running: false }, "warn", /Start it/],
        ["The home on boards", { websocket: { state: "connecting", version: "" } }, "bad", /\[home_assistant\]/],
        ["The home on boards", { websocket: { state: "refused", version: "" } }, "bad", /new long-lived access token/],
        ["The home on boards", { websocket: { state: "off", version: "" } }, "plain", /ouro\.toml/],
    ] satisfies [string, Partial<HomeReport>, Way["tone"], RegExp][])(
        "%s: what to try in %j",
        (name, fields, tone, hint) => {
            expect(way(name, fields)?.tone).toBe(tone);
            expect(way(name, fields)?.hint).toMatch(hint);
        },
    );

    it("leave open how Home Assistant is while the broker is away", () => {
        expect(way("Home Assistant", { broker: { state: "connecting", address: "x" } })?.state).toBe("Unknown");
    });

    it("are well with the broker, and the WebSocket connected or off, as `ouro ha status` has it", () => {
        expect(isWell(report())).toBe(true);
        expect(isWell(report({ websocket: { state: "off", version: "" } }))).toBe(true);
        expect(isWell(report({ websocket: { state: "refused", version: "" } }))).toBe(false);
        expect(isWell(report({ broker: { state: "off", address: "" } }))).toBe(false);
    });
});

describe("what was announced of a board", () => {
    it("is counted, and only what there is", () => {
        expect(announcedText(board())).toBe("6 entities, 6 announced");
        expect(announcedText(board({ entities: 1, documents: 1, waiting: 1, deleted: 2 }))).toBe(
            "1 entity, 1 announced, 1 not yet, 2 deleted there",
        );
    });

    it("comes with what to do if somebody deleted it", () => {
        expect(deletedHint(board())).toBe("");
        expect(deletedHint(board({ deleted: 1 }))).toContain("start its app anew");
    });
});

describe("a remark", () => {
    it("names the entity and the option, if it is about one", () => {
        expect(remarkTitle(remark())).toBe('power: unit_of_measurement "watts" is none of power');
        expect(remarkTitle(remark({ entity: "", option: "" }))).toBe('An entity: "watts" is none of power');
    });

    it("says who objects, how much, and what the hub does", () => {
        expect(remarkText(remark())).toBe(
            "Home Assistant 2025.7 and later would reject the entity; the hub leaves it out.",
        );
        expect(remarkText(remark({ releases: "all", rejected: false, left_out: false }))).toBe(
            "Home Assistant would ignore it, or complain.",
        );
    });

    it("that rejects comes before one that complains", () => {
        const complaint = remark({ rejected: false });
        const rejection = remark();
        expect(sortedRemarks([complaint, rejection])).toEqual([rejection, complaint]);
    });
});

describe("an orphan", () => {
    it("is called as Home Assistant calls it, else by what is known", () => {
        expect(orphanName(gate)).toBe("Shed: Gate");
        expect(orphanName(light)).toBe("light");
        expect(orphanName({ ...light, id: "" })).toBe("Board gone1");
        expect(orphanText(gate)).toBe("entity gate of board gone1");
        expect(orphanText({ ...gate, id: "" })).toBe("all of board gone1");
    });

    it("is asked about and told of by name, several by number", () => {
        expect(removalQuestion([gate])).toBe("Remove Shed: Gate from Home Assistant?");
        expect(removalQuestion([gate, light])).toBe("Remove all 2 from Home Assistant?");
        expect(removedText([gate], 1)).toBe("Shed: Gate is removed from Home Assistant.");
        expect(removedText([gate, light], 2)).toBe("All 2 are removed from Home Assistant.");
        expect(removedText([gate, light], 1)).toBe("1 of 2 are removed from Home Assistant.");
        expect(removedText([gate], 0)).toBeNull();
    });

    it("is forgotten by its topic", async () => {
        let body = "";
        const http = new Http(new URL("http://hub.test/"), (_, init) => {
            body = String(init?.body);
            return Promise.resolve(new Response('{"forgotten":1}'));
        });
        expect(await forgetOrphans(http, [gate.topic])).toBe(1);
        expect(JSON.parse(body)).toEqual({ topics: [gate.topic] });
    });
});
