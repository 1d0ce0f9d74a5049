// SPDX-License-Identifier: Apache-2.0
// How the mock hub stands with Home Assistant: well, with something left over, and one board that does not please it.
import type { AnnouncedBoard, Board, HomeReport, Orphan, Remark } from "../src/api/types";

const orphan = (uid: string, id: string, name: string): Orphan => ({
    topic: id === "" ? `homeassistant/device/ouro_${uid}/config` : `homeassistant/sensor/ouro_${uid}_${id}/config`,
    uid,
    id,
    name,
});

const remarks: readonly Remark[] = [
    {
        entity: "window",
        option: "device_class",
        problem: '"windows" is none that a binary_sensor has',
        releases: "all",
        rejected: true,
        left_out: true,
    },
    {
        entity: "temperature",
        option: "unit_of_measurement",
        problem: '"degrees" is none of temperature',
        releases: "2024.3",
        rejected: false,
        left_out: false,
    },
];

const announced = (board: Board): AnnouncedBoard => ({
    uid: board.uid,
    name: board.name,
    online: board.online,
    entities: board.entities.length,
    documents: board.entities.length,
    waiting: 0,
    deleted: 0,
    remarks: board.uid === "bench001" ? [...remarks] : [],
});

export class MockHome {
    private changed: Partial<HomeReport> = {};
    private orphans: Orphan[] = [];

    constructor() {
        this.reset();
    }

    reset(): void {
        this.changed = {};
        this.orphans = [
            orphan("gone1", "gate", "Shed: Gate"),
            orphan("gone1", "light", ""),
            orphan("gone2", "", "Attic"),
        ];
    }

    change(report: Partial<HomeReport>): void {
        this.changed = report;
    }

    report(boards: readonly Board[]): HomeReport {
        return {
            broker: { state: "connected", address: "127.0.0.1:1883" },
            websocket: { state: "connected", version: "2024.3.3" },
            discovery: "entity",
            running: true,
            birth_ms: Date.now() - 210_000,
            boards: boards.map(announced),
            orphans: this.orphans,
            ...this.changed,
        };
    }

    forget(topics: readonly string[]): { forgotten: number } {
        const before = this.orphans.length;
        this.orphans = this.orphans.filter(({ topic }) => !topics.includes(topic));
        return { forgotten: before - this.orphans.length };
    }
}
