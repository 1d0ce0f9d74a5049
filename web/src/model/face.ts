// SPDX-License-Identifier: Apache-2.0
// A board's screen and LEDs, put together from the hub's messages. Whatever does not fit is left out.
import type { Face } from "../api/types";

export interface Screen {
    readonly width: number;
    readonly height: number;
    /** Red, green, blue, opaque: four bytes a pixel, as a canvas takes them. */
    readonly rgba: Uint8ClampedArray<ArrayBuffer>;
    readonly picture: number;
    /** CSS colours, the first LED first. */
    readonly leds: readonly string[];
}

const side_max = 1024;

/** The messages of one frame of `/face`; a frame that is none of ours holds none. */
export function readFaces(frame: string): Face[] {
    try {
        const parsed: unknown = JSON.parse(frame);
        return Array.isArray(parsed) ? parsed.filter(isFace) : [];
    } catch {
        return [];
    }
}

const isSide = (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= side_max;

function isFace(value: unknown): value is Face {
    if (typeof value !== "object" || value === null) return false;
    const { type, width, height, picture, leds, cells } = value as Record<string, unknown>;
    return (
        type === "face" &&
        isSide(width) &&
        isSide(height) &&
        typeof picture === "number" &&
        typeof leds === "string" &&
        Array.isArray(cells)
    );
}

/** The screen after `face`. The pixels of `before` are drawn on where the size is the same. */
export function drawn(before: Screen | null, face: Face): Screen {
    const same = before?.width === face.width && before.height === face.height;
    const rgba = same ? before.rgba : new Uint8ClampedArray(face.width * face.height * 4);
    for (const cell of face.cells) paint(rgba, face.width, face.height, cell as readonly unknown[]);
    const leds = (face.leds.match(/[0-9a-f]{6}/g) ?? []).map((color) => `#${color}`);
    return { width: face.width, height: face.height, rgba, picture: face.picture, leds };
}

function paint(rgba: Uint8ClampedArray, screen_width: number, screen_height: number, cell: readonly unknown[]): void {
    const [x, y, width, height] = cell.slice(0, 4).map(Number) as [number, number, number, number];
    const inside =
        x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= screen_width && y + height <= screen_height;
    if (!inside || typeof cell[4] !== "string") return;
    const runs = bytesOf(cell[4]);
    let pixel = 0;
    for (let i = 0; i + 2 < runs.length; i += 3) {
        const color = ((runs.charCodeAt(i + 1) << 8) | runs.charCodeAt(i + 2)) >>> 0;
        const red = color >> 11;
        const green = (color >> 5) & 0x3f;
        const blue = color & 0x1f;
        for (let n = runs.charCodeAt(i) + 1; n > 0 && pixel < width * height; n -= 1, pixel += 1) {
            const at = ((y + Math.floor(pixel / width)) * screen_width + x + (pixel % width)) * 4;
            // The high bits again below: full brightness stays full.
            rgba[at] = (red << 3) | (red >> 2);
            rgba[at + 1] = (green << 2) | (green >> 4);
            rgba[at + 2] = (blue << 3) | (blue >> 2);
            rgba[at + 3] = 255;
        }
    }
}

function bytesOf(base64: string): string {
    try {
        return atob(base64);
    } catch {
        return "";
    }
}

/** How bright an LED of this colour looks, 0 to 1. */
export function brightness(color: string): number {
    const part = (at: number): number => parseInt(color.slice(at, at + 2), 16) || 0;
    return Math.max(part(1), part(3), part(5)) / 255;
}

/** The hue of an LED at full brightness: what its light looks like around it. */
export function glow(color: string): string {
    const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) || 0);
    const most = Math.max(...parts);
    if (most === 0) return "#000000";
    return `#${parts
        .map((part) =>
            Math.round((part / most) * 255)
                .toString(16)
                .padStart(2, "0"),
        )
        .join("")}`;
}
