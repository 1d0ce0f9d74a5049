// SPDX-License-Identifier: Apache-2.0
// Types at one board's prompt, through the hub. What the board prints comes with everything else, over Live.
import { readNotice } from "../model/line_notice";
import type { Http } from "./http";
import type { LineNotice } from "./types";

export interface LineHandlers {
    notice(notice: LineNotice): void;
    /** It is closed, not by us; whoever types next opens another one. */
    closed(): void;
}

export class ConsoleLine {
    private readonly socket: WebSocket;
    private waiting: string[] = [];

    constructor(http: Http, uid: string, handlers: LineHandlers) {
        const url = http.url(`api/sessions/${encodeURIComponent(uid)}/line?name=page`);
        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
        this.socket = new WebSocket(url);
        this.socket.binaryType = "arraybuffer";
        this.socket.onopen = () => {
            for (const keys of this.waiting.splice(0)) this.type(keys);
        };
        this.socket.onmessage = (event: MessageEvent<unknown>) => {
            const notice = typeof event.data === "string" ? readNotice(event.data) : null;
            if (notice) handlers.notice(notice);
        };
        this.socket.onclose = () => handlers.closed();
    }

    type(keys: string): void {
        if (this.socket.readyState === WebSocket.CONNECTING) this.waiting.push(keys);
        else this.socket.send(new TextEncoder().encode(keys));
    }

    close(): void {
        this.socket.onclose = null;
        this.socket.onmessage = null;
        this.socket.close();
    }
}
