// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Board, Entity, Profile } from "../src/api/types";
import { plottable, presence, quiet_after_ms } from "../src/model/entity";
import { boxOf, moduleBox, trace } from "../src/model/picture";
import { routeOf } from "../src/model/route";

const intercom = JSON.parse(
    readFileSync(new URL("../../firmware/boards/intercom.json", import.meta.url), "utf8"),
) as Profile;

describe("a board's picture", () => {
    it("has room for the radio module beside the intercom's parts", () => {
        const module = moduleBox(intercom);
        expect(module).not.toBeNull();
        for (const part of [...intercom.inputs, ...intercom.outputs]) {
            const box = boxOf(part);
            const beside = module && (box.x + box.width <= module.x || module.x + module.width <= box.x);
            const above = module && (box.y + box.height <= module.y || module.y + module.height <= box.y);
            expect(beside || above, part.name).toBe(true);
        }
    });

    it("leaves the module out where there is no room", () => {
        expect(moduleBox({ ...intercom, picture: { width: 100, height: 60 } })).toBeNull();
    });

    it("ends each trace at its part, with no figure that is none", () => {
        const module = moduleBox(intercom);
        if (!module) throw new Error("no module");
        for (const [n, part] of [...intercom.outputs, ...intercom.inputs].entries()) {
            const path = trace(module, part, n);
            expect(path).not.toMatch(/NaN|undefined|Infinity/);
            expect(path).toMatch(new RegExp(`(V${part.at[1]}|L${part.at[0]} ${part.at[1]})$`));
        }
    });
});

describe("an address", () => {
    it("means a board or the list", () => {
        expect(routeOf("#/board/1f2e3d4c")).toEqual({ page: "board", uid: "1f2e3d4c", over: null });
        for (const other of ["", "#/", "#/board/", "#/board/UP", "#/board/a<b>c", "#token=x"])
            expect(routeOf(other)).toEqual({ page: "home", over: null });
    });
});

describe("a board", () => {
    const entity = (id: string, kind: Entity["kind"], options: Entity["options"] = {}): Entity => ({
        id,
        kind,
        name: id,
        options,
    });
    const board = {
        online: true,
        evidence: { what: "up", path: "", at_ms: 0 },
        states: { heat: { value: 1, at_ms: 0 }, word: { value: "x", at_ms: 0 } },
        entities: [
            entity("level", "number"),
            entity("word", "sensor"),
            entity("heat", "sensor"),
            entity("constructor", "sensor"),
            entity("later", "sensor", { unit_of_measurement: "kB" }),
        ],
    } as unknown as Board;

    it("has its numeric entities drawn, sensors first", () => {
        expect(plottable(board).map((e) => e.id)).toEqual(["heat", "later", "level"]);
    });

    it("is quiet after 25 s without a word, and offline when the hub says so", () => {
        expect(presence(board, quiet_after_ms)).toBe("online");
        expect(presence(board, quiet_after_ms + 1)).toBe("quiet");
        expect(presence({ ...board, online: false }, 0)).toBe("offline");
    });
});
