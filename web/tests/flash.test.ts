// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { FirmwareList, Port, Upload } from "../src/api/types";
import {
    boardKinds,
    chipFound,
    compareVersions,
    fileTrouble,
    likelyChips,
    offersFor,
    upload_size_max,
    uploadDoubt,
} from "../src/model/firmware";
import {
    consequences,
    draftOf,
    empty_draft,
    firmwareTitle,
    missing,
    requestOf,
    type FlashDraft,
} from "../src/model/flash_draft";
import { addressOf, addressTrouble, keyOf, portOffers } from "../src/model/ports";
import { hrefOf, routeOf, type Over, type Place } from "../src/model/route";
import { overJob, someJob } from "./some_job";

const usb: Port = {
    path: "/dev/ttyUSB0",
    what: "CP2102: ESP32 or ESP8266 board",
    virtual: false,
    identity: "10c4:ea60:0001",
    uid: null,
    board: null,
    held_by: null,
    usb: { id: "10c4:ea60", serial: "0001" },
};

const entry = (
    board: string,
    version: string,
    system: "micropython" | "circuitpython" = "micropython",
    here = false,
) => ({
    board,
    title: board.toUpperCase(),
    system,
    version,
    name: `${board}@${version}`,
    here,
});

const list: FirmwareList = {
    catalogue: [
        entry("feather-huzzah-esp8266", "1.28.0"),
        entry("esp8266", "3.1.1", "circuitpython"),
        entry("esp8266", "1.9.4"),
        entry("esp8266", "1.28.0", "micropython", true),
        entry("esp32", "1.28.0"),
        entry("esp32s3", "1.28.0"),
        entry("pico", "1.28.0"),
        entry("pico-w", "1.28.0"),
        entry("pico2", "1.28.0"),
    ],
    uploads: [{ id: "0123456789abcdef", name: "mine.bin", size: 5, what: "", chip: "ESP32-S3", at_ms: 0 }],
};

describe("a port", () => {
    it("is offered by what is likely behind it, and where it is", () => {
        const [offer] = portOffers([usb], [], null);
        expect(offer).toMatchObject({
            title: "ESP32 or ESP8266 board",
            where: "CP2102 at /dev/ttyUSB0, number 0001",
            note: "",
            usable: true,
            fresh: false,
        });
    });

    it("is offered by its board's name when the hub knows it", () => {
        expect(portOffers([{ ...usb, board: "Front door" }], [], null)[0]?.title).toBe("Front door");
    });

    it("has a title when nothing is known of it", () => {
        const { usb: _, ...bare } = usb;
        expect(portOffers([{ ...bare, what: "" }], [], null)[0]?.title).toBe("Something on a serial port");
    });

    it("is not offered for a virtual board", () => {
        expect(portOffers([{ ...usb, virtual: true }], [], null)).toEqual([]);
    });

    it("can't be chosen while another program has it, and says which", () => {
        const [offer] = portOffers([{ ...usb, held_by: "screen (pid 4711)" }], [], null);
        expect(offer?.usable).toBe(false);
        expect(offer?.note).toContain("screen (pid 4711)");
    });

    it("can be chosen while the hub has it", () => {
        const [offer] = portOffers([{ ...usb, held_by: "ouro (pid 812)" }], [], null);
        expect(offer?.usable).toBe(true);
        expect(offer?.note).toContain("hands it over");
    });

    it("can't be chosen while a job works on it", () => {
        expect(portOffers([usb], [someJob()], null)[0]?.note).toContain("Flash esp32@1.28.0 works on it");
        expect(portOffers([usb], [overJob("done")], null)[0]?.usable).toBe(true);
    });

    it("that came just now is the first", () => {
        const fresh = { ...usb, path: "/dev/ttyUSB1" };
        const offers = portOffers([usb, fresh], [], new Set([keyOf(usb)]));
        expect(offers.map((offer) => [offer.path, offer.fresh])).toEqual([
            ["/dev/ttyUSB1", true],
            ["/dev/ttyUSB0", false],
        ]);
    });
});

describe("an address", () => {
    it("may leave out what is always the same", () => {
        expect(addressOf(" host:4000 ")).toBe("rfc2217://host:4000");
        expect(addressOf("tcp://host:1")).toBe("tcp://host:1");
    });

    it.each(["host:4000", "rfc2217://10.0.0.2:4000", "rfc2217://[::1]:4000"])("can be %s", (address) =>
        expect(addressTrouble(address)).toBe(""),
    );

    it.each([
        "",
        "host",
        "rfc2217://host",
        "ws://host:8266",
        "rfc2217://a b:1",
        "rfc2217://host:123456",
        "file:///etc",
    ])("can't be '%s'", (address) => expect(addressTrouble(address)).not.toBe(""));
});

