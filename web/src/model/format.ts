// SPDX-License-Identifier: Apache-2.0
// Times, ages and values in words. Text in, text out: nothing here is ever markup.
import type { Entity, Evidence, Scalar } from "../api/types";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** "just now", "12 s ago", "3 min ago", "2 h ago", "5 days ago". A time in the future is just now: clocks differ. */
export function age(at_ms: number, now_ms: number): string {
    const ms = now_ms - at_ms;
    if (!Number.isFinite(ms)) return "never";
    if (ms < second) return "just now";
    if (ms < minute) return `${Math.floor(ms / second)} s ago`;
    if (ms < hour) return `${Math.floor(ms / minute)} min ago`;
    if (ms < day) return `${Math.floor(ms / hour)} h ago`;
    const days = Math.floor(ms / day);
    return days === 1 ? "1 day ago" : `${days} days ago`;
}

export interface Place {
    locale?: string;
    timeZone?: string;
}

/** Local time of day; with the date when it was not today. */
export function clock(at_ms: number, now_ms: number, place: Place = {}): string {
    if (!isTime(at_ms)) return "unknown time";
    const zone = place.timeZone === undefined ? {} : { timeZone: place.timeZone };
    const time = new Intl.DateTimeFormat(place.locale, { timeStyle: "medium", ...zone });
    const date = new Intl.DateTimeFormat(place.locale, { dateStyle: "medium", ...zone });
    const at = new Date(at_ms);
    return date.format(at) === date.format(new Date(now_ms))
        ? time.format(at)
        : `${date.format(at)}, ${time.format(at)}`;
}

/** To the millisecond with the offset, for the tooltip: "2026-03-01 14:02:07.123 +01:00". */
export function exactTime(
    at_ms: number,
    offset_min = -new Date(isTime(at_ms) ? at_ms : 0).getTimezoneOffset(),
): string {
    if (!isTime(at_ms)) return "unknown time";
    const shifted = new Date(at_ms + offset_min * minute).toISOString();
    const sign = offset_min < 0 ? "-" : "+";
    const two = (n: number): string => String(n).padStart(2, "0");
    const offset = `${sign}${two(Math.floor(Math.abs(offset_min) / 60))}:${two(Math.abs(offset_min) % 60)}`;
    return `${shifted.slice(0, 10)} ${shifted.slice(11, 23)} ${offset}`;
}

const isTime = (at_ms: number): boolean => Number.isFinite(at_ms) && Math.abs(at_ms) < 8.64e15 - day;

/** A number as a person reads it: at most four significant digits after the point, none that say nothing. */
export function figure(value: number): string {
    if (!Number.isFinite(value)) return "unknown";
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e9 || size < 1e-4)) return value.toExponential(2);
    const digits = size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
    return value.toLocaleString("en", { maximumFractionDigits: digits }).replaceAll(",", "\u202f");
}

const binary_words: Readonly<Record<string, readonly [string, string]>> = {
    door: ["Open", "Closed"],
    window: ["Open", "Closed"],
    opening: ["Open", "Closed"],
    motion: ["Motion", "Clear"],
    occupancy: ["Occupied", "Clear"],
    sound: ["Sound", "Quiet"],
    problem: ["Problem", "OK"],
    connectivity: ["Connected", "Disconnected"],
    lock: ["Unlocked", "Locked"],
};

/** The value of an entity in words. */
export function valueText(entity: Entity | undefined, value: Scalar | undefined): string {
    if (value === undefined || value === null) return "unknown";
    if (typeof value === "number") {
        const unit = entity?.options["unit_of_measurement"];
        return typeof unit === "string" ? `${figure(value)} ${unit}` : figure(value);
    }
    if (typeof value === "boolean") {
        const device_class = entity?.options["device_class"];
        const words =
            typeof device_class === "string" && Object.hasOwn(binary_words, device_class)
                ? binary_words[device_class]
                : undefined;
        return (words ?? ["On", "Off"])[value ? 0 : 1];
    }
    return entity?.kind === "cover" ? capitalised(value) : value;
}

/** "UNLOCKING" as "Unlocking". */
export const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

/** A message of the hub in pieces: every other one, from the second on, stood between backticks and is to be typed. */
export function typedParts(message: string): string[] {
    const parts = message.split("`");
    return parts.length % 2 === 1 ? parts : [message];
}

/** "free_memory" as "free memory". */
export const spaced = (name: string): string => name.replaceAll("_", " ");

/** What was heard and by which path: "heartbeat, serial uart0 of virtual board". */
export function evidenceText(evidence: Evidence): string {
    const what = evidence.what === "up" ? "heartbeat" : spaced(evidence.what);
    return evidence.path === "" ? what : `${what}, ${evidence.path}`;
}

/** Bytes as kB for a card. */
export const kilobytes = (bytes: number): string => `${figure(bytes / 1024)} kB`;
