// SPDX-License-Identifier: Apache-2.0
// Firmware: what could be flashed, and files of one's own.
import type { Http } from "./http";
import type { FirmwareList, Upload } from "./types";
import type { Sent } from "./upload";

/** A large file over a slow network. */
const upload_timeout_ms = 300_000;
const name_size_max = 128;

export const listFirmware = (http: Http): Promise<FirmwareList> => http.get<FirmwareList>("api/firmware");

/** Sends a file; the hub looks at it, and refuses what is no firmware or damaged. */
export const uploadFirmware = (http: Http, file: File, on_sent: (sent: Sent) => void): Promise<Upload> =>
    http.send<Upload>(
        "api/firmware/uploads",
        { name: file.name.slice(0, name_size_max) || "firmware" },
        file,
        upload_timeout_ms,
        on_sent,
    );

export const forgetUpload = (http: Http, id: string): Promise<void> =>
    http.delete<undefined>(`api/firmware/uploads/${encodeURIComponent(id)}`);
