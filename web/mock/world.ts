// SPDX-License-Identifier: Apache-2.0
// The boards of the mock hub: a door intercom that behaves, a bench with an entity of each other kind, and one that is away.
import type { Board, Command, Entity, Entry, Scalar, WsMessage } from "../src/api/types";

export type Say = (message: WsMessage) => void;

const entity = (id: string, kind: Entity["kind"], name: string, options: Entity["options"] = {}): Entity => ({
    id,
    kind,
    name,
    options,
});

function board(uid: string, name: string, fields: Partial<Board>): Board {
    const evidence = { what: "up", path: "serial uart0 of virtual board", at_ms: Date.now() };
    const base = { uid, name, profile: "", app: "", runtime: "ouroboard", version: "0.1.0", boot: 3, online: true };
    return {
        ...base,
        virtual: true,
        evidence,
        entities: [],
        states: {},
        outputs: {},
        heap_free: 98_304,
        counters: { frames: 12 },
        product: null,
        ...fields,
    };
}

const state = (value: Scalar): Board["states"][string] => ({ value, at_ms: Date.now() });
const off = (): Board["outputs"][string] => ({ on: false, cause: "safe", at_ms: Date.now() });

function intercom(): Board {
    return board("1f2e3d4c", "Front door", {
        profile: "intercom",
        app: "intercom",
        entities: [
            entity("door", "lock", "Door"),
            entity("doorbell", "event", "Doorbell", { device_class: "doorbell", event_types: ["ring"] }),
            entity("ringing", "binary_sensor", "Ringing", { device_class: "sound" }),
            entity("open_door", "button", "Open door", { enabled_by_default: false }),
            entity("auto_unlock", "switch", "Auto unlock"),
            entity("free_memory", "sensor", "Free memory", { unit_of_measurement: "kB", state_class: "measurement" }),
        ],
        states: {
            door: state("LOCKED"),
            ringing: state(false),
            auto_unlock: state(false),
            free_memory: state(96.2),
        },
        outputs: { door_relay: off(), conversation_relay: off(), status_led: off() },
    });
}

function bench(): Board {
    return board("bench001", "Work bench", {
        app: "bench",
        entities: [
            entity("temperature", "sensor", "Temperature", { unit_of_measurement: "°C" }),
            entity("lamp", "switch", "Lamp"),
            entity("level", "number", "Level", { min: 0, max: 100, step: 5, unit_of_measurement: "%" }),
            entity("chime", "select", "Chime", { options: ["Soft", "Loud", "Off"] }),
            entity("note", "text", "Note"),
            entity("window", "binary_sensor", "Window", { device_class: "window" }),
            entity("blink", "button", "Blink"),
            entity("ceiling", "light", "Ceiling"),
            entity("shade", "cover", "Shade", { device_class: "shade" }),
        ],
        states: {
            temperature: state(21.4),
            lamp: state(true),
            level: state(40),
            chime: state("Soft"),
            note: state("<b>not bold</b>"),
            window: state(false),
            ceiling: state(false),
            shade: state("closed"),
        },
    });
}

function porch(): Board {
    const heard = { what: "state motion", path: "MQTT", at_ms: Date.now() - 4 * 3_600_000 };
    return board("p0rch000", "Porch", { app: "pir", online: false, virtual: false, evidence: heard, heap_free: null });
}

function sensor(profile: string): Board {
    return board("5e4504a1", "Hall", {
        profile,
        app: profile,
        entities: [entity("motion", "binary_sensor", "Motion", { device_class: "motion" })],
        states: { motion: state(false) },
    });
}

const entries_max = 5_000;
const cover_states: Readonly<Record<string, string>> = { OPEN: "open", STOP: "stopped", CLOSE: "closed" };

/** Boards that answer as the real ones do. Everything that happens is said to all pages and kept for the timeline. */
export class MockWorld {
    boards: Board[] = [];
    entries: Entry[] = [];
    history: [number, number, number, number][] = [];
    /** What a battery sensor's panel was told, oldest first. */
    told: Scalar[][] = [];
    private sensor_on = false;
    private seq = 0;
    private clocks: NodeJS.Timeout[] = [];
    /** What the next command answers instead of being done. */
    next_outcome: { outcome: Command["outcome"]; text: string } | null = null;

    constructor(private readonly say: Say) {
        this.reset();
    }

