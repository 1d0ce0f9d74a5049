// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Face } from "../src/api/types";
import { brightness, drawn, glow, readFaces } from "../src/model/face";

const face = (cells: unknown[], leds = "ff0000000000"): Face =>
    ({ type: "face", width: 4, height: 2, picture: 1, leds, cells }) as Face;
/** Runs of three bytes each, as the board sends them. */
const runs = (...bytes: number[]): string => btoa(String.fromCharCode(...bytes));

describe("a face", () => {
    it("is painted from runs, row by row", () => {
        const screen = drawn(null, face([[1, 0, 2, 2, runs(2, 0xf8, 0x00, 0, 0x00, 0x1f)]]));
        const at = (x: number, y: number): number[] => [...screen.rgba.slice((y * 4 + x) * 4, (y * 4 + x) * 4 + 4)];
        expect(at(0, 0)).toEqual([0, 0, 0, 0]);
        expect(at(1, 0)).toEqual([255, 0, 0, 255]);
        expect(at(1, 1)).toEqual([255, 0, 0, 255]);
        expect(at(2, 1)).toEqual([0, 0, 255, 255]);
        expect(screen.leds).toEqual(["#ff0000", "#000000"]);
    });

    it("keeps what was there, unless the size changes", () => {
        const first = drawn(null, face([[0, 0, 1, 1, runs(0, 0xff, 0xff)]]));
        const second = drawn(first, face([]));
        expect(second.rgba[0]).toBe(255);
        expect(drawn(second, { ...face([]), width: 5 }).rgba[0]).toBe(0);
    });

    it("leaves out what does not fit", () => {
        const wrong = [
            [3, 0, 2, 1, runs(1, 0xff, 0xff)],
            [-1, 0, 1, 1, runs(0, 0xff, 0xff)],
            [0, 0, 1, 1, "***"],
            [0, 0, 1, 1, 7],
            [],
        ];
        expect(drawn(null, face(wrong)).rgba.every((byte) => byte === 0)).toBe(true);
        const much = drawn(null, face([[0, 0, 1, 1, runs(255, 0xff, 0xff)]]));
        expect(much.rgba.filter((byte) => byte !== 0).length).toBe(4);
    });

    it("is read from frames that are ours only", () => {
        expect(readFaces(JSON.stringify([face([])]))).toHaveLength(1);
        for (const frame of ["", "{}", "[null]", '[{"type":"face","width":99999,"height":1}]'])
            expect(readFaces(frame)).toEqual([]);
    });
});

it("an LED shines in its own hue", () => {
    expect(brightness("#800000")).toBeCloseTo(0.5, 1);
    expect(glow("#400020")).toBe("#ff0080");
    expect(glow("#000000")).toBe("#000000");
});
