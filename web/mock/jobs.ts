// SPDX-License-Identifier: Apache-2.0
// The jobs of the mock hub: a flash that takes a few seconds, ports that a test can change, and firmware that never leaves this process.
import type { FirmwareList, Job, JobRequest, Port, Upload } from "../src/api/types";
import { Refused } from "./refused";
import type { Say } from "./world";

const busy_phases: readonly Job["phase"][] = ["erase", "write", "copy", "switch"];
const image_size = 633_688;

const adapter: Port = {
    path: "/dev/ttyUSB0",
    what: "CP2102: ESP32 or ESP8266 board",
    virtual: false,
    identity: "10c4:ea60:0001",
    uid: null,
    board: null,
    held_by: null,
    usb: { id: "10c4:ea60", serial: "0001", product: "CP2102 USB to UART Bridge" },
};

const held: Port = {
    path: "/dev/ttyACM0",
    what: "RP2 MicroPython: RP2040 or RP2350 with MicroPython",
    virtual: false,
    identity: "2e8a:0005:E6614C",
    uid: null,
    board: null,
    held_by: "screen (pid 4711)",
    usb: { id: "2e8a:0005", serial: "E6614C" },
};

const titles: Readonly<Record<string, string>> = {
    esp8266: "ESP8266 (NodeMCU, D1 mini, raw module)",
    esp32: "ESP32",
    esp32s3: "ESP32-S3",
    pico: "Raspberry Pi Pico",
};

const entry = (
    board: string,
    system: "micropython" | "circuitpython",
    version: string,
    here = false,
): FirmwareList["catalogue"][number] => ({
    board,
    title: titles[board] ?? board,
    system,
    version,
    name: system === "micropython" ? `${board}@${version}` : `${board}/${system}@${version}`,
    here,
});

function catalogue(): FirmwareList {
    const micropython = (board: string): FirmwareList["catalogue"] =>
        ["1.28.0", "1.27.0", "1.26.1", "1.25.0"].map((version) => entry(board, "micropython", version));
    return {
        catalogue: [
            ...micropython("esp8266"),
            entry("esp8266", "circuitpython", "3.1.1"),
            entry("esp32", "micropython", "1.28.0"),
            entry("esp32", "micropython", "1.25.0", true),
            ...micropython("esp32s3"),
            ...micropython("pico"),
            entry("pico", "circuitpython", "9.2.8"),
        ],
        uploads: [],
    };
}

function whatOf(request: JobRequest, uploads: readonly Upload[]): string {
    if (request.kind === "flash")
        return request.firmware ?? uploads.find((one) => one.id === request.upload)?.name ?? "";
    if (request.kind === "deploy") return request.app;
    return request.kind === "sync" ? request.folder : "";
}

/** Jobs that go their way by themselves; each change is said to all pages. */
export class MockJobs {
    all: Job[] = [];
    ports: Port[] = [];
    firmware: FirmwareList = catalogue();
    /** How the next job fails, when it has written half. */
    next_error: Job["error"] = null;
    /** How long a phase takes; of writing, each twentieth. */
    pace_ms = 80;
    private count = 0;
    private clocks: NodeJS.Timeout[] = [];

    constructor(private readonly say: Say) {
        this.reset();
    }

    reset(): void {
        for (const clock of this.clocks) clearTimeout(clock);
        this.clocks = [];
        this.all = [];
        this.ports = [adapter, held];
        this.firmware = catalogue();
        this.next_error = null;
        this.pace_ms = 80;
        this.count = 0;
        this.say({ type: "jobs", jobs: [] });
    }

    find(id: string): Job {
        const job = this.all.find((one) => one.id === id);
        if (!job) throw new Refused(404, "not_found", `There is no job ${id}.`, "See `ouro jobs`.");
        return job;
    }

    /** A job as it is now. */
    tell(job: Job): void {
        this.all = [job, ...this.all.filter((one) => one.id !== job.id)];
        this.count = Math.max(this.count, Number(job.id));
        this.say({ type: "job", job });
    }

    start(request: JobRequest): Job {
        const board = "board" in request ? request.board : "";
        const other = this.all.find((job) => job.ended_ms === null && job.board === board);
        if (other)
            throw new Refused(409, "busy", `Job ${other.id} works on ${board}.`, "Wait for its end, or cancel it.");
        const now = Date.now();
        const job: Job = {
            id: String(this.count + 1),
            kind: request.kind,
            board,
            port: board,
            what: whatOf(request, this.firmware.uploads),
            by: "web",
            state: "running",
            phase: "",
            cancellable: true,
            cancelling: false,
            progress: null,
            step: "",
            lines: [],
            created_ms: now,
            started_ms: now,
            ended_ms: null,
            result: null,
            error: null,
            request,
        };
        this.tell(job);
        this.after(() => this.walk(job.id, this.wayOf(request.kind)));
        return job;
    }

