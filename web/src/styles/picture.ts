// SPDX-License-Identifier: Apache-2.0
// How a board's picture looks: solder mask, copper, silk screen, blue relays, and light where there is current.
import { css } from "lit";

export const pictureStyles = css`
    :host {
        display: block;
    }
    .board {
        display: block;
        width: 100%;
        max-width: 640px;
        max-height: 440px;
        margin: 0 auto;
        overflow: visible;
        user-select: none;
        -webkit-user-select: none;
    }
    .board:focus-visible {
        outline: none;
    }
    .ground {
        fill: #000;
        opacity: 0.16;
        filter: blur(5px);
    }
    .pcb-edge {
        fill: var(--pcb-dark);
    }
    .pcb {
        fill: var(--pcb);
    }
    .trace {
        fill: none;
        stroke: var(--pcb-trace);
        stroke-width: 2.2;
        stroke-linejoin: round;
    }
    .print-line {
        fill: none;
        stroke: var(--pcb-print);
        stroke-opacity: 0.22;
        stroke-width: 0.8;
    }
    .hole {
        fill: var(--surface);
        stroke: var(--pcb-gold);
        stroke-width: 2.6;
    }
    .print {
        fill: var(--pcb-print);
        font: 600 9.5px var(--font);
        letter-spacing: 0.02em;
        paint-order: stroke;
        stroke: var(--pcb);
        stroke-width: 4px;
        stroke-linejoin: round;
    }
    .title {
        font-weight: 500;
        font-size: 7.5px;
        opacity: 0.7;
    }
    .pad {
        fill: var(--pcb-gold);
    }
    .module {
        fill: #1b2d3f;
    }
    .antenna {
        fill: none;
        stroke: var(--pcb-gold);
        stroke-width: 1.8;
    }
    .can {
        fill: #b9c0c4;
        stroke: #8a9297;
        stroke-width: 0.8;
    }
    .can-shine {
        fill: #dde2e4;
        opacity: 0.75;
    }
    .can-text {
        fill: #3d4549;
        font: 650 8.5px var(--font);
        letter-spacing: 0.1em;
    }
    .can-text.small-print {
        font: 500 6.5px var(--mono);
        letter-spacing: 0.04em;
    }
    .terminal {
        fill: #3b8f5a;
        stroke: #2a6b42;
    }
    .screw {
        fill: #c9cfd2;
        stroke: #868e92;
        stroke-width: 0.8;
    }
    .slot {
        stroke: #5d656a;
        stroke-width: 1.5;
    }
    .cube-edge {
        fill: var(--relay-dark);
    }
    .cube {
        fill: var(--relay);
    }
    .cube-shine {
        fill: none;
        stroke: #fff;
        stroke-opacity: 0.2;
    }
    .contact {
        stroke: #fff;
        stroke-opacity: 0.85;
        stroke-width: 1.6;
    }
    .pole {
        fill: var(--relay);
        stroke: #fff;
        stroke-width: 1.5;
    }
    .lever {
        stroke: #fff;
        stroke-width: 2.4;
        stroke-linecap: round;
        transform: rotate(19deg);
        transition:
            transform 90ms cubic-bezier(0.3, 0, 0.3, 1.6),
            stroke var(--quick);
    }
    .on .lever {
        stroke: var(--pcb-gold-on);
        transform: rotate(-19deg);
    }
    .state {
        fill: #fff;
        font: 650 8.5px var(--font);
        letter-spacing: 0.12em;
        opacity: 0.7;
    }
    .on .state {
        fill: var(--pcb-gold-on);
        opacity: 1;
    }
    .lamp {
        fill: #5d2b28;
        stroke: #fff;
        stroke-opacity: 0.5;
        stroke-width: 0.8;
    }
    .lamp-glow {
        fill: var(--relay-led);
        opacity: 0;
        filter: blur(3px);
        transition: opacity var(--quick);
    }
    .on .lamp {
        fill: var(--relay-led);
        stroke-opacity: 0.9;
    }
    .on .lamp-glow {
        opacity: 0.85;
    }
    .led-rim {
        fill: #e9eeec;
        stroke: #aab3b0;
        stroke-width: 0.8;
    }
    .led-lens {
        opacity: 0.28;
        transition: opacity var(--quick);
    }
    .on .led-lens {
        opacity: 1;
    }
    .led-glow {
        opacity: 0;
        filter: blur(5px);
        transition: opacity var(--quick);
    }
    .on .led-glow {
        opacity: 0.55;
    }
    .led-shine {
        fill: #fff;
        opacity: 0.7;
    }
    .push {
        cursor: pointer;
        touch-action: none;
        outline: none;
    }
    .push.dead {
        cursor: not-allowed;
    }
    .reach {
        fill: transparent;
    }
    .focus {
        fill: none;
        stroke: transparent;
        stroke-width: 2.4;
    }
    .push:focus-visible .focus {
        stroke: #fff;
    }
    .switch {
        fill: #2a2f31;
        stroke: #15181a;
        stroke-width: 0.8;
    }
    .well {
        fill: #171a1b;
    }
    .cap-side {
        fill: #b98d1f;
    }
    .cap-top {
        fill: #f0c244;
    }
    .cap-bell {
        fill: none;
        stroke: #5e4708;
        stroke-width: 1.6;
        stroke-linecap: round;
        stroke-linejoin: round;
    }
    .push:hover .cap-top {
        fill: #f7d069;
    }
    .cap {
        transition: transform 60ms;
    }
    .down .cap {
        transform: translateY(2px) scale(0.95);
    }
    .down .cap-side {
        fill: #f0c244;
    }
    .dead .cap {
        filter: saturate(0.25);
    }
    ouro-problem {
        display: block;
        margin-top: 16px;
    }
    .hint {
        text-align: center;
        margin-top: 8px;
    }
    @media (pointer: coarse) {
        .with-keys {
            display: none;
        }
    }
    kbd {
        font: 600 0.8125rem var(--mono);
        border: 1px solid var(--line-strong);
        border-bottom-width: 2px;
        border-radius: 5px;
        padding: 0 6px;
        color: var(--ink);
    }
    dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(176px, 1fr));
        gap: 8px 24px;
        margin: 16px 0 0;
        padding-top: 16px;
        border-top: 1px solid var(--line);
    }
    dl > div {
        border-left: 3px solid var(--line);
        padding-left: 12px;
    }
    dl > div:has(.is-on) {
        border-left-color: var(--accent);
    }
    dt {
        font-size: 0.875rem;
        color: var(--ink-soft);
    }
    dd {
        margin: 0;
    }
    dd strong {
        font-weight: 600;
        display: block;
    }
    .is-on strong {
        color: var(--accent);
    }
    .guard {
        color: var(--warn);
    }
`;
