// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { ConsoleBuffer, console_line_size_max, console_lines_max } from "../src/model/console_buffer";

const after = (...pieces: string[]): string[] => {
    const buffer = new ConsoleBuffer();
    for (const piece of pieces) buffer.add(piece, 0);
    return buffer.lines.map((line) => line.text);
};

describe("the console", () => {
    it("splits lines wherever the pieces were cut", () => {
        expect(after("on", "e\r\ntw", "o\nthree")).toEqual(["one", "two", "three"]);
    });

    it("keeps empty lines", () => {
        expect(after("a\n\nb\n")).toEqual(["a", "", "b"]);
    });

    it("takes terminal codes out, also when they arrive in halves", () => {
        expect(after("\x1b[31mred\x1b[0m")).toEqual(["red"]);
        expect(after("a\x1b[3", "1mb")).toEqual(["ab"]);
        expect(after("\x1b]0;title\x07x")).toEqual(["x"]);
    });

    it("keeps markup as text", () => {
        expect(after("<b>bold</b>\n")).toEqual(["<b>bold</b>"]);
    });

    it("shows other control characters as pictures", () => {
        expect(after("a\x00b\x7f")).toEqual(["a\u2400b\u2421"]);
    });

    it("writes a line anew after a carriage return", () => {
        expect(after("10 %\r20 %\r", "30 %\n", "next")).toEqual(["30 %", "next"]);
    });

    it("keeps a carriage return and line feed that were cut apart as one end", () => {
        expect(after("one\r", "\ntwo")).toEqual(["one", "two"]);
    });

    it("takes back a character", () => {
        expect(after("ab\bc")).toEqual(["ac"]);
    });

    it("keeps the newest lines up to the limit and counts them all", () => {
        const buffer = new ConsoleBuffer();
        for (let i = 0; i < console_lines_max; i += 1) buffer.add(`${i}\n`, 0);
        expect(buffer.lines).toHaveLength(console_lines_max);
        expect(buffer.lines[0]?.text).toBe("0");
        buffer.add("more\n", 0);
        expect(buffer.lines).toHaveLength(console_lines_max);
        expect(buffer.lines[0]?.text).toBe("1");
        expect(buffer.total).toBe(console_lines_max + 1);
    });

    it("cuts a line that never ends", () => {
        expect(after("x".repeat(console_line_size_max), "yy")[0]).toHaveLength(console_line_size_max);
    });

    it("does not hold text back for a code that never ends", () => {
        expect(after(`\x1b[${"1".repeat(99)}`).join("")).not.toBe("");
    });

    it("begins anew after it was cleared", () => {
        const buffer = new ConsoleBuffer();
        buffer.add("half", 0);
        buffer.clear();
        buffer.add("whole\n", 0);
        expect(buffer.lines.map((line) => line.text)).toEqual(["whole"]);
    });
});
