// SPDX-License-Identifier: Apache-2.0
// What a job looks like in its dialog: what it does now, its way, its end.
import { css } from "lit";

export const job_styles = css`
    .content {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-content: start;
        gap: 16px;
    }
    .now {
        display: flex;
        align-items: center;
        gap: 16px;
    }
    .seal {
        flex: none;
        display: grid;
        place-items: center;
        width: 56px;
        height: 56px;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent);
    }
    .good .seal {
        background: var(--accent);
        color: var(--on-accent);
    }
    .warn .seal {
        background: var(--warn-soft);
        color: var(--warn);
    }
    .bad .seal {
        background: var(--bad-soft);
        color: var(--bad);
    }
    .word {
        font-size: 1.25rem;
        line-height: 28px;
        font-weight: 600;
        letter-spacing: -0.01em;
        color: var(--ink);
        overflow-wrap: anywhere;
    }
    .figures {
        min-height: 20px;
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
    }
    .way {
        display: flex;
        gap: 4px;
    }
    progress {
        width: 0;
    }
    progress::-webkit-progress-value {
        transition: inline-size var(--calm) linear;
    }
    progress:indeterminate {
        background: color-mix(in oklab, var(--accent) 45%, var(--line));
        animation: breathe 1.2s ease-in-out infinite alternate;
    }
    progress:indeterminate::-webkit-progress-bar {
        background: transparent;
    }
    progress:indeterminate::-moz-progress-bar {
        background: transparent;
    }
    @keyframes breathe {
        to {
            opacity: 0.4;
        }
    }
    .w1 {
        flex: 1;
    }
    .w2 {
        flex: 2;
    }
    .w5 {
        flex: 5;
    }
    pre {
        margin: 0;
        padding: 12px;
        border-radius: var(--radius-small);
        background: var(--sunken);
        border: 1px solid var(--line);
        font: 0.8125rem/1.5 var(--mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
    }
    details > pre.lines {
        margin-top: 0;
        max-height: 140px;
        overflow-y: auto;
    }
    .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        overflow-wrap: anywhere;
    }
    .next {
        border-top: 1px solid var(--line);
        padding-top: 16px;
    }
    .next h3 {
        font-size: 1rem;
        font-weight: 600;
        margin-bottom: 12px;
    }
    .secrets {
        flex-wrap: wrap;
    }
    footer p {
        margin-right: auto;
    }
`;
