// SPDX-License-Identifier: Apache-2.0
// What a board printed, as lines of plain text: bounded, with terminal escape codes taken out.

export interface ConsoleLine {
    /** Counts from the first line ever; never reused. */
    readonly number: number;
    readonly text: string;
    readonly at_ms: number;
}

export const console_lines_max = 2_000;
export const console_line_size_max = 1_024;

// CSI … letter, OSC … BEL or ST, and the two-byte escapes.
// eslint-disable-next-line no-control-regex
const escape_codes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;
/** An escape code that the next piece of text may finish. Longer than this it is no code. */
// eslint-disable-next-line no-control-regex
const unfinished_code = /\x1b(?:\[[0-?]{0,32}[ -/]{0,4}|\][^\x07\x1b]{0,128}\x1b?)?$/;

/** Control characters as the pictures that Unicode has for them, so that nothing hides. */
// eslint-disable-next-line no-control-regex
const visible = (text: string): string =>
    text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, (char) =>
        char === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + char.charCodeAt(0)),
    );

/** Keeps the newest 2,000 lines. `version` grows with every change. */
export class ConsoleBuffer {
    private kept: ConsoleLine[] = [];
    private next = 0;
    private open: string | null = null;
    private rest = "";
    private returned = false;
    version = 0;

    get lines(): readonly ConsoleLine[] {
        return this.kept;
    }

    /** How many lines there ever were. */
    get total(): number {
        return this.next;
    }

    add(text: string, at_ms: number): void {
        let whole = this.rest + text;
        const unfinished = unfinished_code.exec(whole);
        this.rest = unfinished?.[0] ?? "";
        if (unfinished) whole = whole.slice(0, unfinished.index);
        for (const piece of whole.replace(escape_codes, "").split(/(\r?\n|\r|\x08)/)) this.take(piece, at_ms);
        this.version += 1;
    }

    clear(): void {
        this.kept = [];
        this.open = null;
        this.version += 1;
    }

    private take(piece: string, at_ms: number): void {
        if (piece === "") return;
        if (piece === "\n" || piece === "\r\n") {
            if (this.open === null) this.put("", at_ms);
            this.open = null;
            this.returned = false;
        } else if (piece === "\r") {
            this.returned = true;
        } else if (piece === "\b") {
            if (this.open !== null) this.put(this.open.slice(0, -1), at_ms);
        } else {
            const before = this.returned ? "" : (this.open ?? "");
            this.returned = false;
            this.put((before + visible(piece)).slice(0, console_line_size_max), at_ms);
        }
    }

    /** Sets the text of the line that is being written; begins one if none is. */
    private put(text: string, at_ms: number): void {
        if (this.open !== null && this.kept.length > 0) {
            const last = this.kept.length - 1;
            this.kept[last] = { number: this.next - 1, text, at_ms: this.kept[last]?.at_ms ?? at_ms };
        } else {
            this.kept.push({ number: this.next, text, at_ms });
            this.next += 1;
            if (this.kept.length > console_lines_max) this.kept.splice(0, this.kept.length - console_lines_max);
        }
        this.open = text;
    }
}
