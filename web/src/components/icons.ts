// SPDX-License-Identifier: Apache-2.0
// The few signs that the page uses, drawn on a 24-unit grid in the colour of the text beside them.
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

const drawn = (body: SVGTemplateResult, size: number): TemplateResult =>
    html`<svg
        viewBox="0 0 24 24"
        width=${size}
        height=${size}
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
        aria-hidden="true"
    >
        ${body}
    </svg>`;

const shapes = {
    locked: svg`<rect x="5" y="11" width="14" height="9" rx="2.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3M12 14.5v2"/>`,
    unlocked: svg`<rect x="5" y="11" width="14" height="9" rx="2.5"/><path d="M8 11V8a4 4 0 0 1 7.6-1.8M12 14.5v2"/>`,
    bell: svg`<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4"/>`,
    sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"/>`,
    moon: svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"/>`,
    auto: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor"/>`,
    leave: svg`<path d="M14 4H7a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h7M10 12h10M17 9l3 3-3 3"/>`,
    back: svg`<path d="M15 5l-7 7 7 7"/>`,
    close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
    warning: svg`<path d="M12 4l9 16H3zM12 10v4M12 17v.1"/>`,
    good: svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
    pause: svg`<path d="M9 6v12M15 6v12"/>`,
    play: svg`<path d="M8 5.5v13l10-6.5z"/>`,
    down: svg`<path d="M12 5v14M6 13l6 6 6-6"/>`,
    board: svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><rect x="8" y="9" width="8" height="6" rx="1"/><path d="M6 9v.1M6 15v.1M18 9v.1M18 15v.1"/>`,
    plus: svg`<path d="M12 5v14M5 12h14"/>`,
    flash: svg`<path d="M13 3L5 13.5h6L10.5 21 19 10h-6.5z"/>`,
    file: svg`<path d="M13 3H7.5A1.5 1.5 0 0 0 6 4.5v15A1.5 1.5 0 0 0 7.5 21h9a1.5 1.5 0 0 0 1.5-1.5V8zM13 3v5h5"/>`,
    app: svg`<path d="M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9"/>`,
    network: svg`<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17"/>`,
    wait: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`,
    key: svg`<circle cx="8" cy="15" r="4"/><path d="M11 12l8-8M16 7l3 3"/>`,
    unlinked: svg`<path d="M10 14l-2.5 2.5a3.2 3.2 0 0 1-4.5-4.5L6 9M14 10l2.5-2.5a3.2 3.2 0 0 1 4.5 4.5L18 15M9.5 5V3M5 9.5H3M14.5 19v2M19 14.5h2"/>`,
    eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="3"/>`,
    switch: svg`<path d="M4 12h4l7-4M16 12h4"/><circle cx="8" cy="12" r="1"/><circle cx="16" cy="12" r="1"/>`,
    command: svg`<path d="M5 12h13M13 7l5 5-5 5"/>`,
    value: svg`<path d="M4 16l4-5 4 3 4-7 4 4"/>`,
    text: svg`<path d="M5 7h14M5 12h14M5 17h8"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof shapes;

export const icon = (name: IconName, size = 20): TemplateResult => drawn(shapes[name], size);
