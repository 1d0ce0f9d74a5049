// SPDX-License-Identifier: Apache-2.0
// What the steps of a dialog look like: fields, choices as rows to tap, notes.
import { css } from "lit";

export const choices = css`
    :host {
        display: block;
    }
    fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        min-width: 0;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
    }
    legend,
    .label {
        padding: 0;
        font-weight: 550;
        margin-bottom: 8px;
        display: block;
    }
    .choice {
        display: grid;
        grid-template-columns: 24px minmax(0, 1fr) auto;
        gap: 0 12px;
        align-items: center;
        padding: 12px 16px;
        min-height: 56px;
        border: 1px solid var(--line);
        border-radius: 12px;
        background: var(--surface);
        cursor: pointer;
        transition:
            border-color var(--quick),
            background var(--quick);
    }
    .choice:hover {
        border-color: var(--line-strong);
    }
    .choice:has(input:checked) {
        border-color: var(--accent);
        background: var(--accent-soft);
    }
    .choice:has(input:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
    }
    .choice:has(input:disabled) {
        cursor: not-allowed;
        background: var(--sunken);
        border-color: var(--line);
    }
    .choice input {
        width: 20px;
        height: 20px;
        margin: 0;
        accent-color: var(--accent);
        outline: none;
    }
    .choice .name {
        font-weight: 550;
        overflow-wrap: anywhere;
    }
    .choice .small {
        overflow-wrap: anywhere;
    }
    .tag {
        font-size: 0.8125rem;
        line-height: 24px;
        padding: 0 10px;
        border-radius: 999px;
        border: 1px solid var(--line);
        background: var(--sunken);
        color: var(--ink-soft);
        white-space: nowrap;
    }
    .tag.good {
        background: var(--accent-soft);
        border-color: transparent;
        color: var(--accent);
        font-weight: 550;
    }
    .choice:has(input:checked) .tag {
        background: var(--surface);
    }
    .field {
        display: block;
        width: 100%;
        min-height: 44px;
        padding: 0 12px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
    }
    .field + p,
    .line + p {
        margin-top: 8px;
    }
    .nothing {
        padding: 16px;
        border: 1px dashed var(--line-strong);
        border-radius: 12px;
        background: var(--sunken);
    }
    .warn {
        color: var(--warn);
    }
    .trouble {
        color: var(--bad);
        font-weight: 550;
    }
    .trouble:empty {
        display: none;
    }
    summary {
        cursor: pointer;
        min-height: 32px;
        padding: 4px 0;
        color: var(--ink-soft);
    }
    details > :not(summary) {
        margin-top: 8px;
    }
    .gap {
        margin-top: 16px;
    }
`;
