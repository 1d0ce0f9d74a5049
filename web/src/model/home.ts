// SPDX-License-Identifier: Apache-2.0
// How the hub stands with Home Assistant, in words: what is connected, what was announced, what it would not take, what is left over.
import type { AnnouncedBoard, HomeReport, Orphan, Remark } from "../api/types";
import { age } from "./format";

/** One way between the hub and the home. */
export interface Way {
    readonly name: string;
    readonly state: string;
    readonly tone: "good" | "plain" | "warn" | "bad";
    /** What that means. */
    readonly words: string;
    /** What to try; empty where nothing is to be done. */
    readonly hint: string;
}

/** True when all that is configured is connected. */
export const isWell = (report: HomeReport): boolean =>
    report.broker.state === "connected" && (report.websocket.state === "connected" || report.websocket.state === "off");

export const waysOf = (report: HomeReport, now_ms: number): readonly Way[] => [
    brokerWay(report),
    birthWay(report, now_ms),
    socketWay(report),
];

function brokerWay({ broker }: HomeReport): Way {
    const name = "Broker";
    switch (broker.state) {
        case "connected":
            return {
                name,
                state: "Connected",
                tone: "good",
                words: `Values and commands go by ${broker.address}.`,
                hint: "",
            };
        case "connecting":
            return {
                name,
                state: "Not connected",
                tone: "bad",
                words: `${broker.address} is tried again every few seconds.`,
                hint: "Does the broker run? Are its address, user name and password right in the hub's settings?",
            };
        case "off":
            return {
                name,
                state: "Off",
                tone: "warn",
                words: "Without a broker Home Assistant learns of no board.",
                hint: "Start the hub without --no-broker: it then brings a broker of its own, or takes yours.",
            };
    }
}

function birthWay({ birth_ms, running, broker }: HomeReport, now_ms: number): Way {
    const name = "Home Assistant";
    if (broker.state !== "connected")
        return { name, state: "Unknown", tone: "plain", words: "It is heard through the broker.", hint: "" };
    if (birth_ms === null)
        return {
            name,
            state: "Not heard yet",
            tone: "plain",
            words: "No birth message since the hub began; Home Assistant sends one when it starts.",
            hint:
                "Nothing, if it was there before the hub. If new boards do not appear: is its MQTT integration set up " +
                "with this broker, and is its discovery prefix the hub's?",
        };
    const said = `It said that it started, ${age(birth_ms, now_ms)}`;
    return running
        ? { name, state: "Running", tone: "good", words: `${said}.`, hint: "" }
        : {
              name,
              state: "Ended",
              tone: "warn",
              words: `${said}, and that it ended.`,
              hint: "Start it; all boards are announced again by themselves.",
          };
}

function socketWay({ websocket }: HomeReport): Way {
    const name = "The home on boards";
    switch (websocket.state) {
        case "connected": {
            const version = websocket.version === "" ? "" : ` ${websocket.version}`;
            const words = `Boards can read Home Assistant${version}, and act in it.`;
            return { name, state: "Connected", tone: "good", words, hint: "" };
        }
        case "connecting":
            return {
                name,
                state: "Not connected",
                tone: "bad",
                words: "Home Assistant's WebSocket is tried again and again.",
                hint: "Does Home Assistant run? Is its address right, under [home_assistant] in ouro.toml?",
            };
        case "refused":
            return {
                name,
                state: "Refused",
                tone: "bad",
                words: "Home Assistant does not take the token.",
                hint: "Make a new long-lived access token in your profile there, and put it into ouro.toml.",
            };
        case "off":
            return {
                name,
                state: "Off",
                tone: "plain",
                words: "Boards read nothing of the home.",
                hint: "Nothing, unless an app wants to: [home_assistant] in ouro.toml turns it on.",
            };
    }
}

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

/** "6 entities, 6 announced, 2 of them not yet", for one board. */
export function announcedText(board: AnnouncedBoard): string {
    const words = [counted(board.entities, "entity", "entities"), `${board.documents} announced`];
    if (board.waiting > 0) words.push(`${board.waiting} not yet`);
    if (board.deleted > 0) words.push(`${board.deleted} deleted there`);
    return words.join(", ");
}

/** What to do about a device that somebody deleted in Home Assistant; empty for all others. */
export const deletedHint = (board: AnnouncedBoard): string =>
    board.deleted === 0
        ? ""
        : "What was deleted in Home Assistant stays so until the board declares again: start its app anew.";

/** What Home Assistant would reject, before what it only complains about. */
export const sortedRemarks = (remarks: readonly Remark[]): readonly Remark[] => [
    ...remarks.filter((remark) => remark.rejected),
    ...remarks.filter((remark) => !remark.rejected),
];

/** "window: device_class must be one of …" */
export const remarkTitle = ({ entity, option, problem }: Remark): string =>
    `${entity === "" ? "An entity" : entity}: ${option === "" ? "" : `${option} `}${problem}`;

/** Which releases object, and what the hub does about it. */
export function remarkText({ releases, rejected, left_out }: Remark): string {
    const who = releases === "all" ? "Home Assistant" : `Home Assistant ${releases}`;
    const does = rejected ? "would reject the entity" : "would ignore it, or complain";
    return `${who} ${does}${left_out ? "; the hub leaves it out" : ""}.`;
}

/** As Home Assistant shows it, else what is known of it. */
export const orphanName = ({ name, id, uid }: Orphan): string => name || id || `Board ${uid}`;

/** Where it came from: "entity gate of board gone1". */
export const orphanText = ({ id, uid }: Orphan): string =>
    id === "" ? `all of board ${uid}` : `entity ${id} of board ${uid}`;

/** What is asked before orphans are removed. */
export const removalQuestion = (orphans: readonly Orphan[]): string => {
    const [only] = orphans;
    return only && orphans.length === 1
        ? `Remove ${orphanName(only)} from Home Assistant?`
        : `Remove all ${orphans.length} from Home Assistant?`;
};

/** How the removal went, as it is said aloud. Null when nothing was removed. */
export function removedText(orphans: readonly Orphan[], forgotten: number): string | null {
    const [only] = orphans;
    if (forgotten === 0) return null;
    if (only && orphans.length === 1) return `${orphanName(only)} is removed from Home Assistant.`;
    return forgotten === orphans.length
        ? `All ${forgotten} are removed from Home Assistant.`
        : `${forgotten} of ${orphans.length} are removed from Home Assistant.`;
}
