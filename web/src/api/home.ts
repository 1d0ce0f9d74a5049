// SPDX-License-Identifier: Apache-2.0
// Home Assistant: how the hub stands with it, and what it is to forget.
import type { Http } from "./http";
import type { HomeReport } from "./types";

export const readHome = (http: Http): Promise<HomeReport> => http.get<HomeReport>("api/home");

/** Makes Home Assistant forget these orphans; how many of them it did forget. */
export const forgetOrphans = async (http: Http, topics: readonly string[]): Promise<number> =>
    (await http.post<{ forgotten: number }>("api/home/forget", { topics })).forgotten;
