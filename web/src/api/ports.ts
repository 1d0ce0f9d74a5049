// SPDX-License-Identifier: Apache-2.0
// Where boards are plugged in, and which board is at which port.
import type { Http } from "./http";
import type { Port, Session } from "./types";

export const listPorts = (http: Http): Promise<Port[]> => http.get<Port[]>("api/ports");

export const listSessions = (http: Http): Promise<Session[]> => http.get<Session[]>("api/sessions");
