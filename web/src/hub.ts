// SPDX-License-Identifier: Apache-2.0
// The page's connection with its hub: signs in, keeps the world current, and tells whoever follows. One for each page, passed on as a property.
import { listBoards } from "./api/boards";
import { listJobs } from "./api/jobs";
import { listSessions } from "./api/ports";
import { asProblem, Http, type Problem } from "./api/http";
import { Live, type LinkState } from "./api/live";
import { login, logout, whoAmI } from "./api/login";
import type { Me, WsMessage } from "./api/types";
import { empty_world, hubNow, reduce, withoutRing, type World } from "./model/world";

export type Phase = "starting" | "signed_out" | "signed_in";

/** Hears of every message, in order, after the world has it. */
export type Listener = (messages: readonly WsMessage[]) => void;

export class Hub {
    phase: Phase = "starting";
    link: LinkState = "connecting";
    me: Me | null = null;
    /** Why signing in did not work. */
    problem: Problem | null = null;
    world: World = empty_world;
    /** Grows each time the page has got everything anew: lists read from the hub are out of date then. */
    epoch = 0;
    /** Which board is at a port or address, by uid: jobs say where they work. */
    boards_at: ReadonlyMap<string, string> = new Map();

    private readonly followers = new Set<() => void>();
    private readonly listeners = new Set<Listener>();
    private readonly live: Live;
    private told = false;

    constructor(readonly http: Http) {
        const url = http.url("api/ws");
        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
        this.live = new Live(url, {
            messages: (messages) => this.take(messages),
            link: (state) => this.linked(state),
        });
        addEventListener("online", () => this.live.hurry());
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden) this.live.hurry();
        });
    }

    /** Signs in with the token if there is one, else with the cookie. */
    async start(token: string | null): Promise<void> {
        if (token !== null) return this.signIn(token);
        try {
            this.entered(await whoAmI(this.http));
        } catch (error) {
            const problem = asProblem(error);
            this.leave(problem.code === "unauthorized" ? null : problem);
        }
    }

    async signIn(token: string): Promise<void> {
        try {
            this.entered(await login(this.http, token));
        } catch (error) {
            this.leave(asProblem(error));
        }
    }

    async signOut(): Promise<void> {
        await logout(this.http).catch(() => undefined);
        this.leave(null);
    }

    /** The hub's time now. */
    now(): number {
        return hubNow(this.world, Date.now());
    }

    /** True for who may change anything. */
    get allowed(): boolean {
        return this.me !== null && this.me.role !== "viewer";
    }

    /** True for the hub's owner, who alone may see which secrets there are. */
    get owns(): boolean {
        return this.me?.role === "admin";
    }

    /** True when a control can do anything: connected, and allowed to. */
    get usable(): boolean {
        return this.link === "open" && this.allowed;
    }

    dismissRing(uid: string): void {
        this.world = withoutRing(this.world, uid);
        this.changed();
    }

    /** Calls back after changes, at most once a frame. Returns how to stop. */
    follow(follower: () => void): () => void {
        this.followers.add(follower);
        return () => this.followers.delete(follower);
    }

    listen(listener: Listener): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    private entered(me: Me): void {
        this.me = me;
        this.phase = "signed_in";
        this.problem = null;
        this.live.start();
        this.changed();
    }

    private leave(problem: Problem | null): void {
        this.live.stop();
        this.me = null;
        this.world = empty_world;
        this.phase = "signed_out";
        this.problem = problem;
        this.changed();
    }

    private take(messages: readonly WsMessage[]): void {
        const now = Date.now();
        const { boards, gaps, jobs } = this.world;
        for (const message of messages) {
            this.world = reduce(this.world, message, now);
            if (message.type === "boards") this.epoch += 1;
        }
        if (this.world.gaps !== gaps) void this.refresh();
        const moved = messages.some(
            (message) =>
                message.type === "boards" ||
                (message.type === "board" && boards.get(message.board.uid)?.board.online !== message.board.online),
        );
        if (moved || this.world.jobs?.[0]?.id !== jobs?.[0]?.id) void this.findPlaces();
        for (const listener of this.listeners) listener(messages);
        this.changed();
    }

    /** Messages were lost: what is true now is asked for. */
    private async refresh(): Promise<void> {
        try {
            this.take([{ type: "boards", boards: await listBoards(this.http) }]);
            this.take([{ type: "jobs", jobs: await listJobs(this.http) }]);
        } catch {
            // The connection is about to be found lost; it brings everything when it is back.
        }
    }

    /** A job is new, or a board came or went: which board is where is asked anew. */
    private async findPlaces(): Promise<void> {
        try {
            const sessions = (await listSessions(this.http)).filter((session) => session.uid !== "");
            this.boards_at = new Map(sessions.map((session) => [session.port, session.uid]));
            this.changed();
        } catch {
            // Jobs are then shown without their boards.
        }
    }

    private linked(state: LinkState): void {
        this.link = state;
        this.changed();
        if (state === "lost" && this.phase === "signed_in") void this.checkSignedIn();
    }

    /** A WebSocket does not say why it was refused; the cookie may have ended. */
    private async checkSignedIn(): Promise<void> {
        try {
            await whoAmI(this.http);
        } catch (error) {
            const problem = asProblem(error);
            if (problem.code === "unauthorized" && this.phase === "signed_in") this.leave(problem);
        }
    }

    private changed(): void {
        if (this.told) return;
        this.told = true;
        const tell = (): void => {
            this.told = false;
            for (const follower of this.followers) follower();
        };
        // A hidden page gets no frames, but its title still has to say that the bell rings.
        if (document.hidden) setTimeout(tell, 100);
        else requestAnimationFrame(tell);
    }
}
