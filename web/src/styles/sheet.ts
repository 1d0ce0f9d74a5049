// SPDX-License-Identifier: Apache-2.0
// What fills a dialog: content that scrolls, and a foot with what to do next.
import { css } from "lit";

export const sheet = css`
    :host {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-height: 0;
    }
    .content {
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        overscroll-behavior: contain;
        padding: 24px;
    }
    footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        align-items: center;
        gap: 8px 12px;
        padding: 12px 24px;
        border-top: 1px solid var(--line);
    }
    @media (max-width: 600px) {
        .content {
            padding: 16px;
        }
        footer {
            padding: 12px 16px;
        }
    }
`;
