// SPDX-License-Identifier: Apache-2.0
// The one WebSocket: opened, kept open, and opened again with growing pauses when it is lost.
import { readFrame } from "./messages";
import type { WsMessage } from "./types";

export type LinkState = "connecting" | "open" | "lost";

export interface LiveHandlers {
    messages(messages: WsMessage[]): void;
    /** Called with `lost` once for each failed attempt too. */
    link(state: LinkState): void;
}

/** What is needed of the browser; tests give their own. */
export interface LiveSurroundings {
    open(url: URL): WebSocket;
    after(ms: number, then: () => void): () => void;
    random(): number;
}

const browser: LiveSurroundings = {
    open: (url) => new WebSocket(url),
    after: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
    },
    random: () => Math.random(),
};

const first_pause_ms = 500;
const longest_pause_ms = 10_000;
/** A board says something every 10 s; three of them missed means that the line is dead though nobody closed it. A hub whose
 * boards are all away is silent too: connecting anew does no harm then. */
const silence_ms = 30_000;
const quiet_ms = 1_000;

/** The pause before attempt `n` (1, 2, …): doubling, bounded, spread by up to a quarter so that pages do not march in step. */
export function pauseBefore(n: number, random: number): number {
    return Math.min(longest_pause_ms, first_pause_ms * 2 ** Math.min(n - 1, 10)) * (1 - random / 4);
}

export class Live {
    private socket: WebSocket | null = null;
    private attempts = 0;
    private running = false;
    private cancelRetry = (): void => {};
    private cancelWatch = (): void => {};
    private cancelWord = (): void => {};

    constructor(
        private readonly url: URL,
        private readonly handlers: LiveHandlers,
        private readonly around: LiveSurroundings = browser,
    ) {}

    start(): void {
        if (this.running) return;
        this.running = true;
        this.connect();
    }

    stop(): void {
        this.running = false;
        this.drop();
    }

    /** Tries at once: the person came back to the page, or the network did. Nothing happens while all is well. */
    hurry(): void {
        if (this.running && this.socket?.readyState !== WebSocket.OPEN) this.connect();
    }

    /** `quietly`: nothing seems wrong yet, so nobody is told unless it takes long. */
    private connect(quietly = false): void {
        this.drop();
        const tell = (): void => this.handlers.link("connecting");
        if (quietly) this.cancelWord = this.around.after(quiet_ms, tell);
        else tell();
        const socket = this.around.open(this.url);
        this.socket = socket;
        this.watch();
        const current = (): boolean => this.socket === socket;
        socket.onopen = () => {
            if (!current()) return;
            this.cancelWord();
            this.watch();
            this.handlers.link("open");
        };
        socket.onmessage = (event: MessageEvent<unknown>) => {
            if (!current() || typeof event.data !== "string") return;
            this.attempts = 0;
            this.watch();
            const messages = readFrame(event.data);
            if (messages.length > 0) this.handlers.messages(messages);
        };
        socket.onclose = () => {
            if (current()) this.retry();
        };
    }

    private retry(): void {
        this.drop();
        if (!this.running) return;
        this.attempts += 1;
        this.cancelRetry = this.around.after(pauseBefore(this.attempts, this.around.random()), () => this.connect());
        this.handlers.link("lost");
    }

    /** Begins to wait for the next sign of life. */
    private watch(): void {
        this.cancelWatch();
        this.cancelWatch = this.around.after(silence_ms, () => this.connect(true));
    }

    private drop(): void {
        this.cancelRetry();
        this.cancelWatch();
        this.cancelWord();
        const socket = this.socket;
        this.socket = null;
        socket?.close();
    }
}
