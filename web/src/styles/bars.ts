// SPDX-License-Identifier: Apache-2.0
// How far something is, in every browser the same: a bar of eight pixels.
import { css } from "lit";

export const bars = css`
    progress {
        appearance: none;
        display: block;
        width: 100%;
        min-width: 0;
        height: 8px;
        border: 0;
        border-radius: 4px;
        overflow: hidden;
        background: var(--line);
        color: var(--accent);
    }
    progress::-webkit-progress-bar {
        background: var(--line);
    }
    progress::-webkit-progress-value {
        background: var(--accent);
    }
    progress::-moz-progress-bar {
        background: var(--accent);
    }
`;
