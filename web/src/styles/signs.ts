// SPDX-License-Identifier: Apache-2.0
// The round sign before an entry of a list, in the tone of how it went.
import { css } from "lit";

export const tone_signs = css`
    .sign {
        display: grid;
        place-items: center;
        width: 32px;
        height: 32px;
        border-radius: 50%;
        background: var(--sunken);
        color: var(--ink-soft);
    }
    .good .sign {
        background: var(--accent-soft);
        color: var(--accent);
    }
    .warn .sign {
        background: var(--warn-soft);
        color: var(--warn);
    }
    .bad .sign {
        background: var(--bad-soft);
        color: var(--bad);
    }
`;
