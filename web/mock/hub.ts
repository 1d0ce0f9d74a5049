// SPDX-License-Identifier: Apache-2.0
// A hub for working on the page without one: the routes of hub/api/openapi.yaml over the mock's boards, as a Vite plugin.
import { readFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Connect, Plugin } from "vite";
import { WebSocketServer } from "ws";
import type { HomeReport, JobRequest, Me, Scalar, WsMessage } from "../src/api/types";
import { MockHome } from "./home";
import { MockJobs } from "./jobs";
import { Refused } from "./refused";
import { MockSecrets } from "./secrets";
import { MockWorld } from "./world";

export const mock_token = "mock-token";
const cookie = "ouro=mock";
/** As strict as the hub could be; the page must live with it. */
const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

interface Asked {
    readonly method: string;
    readonly parts: readonly string[];
    readonly query: URLSearchParams;
    readonly body: unknown;
    readonly signedIn: boolean;
    readonly answer: ServerResponse;
}

class MockHub {
    private readonly sockets = new WebSocketServer({ noServer: true });
    private readonly world = new MockWorld((message) => this.say([message]));
    private readonly jobs = new MockJobs((message) => this.say([message]));
    private readonly homes = new MockHome();
    private readonly secrets = new MockSecrets();
    private away_until = 0;
    private role: Me["role"] = "admin";

    private say(messages: WsMessage[]): void {
        for (const socket of this.sockets.clients) socket.send(JSON.stringify(messages));
    }

    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
        if (!request.headers.cookie?.includes(cookie) || Date.now() < this.away_until) {
            socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
            return;
        }
        this.sockets.handleUpgrade(request, socket, head, (client) => {
            const all: WsMessage[] = [
                { type: "boards", boards: this.world.boards },
                { type: "jobs", jobs: this.jobs.all },
            ];
            client.send(JSON.stringify(all));
        });
    }

    async handle(request: IncomingMessage, answer: ServerResponse, path: string): Promise<void> {
        const url = new URL(path, "http://mock");
        try {
            if (Date.now() < this.away_until && !url.pathname.startsWith("/mock")) {
                request.socket.destroy();
                return;
            }
            const method = request.method ?? "GET";
            const body = method === "POST" || method === "PUT" ? await bodyOf(request) : undefined;
            if (method === "DELETE" && request.headers["content-type"] !== "application/json")
                throw new Refused(415, "invalid_argument", "A change needs a Content-Type.", "Use the page.");
            if (method !== "GET" && request.headers["x-ouro"] !== "1" && !url.pathname.startsWith("/mock"))
                throw new Refused(403, "forbidden", "The header X-Ouro is missing.", "Use the page.");
            const signedIn = request.headers.cookie?.includes(cookie) ?? false;
            const parts = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
            const result = await this.route({ method, parts, query: url.searchParams, body, signedIn, answer });
            send(answer, answer.statusCode, result);
        } catch (error) {
            const refused =
                error instanceof Refused ? error : new Refused(500, "internal", String(error), "Look at the mock.");
            send(answer, refused.status, { code: refused.code, message: refused.message, hint: refused.hint });
        }
    }

    private async route(asked: Asked): Promise<unknown> {
        const [root, what, uid, leaf, id] = asked.parts;
        if (root === "mock") return this.rehearse(what ?? "", asked.body);
        if (what === "login") return this.login(asked);
        if (!asked.signedIn)
            throw new Refused(
                401,
                "unauthorized",
                "You are not signed in.",
                "Open the address that `ouro url` prints.",
            );
        switch (what) {
            case "me":
                return { role: this.role, version: "0.1.0" };
            case "logout":
                asked.answer.setHeader("Set-Cookie", "ouro=; Path=/; Max-Age=0");
                return undefined;
            case "timeline":
                return this.timeline(asked.query);
            case "profiles":
                return profile(uid ?? "");
            case "sessions":
                return [];
            case "ports":
                return this.jobs.ports;
            case "firmware":
                return this.firmware(asked);
            case "jobs":
                return this.job(asked);
            case "home":
                return this.home(asked);
            case "secrets":
                return this.secret(asked);
            case "boards":
                return uid === undefined ? this.world.boards : this.board(uid, leaf, id, asked);
            default:
                throw new Refused(404, "not_found", "There is no such route.", "Look at hub/api/openapi.yaml.");
        }
    }

    private job({ method, parts, query, body, answer }: Asked): unknown {
        const id = parts[2];
        if (method === "GET") return id === undefined ? this.jobs.all : this.jobs.find(id);
        answer.statusCode = 202;
        if (method === "POST") return this.jobs.start(body as JobRequest);
        return this.jobs.cancel(id ?? "", query.get("force") === "1");
    }

    private firmware({ method, parts, query, body, answer }: Asked): unknown {
        if (method === "GET") return this.jobs.firmware;
        if (method === "DELETE") return this.jobs.forget(parts[3] ?? "");
        answer.statusCode = 201;
        return this.jobs.upload(query.get("name") ?? "", body as Buffer);
    }

    private home({ method, body }: Asked): unknown {
        if (method === "GET") return this.homes.report(this.world.boards);
        return this.homes.forget((body as { topics: string[] }).topics);
    }

    private secret({ method, parts, query, body, answer }: Asked): unknown {
        if (this.role !== "admin")
            throw new Refused(403, "refused", "Your role may not do this", "Sign in with a token of the role admin.");
        const name = parts[2] ?? "";
        const board = query.get("board");
        if (method === "GET") return this.secrets.list;
        if (method === "PUT") return this.secrets.keep(name, board, (body as { value: unknown }).value);
        answer.statusCode = 204;
        return this.secrets.remove(name, board);
    }

    private login(asked: Asked): unknown {
        if ((asked.body as { token?: unknown }).token !== mock_token)
            throw new Refused(
                401,
                "unauthorized",
                "This token is not the hub's.",
                "Ask for the address again: `ouro url`.",
            );
        asked.answer.setHeader("Set-Cookie", `${cookie}; Path=/; HttpOnly; SameSite=Strict`);
        return { role: this.role, version: "0.1.0" };
    }

    private board(uid: string, leaf: string | undefined, id: string | undefined, asked: Asked): unknown {
        const board = this.world.find(uid);
        if (!board) throw new Refused(404, "not_found", `There is no board ${uid}.`, "See `ouro boards`.");
        if (leaf === undefined) return board;
        if (leaf === "history") return this.samples(uid, id ?? "", asked.query);
        if (!board.online)
            throw new Refused(409, "disconnected", `${board.name} is not connected.`, "Check its cable and its power.");
        if (leaf === "entities") {
            const { value, cmd_id } = asked.body as { value: Scalar; cmd_id?: string };
            asked.answer.statusCode = 202;
            return this.world.command(board, id ?? "", value, cmd_id ?? `mock${Date.now()}`);
        }
        const [verb, ...rest] = asked.body as [string, ...Scalar[]];
        if (verb === "tuya") return this.world.tuya(board, rest);
        if (verb !== "hold" && verb !== "release")
            throw new Refused(400, "invalid_argument", "The mock knows hold and release.", "Use one of them.");
        this.world.hold(board, verb === "hold");
        return ["ok"];
    }

    private samples(uid: string, id: string, query: URLSearchParams): unknown {
        const from = Number(query.get("from") ?? 0);
        const points = this.world.history.filter(([at]) => at >= from);
        const kept = id === "free_memory" ? points : [];
        const size = Math.ceil(kept.length / Number(query.get("points") ?? 1_000)) || 1;
        return { uid, id, unit: "kB", points: kept.filter((_, i) => i % size === 0) };
    }

    private timeline(query: URLSearchParams): unknown {
        const what = query.get("what");
        const before = Number(query.get("before") ?? Infinity);
        return this.world.entries
            .filter((e) => e.uid === query.get("uid") && (what ? e.what === what : e.what !== "log") && e.seq < before)
            .reverse()
            .slice(0, Number(query.get("limit") ?? 100));
    }

    /** What a test wants to happen. */
    private rehearse(what: string, body: unknown): unknown {
        if (what === "reset") {
            this.role = "admin";
            this.jobs.reset();
            this.homes.reset();
            this.secrets.reset();
            this.world.reset();
        }
        if (what === "role") this.role = (body as { role: Me["role"] }).role;
        if (what === "home") this.homes.change(body as Partial<HomeReport>);
        if (what === "kept_secrets") return Object.fromEntries(this.secrets.values);
        if (what === "ports") this.jobs.ports = body as MockJobs["ports"];
        if (what === "job_fails") this.jobs.next_error = body as MockJobs["next_error"];
        if (what === "job_pace") this.jobs.pace_ms = (body as { ms: number }).ms;
        if (what === "job") this.jobs.tell(body as MockJobs["all"][number]);
        if (what === "outcome") this.world.next_outcome = body as MockWorld["next_outcome"];
        if (what === "sensor") this.world.addSensor((body as { profile: string }).profile);
        if (what === "told") return this.world.told;
        if (what === "say") for (const message of body as WsMessage[]) this.world.tell(message);
        if (what === "no_boards") {
            this.world.boards = [];
            this.say([{ type: "boards", boards: [] }]);
        }
        if (what === "away") {
            this.away_until = Date.now() + (body as { ms: number }).ms;
            for (const socket of this.sockets.clients) socket.terminate();
        }
        return {};
    }
}

