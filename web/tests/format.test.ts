// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Entity } from "../src/api/types";
import { age, capitalised, clock, evidenceText, exactTime, figure, typedParts, valueText } from "../src/model/format";
import { outcomeText } from "../src/model/outcome";

const noon = Date.UTC(2026, 10, 21, 12, 0, 0, 123);

describe("ages", () => {
    it.each([
        [-5_000, "just now"],
        [999, "just now"],
        [1_000, "1 s ago"],
        [59_999, "59 s ago"],
        [60_000, "1 min ago"],
        [3_599_999, "59 min ago"],
        [3_600_000, "1 h ago"],
        [86_399_999, "23 h ago"],
        [86_400_000, "1 day ago"],
        [172_800_000, "2 days ago"],
    ])("says of %i ms: %s", (ms, words) => {
        expect(age(noon - ms, noon)).toBe(words);
    });

    it("says never of no time at all", () => {
        expect(age(NaN, noon)).toBe("never");
    });
});

describe("times", () => {
    const place = { locale: "en-GB", timeZone: "UTC" };

    it("leaves the date out today and shows it otherwise", () => {
        expect(clock(noon, noon, place)).toBe("12:00:00");
        expect(clock(noon - 86_400_000, noon, place)).toBe("20 Nov 2026, 12:00:00");
    });

    it("are exact to the millisecond with their offset", () => {
        expect(exactTime(noon, 0)).toBe("2026-11-21 12:00:00.123 +00:00");
        expect(exactTime(noon, 90)).toBe("2026-11-21 13:30:00.123 +01:30");
        expect(exactTime(noon, -210)).toBe("2026-11-21 08:30:00.123 -03:30");
    });

    it("do not throw for what is no time", () => {
        expect(clock(NaN, noon, place)).toBe("unknown time");
        expect(exactTime(1e300)).toBe("unknown time");
    });
});

describe("values", () => {
    const sensor = (options: Entity["options"]): Entity => ({ id: "x", kind: "sensor", name: "X", options });

    it.each([
        [0, "0"],
        [21.456, "21.46"],
        [123.456, "123.5"],
        [98_304, "98\u202f304"],
        [0.00012, "0.0001"],
        [-4.5, "-4.5"],
        [1e12, "1.00e+12"],
        [Infinity, "unknown"],
    ])("shows %d as %s", (value, text) => {
        expect(figure(value)).toBe(text);
    });

    it("have their unit, and words for what is on or open", () => {
        expect(valueText(sensor({ unit_of_measurement: "°C" }), 21.5)).toBe("21.5 °C");
        expect(valueText(sensor({}), true)).toBe("On");
        expect(valueText(sensor({ device_class: "window" }), false)).toBe("Closed");
        expect(valueText(sensor({ device_class: "constructor" }), false)).toBe("Off");
        expect(valueText(sensor({}), null)).toBe("unknown");
    });

    it("of a cover begin with a capital, and a text stays as it is", () => {
        expect(valueText({ id: "x", kind: "cover", name: "X", options: {} }, "opening")).toBe("Opening");
        expect(valueText({ id: "x", kind: "text", name: "X", options: {} }, "opening")).toBe("opening");
    });

    it("stay text when they are hostile", () => {
        expect(valueText(undefined, "<b>x</b>")).toBe("<b>x</b>");
    });
});

describe("words", () => {
    it("begin with one capital", () => {
        expect(capitalised("UNLOCKING")).toBe("Unlocking");
    });

    it("say what is to be typed", () => {
        expect(typedParts("Ask again: `ouro url`.")).toEqual(["Ask again: ", "ouro url", "."]);
        expect(typedParts("nothing")).toEqual(["nothing"]);
        expect(typedParts("one ` alone")).toEqual(["one ` alone"]);
    });

    it("say what was heard and by which path", () => {
        expect(evidenceText({ what: "up", path: "MQTT", at_ms: 0 })).toBe("heartbeat, MQTT");
        expect(evidenceText({ what: "state free_memory", path: "", at_ms: 0 })).toBe("state free memory");
    });
});

describe("outcomes", () => {
    it.each([
        ["done", "", "Done", "good"],
        ["failed", "busy", /^Busy/, "warn"],
        ["failed", "OSError: no", "Failed: OSError: no", "bad"],
        ["refused", "rate_limited", /^Too many/, "warn"],
        ["refused", "constructor", "Refused: constructor", "warn"],
        ["timeout", "", /did not answer in time/, "bad"],
        ["sent", "", /^Sent/, "plain"],
    ])("%s %s", (outcome, text, words, tone) => {
        const said = outcomeText(outcome, text);
        expect(said.text).toMatch(words);
        expect(said.tone).toBe(tone);
    });
});
