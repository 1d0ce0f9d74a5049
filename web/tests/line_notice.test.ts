// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { free_line, readNotice, withNotice } from "../src/model/line_notice";

describe("what the hub says beside a console", () => {
    it("names who has the prompt until the lease ends", () => {
        const held = withNotice(free_line, { type: "lease", name: "ouro fs put (pid 12)", since_ms: 1.7e12 });
        expect(held.held).toMatch(/^ouro fs put \(pid 12\) has the prompt since /);
        expect(withNotice(held, { type: "lease_end" })).toEqual(free_line);
    });

    it("keeps the lease in sight while it refuses what is typed", () => {
        const held = withNotice(free_line, { type: "lease", name: "a", since_ms: 0 });
        const refused = withNotice(held, { type: "refused", message: "no" });
        expect(refused.held).toBe(held.held);
        expect(refused.trouble).toBe("no");
    });

    it("says that the board is away until it is back", () => {
        const away = withNotice(free_line, { type: "gone", reason: "it was unplugged" });
        expect(away.trouble).toContain("it was unplugged");
        expect(withNotice(away, { type: "back" })).toEqual(free_line);
    });

    it("takes no notice of what is none", () => {
        for (const text of ["", "{", "[]", "null", "1", '{"type":"other"}']) expect(readNotice(text)).toBeNull();
        expect(readNotice('{"type":"back"}')).toEqual({ type: "back" });
    });
});
