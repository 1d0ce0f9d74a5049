// SPDX-License-Identifier: Apache-2.0
// The secrets of the mock hub, which refuses what the hub refuses.
import type { Secret } from "../src/api/types";
import { Refused } from "./refused";

const keyOf = (name: string, board: string | null): string => `${name} ${board ?? ""}`.trim();

export class MockSecrets {
    list: Secret[] = [];
    /** By name, and the board's uid behind it. For a test to see: no answer of the hub has them. */
    readonly values = new Map<string, string>();

    reset(): void {
        this.list = [];
        this.values.clear();
    }

    keep(name: string, board: string | null, value: unknown): Secret {
        if (!/^[A-Za-z_][A-Za-z0-9_]{0,47}$/.test(name))
            throw new Refused(
                400,
                "invalid_argument",
                `"${name}" can't be a secret's name`,
                "1 to 48 letters, digits and _.",
            );
        if (typeof value !== "string" || value === "" || value === "refuse me")
            throw new Refused(
                400,
                "invalid_argument",
                "A secret is one line of 1 to 1024 bytes",
                "Nothing was changed. A longer text, such as a certificate, goes into a file of the app's folder.",
            );
        this.forget(name, board);
        const secret: Secret = { name, board, set_at_ms: Date.now() };
        this.list = [...this.list, secret].sort((a, b) => keyOf(a.name, a.board).localeCompare(keyOf(b.name, b.board)));
        this.values.set(keyOf(name, board), value);
        return secret;
    }

    remove(name: string, board: string | null): undefined {
        if (this.forget(name, board)) return undefined;
        throw new Refused(404, "not_found", `No ${name} is kept for ${board ?? "all boards"}`, "Look at the list.");
    }

    private forget(name: string, board: string | null): boolean {
        const before = this.list.length;
        this.list = this.list.filter((secret) => secret.name !== name || secret.board !== board);
        this.values.delete(keyOf(name, board));
        return this.list.length < before;
    }
}
