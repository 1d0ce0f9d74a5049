// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import type { Entry } from "../src/api/types";
import { crashOf } from "../src/model/crash";

const entry = (data: unknown): Entry => ({ seq: 1, at_ms: 1, uid: "abcd", what: "crash", id: "", text: "said", data });

it("tells what happened, and where", () => {
    const data = { app: "hello", file: "app.py", line: 3, message: "ValueError: no", traceback: "Traceback\n" };
    expect(crashOf(entry(data))).toEqual({
        message: "ValueError: no",
        place: "hello, line 3 of app.py",
        traceback: "Traceback",
    });
});

it("lives with a record that says nothing", () => {
    for (const data of [null, 7, {}, { line: "x", message: 4 }])
        expect(crashOf(entry(data))).toEqual({ message: "said", place: "", traceback: "" });
});
