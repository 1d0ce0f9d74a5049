// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { Http } from "../src/api/http";
import { forgetSecret, keepSecret } from "../src/api/secrets";
import type { Board, Secret } from "../src/api/types";
import { complaintOf } from "../src/model/jobs";
import { hrefOf, routeOf, secretsHref } from "../src/model/route";
import { boardChoices, boardText, isSame, missingSecrets, nameTrouble, valueTrouble } from "../src/model/secrets";
import { overJob } from "./some_job";

const secret = (name: string, board: string | null = null): Secret => ({ name, board, set_at_ms: 1 });
const boards = [
    { uid: "bench001", name: "Work bench" },
    { uid: "1f2e3d4c", name: "Front door" },
] as Board[];

describe("a secret's name", () => {
    it.each(["A", "_", "WIFI_PASSWORD", "api_key2", "A".repeat(48)])("can be %s", (name) => {
        expect(nameTrouble(name)).toBe("");
    });

    it.each(["", "9A", "A-B", "A B", "\u00c4", "A".repeat(49), "A\n"])("can't be %j", (name) => {
        expect(nameTrouble(name)).not.toBe("");
    });
});

describe("a secret's value", () => {
    it.each(["x", 'pass "word" \\ \u00fc', " ", "x".repeat(1_024), "\u00fc".repeat(512)])("can be %j", (value) => {
        expect(valueTrouble(value)).toBe("");
    });

    it.each(["", "two\nlines", "tab\t", "\u007f", "x".repeat(1_025), "\u00fc".repeat(513)])("can't be %j", (value) => {
        expect(valueTrouble(value)).not.toBe("");
    });
});

describe("the boards that a secret can be for", () => {
    it("are those that are known, by name, and those that only a secret knows", () => {
        const choices = boardChoices(boards, [secret("A"), secret("A", "1f2e3d4c"), secret("A", "attic001")]);
        expect(choices.map(({ name }) => name)).toEqual(["attic001", "Front door", "Work bench"]);
        expect(boardText(null, choices)).toBe("all boards");
        expect(boardText("1f2e3d4c", choices)).toBe("Front door");
        expect(boardText("nobody01", choices)).toBe("board nobody01");
    });

    it("tell two of the same name apart", () => {
        expect(isSame(secret("A"), "A", "")).toBe(true);
        expect(isSame(secret("A", "bench001"), "A", "")).toBe(false);
        expect(isSame(secret("A", "bench001"), "A", "bench001")).toBe(true);
    });
});

describe("asking the hub", () => {
    it("names the board in the query, and sends the value in the body alone", async () => {
        const asked: [string, RequestInit | undefined][] = [];
        const http = new Http(new URL("http://hub.test/p/"), (url, init) => {
            asked.push([String(url), init]);
            return Promise.resolve(new Response(init?.method === "DELETE" ? null : "{}"));
        });
        await keepSecret(http, "API_KEY", "", "hush");
        await keepSecret(http, "API_KEY", "bench001", "hush");
        await forgetSecret(http, "API_KEY", "bench001");
        expect(asked.map(([url, init]) => [init?.method, url, init?.body])).toEqual([
            ["PUT", "http://hub.test/p/api/secrets/API_KEY", '{"value":"hush"}'],
            ["PUT", "http://hub.test/p/api/secrets/API_KEY?board=bench001", '{"value":"hush"}'],
            ["DELETE", "http://hub.test/p/api/secrets/API_KEY?board=bench001", ""],
        ]);
        for (const [, init] of asked) expect(init?.headers).toMatchObject({ "X-Ouro": "1" });
    });
});

describe("a deploy that misses secrets", () => {
    const said =
        "the app reads secrets that are not kept here: API_KEY, WIFI_PASSWORD. The version so far is untouched";

    it("says which", () => {
        expect(missingSecrets(said)).toEqual(["API_KEY", "WIFI_PASSWORD"]);
        expect(missingSecrets("The app crashes.")).toEqual([]);
        expect(missingSecrets("secrets that are not kept here: <b>")).toEqual([]);
    });

    it("hints at the page, and not at the command line", () => {
        const error = { code: "not_found", message: said, hint: "`ouro secrets set NAME` keeps one." };
        const request = { kind: "deploy", board: "b", app: "garden", health_s: 10 } as const;
        const job = overJob("failed", { kind: "deploy", error, request });
        expect(complaintOf(job)).toMatchObject({
            message: `T${said.slice(1)}`,
            hint: "Set them, come back here, and try again.",
        });
        expect(complaintOf({ ...job, error: { ...error, message: "Gone" } })?.hint).toBe(error.hint);
    });
});

describe("the pages' addresses", () => {
    it.each([
        ["#/home-assistant", { page: "home_assistant" }],
        ["#/secrets", { page: "secrets", name: "" }],
        ["#/secrets/API_KEY", { page: "secrets", name: "API_KEY" }],
        ["#/secrets/a/b", { page: "home" }],
        ["#/secrets/%3Cb%3E", { page: "home" }],
        ["#/home-assistant/x", { page: "home" }],
    ] as const)("%s", (href, place) => {
        expect(routeOf(href)).toEqual({ ...place, over: null });
    });

    it("come back from what they mean, with a dialog over them too", () => {
        for (const href of ["#/home-assistant", "#/secrets", "#/secrets/API_KEY", "#/home-assistant?job=7"]) {
            const route = routeOf(href);
            expect(hrefOf(route, route.over)).toBe(href);
        }
        expect(secretsHref("API_KEY")).toBe("#/secrets/API_KEY");
    });
});