    reset(): void {
        this.stop();
        this.boards = [intercom(), bench(), porch()];
        this.entries = [];
        this.history = [];
        this.next_outcome = null;
        this.remember();
        this.say({ type: "boards", boards: this.boards });
        let second = 0;
        const beat = setInterval(() => {
            second += 1;
            this.figures(second);
            if (second % 5 === 0) this.heartbeat(second);
        }, 1_000);
        this.clocks.push(beat);
    }

    /** A battery sensor comes. */
    addSensor(profile: string): void {
        this.told = [];
        this.sensor_on = false;
        this.boards = [...this.boards, sensor(profile)];
        this.say({ type: "boards", boards: this.boards });
    }

    /** `["tuya",…]`: an event switches the module on for a moment. */
    tuya(b: Board, [word, value]: Scalar[]): unknown {
        if (word === undefined) {
            const configuring = this.told.at(-1)?.[0] === "button";
            const [led, session] = configuring ? ["fast", "configuring"] : ["off", this.sensor_on ? "online" : "off"];
            const last = (name: string): Scalar | undefined => this.told.filter(([said]) => said === name).at(-1)?.[1];
            const active = (last("motion") ?? last("door")) === true;
            const battery = last("battery") ?? 2;
            return [
                "ok",
                {
                    active,
                    battery,
                    power: this.sensor_on || configuring,
                    led,
                    session,
                    told: this.told.length,
                    dropped: 0,
                },
            ];
        }
        this.told.push([word, value ?? null]);
        if (word === "motion" || word === "door") {
            this.sensor_on = true;
            this.after(1_000, () => (this.sensor_on = false));
            this.setState(b, "motion", value ?? null);
        }
        return ["ok"];
    }

    stop(): void {
        for (const clock of this.clocks) clearTimeout(clock);
        this.clocks = [];
    }

    find(uid: string): Board | undefined {
        return this.boards.find((b) => b.uid === uid);
    }

    tell(message: WsMessage): void {
        this.keep(message);
        this.say(message);
    }

    setState(b: Board, id: string, value: Scalar): void {
        const at_ms = Date.now();
        b.states = { ...b.states, [id]: { value, at_ms } };
        this.tell({ type: "state", uid: b.uid, id, value, at_ms });
    }

    setOutput(b: Board, name: string, on: boolean, cause: "app" | "guard" | "safe" = "app"): void {
        const at_ms = Date.now();
        b.outputs = { ...b.outputs, [name]: { on, cause, at_ms } };
        this.tell({ type: "output", uid: b.uid, name, on, cause, at_ms });
    }

    command(b: Board, id: string, value: Scalar, cmd_id: string): Command {
        const command: Command = {
            uid: b.uid,
            id,
            cmd_id,
            value,
            source: "web",
            outcome: "sent",
            text: "",
            at_ms: Date.now(),
        };
        this.tell({ type: "command", command });
        const end = (outcome: Command["outcome"], text = ""): void =>
            this.tell({ type: "command", command: { ...command, outcome, text, at_ms: Date.now() } });
        const planned = this.next_outcome;
        this.next_outcome = null;
        this.after(60, () => (planned ? end(planned.outcome, planned.text) : this.carryOut(b, id, value, end)));
        return command;
    }

    hold(b: Board, held: boolean): void {
        if (b.profile !== "intercom") return;
        this.setOutput(b, "status_led", held);
        if (!held || b.states["ringing"]?.value === true) return;
        this.tell({
            type: "event",
            uid: b.uid,
            id: "doorbell",
            event_type: "ring",
            data: {},
            at_ms: Date.now(),
            late: false,
        });
        this.setState(b, "ringing", true);
        this.console(b, "ring: somebody is at the door\r\n");
        this.after(5_000, () => this.setState(b, "ringing", false));
    }

    console(b: Board, text: string): void {
        this.say({ type: "console", uid: b.uid, text, at_ms: Date.now() });
    }

    private carryOut(
        b: Board,
        id: string,
        value: Scalar,
        end: (outcome: Command["outcome"], text?: string) => void,
    ): void {
        const kind = b.entities.find((e) => e.id === id)?.kind;
        if (kind === "lock" || id === "open_door") return this.unlock(b, value, end);
        if (kind === "cover") this.setState(b, id, cover_states[String(value)] ?? null);
        else if (kind !== "button") this.setState(b, id, value);
        end("done");
    }