async function profile(name: string): Promise<unknown> {
    if (!/^[a-z0-9_]+$/.test(name)) throw new Refused(404, "not_found", "There is no such profile.", "");
    try {
        return JSON.parse(await readFile(new URL(`../../firmware/boards/${name}.json`, import.meta.url), "utf8"));
    } catch {
        throw new Refused(404, "not_found", `There is no profile ${name}.`, "See firmware/boards.");
    }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const whole = Buffer.concat(pieces);
    return request.headers["content-type"] === "application/octet-stream"
        ? whole
        : JSON.parse(whole.toString() || "{}");
}

function send(answer: ServerResponse, status: number, body: unknown): void {
    answer.writeHead(body === undefined ? 204 : status, { "Content-Type": "application/json" });
    answer.end(body === undefined ? undefined : JSON.stringify(body));
}

/** The prefix under which the page is served a second time, to see that nothing in it is absolute. */
export const prefix = "/some/prefix";

export function mockHub(): Plugin {
    let hub: MockHub | undefined;
    const attach = (middlewares: Connect.Server, server: Server | null, strict: boolean): void => {
        const mock = (hub ??= new MockHub());
        const bare = (url: string): string => (url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url);
        middlewares.use((request, answer, next) => {
            request.url = bare(request.url ?? "/");
            if (strict) answer.setHeader("Content-Security-Policy", policy);
            if (/^\/(api|mock)\//.test(request.url)) void mock.handle(request, answer, request.url);
            else next();
        });
        server?.on("upgrade", (request, socket, head) => {
            if (bare(request.url ?? "") === "/api/ws") mock.upgrade(request, socket, head);
        });
    };
    return {
        name: "mock-hub",
        configureServer: (server) => attach(server.middlewares, server.httpServer as Server | null, false),
        configurePreviewServer: (server) => attach(server.middlewares, server.httpServer as Server, true),
    };
}
