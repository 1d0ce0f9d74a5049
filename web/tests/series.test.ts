// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { points_max, Series } from "../src/model/series";

const means = (series: Series, from = 0, to = Infinity): (number | null)[] => series.columns(from, to)[2];
const filled = (count: number, step = 1_000): Series => {
    const series = new Series();
    for (let i = 0; i < count; i += 1) series.add(i * step, i);
    return series;
};

describe("a series", () => {
    it("puts history before what was heard meanwhile, each sample once", () => {
        const series = new Series();
        series.add(2_000, 2);
        series.add(3_000, 3);
        series.fill([
            [1_000, 1, 1, 1],
            [2_000, 2, 2, 2],
        ]);
        expect(means(series)).toEqual([1, 2, 3]);
    });

    it("leaves out samples that are older than the newest", () => {
        const series = filled(3);
        series.add(1_500, 99);
        expect(means(series)).toEqual([0, 1, 2]);
    });

    it("leaves out what is no number", () => {
        const series = new Series();
        series.add(1, NaN);
        series.fill([[2, NaN, 1, 1]]);
        expect(series.size).toBe(0);
    });

    it("leaves a gap open where nothing was heard for five times the usual pause", () => {
        const open = filled(5);
        open.add(4_000 + 5_001, 9);
        expect(means(open)).toContain(null);
        const closed = filled(5);
        closed.add(4_000 + 5_000, 9);
        expect(means(closed)).not.toContain(null);
    });

    it("leaves a gap open where the value was said to be unknown", () => {
        const series = filled(3);
        series.add(2_500, null);
        series.add(3_000, 3);
        expect(means(series)).toEqual([0, 1, 2, null, 3]);
    });

    it("shows only the window", () => {
        expect(means(filled(10), 3_000, 5_000)).toEqual([3, 4, 5]);
    });

    it("gives seconds, min, mean and max", () => {
        const series = new Series();
        series.fill([[5_000, 1, 2, 3]]);
        expect(series.columns(0, 9_000)).toEqual([[5], [1], [2], [3]]);
    });

    it("stays within its memory, and keeps the extremes of what it made coarse", () => {
        const series = filled(points_max);
        expect(series.size).toBe(points_max);
        series.add(points_max * 1_000, points_max);
        expect(series.size).toBeLessThan(points_max);
        const [, low, , high] = series.columns(0, Infinity);
        expect(low[0]).toBe(0);
        expect(high[0]).toBe(1);
        expect(high[high.length - 1]).toBe(points_max);
    });
});
