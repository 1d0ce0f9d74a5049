// SPDX-License-Identifier: Apache-2.0
// Sends a file and tells how far it is, which `fetch` can't.

/** How much of a file has left this device. */
export interface Sent {
    readonly done: number;
    readonly total: number;
}

export interface FileRequest {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly file: Blob;
    readonly within_ms: number;
    readonly on_sent: (sent: Sent) => void;
}

/** The answer's status and text. Rejects when there is none. */
export type FileSender = (request: FileRequest) => Promise<[number, string]>;

export const sendFile: FileSender = ({ url, headers, file, within_ms, on_sent }) =>
    new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", url);
        for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
        request.timeout = within_ms;
        request.upload.onprogress = (event) => on_sent({ done: event.loaded, total: file.size });
        request.onload = () => resolve([request.status, request.responseText]);
        request.onerror = () => reject(new Error("the connection broke off"));
        request.ontimeout = () => reject(new Error("it took too long"));
        request.send(file);
    });
