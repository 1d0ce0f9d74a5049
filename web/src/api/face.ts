// SPDX-License-Identifier: Apache-2.0
// Looks at the face of one board, for as long as somebody looks at its picture.
import { readFaces } from "../model/face";
import type { Http } from "./http";
import { pauseBefore } from "./live";
import type { Face } from "./types";

export class FaceLink {
    private socket: WebSocket | null = null;
    private attempts = 0;
    private timer = 0;
    private running = false;

    constructor(
        private readonly http: Http,
        private readonly uid: string,
        private readonly take: (face: Face) => void,
    ) {}

    start(): void {
        if (this.running) return;
        this.running = true;
        this.connect();
    }

    stop(): void {
        this.running = false;
        clearTimeout(this.timer);
        const socket = this.socket;
        this.socket = null;
        socket?.close();
    }

    private connect(): void {
        const url = this.http.url(`api/boards/${encodeURIComponent(this.uid)}/face`);
        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
        const socket = new WebSocket(url);
        this.socket = socket;
        socket.onmessage = (event: MessageEvent<unknown>) => {
            if (this.socket !== socket || typeof event.data !== "string") return;
            this.attempts = 0;
            for (const face of readFaces(event.data)) this.take(face);
        };
        socket.onclose = () => {
            if (this.socket !== socket || !this.running) return;
            this.attempts += 1;
            this.timer = window.setTimeout(() => this.connect(), pauseBefore(this.attempts, Math.random()));
        };
    }
}
