// SPDX-License-Identifier: Apache-2.0
// One way to ask the hub: relative to the page, with its header, and every failure a Problem that says what to try.
import { sendFile, type FileSender, type Sent } from "./upload";

/** What went wrong, in words for a person. `code` is stable; `details` is for whoever helps. */
export class Problem extends Error {
    constructor(
        readonly code: string,
        message: string,
        readonly hint: string,
        readonly details = "",
    ) {
        super(message);
        this.name = "Problem";
    }

    /** Everything at once, for the clipboard. */
    asText(): string {
        return [this.message, this.hint && `To try: ${this.hint}`, `Code: ${this.code}`, this.details]
            .filter((line) => line !== "")
            .join("\n");
    }
}

/** Any thrown value as a Problem, so that nothing is shown raw. */
export function asProblem(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const details = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new Problem("internal", "Something in this page went wrong.", "Reload the page.", details);
}

export type Query = Record<string, string | number | undefined>;

const timeout_ms = 15_000;

type Method = "GET" | "POST" | "PUT" | "DELETE";

interface Body {
    readonly type: string;
    readonly content: string;
}

/** Asks the hub whose page this is. `base` is where the page lives, so a path prefix keeps working. */
export class Http {
    constructor(
        private readonly base: URL,
        private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
        private readonly sender: FileSender = sendFile,
    ) {}

    /** The address of `path` below the page. */
    url(path: string, query: Query = {}): URL {
        const url = new URL(path, this.base);
        for (const [key, value] of Object.entries(query)) {
            if (value !== undefined) url.searchParams.set(key, String(value));
        }
        return url;
    }

    get<T>(path: string, query: Query = {}): Promise<T> {
        return this.ask<T>("GET", this.url(path, query));
    }

    post<T>(path: string, body?: unknown): Promise<T> {
        const json = { type: "application/json", content: JSON.stringify(body ?? {}) };
        return this.ask<T>("POST", this.url(path), json);
    }

    put<T>(path: string, query: Query, body: unknown): Promise<T> {
        return this.ask<T>("PUT", this.url(path, query), { type: "application/json", content: JSON.stringify(body) });
    }

    delete<T>(path: string, query: Query = {}): Promise<T> {
        // Without a body too the hub asks for this type: a form of a foreign page can't send it.
        return this.ask<T>("DELETE", this.url(path, query), { type: "application/json", content: "" });
    }

    /** Sends a file as it is, which may take longer than a question. */
    async send<T>(
        path: string,
        query: Query,
        file: Blob,
        within_ms: number,
        on_sent: (sent: Sent) => void,
    ): Promise<T> {
        const url = this.url(path, query);
        const what = `POST ${url.pathname}`;
        const headers = { Accept: "application/json", "X-Ouro": "1", "Content-Type": "application/octet-stream" };
        try {
            const [status, text] = await this.sender({ url, headers, file, within_ms, on_sent });
            return answerOf<T>(status, text, what);
        } catch (error) {
            throw error instanceof Problem ? error : unreachable(error, what);
        }
    }

    private async ask<T>(method: Method, url: URL, body?: Body): Promise<T> {
        const init: RequestInit = { method, credentials: "same-origin", headers: { Accept: "application/json" } };
        if (method !== "GET") init.headers = { ...init.headers, "X-Ouro": "1" };
        if (body) {
            init.headers = { ...init.headers, "Content-Type": body.type };
            init.body = body.content;
        }
        const what = `${method} ${url.pathname}`;
        const [status, text] = await this.fetchText(url, init, what);
        return answerOf<T>(status, text, what);
    }

    private async fetchText(url: URL, init: RequestInit, what: string): Promise<[number, string]> {
        const cut = new AbortController();
        const timer = setTimeout(() => cut.abort(), timeout_ms);
        try {
            const response = await this.fetcher(url, { ...init, signal: cut.signal });
            return [response.status, await response.text()];
        } catch (error) {
            throw unreachable(error, what);
        } finally {
            clearTimeout(timer);
        }
    }
}

function answerOf<T>(status: number, text: string, what: string): T {
    if (status < 200 || status > 299) throw problemOf(status, text, what);
    if (text === "") return undefined as T;
    try {
        return JSON.parse(text) as T;
    } catch {
        throw new Problem(
            "malformed",
            "The hub's answer could not be read.",
            "Reload the page.",
            `${what}: ${text.slice(0, 200)}`,
        );
    }
}

function unreachable(error: unknown, what: string): Problem {
    const why = error instanceof Error ? error.message : String(error);
    return new Problem(
        "unreachable",
        "The hub did not answer.",
        "Check that `ouro serve` is running and that this device is on the same network.",
        `${what}: ${why}`,
    );
}

function problemOf(status: number, text: string, what: string): Problem {
    const details = `${what}: HTTP ${status}`;
    try {
        const body: unknown = JSON.parse(text);
        if (isErrorBody(body)) return new Problem(body.code, body.message, body.hint, details);
    } catch {
        // Not the hub's own error; a proxy in between answered.
    }
    return new Problem(
        status === 401 ? "unauthorized" : "failed",
        `The hub answered with an error (HTTP ${status}).`,
        "Reload the page. If it stays, look at the hub's log.",
        `${details}\n${text.slice(0, 200)}`,
    );
}

function isErrorBody(body: unknown): body is { code: string; message: string; hint: string } {
    if (typeof body !== "object" || body === null) return false;
    const { code, message, hint } = body as Record<string, unknown>;
    return typeof code === "string" && typeof message === "string" && typeof hint === "string";
}
