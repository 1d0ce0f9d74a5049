// SPDX-License-Identifier: Apache-2.0
// What an entity is good for on the page.
import type { Board, Entity } from "../api/types";
import { own } from "./own";

/** Entities whose values can be drawn, the first sensor first. */
export function plottable(board: Board): Entity[] {
    const numeric = board.entities.filter((entity) => {
        if (entity.kind === "number") return true;
        if (entity.kind !== "sensor") return false;
        const value = own(board.states, entity.id)?.value;
        if (typeof value === "number") return true;
        const said = entity.options["unit_of_measurement"] ?? entity.options["state_class"];
        return (value === undefined || value === null) && said !== undefined;
    });
    return [...numeric.filter((e) => e.kind === "sensor"), ...numeric.filter((e) => e.kind !== "sensor")];
}

export const locksOf = (board: Board): Entity[] => board.entities.filter((entity) => entity.kind === "lock");

/** What the Controls card shows: all but the lock, which has a card of its own, and events, which have the list. */
export const controlsOf = (board: Board): Entity[] =>
    board.entities.filter((entity) => entity.kind !== "lock" && entity.kind !== "event");

export const unitOf = (entity: Entity): string => {
    const unit = entity.options["unit_of_measurement"];
    return typeof unit === "string" ? unit : "";
};

/** A number among an entity's options, or what it is when the app did not say. */
export function numberOption(entity: Entity, name: string, otherwise: number): number {
    const value = entity.options[name];
    return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/** A list of words among an entity's options. */
export function wordsOption(entity: Entity, name: string): string[] {
    const value = entity.options[name];
    return Array.isArray(value) ? value.filter((word): word is string => typeof word === "string") : [];
}

export type Presence = "online" | "quiet" | "offline";

/** A board says something every 10 s; after 25 s without a word its "online" is no longer worth much. */
export const quiet_after_ms = 25_000;

export function presence(board: Board, hub_now_ms: number): Presence {
    if (!board.online) return "offline";
    if (!board.evidence || hub_now_ms - board.evidence.at_ms > quiet_after_ms) return "quiet";
    return "online";
}
