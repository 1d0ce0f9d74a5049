// SPDX-License-Identifier: Apache-2.0
// Jobs: what the hub does with boards for as long as it takes. How they go on comes over the WebSocket.
import type { Http } from "./http";
import type { Job, JobRequest } from "./types";

export const listJobs = (http: Http): Promise<Job[]> => http.get<Job[]>("api/jobs");

export const startJob = (http: Http, request: JobRequest): Promise<Job> => http.post<Job>("api/jobs", request);

/** `force`: also where it leaves a board half done. */
export const cancelJob = (http: Http, id: string, force: boolean): Promise<Job> =>
    http.delete<Job>(`api/jobs/${encodeURIComponent(id)}`, { force: force ? 1 : undefined });
