// SPDX-License-Identifier: Apache-2.0
// <ouro-board-picture>: a board as it looks, with buttons that can be pressed and outputs that move as the real ones do.
import { html, nothing, svg, type SVGTemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Problem } from "../api/http";
import type { Output, Profile, ProfilePart } from "../api/types";
import { own } from "../model/own";
import { moduleBox, placeOf, trace } from "../model/picture";
import type { BoardView } from "../model/world";
import { pictureStyles } from "../styles/picture";
import { shared } from "../styles/shared";
import "./age";
import { HeldButtons } from "./held_buttons";
import { HubElement } from "./hub_element";
import "./problem";

const causes = { app: "by the app", guard: "by the guard: a limit was reached", safe: "set safe" } as const;

@customElement("ouro-board-picture")
export class BoardPicture extends HubElement {
    @property({ attribute: false }) view!: BoardView;
    @property({ attribute: false }) profile!: Profile;
    @state() private problem: Problem | null = null;

    private readonly buttons = new HeldButtons(this, {
        http: () => this.hub.http,
        uid: () => this.view.board.uid,
        inputs: () => this.profile.inputs,
        pressable: () => this.pressable,
        problem: (problem) => (this.problem = problem),
    });

    static override styles = [shared, pictureStyles];

    private get pressable(): boolean {
        return this.hub.usable && this.view.board.online && this.view.board.virtual;
    }

    override render(): unknown {
        const { width, height } = this.profile.picture;
        return html`<svg
                class="board"
                viewBox="-6 -6 ${width + 12} ${height + 20}"
                role="group"
                aria-label="Picture of the ${this.profile.title}"
            >
                ${this.base(width, height)} ${this.profile.outputs.map((part) => this.output(part))}
                ${this.profile.inputs.map((part) => this.button(part))}
            </svg>
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
            ${this.hint()}
            <dl>${this.profile.outputs.map((part) => this.legend(part))}</dl>`;
    }

    private hint(): unknown {
        const { board } = this.view;
        const keys = this.profile.inputs.filter((part) => part.key !== undefined);
        if (!board.virtual)
            return html`<p class="small soft hint">This is a real board: its buttons are pressed by hand.</p>`;
        if (!board.online)
            return html`<p class="small soft hint">The board is offline; this is how it was last seen.</p>`;
        if (keys.length === 0) return nothing;
        return html`<p class="small soft hint">
            ${keys.map((part, i) => html`${i > 0 ? "; " : ""}Press ${part.label}${this.keyOf(part)}`)}. It stays down
            for as long as you hold it.
        </p>`;
    }

    private keyOf(part: ProfilePart): unknown {
        return html`<span class="with-keys">, or the key <kbd>${part.key?.toUpperCase()}</kbd></span>`;
    }

    private base(width: number, height: number): SVGTemplateResult {
        const module = moduleBox(this.profile);
        const parts = [...this.profile.outputs, ...this.profile.inputs];
        const holes = [
            [11, 11],
            [width - 11, 11],
            [11, height - 11],
            [width - 11, height - 11],
        ];
        return svg`
            <rect class="ground" x="1" y="6" width=${width - 2} height=${height} rx="12" />
            <rect class="pcb-edge" x="0" y="3" width=${width} height=${height} rx="12" />
            <rect class="pcb" x="0" y="0" width=${width} height=${height} rx="12" />
            ${module ? parts.map((part, n) => svg`<path class="trace" d=${trace(module, part, n)} />`) : nothing}
            <rect class="print-line" x="4.5" y="4.5" width=${width - 9} height=${height - 9} rx="9" />
            ${holes.map(([x, y]) => svg`<circle class="hole" cx=${x ?? 0} cy=${y ?? 0} r="4.6" />`)}
            <text class="print title" x="24" y=${height - 10}>${this.profile.title}</text>
            ${module ? this.module(module.x, module.y) : nothing}`;
    }

    private module(x: number, y: number): SVGTemplateResult {
        const pads = Array.from({ length: 9 }, (_, i) => i);
        return svg`<g transform="translate(${x} ${y})" aria-hidden="true">
            ${pads.map(
                (i) => svg`<rect class="pad" x=${10 + i * 9} y="-2.5" width="5" height="5" rx="1" />
                <rect class="pad" x=${10 + i * 9} y="45.5" width="5" height="5" rx="1" />`,
            )}
            <rect class="module" width="124" height="48" rx="3" />
            <path class="antenna" d="M98 8h20M98 8v26h5v-20h5v20h5v-20h5v20" />
            <rect class="can" x="7" y="6" width="84" height="36" rx="3" />
            <rect class="can-shine" x="7" y="6" width="84" height="12" rx="3" />
            <text class="can-text" x="49" y="24" text-anchor="middle">OUROBOARD</text>
            <text class="can-text small-print" x="49" y="34" text-anchor="middle">${this.view.board.uid.slice(0, 16)}</text>
        </g>`;
    }

