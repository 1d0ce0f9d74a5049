// SPDX-License-Identifier: Apache-2.0
// The sign of a job: of what it does while it does it, then of how it ended.
import type { Job } from "../api/types";
import type { IconName } from "./icons";

export function signOf(job: Job): IconName {
    switch (job.state) {
        case "queued":
            return "wait";
        case "running":
            return job.kind === "deploy" || job.kind === "sync" ? "app" : "flash";
        case "done":
            return "good";
        case "cancelled":
            return "close";
        case "failed":
        case "interrupted":
            return "warning";
    }
}
