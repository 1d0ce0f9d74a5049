// SPDX-License-Identifier: Apache-2.0
// A list inside a card: a sign, what it is, and what can be done with it at the end of the line.
import { css } from "lit";

export const entries = css`
    :host {
        display: block;
    }
    ul {
        list-style: none;
        margin: 0;
        padding: 0;
    }
    li {
        padding: 12px 0;
    }
    li + li {
        border-top: 1px solid var(--line);
    }
    li:first-child {
        padding-top: 0;
    }
    li:last-child {
        padding-bottom: 0;
    }
    .entry {
        display: grid;
        grid-template-columns: 32px minmax(0, 1fr) auto;
        gap: 4px 12px;
        align-items: center;
    }
    .sign {
        display: grid;
        place-items: center;
        align-self: start;
        width: 32px;
        height: 32px;
        margin-top: 4px;
        border-radius: 50%;
        background: var(--sunken);
        color: var(--ink-soft);
    }
    .title {
        font-weight: 550;
        overflow-wrap: anywhere;
    }
    .title + * {
        overflow-wrap: anywhere;
    }
    h2:focus {
        outline: none;
    }
    ouro-sure {
        display: block;
        margin-top: 8px;
    }
    ouro-problem {
        display: block;
    }
`;
