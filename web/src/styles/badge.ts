// SPDX-License-Identifier: Apache-2.0
// How a badge looks: matte black, a lit screen under glass, keys with a travel, and LEDs that light the board around them.
import { css } from "lit";

export const badgeStyles = css`
    :host {
        display: block;
    }
    .badge {
        position: relative;
        max-width: 760px;
        margin: 0 auto;
        outline: none;
        user-select: none;
        -webkit-user-select: none;
    }
    .badge:focus-visible::after {
        content: "";
        position: absolute;
        inset: -4px;
        border: 2px solid var(--accent);
        border-radius: 24px;
        pointer-events: none;
    }
    svg {
        display: block;
        width: 100%;
        overflow: visible;
    }
    .ground {
        fill: #000;
        opacity: 0.22;
        filter: blur(7px);
    }
    .edge {
        fill: #050607;
    }
    .pcb {
        fill: url(#mask);
    }
    .print-line {
        fill: none;
        stroke: var(--pcb-gold);
        stroke-opacity: 0.35;
        stroke-width: 1;
    }
    .hole {
        fill: var(--surface);
        stroke: var(--pcb-gold);
        stroke-width: 2.6;
    }
    .slot {
        fill: var(--surface);
        stroke: var(--pcb-gold);
        stroke-width: 2.2;
    }
    .print {
        fill: #eef2f5;
        font: 600 8.5px var(--font);
        letter-spacing: 0.04em;
        pointer-events: none;
    }
    .print.soft {
        fill: #9aa4ad;
        font-weight: 500;
        font-size: 7.5px;
    }
    .print.on-cap {
        font-size: 7.5px;
    }
    .bezel {
        fill: #030405;
        stroke: #2c3238;
        stroke-width: 1.2;
    }
    .shine {
        fill: url(#glass);
        pointer-events: none;
    }
    canvas {
        position: absolute;
        image-rendering: pixelated;
        background: #000;
        border-radius: 2px;
        transition: filter var(--calm);
    }
    .away canvas {
        filter: grayscale(1) brightness(0.45);
    }
    .away .halo {
        opacity: 0 !important;
    }
    .package {
        fill: #f3f4ef;
        stroke: #9aa0a3;
        stroke-width: 0.6;
    }
    .lens {
        transition: fill 60ms linear;
    }
    .halo {
        pointer-events: none;
        mix-blend-mode: screen;
    }
    .push {
        cursor: pointer;
        touch-action: none;
        outline: none;
    }
    .dead {
        cursor: not-allowed;
    }
    .reach {
        fill: transparent;
    }
    .focus {
        fill: none;
        stroke: transparent;
        stroke-width: 2;
    }
    .push:focus-visible .focus {
        stroke: #fff;
    }
    .well {
        fill: #050607;
        stroke: #3a4148;
        stroke-width: 1;
    }
    .cap {
        fill: url(#cap);
        stroke: #0d0f11;
        stroke-width: 0.8;
        transition:
            transform 50ms,
            filter 50ms;
    }
    .push:hover .cap {
        filter: brightness(1.18);
    }
    .down .cap {
        transform: scale(0.9);
        filter: brightness(0.75);
    }
    .mark {
        fill: #dfe5ea;
        font: 700 10px var(--font);
        pointer-events: none;
    }
    .pad {
        display: none;
        grid-template-columns: 1fr 1fr;
        align-items: center;
        gap: 12px 24px;
        max-width: 440px;
        margin: 20px auto 0;
        touch-action: none;
    }
    .cross {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 4px;
        max-width: 192px;
    }
    .key {
        appearance: none;
        min-height: 56px;
        min-width: 44px;
        border: 1px solid var(--line-strong);
        border-radius: 14px;
        background: var(--raised);
        color: var(--ink);
        font: 650 1rem var(--font);
        touch-action: none;
        -webkit-touch-callout: none;
    }
    .key.is-down {
        background: var(--accent);
        color: var(--on-accent);
        border-color: var(--accent);
    }
    .key:disabled {
        opacity: 0.5;
    }
    .round {
        border-radius: 50%;
        width: 64px;
        height: 64px;
    }
    .letters {
        display: flex;
        justify-content: flex-end;
        gap: 12px;
    }
    .letters .key:first-child {
        margin-top: 32px;
    }
    .long {
        grid-column: 1 / -1;
        display: flex;
        justify-content: center;
        gap: 16px;
    }
    .long .key {
        min-height: 44px;
        padding: 0 20px;
        font-size: 0.875rem;
    }
    .hint {
        margin-top: 12px;
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 4px 14px;
    }
    .hint span {
        white-space: nowrap;
    }
    kbd {
        font: 600 0.8125rem var(--mono);
        border: 1px solid var(--line-strong);
        border-bottom-width: 2px;
        border-radius: 5px;
        padding: 0 6px;
        color: var(--ink);
    }
    ouro-problem {
        display: block;
        margin-top: 16px;
    }
    @media (pointer: coarse), (max-width: 600px) {
        .pad {
            display: grid;
        }
    }
    @media (pointer: coarse) {
        .hint {
            display: none;
        }
    }
`;