    private unlock(b: Board, value: Scalar, end: (outcome: Command["outcome"], text?: string) => void): void {
        if (b.states["door"]?.value !== "LOCKED") return end("failed", "busy");
        if (value === "LOCK") return end("done");
        this.setState(b, "door", "UNLOCKING");
        this.setOutput(b, "conversation_relay", true);
        this.console(b, "unlock: talk, then open\r\n");
        this.after(1_000, () => {
            this.setOutput(b, "door_relay", true);
            this.setState(b, "door", "UNLOCKED");
            end("done");
        });
        this.after(6_000, () => {
            this.setState(b, "door", "LOCKING");
            this.setOutput(b, "conversation_relay", false);
            this.setOutput(b, "door_relay", false);
            this.setState(b, "door", "LOCKED");
        });
    }

    private after(ms: number, then: () => void): void {
        this.clocks.push(setTimeout(then, ms));
    }

    private figures(second: number): void {
        const [door, desk] = this.boards;
        if (door && second % 2 === 0) {
            const value = memoryAt(Date.now());
            this.history.push([Date.now(), value, value, value]);
            this.setState(door, "free_memory", value);
        }
        if (desk) this.setState(desk, "temperature", Math.round((21 + Math.sin(second / 9)) * 10) / 10);
    }

    private heartbeat(second: number): void {
        for (const b of this.boards.filter((one) => one.online)) {
            b.evidence = { what: "up", path: b.evidence?.path ?? "", at_ms: Date.now() };
            const figures = { heap: 98_304 - (second % 7) * 512, dropped: 0 };
            this.say({ type: "heartbeat", uid: b.uid, uptime_ms: second * 1_000, figures, at_ms: Date.now() });
        }
    }

    /** A past hour with a pause in it, so that the plot and the list have something to show at once. */
    private remember(): void {
        const now = Date.now();
        for (let at = now - 3_600_000; at < now; at += 2_000) {
            const away = at > now - 1_500_000 && at < now - 1_260_000;
            const value = memoryAt(at);
            if (!away) this.history.push([at, value, value, value]);
        }
        const uid = "1f2e3d4c";
        for (let ago = 120; ago >= 1; ago -= 1) {
            const at_ms = now - ago * 31 * 60_000;
            this.keep({ type: "event", uid, id: "doorbell", event_type: "ring", data: {}, at_ms, late: false });
            if (ago % 3 !== 0) continue;
            const command: Command = {
                uid,
                id: "door",
                cmd_id: `old${ago}`,
                value: "UNLOCK",
                source: "mqtt",
                outcome: "done",
                text: "",
                at_ms: at_ms + 9_000,
            };
            this.keep({ type: "command", command });
            this.keep({ type: "output", uid, name: "door_relay", on: true, cause: "app", at_ms: at_ms + 10_000 });
            this.keep({
                type: "output",
                uid,
                name: "door_relay",
                on: false,
                cause: ago % 9 === 0 ? "guard" : "app",
                at_ms: at_ms + 15_000,
            });
        }
    }

    private keep(message: WsMessage): void {
        const row = rowOf(message);
        if (!row) return;
        this.seq += 1;
        this.entries.push({ ...row, seq: this.seq });
        if (this.entries.length > entries_max) this.entries.shift();
    }
}

const memoryAt = (at_ms: number): number => {
    const saw = 6 * ((at_ms / 47_000) % 1);
    return Math.round((97.5 - saw + 0.6 * Math.sin(at_ms / 5_100) + 1.5 * Math.sin(at_ms / 611_000)) * 10) / 10;
};

function rowOf(message: WsMessage): Omit<Entry, "seq"> | null {
    switch (message.type) {
        case "event": {
            const { uid, id, event_type, data, at_ms } = message;
            return { at_ms, uid, what: "event", id, text: event_type, data };
        }
        case "state": {
            const { uid, id, value, at_ms } = message;
            return typeof value === "number"
                ? null
                : { at_ms, uid, what: "state", id, text: String(value), data: value };
        }
        case "output": {
            const { uid, name, on, cause, at_ms } = message;
            return { at_ms, uid, what: "output", id: name, text: on ? "on" : "off", data: { on, cause } };
        }
        case "command": {
            const { uid, id, outcome, at_ms } = message.command;
            return { at_ms, uid, what: "command", id, text: outcome, data: message.command };
        }
        case "log":
            return {
                at_ms: message.at_ms,
                uid: message.uid,
                what: "log",
                id: message.level,
                text: message.text,
                data: null,
            };
        case "crash":
            return {
                at_ms: message.at_ms,
                uid: message.uid,
                what: "crash",
                id: "",
                text: String(message.crash["message"]),
                data: message.crash,
            };
        default:
            return null;
    }
}
