// SPDX-License-Identifier: Apache-2.0
// What happened before this page was open: the event list and the history of a value.
import type { Http } from "./http";
import type { Entry, History, What } from "./types";

export interface TimelineQuery {
    uid: string;
    /** Leave out for everything except log lines. */
    what?: What | undefined;
    limit: number;
    /** Continues an earlier page: entries with a smaller `seq`. */
    before?: number | undefined;
}

/** Newest first. */
export const readTimeline = (http: Http, query: TimelineQuery): Promise<Entry[]> =>
    http.get<Entry[]>("api/timeline", { ...query });

/** Buckets between two times (milliseconds since 1970), oldest first, at most `points`. */
export const readHistory = (
    http: Http,
    uid: string,
    id: string,
    span: { from: number; to: number; points: number },
): Promise<History> =>
    http.get<History>(`api/boards/${encodeURIComponent(uid)}/history/${encodeURIComponent(id)}`, span);