    cancel(id: string, force: boolean): Job {
        const job = this.find(id);
        if (job.ended_ms !== null || (!job.cancellable && !force))
            throw new Refused(
                409,
                "invalid_state",
                `Job ${id} can't be cancelled without harm now.`,
                "Wait for its end, or insist.",
            );
        this.change(id, { cancelling: true });
        this.after(() => this.change(id, { state: "cancelled", ended_ms: Date.now(), cancellable: false }));
        return this.find(id);
    }

    upload(name: string, file: Buffer): Upload {
        if (file[0] !== 0xe9)
            throw new Refused(
                400,
                "malformed",
                `${name} begins with "${file.toString("latin1", 0, 2)}", and firmware for these chips with 0xe9.`,
                "Choose the .bin for this board.",
            );
        const upload: Upload = {
            id: (this.firmware.uploads.length + 1).toString(16).padStart(16, "0"),
            name,
            size: file.length,
            what: `MicroPython or CircuitPython for ESP8266, ${file.length} bytes, MD5 is right`,
            chip: "ESP8266",
            at_ms: Date.now(),
        };
        this.firmware.uploads.unshift(upload);
        return upload;
    }

    forget(id: string): undefined {
        this.firmware.uploads = this.firmware.uploads.filter((one) => one.id !== id);
    }

    private wayOf(kind: Job["kind"]): Partial<Job>[] {
        if (kind === "flash") return this.flashWay();
        return kind === "erase" ? this.eraseWay() : this.deployWay();
    }

    private eraseWay(): Partial<Job>[] {
        return [
            { phase: "connect", step: "Look for the chip" },
            { phase: "erase", step: "Erase the flash" },
            { state: "done", result: {} },
        ];
    }

    private flashWay(): Partial<Job>[] {
        const chip = "ESP32 with 4 MB of flash, by the stub, 460800 baud";
        const part = (phase: Job["phase"], share: number): Partial<Job> => {
            const done = Math.round(share * image_size);
            return { phase, progress: { done, total: image_size, bytes_per_s: 41_000, left_s: 15 * (1 - share) } };
        };
        return [
            { phase: "fetch", step: "Fetch the firmware" },
            { phase: "connect", step: "Look for the chip", progress: null },
            { phase: "connect", step: "Start the stub" },
            { phase: "compare", step: chip },
            ...Array.from({ length: 20 }, (_, i) => ({
                ...part("write", (i + 1) / 20),
                step: "Write 633688 bytes at 0x1000",
            })),
            { phase: "verify", step: "Let the chip hash all of it", progress: null },
            { phase: "start", step: "Start it" },
            {
                state: "done",
                result: {
                    chip: "ESP32",
                    runs: "MicroPython",
                    version: "1.28.0",
                    banner: "MicroPython v1.28.0 on 2026-04-06; Generic ESP32 module with ESP32",
                    written: image_size,
                    unchanged: 0,
                    verified: true,
                },
            },
        ];
    }

    private deployWay(): Partial<Job>[] {
        return [
            { phase: "connect", step: "Reach the board" },
            { phase: "copy", step: "Copy 3 files" },
            { phase: "switch", step: "Switch over" },
            { phase: "watch", step: "It runs; watch it for 10 s" },
            { state: "done", result: {} },
        ];
    }

    /** One step of the way, then the next after a while. */
    private walk(id: string, way: Partial<Job>[]): void {
        const job = this.find(id);
        const [step, ...rest] = way;
        if (!step || job.ended_ms !== null || job.cancelling) return;
        const half = job.progress !== null && job.progress.done * 2 >= job.progress.total;
        if (this.next_error && half) {
            this.change(id, { state: "failed", error: this.next_error, ended_ms: Date.now(), cancellable: false });
            this.next_error = null;
            return;
        }
        const lines = step.step && step.step !== job.step ? [...job.lines, step.step] : job.lines;
        const over = step.state === undefined ? {} : { ended_ms: Date.now() };
        const phase = step.phase ?? job.phase;
        const cancellable = step.state === undefined && !busy_phases.includes(phase);
        this.change(id, { ...step, lines, cancellable, ...over });
        this.after(() => this.walk(id, rest));
    }

    private change(id: string, fields: Partial<Job>): void {
        const job = { ...this.find(id), ...fields };
        this.all = this.all.map((one) => (one.id === id ? job : one));
        this.say({ type: "job", job });
    }

    private after(then: () => void): void {
        this.clocks.push(setTimeout(then, this.pace_ms));
    }
}
