// SPDX-License-Identifier: Apache-2.0
// What a virtual battery sensor shows and can be told (docs/protocol.md, section 3).
import type { Profile } from "../api/types";

export type Led = "off" | "on" | "fast" | "slow";

export interface SensorView {
    /** Something moves, or the door is open. */
    readonly active: boolean;
    readonly battery: number;
    readonly power: boolean;
    readonly led: Led;
    readonly session: string;
    readonly told: number;
    readonly dropped: number;
}

export const isSensor = (profile: Profile): boolean => profile.uart1?.part === "tuya";

/** Whether it sees a door; else it sees motion. */
export const seesDoor = (profile: Profile): boolean => /door/.test(profile.uart1?.product ?? "");

/** How the product tells its battery: from 0 to this. */
export const batteryMax = (profile: Profile): number => (profile.uart1?.product === "mirabella_pir" ? 100 : 2);

export const batteryWords = (level: number, max: number): string =>
    max === 2 ? (["low", "middle", "high"][level] ?? String(level)) : `${level} %`;

const leds: readonly Led[] = ["off", "on", "fast", "slow"];

/** The board's answer to `["tuya"]`; null when it is none. */
export function sensorOf(answer: unknown): SensorView | null {
    if (!Array.isArray(answer) || answer[0] !== "ok" || typeof answer[1] !== "object" || answer[1] === null)
        return null;
    const said = answer[1] as Record<string, unknown>;
    const led = leds.find((name) => name === said["led"]);
    if (led === undefined || typeof said["power"] !== "boolean" || typeof said["session"] !== "string") return null;
    const count = (name: string): number => (typeof said[name] === "number" ? said[name] : 0);
    return {
        active: said["active"] === true,
        battery: count("battery"),
        power: said["power"],
        led,
        session: said["session"],
        told: count("told"),
        dropped: count("dropped"),
    };
}

const sessions: Readonly<Record<string, string>> = {
    off: "Off: the controller has cut the power",
    starting: "Starting",
    handshake: "Asking the controller who it is",
    joining: "Joining the network and the broker",
    online: "Online: reporting, and waiting for the confirmation",
    configuring: "Being configured",
    restarting: "Starting anew",
    asleep: "Asleep until the power is cut",
};
export const sessionWords = (session: string): string => sessions[session] ?? session;

const lights: Readonly<Record<Led, string>> = {
    off: "off",
    on: "lit: the button is held",
    fast: "blinks fast: SmartConfig",
    slow: "blinks slowly: access point",
};
export const ledWords = (led: Led): string => lights[led];
