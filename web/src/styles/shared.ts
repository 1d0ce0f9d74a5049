// SPDX-License-Identifier: Apache-2.0
// What every component looks like: cards, headings, buttons, focus. Eight pixels are one step.
import { css } from "lit";

export const shared = css`
    :host {
        box-sizing: border-box;
    }
    :host([hidden]) {
        display: none !important;
    }
    *,
    *::before,
    *::after {
        box-sizing: inherit;
    }
    [hidden] {
        display: none !important;
    }
    h1,
    h2,
    h3,
    p {
        margin: 0;
    }
    h1 {
        font-size: 1.75rem;
        line-height: 1.2;
        letter-spacing: -0.02em;
        font-weight: 650;
        overflow-wrap: anywhere;
    }
    h2 {
        font-size: 1rem;
        line-height: 24px;
        font-weight: 600;
        letter-spacing: -0.005em;
    }
    a {
        color: var(--accent);
        text-underline-offset: 3px;
    }
    code {
        font: 0.875em var(--mono);
        background: var(--sunken);
        border: 1px solid var(--line);
        border-radius: 4px;
        padding: 1px 6px;
    }
    .card {
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        padding: 24px;
        box-shadow: var(--shadow);
        min-width: 0;
    }
    .card-head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        flex-wrap: wrap;
        gap: 8px 16px;
        margin-bottom: 16px;
        min-height: 32px;
    }
    .soft {
        color: var(--ink-soft);
    }
    .small {
        font-size: 0.875rem;
        line-height: 20px;
    }
    .row {
        display: flex;
        align-items: center;
        gap: 8px;
    }
    :focus-visible {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
    }
    button,
    select,
    input {
        font: inherit;
        color: inherit;
    }
    .button {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: 8px;
        min-height: 40px;
        padding: 0 16px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        color: var(--ink);
        font-weight: 550;
        text-decoration: none;
        cursor: pointer;
        touch-action: manipulation;
        transition:
            background var(--quick),
            border-color var(--quick),
            transform var(--quick);
    }
    .button:hover:not(:disabled) {
        background: var(--sunken);
    }
    .button:active:not(:disabled) {
        transform: translateY(1px);
    }
    .button:disabled {
        cursor: not-allowed;
        color: var(--ink-soft);
        border-color: var(--line);
        background: var(--sunken);
    }
    .button.primary:not(:disabled) {
        background: var(--accent);
        border-color: var(--accent);
        color: var(--on-accent);
    }
    .button.primary:hover:not(:disabled) {
        background: var(--accent-strong);
        border-color: var(--accent-strong);
    }
    .button.quiet {
        border-color: transparent;
        background: transparent;
        color: var(--ink-soft);
        padding: 0 12px;
    }
    .card .button.quiet {
        margin-right: -12px;
    }
    .button.quiet:hover:not(:disabled) {
        background: var(--sunken);
        color: var(--ink);
    }
    .button.slim {
        min-height: 32px;
        padding: 0 12px;
        font-size: 0.875rem;
    }
    .segments {
        display: inline-flex;
        padding: 2px;
        gap: 2px;
        border-radius: var(--radius-small);
        background: var(--sunken);
        border: 1px solid var(--line);
    }
    .segments button {
        border: 0;
        background: transparent;
        border-radius: 6px;
        min-height: 28px;
        padding: 0 10px;
        font-size: 0.875rem;
        font-weight: 500;
        color: var(--ink-soft);
        cursor: pointer;
    }
    .segments button[aria-pressed="true"] {
        background: var(--raised);
        color: var(--ink);
        box-shadow: 0 1px 2px #0003;
    }
    .pick {
        min-height: 32px;
        max-width: 100%;
        padding: 0 8px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        font-size: 0.875rem;
    }
    .unseen {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
    }
    @media (pointer: coarse) {
        .button.slim,
        .pick,
        .segments button {
            min-height: 40px;
        }
    }
    @media (max-width: 600px) {
        .card {
            padding: 16px;
        }
        h1 {
            font-size: 1.5rem;
        }
    }
    @media (prefers-reduced-motion: reduce) {
        *,
        *::before,
        *::after {
            animation: none !important;
            transition: none !important;
        }
    }
`;
