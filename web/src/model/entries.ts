// SPDX-License-Identifier: Apache-2.0
// The event list: one shape for what is heard live and what the timeline kept, joined without doubles, told in words.
import type { Entity, Entry, Profile, What, WsMessage } from "../api/types";
import { outcomeText } from "./outcome";
import { capitalised, spaced, valueText } from "./format";

/** A live message as an entry of the list, or null if it does not belong there: numbers go to the plot. */
export function entryOf(message: WsMessage): Entry | null {
    const entry = (what: What, uid: string, id: string, text: string, at_ms: number, data: unknown): Entry => ({
        seq: 0,
        at_ms,
        uid,
        what,
        id,
        text,
        data,
    });
    switch (message.type) {
        case "event":
            return entry("event", message.uid, message.id, message.event_type, message.at_ms, message.data);
        case "state":
            if (typeof message.value === "number") return null;
            return entry("state", message.uid, message.id, stateWord(message.value), message.at_ms, message.value);
        case "output":
            return entry("output", message.uid, message.name, message.on ? "on" : "off", message.at_ms, {
                on: message.on,
                cause: message.cause,
            });
        case "command": {
            const { uid, id, outcome, at_ms } = message.command;
            return entry("command", uid, id, outcome, at_ms, message.command);
        }
        case "log":
            return entry("log", message.uid, message.level, message.text, message.at_ms, null);
        case "crash":
            return entry("crash", message.uid, "", textOf(message.crash["message"]), message.at_ms, message.crash);
        default:
            return null;
    }
}

/** As the timeline writes it. */
const stateWord = (value: string | boolean | null): string => (value === null ? "unknown" : String(value));
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const fieldsOf = (data: unknown): Readonly<Record<string, unknown>> =>
    typeof data === "object" && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {};

/** Two entries with the same key tell of the same thing: one was heard live, one read from the timeline. */
export function entryKey(entry: Entry): string {
    const what = entry.what === "command" ? `${textOf(fieldsOf(entry.data)["cmd_id"])} ${entry.text}` : "";
    return [entry.what, entry.id, Math.floor(entry.at_ms), what].join("|");
}

/** Live and stored entries as one list, newest first, each once. A stored one wins: it knows its `seq`. */
export function joined(live: readonly Entry[], stored: readonly Entry[], what: What | ""): Entry[] {
    const keys = new Set(stored.map(entryKey));
    const wanted = (entry: Entry): boolean =>
        what === "" ? entry.what !== "log" && !isFigure(entry) : entry.what === what;
    const all = [...live.filter((entry) => !keys.has(entryKey(entry))), ...stored]
        .filter(wanted)
        .sort((a, b) => b.at_ms - a.at_ms);
    return withLastOutcome(all);
}

/** A command is said twice, when it is sent and when it ends: the list shows how it ended. */
function withLastOutcome(entries: readonly Entry[]): Entry[] {
    const ended = new Set<string>();
    return entries.filter((entry) => {
        const cmd_id = entry.what === "command" ? textOf(fieldsOf(entry.data)["cmd_id"]) : "";
        if (cmd_id === "") return true;
        const shown = ended.has(cmd_id);
        if (outcomeOf(entry) !== "sent") ended.add(cmd_id);
        return !shown;
    });
}

const outcomeOf = (entry: Entry): string => textOf(fieldsOf(entry.data)["outcome"]) || entry.text;

const isFigure = (entry: Entry): boolean =>
    entry.what === "state" && entry.text.trim() !== "" && Number.isFinite(Number(entry.text));

export type Tone = "ring" | "good" | "warn" | "bad" | "plain";

export interface Told {
    readonly title: string;
    readonly detail: string;
    readonly tone: Tone;
}

/** An entry in words. Names come from the declaration; an entity that is gone is told by its id. */
export function told(entry: Entry, entities: readonly Entity[], profile: Profile | undefined): Told {
    const entity = entities.find((e) => e.id === entry.id);
    const name = entity?.name ?? spaced(entry.id);
    const data = fieldsOf(entry.data);
    switch (entry.what) {
        case "event": {
            const doorbell = entity?.options["device_class"] === "doorbell";
            return { title: `${name}: ${spaced(entry.text)}`, detail: "", tone: doorbell ? "ring" : "plain" };
        }
        case "state":
            return { title: `${name}: ${stateText(entry, entity)}`, detail: "", tone: "plain" };
        case "output":
            return toldOutput(entry, data, profile);
        case "command":
            return toldCommand(entry, name, data);
        case "log":
            return { title: entry.text, detail: entry.id, tone: logTone(entry.id) };
        case "crash":
            return {
                title: "The app stopped with an error",
                detail: entry.text || textOf(data["message"]),
                tone: "bad",
            };
    }
}

function stateText(entry: Entry, entity: Entity | undefined): string {
    if (typeof entry.data === "boolean") return valueText(entity, entry.data);
    return /^[A-Z_]+$/.test(entry.text) ? capitalised(entry.text) : entry.text;
}

const logTone = (level: string): Tone => (level === "error" ? "bad" : level === "warning" ? "warn" : "plain");

const causes: Readonly<Record<string, string>> = {
    guard: "switched by the guard: a limit was reached",
    safe: "set to its safe level",
};

function toldOutput(entry: Entry, data: Readonly<Record<string, unknown>>, profile: Profile | undefined): Told {
    const part = profile?.outputs.find((p) => p.name === entry.id);
    const name = part ? `${part.label} ${part.kind === "led" ? "light" : part.kind}` : spaced(entry.id);
    const on = typeof data["on"] === "boolean" ? data["on"] : /^(on|true|1)\b/i.test(entry.text);
    const cause = textOf(data["cause"]);
    const detail = Object.hasOwn(causes, cause) ? (causes[cause] ?? "") : "";
    return { title: `${capitalised(name)} ${on ? "on" : "off"}`, detail, tone: cause === "guard" ? "warn" : "plain" };
}

const sources: Readonly<Record<string, string>> = {
    web: "from this page",
    cli: "from the command line",
    mqtt: "over MQTT",
    api: "over the API",
};

function toldCommand(entry: Entry, name: string, data: Readonly<Record<string, unknown>>): Told {
    const value = data["value"];
    const verb =
        typeof value === "string" && /^[A-Z]+$/.test(value)
            ? capitalised(value)
            : value === undefined
              ? "Command"
              : `Set to ${valueText(undefined, isScalar(value) ? value : null)}`;
    const outcome = outcomeOf(entry);
    const source = textOf(data["source"]);
    const said = outcomeText(outcome, textOf(data["text"]));
    const from = Object.hasOwn(sources, source) ? (sources[source] ?? "") : "";
    return { title: `${name}: ${verb}`, detail: [said.text, from].filter(Boolean).join(" · "), tone: said.tone };
}

const isScalar = (value: unknown): value is string | number | boolean =>
    ["string", "number", "boolean"].includes(typeof value);
