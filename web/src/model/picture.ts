// SPDX-License-Identifier: Apache-2.0
// Where things lie on a board's picture, reckoned from the board's data. Units are those of the profile's `picture`.
import type { Profile, ProfilePart } from "../api/types";

export interface Box {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
}

const sizes: Readonly<Record<ProfilePart["kind"], { width: number; height: number }>> = {
    relay: { width: 60, height: 60 },
    button: { width: 48, height: 48 },
    led: { width: 20, height: 20 },
};

/** Room for the label that is printed beside a part. */
const label_room = 18;

export const placeOf = (part: ProfilePart): readonly [number, number] => [part.at[0] ?? 0, part.at[1] ?? 0];

/** A part with its label. */
export function boxOf(part: ProfilePart): Box {
    const [x, y] = placeOf(part);
    const { width, height } = sizes[part.kind];
    return { x: x - width / 2, y: y - height / 2 - label_room, width, height: height + 2 * label_room };
}

const apart = (a: Box, b: Box): boolean =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

const module_size = { width: 124, height: 48 };
const margin = 16;

/** The place of the radio module: the first corner or edge where it covers no part, or none. */
export function moduleBox(profile: Profile): Box | null {
    const { width, height } = profile.picture;
    const right = width - module_size.width - margin;
    const bottom = height - module_size.height - margin;
    const middle = (width - module_size.width) / 2;
    const places: [number, number][] = [
        [right, margin],
        [middle, margin],
        [margin, margin],
        [right, bottom],
        [middle, bottom],
        [margin, bottom],
    ];
    const parts = [...profile.inputs, ...profile.outputs].map(boxOf);
    for (const [x, y] of places) {
        const box = { x, y, ...module_size };
        if (x >= 0 && y >= 0 && parts.every((part) => apart(part, box))) return box;
    }
    return null;
}

/** A copper trace from the module to a part: straight down, a 45° corner, straight across. `n` keeps traces beside each other. */
export function trace(from: Box, part: ProfilePart, n: number): string {
    const [x, y] = placeOf(part);
    const start_x = from.x + 14 + n * 9;
    const start_y = y > from.y + from.height ? from.y + from.height : y < from.y ? from.y : from.y + 10 + n * 8;
    if (start_y > from.y && start_y < from.y + from.height) {
        const side = x < from.x ? from.x : from.x + from.width;
        return `M${side} ${start_y}H${x + Math.sign(side - x) * Math.abs(start_y - y)}L${x} ${y}`;
    }
    const lane = start_y + Math.sign(y - start_y) * (6 + n * 4);
    const turn = Math.min(4, Math.abs(x - start_x) / 2) * Math.sign(x - start_x);
    return `M${start_x} ${start_y}V${lane}l${turn} ${Math.abs(turn) * Math.sign(y - start_y)}H${x - turn}L${x} ${lane + 2 * Math.abs(turn) * Math.sign(y - start_y)}V${y}`;
}
