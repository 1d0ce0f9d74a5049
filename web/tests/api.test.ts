// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Http, Problem } from "../src/api/http";
import { Live, pauseBefore, type LinkState } from "../src/api/live";
import { tokenFrom, tokenIn } from "../src/api/login";
import { readFrame } from "../src/api/messages";
import { sendCommand } from "../src/api/boards";
import { uploadFirmware } from "../src/api/firmware";
import { cancelJob } from "../src/api/jobs";
import type { FileRequest, Sent } from "../src/api/upload";

const page = new URL("http://hub.test/some/prefix/");

const answering = (status: number, body: string, asked: { url?: string; init?: RequestInit } = {}): Http =>
    new Http(page, (input, init) => {
        asked.url = String(input);
        if (init) asked.init = init;
        return Promise.resolve(new Response(status === 204 ? null : body, { status }));
    });

describe("asking the hub", () => {
    it("goes below the path of the page, with the header for changes", async () => {
        const asked: { url?: string; init?: RequestInit } = {};
        await sendCommand(answering(202, "{}", asked), "1f2e3d4c", "a/b", "UNLOCK");
        expect(asked.url).toBe("http://hub.test/some/prefix/api/boards/1f2e3d4c/entities/a%2Fb/set");
        expect(asked.init?.headers).toMatchObject({ "X-Ouro": "1", "Content-Type": "application/json" });
        expect(asked.init?.body).toBe('{"value":"UNLOCK"}');
    });

    it("leaves out what was not asked for in a query", () => {
        expect(new Http(page).url("api/timeline", { uid: "x", what: undefined, limit: 5 }).search).toBe(
            "?uid=x&limit=5",
        );
    });

    const file = Object.assign(new Blob(["\u00e9"]), { name: "my firmware.bin" }) as unknown as File;
    const sending = (answer: Promise<[number, string]>, asked: { request?: FileRequest } = {}): Http =>
        new Http(page, undefined, (request) => {
            asked.request = request;
            return answer;
        });

    it("sends a file as it is, with its name in the query", async () => {
        const asked: { request?: FileRequest } = {};
        await uploadFirmware(sending(Promise.resolve([201, "{}"]), asked), file, () => {});
        expect(asked.request?.url.href).toBe("http://hub.test/some/prefix/api/firmware/uploads?name=my+firmware.bin");
        expect(asked.request?.headers).toMatchObject({ "X-Ouro": "1", "Content-Type": "application/octet-stream" });
        expect(asked.request?.file).toBe(file);
    });

    it("tells how much of a file is sent", async () => {
        const told: Sent[] = [];
        const http = new Http(page, undefined, ({ on_sent }) => {
            on_sent({ done: 1, total: 2 });
            return Promise.resolve([201, "{}"]);
        });
        await uploadFirmware(http, file, (sent) => told.push(sent));
        expect(told).toEqual([{ done: 1, total: 2 }]);
    });

    it("says what the hub has against a file, and that it did not answer", async () => {
        const refusal = '{"code":"malformed","message":"It is no firmware.","hint":"Choose another file."}';
        const refused = uploadFirmware(sending(Promise.resolve([400, refusal])), file, () => {});
        await expect(refused).rejects.toMatchObject({ code: "malformed", message: "It is no firmware." });
        const lost = uploadFirmware(sending(Promise.reject(new Error("it took too long"))), file, () => {});
        await expect(lost).rejects.toMatchObject({ code: "unreachable", details: /it took too long/ });
    });

    it("cancels a job, with force only when it is meant", async () => {
        const asked: { url?: string; init?: RequestInit } = {};
        const http = answering(202, "{}", asked);
        await cancelJob(http, "7", false);
        expect(asked.init?.method).toBe("DELETE");
        expect(asked.init?.headers).toMatchObject({ "X-Ouro": "1", "Content-Type": "application/json" });
        expect(asked.url).toBe("http://hub.test/some/prefix/api/jobs/7");
        await cancelJob(http, "7", true);
        expect(asked.url).toBe("http://hub.test/some/prefix/api/jobs/7?force=1");
    });

    it("takes an empty answer for no answer", async () => {
        await expect(answering(204, "").post("api/logout")).resolves.toBeUndefined();
    });

    it("passes on the hub's own words for an error", async () => {
        const error = '{"code":"disconnected","message":"Not connected.","hint":"Check the cable."}';
        const problem = await answering(409, error)
            .get("api/me")
            .catch((e: unknown) => e);
        expect(problem).toBeInstanceOf(Problem);
        expect(problem).toMatchObject({ code: "disconnected", message: "Not connected.", hint: "Check the cable." });
        expect((problem as Problem).asText()).toContain("HTTP 409");
    });

    it.each([
        [401, "", "unauthorized"],
        [502, "<html>Bad gateway</html>", "failed"],
        [200, "<html>", "malformed"],
    ])("says what it can of an answer %i %s", async (status, body, code) => {
        await expect(answering(status, body).get("api/me")).rejects.toMatchObject({ code });
    });

    it("says what to try when nobody answers", async () => {
        const http = new Http(page, () => Promise.reject(new TypeError("fetch failed")));
        await expect(http.get("api/me")).rejects.toMatchObject({ code: "unreachable", hint: /ouro serve/ });
    });
});