    private output(part: ProfilePart): SVGTemplateResult {
        const on = own(this.view.board.outputs, part.name)?.on ?? false;
        const [x, y] = placeOf(part);
        return svg`<g transform="translate(${x} ${y})" class="output ${part.kind} ${on ? "on" : "off"}"
            data-output=${part.name} data-on=${String(on)} role="img" aria-label="${nameOf(part)}: ${on ? "on" : "off"}">
            ${part.kind === "led" ? this.led(part) : this.relay(part, on)}
        </g>`;
    }

    private relay(part: ProfilePart, on: boolean): SVGTemplateResult {
        const terminals = [-16, 0, 16];
        const low = this.profile.picture.height - placeOf(part)[1];
        return svg`
            <text class="print" x="0" y="-36" text-anchor="middle">${part.label}</text>
            ${
                low >= 64
                    ? svg`<rect class="terminal" x="-28" y="38" width="56" height="20" rx="2.5" />
                ${terminals.map(
                    (t) => svg`<circle class="screw" cx=${t} cy="48" r="5.4" />
                    <path class="slot" d="M${t - 3.4} ${51.4}l6.8 -6.8" />`,
                )}`
                    : nothing
            }
            <rect class="cube-edge" x="-30" y="-27" width="60" height="60" rx="4" />
            <rect class="cube" x="-30" y="-30" width="60" height="60" rx="4" />
            <rect class="cube-shine" x="-27" y="-27" width="54" height="54" rx="3" />
            <path class="contact" d="M-24 -6h9M16 -16h8M16 4h8" />
            <circle class="pole" cx="-14" cy="-6" r="2.6" />
            <circle class="pole" cx="15" cy="-16" r="2.6" />
            <circle class="pole" cx="15" cy="4" r="2.6" />
            <g transform="translate(-14 -6)"><path class="lever" d="M0 0H28" /></g>
            <circle class="lamp-glow" cx="-18" cy="20" r="7" />
            <circle class="lamp" cx="-18" cy="20" r="3.2" />
            <text class="state" x="6" y="23" text-anchor="middle">${on ? "ON" : "OFF"}</text>`;
    }

    private led(part: ProfilePart): SVGTemplateResult {
        const color = /^#[0-9a-fA-F]{3,8}$/.test(part.color ?? "") ? part.color : "#35c759";
        return svg`
            <circle class="led-glow" r="20" fill=${color} />
            <circle class="led-glow" r="12" fill=${color} />
            <circle class="led-rim" r="8.5" />
            <circle class="led-lens" r="6.5" fill=${color} />
            <ellipse class="led-shine" cx="-2" cy="-2.6" rx="2.6" ry="1.7" />
            <text class="print" x="0" y="23" text-anchor="middle">${part.label}</text>`;
    }

    private button(part: ProfilePart): SVGTemplateResult {
        const [x, y] = placeOf(part);
        const down = this.buttons.down(part.name);
        const key = part.key === undefined ? "" : `, key ${part.key.toUpperCase()}`;
        return svg`<g transform="translate(${x} ${y})" class="push ${down ? "down" : ""} ${this.pressable ? "" : "dead"}"
            role="button" tabindex="0" data-button=${part.name}
            aria-label="${part.label}${key}" aria-pressed=${String(down)} aria-disabled=${String(!this.pressable)}
            @pointerdown=${(event: PointerEvent) => this.buttons.pointerDown(event, part.name)}
            @pointerup=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @pointercancel=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @lostpointercapture=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @contextmenu=${(event: Event) => event.preventDefault()}
            @keydown=${(event: KeyboardEvent) => this.buttons.focusKey(event, part.name, true)}
            @keyup=${(event: KeyboardEvent) => this.buttons.focusKey(event, part.name, false)}
            @blur=${() => this.buttons.blurred(part.name)}>
            <rect class="focus" x="-29" y="-29" width="58" height="74" rx="9" />
            <rect class="reach" x="-29" y="-29" width="58" height="74" />
            ${[-17, 17].map((leg) => svg`<rect class="pad" x=${leg - 3} y="-26.5" width="6" height="53" rx="1" />`)}
            <rect class="switch" x="-23" y="-23" width="46" height="46" rx="4" />
            <circle class="well" r="17" />
            <g class="cap"><circle class="cap-side" cy="2" r="15" /><circle class="cap-top" r="15" />
                <path class="cap-bell" d="M-6 4v-4a6 6 0 0 1 12 0v4l1.6 2.200h-15.200zM-2 8.500h4" /></g>
            <text class="print" x="0" y="39" text-anchor="middle">${part.label}</text>
        </g>`;
    }

    private legend(part: ProfilePart): unknown {
        const output: Output | undefined = own(this.view.board.outputs, part.name);
        return html`<div>
            <dt>${nameOf(part)}</dt>
            <dd class=${output?.on ? "is-on" : ""}>
                <strong>${output ? (output.on ? "On" : "Off") : "Unknown"}</strong>
                ${
                    output
                        ? html`<span class="small soft ${output.cause}">
                              ${causes[output.cause]},
                              <ouro-age .at=${output.at_ms} .skew=${this.hub.world.skew_ms ?? 0}></ouro-age>
                          </span>`
                        : nothing
                }
            </dd>
        </div>`;
    }
}

const nameOf = (part: ProfilePart): string =>
    part.kind === "led" ? `${part.label} light` : `${part.label} ${part.kind}`;
