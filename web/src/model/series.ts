// SPDX-License-Identifier: Apache-2.0
// The points of one plotted value: history first, live samples after it, in bounded memory, with gaps left open.

/** [at_ms, min, mean, max]; a single sample has all three equal. */
export type Point = readonly [number, number, number, number];

/** Columns as uPlot takes them: seconds, then min, mean and max with null where nothing was heard. */
export type Columns = [number[], (number | null)[], (number | null)[], (number | null)[]];

export const points_max = 4_096;

export class Series {
    private points: Point[] = [];
    /** Times at which the value was said to be unknown. */
    private unknown: number[] = [];

    get size(): number {
        return this.points.length;
    }

    get last(): Point | undefined {
        return this.points[this.points.length - 1];
    }

    /** Puts history before whatever was heard live meanwhile. */
    fill(history: readonly Point[]): void {
        const usable = history.filter((point) => point.every(Number.isFinite)).sort((a, b) => a[0] - b[0]);
        const end = usable[usable.length - 1]?.[0] ?? -Infinity;
        this.points = [...usable.slice(-points_max), ...this.points.filter((point) => point[0] > end)];
        this.bound();
    }

    /** A live sample; null means that the value is unknown from here on. One that is older than the newest is left out. */
    add(at_ms: number, value: number | null): void {
        if ((this.last?.[0] ?? -Infinity) >= at_ms) return;
        if (value === null || !Number.isFinite(value)) {
            this.unknown.push(at_ms);
            if (this.unknown.length > 256) this.unknown.shift();
            return;
        }
        this.points.push([at_ms, value, value, value]);
        this.bound();
    }

    clear(): void {
        this.points = [];
        this.unknown = [];
    }

    columns(from_ms: number, to_ms: number): Columns {
        const inside = this.points.filter((point) => point[0] >= from_ms && point[0] <= to_ms);
        const gap_ms = gapAfter(inside);
        const columns: Columns = [[], [], [], []];
        let before = -Infinity;
        for (const [at, min, mean, max] of inside) {
            if (at - before > gap_ms && before > -Infinity) push(columns, (before + at) / 2, null, null, null);
            else if (this.unknown.some((t) => t > before && t < at) && before > -Infinity)
                push(columns, (before + at) / 2, null, null, null);
            push(columns, at, min, mean, max);
            before = at;
        }
        return columns;
    }

    /** Past the limit the older half loses every second point, into buckets: old times grow coarse, none is forgotten. */
    private bound(): void {
        while (this.points.length > points_max) {
            const half = Math.floor(this.points.length / 2);
            const coarse: Point[] = [];
            for (let i = 0; i < half; i += 2) coarse.push(merge(this.points[i], this.points[i + 1]));
            this.points = [...coarse, ...this.points.slice(half + (half % 2))];
        }
    }
}

function push(columns: Columns, at_ms: number, ...values: [number | null, number | null, number | null]): void {
    columns[0].push(at_ms / 1000);
    columns[1].push(values[0]);
    columns[2].push(values[1]);
    columns[3].push(values[2]);
}

function merge(a: Point | undefined, b: Point | undefined): Point {
    if (!a || !b) return (a ?? b) as Point;
    return [b[0], Math.min(a[1], b[1]), (a[2] + b[2]) / 2, Math.max(a[3], b[3])];
}

/** A pause of more than five times the usual one, and of at least 5 s, is a gap. */
function gapAfter(points: readonly Point[]): number {
    const steps: number[] = [];
    for (let i = 1; i < points.length; i += 1) steps.push((points[i]?.[0] ?? 0) - (points[i - 1]?.[0] ?? 0));
    if (steps.length === 0) return Infinity;
    steps.sort((a, b) => a - b);
    return Math.max(5_000, 5 * (steps[Math.floor(steps.length / 2)] ?? 0));
}