describe("firmware", () => {
    it("is suggested by USB numbers", () => {
        expect(likelyChips(usb, null)).toEqual(["esp32", "esp8266"]);
        const kinds = boardKinds(list, likelyChips(usb, null));
        expect(kinds.filter((kind) => kind.likely).map((kind) => kind.board)).toEqual([
            "esp32",
            "esp8266",
            "feather-huzzah-esp8266",
        ]);
        expect(kinds).toHaveLength(7);
    });

    it("is suggested for a Pico by the chip that is on it", () => {
        const kinds = boardKinds(list, likelyChips({ ...usb, usb: { id: "2e8a:0005" } }, null));
        expect(kinds.filter((kind) => kind.likely).map((kind) => kind.board)).toEqual(["pico", "pico-w", "pico2"]);
    });

    it("is suggested by the chip that was found at the port before", () => {
        const jobs = [someJob({ id: "2" }), overJob("done", { result: { chip: "ESP32-S3" } })];
        expect(chipFound(jobs, "/dev/ttyUSB0")).toBe("esp32s3");
        expect(chipFound(jobs, "/dev/ttyUSB1")).toBeNull();
        expect(likelyChips(usb, "esp32s3")).toEqual(["esp32s3"]);
    });

    it("is not suggested for a stranger", () => {
        expect(likelyChips(undefined, null)).toEqual([]);
        expect(boardKinds(list, []).some((kind) => kind.likely)).toBe(false);
    });

    it("is listed with the newest MicroPython first", () => {
        expect(offersFor(list, "esp8266").map(({ title, here, suggested }) => [title, here, suggested])).toEqual([
            ["MicroPython 1.28.0", true, true],
            ["MicroPython 1.9.4", false, false],
            ["CircuitPython 3.1.1", false, false],
        ]);
        expect(offersFor(list, "")).toEqual([]);
    });

    it.each([
        ["1.9.4", "1.10", -1],
        ["1.28.0", "1.28", 0],
        ["10.0.0-rc.1", "10.0.0", -1],
        ["10.0.0-beta.1", "10.0.0-alpha.2", 1],
    ])("knows how %s stands to %s", (a, b, sign) => {
        expect(Math.sign(compareVersions(a, b))).toBe(sign);
        expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
    });

    it("of one's own is doubted when it is for another chip", () => {
        const [upload] = list.uploads as [Upload];
        expect(uploadDoubt(upload, ["esp32"])).toContain("ESP32-S3");
        expect(uploadDoubt(upload, ["esp32s3"])).toBe("");
        expect(uploadDoubt(upload, [])).toBe("");
        expect(uploadDoubt({ ...upload, chip: null }, ["esp32"])).toBe("");
    });

    it("of one's own has a size that firmware can have", () => {
        expect(fileTrouble({ name: "x", size: 0 })).toContain("empty");
        expect(fileTrouble({ name: "x", size: upload_size_max })).toBe("");
        expect(fileTrouble({ name: "x", size: upload_size_max + 1 })).toContain("64 MiB");
    });
});

describe("the choices for a flash", () => {
    const draft: FlashDraft = { ...empty_draft, port: "/dev/ttyUSB0", kind: "esp32", firmware: "esp32@1.28.0" };

    it("are asked for one after the other", () => {
        expect(missing(empty_draft, "board")).toContain("board");
        expect(missing({ ...empty_draft, by_address: true, port: "/dev/ttyUSB0" }, "board")).toContain("address");
        expect(missing({ ...draft, firmware: "" }, "board")).toBe("");
        expect(missing({ ...draft, firmware: "" }, "firmware")).toContain("firmware");
        expect(missing({ ...draft, port: "" }, "check")).toContain("board");
        expect(missing(draft, "check")).toBe("");
    });

    it("become a job that says only what is not usual", () => {
        expect(requestOf(draft)).toEqual({ kind: "flash", board: "/dev/ttyUSB0", firmware: "esp32@1.28.0" });
        const all: FlashDraft = {
            ...draft,
            by_address: true,
            address: "host:4000",
            upload: "0123456789abcdef",
            erase_all: true,
            raw: true,
            force: true,
            in_bootloader: true,
            baud: 115200,
        };
        expect(requestOf(all)).toEqual({
            kind: "flash",
            board: "rfc2217://host:4000",
            upload: "0123456789abcdef",
            erase_all: true,
            raw: true,
            force: true,
            in_bootloader: true,
            baud: 115200,
        });
    });

    it("come back from a job that was asked for", () => {
        for (const one of [draft, { ...draft, by_address: true, port: "", address: "rfc2217://host:4000" }])
            expect(draftOf(requestOf(one))).toEqual(one);
        expect(draftOf({ kind: "erase", board: "x" })).toEqual(empty_draft);
    });

    it("are told in plain words before anything is done", () => {
        expect(firmwareTitle(draft, list)).toBe("MicroPython 1.28.0 for ESP32");
        expect(firmwareTitle({ ...draft, upload: "0123456789abcdef" }, list)).toBe("mine.bin");
        expect(consequences(draft, list)[0]).toContain("fetches");
        expect(consequences({ ...draft, firmware: "esp8266@1.28.0" }, list)[0]).not.toContain("fetches");
        expect(consequences({ ...draft, erase_all: true }, list).join()).toContain("Everything on the chip is erased");
        expect(consequences(draft, list).join()).not.toContain("Everything on the chip is erased");
    });
});

describe("an address of the page", () => {
    const home: Place = { page: "home" };
    const board: Place = { page: "board", uid: "1f2e3d4c" };

    it.each<[Place, Over | null]>([
        [home, null],
        [board, null],
        [home, { dialog: "job", id: "12" }],
        [board, { dialog: "deploy", board: "Front door & more" }],
        [home, { dialog: "flash", board: "", again: "" }],
        [board, { dialog: "flash", board: "rfc2217://host:4000", again: "3" }],
    ])("keeps its dialog over a reload", (place, over) => {
        expect(routeOf(hrefOf(place, over))).toEqual({ ...place, over });
    });

    it("is not led astray", () => {
        expect(routeOf("#/?job=x")).toEqual({ page: "home", over: null });
        expect(routeOf("#/?job=12345678901")).toEqual({ page: "home", over: null });
        expect(routeOf("#/?flash=&again=../1")).toEqual({
            page: "home",
            over: { dialog: "flash", board: "", again: "" },
        });
        expect(routeOf(`#/?deploy=${"x".repeat(500)}`).over).toEqual({ dialog: "deploy", board: "x".repeat(128) });
    });
});
