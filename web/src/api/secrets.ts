// SPDX-License-Identifier: Apache-2.0
// Secrets: which there are. A value is sent to the hub, and never comes back.
import type { Http } from "./http";
import type { Secret } from "./types";

const pathOf = (name: string): string => `api/secrets/${encodeURIComponent(name)}`;
const queryOf = (board: string): { board: string | undefined } => ({ board: board === "" ? undefined : board });

export const listSecrets = (http: Http): Promise<Secret[]> => http.get<Secret[]>("api/secrets");

/** `board`: the uid of the only board that it is for; empty for all. */
export const keepSecret = (http: Http, name: string, board: string, value: string): Promise<Secret> =>
    http.put<Secret>(pathOf(name), queryOf(board), { value });

export const forgetSecret = (http: Http, name: string, board: string): Promise<void> =>
    http.delete<undefined>(pathOf(name), queryOf(board));
