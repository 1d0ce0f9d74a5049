// SPDX-License-Identifier: Apache-2.0
// How a battery sensor looks: white plastic, a lens or a magnet, and one light.
import { css } from "lit";

export const sensorStyles = css`
    :host {
        display: block;
    }
    .sensor {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 24px 56px;
    }
    .device {
        display: block;
        width: 200px;
        max-width: 60vw;
        overflow: visible;
    }
    .ground {
        fill: #000;
        opacity: 0.16;
        filter: blur(6px);
    }
    .shell {
        fill: light-dark(#fbfbf8, #dfe3e0);
        stroke: light-dark(#cfcdc4, #9aa39f);
    }
    .rim {
        fill: none;
        stroke: light-dark(#e9e7df, #c8ceca);
        stroke-width: 1.5;
    }
    .eye {
        fill: light-dark(#eceae3, #c9d0cc);
        stroke: light-dark(#bdbbb1, #8a9490);
        transition: fill var(--calm);
    }
    .eye.active {
        fill: light-dark(#cfe9e2, #8fd6c4);
    }
    .facet {
        fill: none;
        stroke: light-dark(#bdbbb1, #8a9490);
        stroke-opacity: 0.5;
    }
    .eye-shine {
        fill: #fff;
        opacity: 0.5;
        filter: blur(5px);
    }
    .magnet {
        transition: transform var(--calm);
    }
    .magnet.open {
        transform: translateX(34px);
    }
    .mark {
        fill: none;
        stroke: light-dark(#a5a399, #7d8783);
        stroke-width: 2;
        stroke-linecap: round;
    }
    .lens {
        fill: light-dark(#dfe4e2, #b3bcb8);
        stroke: light-dark(#bdbbb1, #8a9490);
    }
    .glow {
        fill: #3b82f6;
        opacity: 0;
        filter: blur(4px);
    }
    .led.on .lens,
    .led.fast .lens,
    .led.slow .lens {
        fill: #2f7bf0;
        stroke: #2463c4;
    }
    .led.on .glow,
    .led.fast .glow,
    .led.slow .glow {
        opacity: 0.65;
    }
    .led.fast {
        animation: blink 500ms steps(1) infinite;
    }
    .led.slow {
        animation: blink 3s steps(1) infinite;
    }
    @keyframes blink {
        50% {
            opacity: 0.15;
        }
    }
    @media (prefers-reduced-motion: reduce) {
        .led.fast,
        .led.slow {
            animation: none;
        }
        .magnet {
            transition: none;
        }
    }
    .hole {
        fill: light-dark(#d7d5cc, #a9b2ae);
    }
    .cap {
        fill: light-dark(#8f8d84, #5e6864);
    }
    .print {
        fill: #55605c;
        font: 600 9px var(--font);
        letter-spacing: 0.08em;
    }
    .hands {
        display: grid;
        gap: 16px;
        min-width: min(100%, 288px);
    }
    .row {
        flex-wrap: wrap;
    }
    .row .button {
        flex: 1 1 auto;
    }
    .battery {
        display: grid;
        grid-template-columns: auto 1fr 5ch;
        align-items: center;
        gap: 12px;
        min-height: 40px;
    }
    .battery input {
        width: 100%;
        min-height: 32px;
        accent-color: var(--accent);
    }
    ouro-problem {
        display: block;
        margin-top: 16px;
    }
    .hint {
        text-align: center;
        margin-top: 16px;
    }
    dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr));
        gap: 16px;
        margin: 24px 0 0;
    }
    dt {
        color: var(--ink-soft);
        font-size: 0.875rem;
        line-height: 20px;
    }
    dd {
        margin: 0;
    }
    dd strong {
        display: inline-block;
    }
    dd strong::first-letter {
        text-transform: uppercase;
    }
    .is-on {
        color: var(--good);
    }
`;
