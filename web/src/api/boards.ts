// SPDX-License-Identifier: Apache-2.0
// Boards: what they are, and what they can be told to do.
import type { Http } from "./http";
import type { Board, Command, Profile, Scalar } from "./types";

export const listBoards = (http: Http): Promise<Board[]> => http.get<Board[]>("api/boards");

/** Sends a command; how it ends comes over the WebSocket. */
export const sendCommand = (http: Http, uid: string, id: string, value: Scalar): Promise<Command> =>
    http.post<Command>(`api/boards/${encodeURIComponent(uid)}/entities/${encodeURIComponent(id)}/set`, { value });

/** Holds a button of a virtual board's picture down, or lets it go. */
export const moveButton = (http: Http, uid: string, button: string, verb: "hold" | "release"): Promise<unknown> =>
    http.post<unknown>(`api/boards/${encodeURIComponent(uid)}/control`, [verb, button]);

export type SensorWord = "motion" | "door" | "button" | "battery" | "new_battery";

/** What a virtual battery sensor shows now: `sensorOf` reads the answer. */
export const askSensor = (http: Http, uid: string): Promise<unknown> =>
    http.post<unknown>(`api/boards/${encodeURIComponent(uid)}/control`, ["tuya"]);

export const tellSensor = (http: Http, uid: string, word: SensorWord, value: Scalar): Promise<unknown> =>
    http.post<unknown>(`api/boards/${encodeURIComponent(uid)}/control`, ["tuya", word, value]);

export const readProfile = (http: Http, name: string): Promise<Profile> =>
    http.get<Profile>(`api/profiles/${encodeURIComponent(name)}`);
