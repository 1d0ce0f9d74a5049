// SPDX-License-Identifier: Apache-2.0
// The golden vectors of the link, read as TypeScript reads them: every language agrees on the same bytes.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Vectors {
    messages: { name: string; json: string }[];
    not_json: string[];
    streams: { name: string; bytes: string; out: [string, string][] }[];
}

const file = new URL("../../protocol/vectors/link.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;
const frameSizeMax = 1024;
const depthMax = 6;

/** What docs/protocol.md asks beyond JSON, and JSON.parse does not. */
function check(value: unknown, depth = 1): void {
    if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("a number that is not finite");
    if (typeof value === "string" && /\p{Surrogate}/u.test(value)) throw new RangeError("half a surrogate pair");
    if (typeof value !== "object" || value === null) return;
    if (depth > depthMax) throw new RangeError("nested too deeply");
    for (const [key, inner] of Object.entries(value)) {
        check(key, depth + 1);
        check(inner, depth + 1);
    }
}

function read(text: string): unknown {
    const value: unknown = JSON.parse(text);
    check(value);
    return value;
}

/** The rules of docs/protocol.md, "Framing", as short as they can be said. One character is one byte. */
class Splitter {
    readonly out: [string, string][] = [];
    private held = "";

    feed(piece: string): void {
        this.held += piece;
        while (this.held !== "") {
            const frame = /^\x1e(\[[^\x00-\x1f]*\])\n/.exec(this.held);
            if (frame?.[1] !== undefined && frame[0].length <= frameSizeMax) {
                this.out.push(["frame", Buffer.from(frame[1], "latin1").toString("utf8")]);
                this.held = this.held.slice(frame[0].length);
            } else if (/^\x1e(\[[^\x00-\x1f]*)?$/.test(this.held) && this.held.length < frameSizeMax) {
                return; // it may still become a frame
            } else {
                this.console(1);
            }
        }
    }

    flush(): void {
        this.console(this.held.length);
    }

    private console(size: number): void {
        const text = this.held.slice(0, size);
        this.held = this.held.slice(size);
        const last = this.out.at(-1);
        if (last?.[0] === "console") last[1] += text;
        else if (text !== "") this.out.push(["console", text]);
    }
}

/** What comes out of a stream that arrives in pieces of `size` bytes. */
function split(stream: string, size: number): [string, string][] {
    const splitter = new Splitter();
    for (let start = 0; start < stream.length; start += size) splitter.feed(stream.slice(start, start + size));
    splitter.flush();
    return splitter.out;
}

describe("a golden message", () => {
    it.each(vectors.messages)("$name: has a word in front, and is written as it was read", ({ json }) => {
        const value = read(json);
        expect(Array.isArray(value) && typeof value[0]).toBe("string");
        expect(JSON.stringify(value)).toBe(json);
    });

    it.each(vectors.messages)("$name: fits in a frame", ({ json }) => {
        const frame = "\x1e" + Buffer.from(json, "utf8").toString("latin1") + "\n";
        expect(split(frame, 7)).toEqual([["frame", json]]);
    });
});

describe("what is no message", () => {
    it.each(vectors.not_json.map((text) => ({ text })))("$text: is refused", ({ text }) => {
        expect(() => read(text)).toThrow();
    });
});

describe("a golden stream", () => {
    it.each(vectors.streams)("$name: is split the same however it arrives", ({ bytes, out }) => {
        for (let size = 1; size <= bytes.length; ++size)
            expect(split(bytes, size), `in pieces of ${size}`).toEqual(out);
    });

    it("may hold the longest frame and nothing longer", () => {
        const framed = (size: number) => '["' + "a".repeat(size - 6) + '"]';
        const longest = framed(frameSizeMax);
        expect(split(`\x1e${longest}\n`, 100)).toEqual([["frame", longest]]);
        const longer = `\x1e${framed(frameSizeMax + 1)}\n`;
        expect(split(longer, 100)).toEqual([["console", longer]]);
    });
});
