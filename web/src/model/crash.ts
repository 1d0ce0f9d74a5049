// SPDX-License-Identifier: Apache-2.0
// A crash record in words.
import type { Entry } from "../api/types";

export interface Crash {
    readonly message: string;
    /** "hello, line 3 of app.py"; empty if unknown */
    readonly place: string;
    readonly traceback: string;
}

export function crashOf(entry: Entry): Crash {
    const data = (typeof entry.data === "object" && entry.data !== null ? entry.data : {}) as Record<string, unknown>;
    const text = (name: string): string => (typeof data[name] === "string" ? data[name] : "");
    const line = typeof data["line"] === "number" && data["line"] > 0 ? `line ${data["line"]} of ` : "";
    const file = text("file");
    const place = [text("app"), file && `${line}${file}`].filter(Boolean).join(", ");
    return {
        message: text("message") || entry.text || "The app ended with an error",
        place,
        traceback: text("traceback").trimEnd(),
    };
}