describe("the token", () => {
    it("is found in the address", () => {
        expect(tokenIn("#token=abc-_1")).toBe("abc-_1");
        expect(tokenIn("#/board/x")).toBeNull();
        expect(tokenIn(`#token=${"a".repeat(128)}`)).toHaveLength(128);
        expect(tokenIn(`#token=${"a".repeat(129)}`)).toBeNull();
    });

    it("may be pasted alone or with the address around it", () => {
        expect(tokenFrom(" abc \n")).toBe("abc");
        expect(tokenFrom("http://127.0.0.1:8321/#token=abc")).toBe("abc");
    });
});

describe("a frame", () => {
    it("holds the messages that are well formed, in order", () => {
        const log = { type: "log", uid: "a", level: "info", text: "x", at_ms: 1 };
        const frame = JSON.stringify([log, { type: "log" }, 7, null, { type: "gap", lost: 1 }, { type: "toString" }]);
        expect(readFrame(frame)).toEqual([log, { type: "gap", lost: 1 }]);
    });

    it("holds nothing when it is no array of messages", () => {
        for (const frame of ["", "{", "{}", "7", '"x"', "null"]) expect(readFrame(frame)).toEqual([]);
    });

    it("is refused a board with a part missing", () => {
        expect(readFrame('[{"type":"boards","boards":[{"uid":"x"}]}]')).toEqual([]);
    });
});

class FakeSocket {
    onopen: (() => void) | null = null;
    onclose: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    readyState = 0;
    close = vi.fn();
}

describe("the live connection", () => {
    const sockets: FakeSocket[] = [];
    const states: LinkState[] = [];
    const live = (): Live =>
        new Live(
            new URL("ws://hub.test/api/ws"),
            { messages: () => {}, link: (state) => states.push(state) },
            {
                open: () => {
                    const socket = new FakeSocket();
                    sockets.push(socket);
                    return socket as unknown as WebSocket;
                },
                after: (ms, then) => {
                    const timer = setTimeout(then, ms);
                    return () => clearTimeout(timer);
                },
                random: () => 0,
            },
        );

    beforeEach(() => {
        vi.useFakeTimers();
        vi.stubGlobal("WebSocket", { OPEN: 1 });
        sockets.length = 0;
        states.length = 0;
    });
    afterEach(() => {
        vi.useRealTimers();
        vi.unstubAllGlobals();
    });

    it("waits longer after each failure, up to ten seconds", () => {
        expect([1, 2, 3, 4, 5, 6, 50].map((n) => pauseBefore(n, 0))).toEqual([
            500, 1000, 2000, 4000, 8000, 10000, 10000,
        ]);
        expect(pauseBefore(1, 1)).toBe(375);
    });

    it("connects again after it was lost, and begins with short pauses once it heard something", () => {
        live().start();
        sockets[0]?.onclose?.();
        vi.advanceTimersByTime(499);
        expect(sockets).toHaveLength(1);
        vi.advanceTimersByTime(1);
        expect(sockets).toHaveLength(2);
        sockets[1]?.onopen?.();
        sockets[1]?.onmessage?.({ data: "[]" });
        sockets[1]?.onclose?.();
        vi.advanceTimersByTime(500);
        expect(sockets).toHaveLength(3);
        expect(states).toEqual(["connecting", "lost", "connecting", "open", "lost", "connecting"]);
    });

    it("takes 30 s of silence for a dead line", () => {
        live().start();
        sockets[0]?.onopen?.();
        vi.advanceTimersByTime(29_999);
        sockets[0]?.onmessage?.({ data: "[]" });
        vi.advanceTimersByTime(29_999);
        expect(sockets).toHaveLength(1);
        vi.advanceTimersByTime(1);
        expect(sockets).toHaveLength(2);
        expect(sockets[0]?.close).toHaveBeenCalled();
        expect(states).toEqual(["connecting", "open"]);
        vi.advanceTimersByTime(1_000);
        expect(states).toEqual(["connecting", "open", "connecting"]);
    });

    it("says nothing of a silence when the new connection is there at once", () => {
        live().start();
        sockets[0]?.onopen?.();
        vi.advanceTimersByTime(30_999);
        sockets[1]?.onopen?.();
        vi.advanceTimersByTime(5_000);
        expect(states).toEqual(["connecting", "open", "open"]);
    });

    it("does not listen to a socket that it has given up", () => {
        live().start();
        const [first] = sockets;
        first?.onclose?.();
        vi.advanceTimersByTime(500);
        first?.onopen?.();
        expect(states[states.length - 1]).toBe("connecting");
    });

    it("stays closed after it was stopped", () => {
        const one = live();
        one.start();
        one.stop();
        sockets[0]?.onclose?.();
        vi.advanceTimersByTime(60_000);
        expect(sockets).toHaveLength(1);
    });
});
