// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Profile } from "../src/api/types";
import { batteryMax, batteryWords, isSensor, ledWords, seesDoor, sensorOf, sessionWords } from "../src/model/sensor";

const profile = (name: string): Profile =>
    JSON.parse(readFileSync(new URL(`../../firmware/boards/${name}.json`, import.meta.url), "utf8")) as Profile;

describe("a battery sensor", () => {
    it("is told from other boards by what is at its UART", () => {
        expect(["pir", "door", "intercom", "badge"].map((name) => isSensor(profile(name)))).toEqual([
            true,
            true,
            false,
            false,
        ]);
        expect(seesDoor(profile("door"))).toBe(true);
        expect(seesDoor(profile("pir"))).toBe(false);
    });

    it("says what its panel answers, and nothing when that is no answer", () => {
        const said = {
            active: true,
            battery: 1,
            power: true,
            led: "slow",
            session: "configuring",
            told: 3,
            dropped: 1,
        };
        expect(sensorOf(["ok", said])).toEqual(said);
        expect(sensorOf(["ok", { ...said, told: "3" }])).toEqual({ ...said, told: 0 });
        for (const wrong of [null, [], ["ok"], ["error", said], ["ok", null], ["ok", { ...said, led: "red" }]])
            expect(sensorOf(wrong), JSON.stringify(wrong)).toBeNull();
        expect(sensorOf(["ok", { ...said, power: 1 }])).toBeNull();
    });

    it("has words for each state, and for one that is new", () => {
        expect(sessionWords("online")).toMatch(/^Online/);
        expect(sessionWords("dreaming")).toBe("dreaming");
        expect(ledWords("fast")).toContain("SmartConfig");
        expect([0, 1, 2].map((level) => batteryWords(level, batteryMax(profile("pir"))))).toEqual([
            "low",
            "middle",
            "high",
        ]);
        expect(batteryWords(40, 100)).toBe("40 %");
    });
});
