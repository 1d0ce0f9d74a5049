// SPDX-License-Identifier: Apache-2.0
// <ouro-badge-picture>: a badge as it looks, with the screen and the LEDs that the board shows now, and keys to press.
import { html, nothing, svg, type PropertyValues, type SVGTemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";
import { FaceLink } from "../api/face";
import type { Problem } from "../api/http";
import type { Face, Profile, ProfilePart } from "../api/types";
import { brightness, drawn, glow, type Screen } from "../model/face";
import { placeOf } from "../model/picture";
import type { BoardView } from "../model/world";
import { badgeStyles } from "../styles/badge";
import { shared } from "../styles/shared";
import { HeldButtons } from "./held_buttons";
import { HubElement } from "./hub_element";
import "./problem";

/** What is printed on a key, and said of a key of the keyboard. */
const marks: Readonly<Record<string, string>> = { up: "▲", down: "▼", left: "◀", right: "▶", stick: "●" };
const key_names: Readonly<Record<string, string>> = {
    arrowup: "↑",
    arrowdown: "↓",
    arrowleft: "←",
    arrowright: "→",
    enter: "Enter",
};
const cross = ["up", "down", "left", "right", "stick"];
/** Room around the board for its shadow, in the picture's units. */
const margin = { side: 6, top: 6, bottom: 14 };

@customElement("ouro-badge-picture")
export class BadgePicture extends HubElement {
    @property({ attribute: false }) view!: BoardView;
    @property({ attribute: false }) profile!: Profile;
    @state() private problem: Problem | null = null;
    @state() private leds: readonly string[] = [];
    /** The board's count of pictures, for whoever waits for the next one. */
    @state() private picture = 0;
    @query("canvas") private readonly canvas!: HTMLCanvasElement | null;

    private screen: Screen | null = null;
    private link: FaceLink | null = null;
    private linked_to = "";
    private painting = false;
    private readonly buttons = new HeldButtons(this, {
        http: () => this.hub.http,
        uid: () => this.view.board.uid,
        inputs: () => this.profile.inputs,
        pressable: () => this.pressable,
        problem: (problem) => (this.problem = problem),
    });

    static override styles = [shared, badgeStyles];

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.link?.stop();
        this.link = null;
        this.linked_to = "";
    }

    override willUpdate(changed: PropertyValues): void {
        super.willUpdate(changed);
        const { uid } = this.view.board;
        if (uid === this.linked_to || !this.isConnected) return;
        this.link?.stop();
        this.screen = null;
        this.linked_to = uid;
        this.link = new FaceLink(this.hub.http, uid, (face) => this.take(face));
        this.link.start();
    }

    private get pressable(): boolean {
        return this.hub.usable && this.view.board.online && this.view.board.virtual;
    }

    private take(face: Face): void {
        this.screen = drawn(this.screen, face);
        if (this.painting) return;
        this.painting = true;
        requestAnimationFrame(() => this.paint());
    }

    private paint(): void {
        this.painting = false;
        const { screen, canvas } = this;
        if (!screen || !canvas) return;
        if (canvas.width !== screen.width) canvas.width = screen.width;
        if (canvas.height !== screen.height) canvas.height = screen.height;
        canvas.getContext("2d")?.putImageData(new ImageData(screen.rgba, screen.width, screen.height), 0, 0);
        this.picture = screen.picture;
        if (screen.leds.join() !== this.leds.join()) this.leds = screen.leds;
    }

    override render(): unknown {
        const { width, height } = this.profile.picture;
        const { board } = this.view;
        const box = `${-margin.side} ${-margin.top} ${width + 2 * margin.side} ${height + margin.top + margin.bottom}`;
        return html`<div
                class="badge ${board.online ? "" : "away"}"
                tabindex="0"
                role="group"
                aria-label="Picture of the ${this.profile.title}. Its keys work while this has the focus."
            >
                <svg viewBox=${box}>
                    ${this.base(width, height)} ${this.profile.inputs.map((part) => this.button(part))}
                </svg>
                ${this.glass()}
            </div>
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
            ${this.pad()} ${this.hint()}`;
    }

    private base(width: number, height: number): SVGTemplateResult {
        const { screen } = this.profile;
        const [x, y] = [screen?.at[0] ?? 0, screen?.at[1] ?? 0];
        return svg`
            <defs>
                <linearGradient id="mask" x2="0.6" y2="1">
                    <stop offset="0" stop-color="#23292f" /><stop offset="0.5" stop-color="#15191d" />
                    <stop offset="1" stop-color="#0d1013" />
                </linearGradient>
                <linearGradient id="cap" y2="1"><stop offset="0" stop-color="#59636d" /><stop offset="1" stop-color="#2b3138" /></linearGradient>
                <linearGradient id="glass" x2="0.75" y2="1">
                    <stop offset="0" stop-color="#fff" stop-opacity="0.10" /><stop offset="0.42" stop-color="#fff" stop-opacity="0.02" />
                    <stop offset="0.43" stop-color="#fff" stop-opacity="0" />
                </linearGradient>
                <filter id="soft" x="-2" y="-2" width="5" height="5"><feGaussianBlur stdDeviation="9" /></filter>
            </defs>
            <rect class="ground" x="2" y="7" width=${width - 4} height=${height} rx="20" />
            <rect class="edge" x="0" y="3" width=${width} height=${height} rx="20" />
            <rect class="pcb" x="0" y="0" width=${width} height=${height} rx="20" />
            <rect class="print-line" x="5" y="5" width=${width - 10} height=${height - 10} rx="15.5" />
            <rect class="slot" x=${width / 2 - 22} y="-1.5" width="44" height="9" rx="4.500" />
            <text class="print soft" x=${width / 2} y=${height - 22} text-anchor="middle">${this.profile.title.toUpperCase()} · ${this.view.board.uid}</text>
            ${this.profile.leds?.map((at, n) => this.led(at, n))}
            ${screen ? svg`<rect class="bezel" x=${x - 8} y=${y - 7} width=${screen.width + 16} height=${screen.height + 14} rx="7" />` : nothing}`;
    }

    private led(at: readonly number[], n: number): SVGTemplateResult {
        const color = this.leds[n] ?? "#000000";
        const bright = brightness(color);
        const light = glow(color);
        const lens = bright === 0 ? "#c9ccc4" : light;
        return svg`<g transform="translate(${at[0] ?? 0} ${at[1] ?? 0})" data-led=${n} data-color=${color}
            role="img" aria-label="LED ${n + 1}: ${bright === 0 ? "off" : color}">
            <circle class="halo" r="26" fill=${light} filter="url(#soft)" opacity=${(bright * 0.75).toFixed(2)} />
            <rect class="package" x="-5.500" y="-5.500" width="11" height="11" rx="2" />
            <circle class="lens" r="4" fill=${lens} fill-opacity=${(0.35 + 0.65 * bright).toFixed(2)} />
            <circle r="1.8" fill="#fff" opacity=${(bright * 0.9).toFixed(2)} />
        </g>`;
    }

    /** The screen lies above the drawing: a canvas inside of it is blurred by some browsers. */
    private glass(): unknown {
        const { screen, picture } = this.profile;
        if (!screen) return nothing;
        const full = { x: picture.width + 2 * margin.side, y: picture.height + margin.top + margin.bottom };
        const percent = (part: number, of: number): string => `${((part / of) * 100).toFixed(4)}%`;
        const place = {
            left: percent((screen.at[0] ?? 0) + margin.side, full.x),
            top: percent((screen.at[1] ?? 0) + margin.top, full.y),
            width: percent(screen.width, full.x),
            height: percent(screen.height, full.y),
        };
        return html`<canvas
            width=${screen.width}
            height=${screen.height}
            style=${styleMap(place)}
            data-picture=${this.picture}
            role="img"
            aria-label=${this.view.board.online ? "The badge's screen" : "The badge's screen as it was last seen"}
        ></canvas>`;
    }

    private button(part: ProfilePart): SVGTemplateResult {
        const [x, y] = placeOf(part);
        const down = this.buttons.down(part.name);
        const mark = marks[part.name];
        const wide = !mark && part.label.length > 1;
        const size = wide ? 17 : cross.includes(part.name) ? 13 : 16;
        return svg`<g transform="translate(${x} ${y})" class="push ${down ? "down" : ""} ${this.pressable ? "" : "dead"}"
            role="button" tabindex="0" data-button=${part.name} aria-label=${this.labelOf(part)}
            aria-pressed=${String(down)} aria-disabled=${String(!this.pressable)}
            @pointerdown=${(event: PointerEvent) => this.buttons.pointerDown(event, part.name)}
            @pointerup=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @pointercancel=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @lostpointercapture=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @contextmenu=${(event: Event) => event.preventDefault()}
            @keydown=${(event: KeyboardEvent) => this.buttons.focusKey(event, part.name, true)}
            @keyup=${(event: KeyboardEvent) => this.buttons.focusKey(event, part.name, false)}
            @blur=${() => this.buttons.blurred(part.name)}>
            ${
                wide
                    ? svg`<rect class="reach" x="-32" y="-13" width="64" height="26" />
                <rect class="focus" x="-30" y="-11" width="60" height="22" rx="11" />
                <rect class="well" x="-27" y="-8" width="54" height="16" rx="8" />
                <rect class="cap" x="-24.500" y="-5.500" width="49" height="11" rx="5.500" />
                <text class="print on-cap" x="0" y="2.700" text-anchor="middle">${part.label}</text>`
                    : svg`<circle class="reach" r=${size + 2} />
                <circle class="focus" r=${size + 2.5} />
                <circle class="well" r=${size} />
                <circle class="cap" r=${size - 2.5} />
                <text class="mark" y="3.600" text-anchor="middle">${mark ?? part.label}</text>`
            }
        </g>`;
    }

    /** Keys that a thumb can hit, where the picture's own are too small. */
    private pad(): unknown {
        const part = (name: string): ProfilePart | undefined => this.profile.inputs.find((each) => each.name === name);
        const key = (name: string, style = ""): unknown => {
            const found = part(name);
            return found ? this.padKey(found, style) : html`<span></span>`;
        };
        return html`<div class="pad" role="group" aria-label="Keys">
            <div class="cross">
                <span></span>${key("up")}<span></span> ${key("left")}${key("stick")}${key("right")}
                <span></span>${key("down")}<span></span>
            </div>
            <div class="letters">${key("b", "round")}${key("a", "round")}</div>
            <div class="long">${key("select")}${key("start")}</div>
        </div>`;
    }

    private padKey(part: ProfilePart, style: string): unknown {
        return html`<button
            class="key ${style} ${this.buttons.down(part.name) ? "is-down" : ""}"
            data-pad=${part.name}
            aria-label=${part.label}
            ?disabled=${!this.pressable}
            @pointerdown=${(event: PointerEvent) => this.buttons.pointerDown(event, part.name)}
            @pointerup=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @pointercancel=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @lostpointercapture=${(event: PointerEvent) => this.buttons.pointerUp(event, part.name)}
            @contextmenu=${(event: Event) => event.preventDefault()}
            @keydown=${(event: KeyboardEvent) => this.buttons.focusKey(event, part.name, true)}
            @keyup=${(event: KeyboardEvent) => this.buttons.focusKey(event, part.name, false)}
            @blur=${() => this.buttons.blurred(part.name)}
        >
            ${marks[part.name] ?? part.label}
        </button>`;
    }

    private hint(): unknown {
        const { board } = this.view;
        if (!board.virtual)
            return html`<p class="small soft hint">This is a real board: its keys are pressed by hand.</p>`;
        if (!board.online)
            return html`<p class="small soft hint">The board is offline; this is how it was last seen.</p>`;
        const keys = this.profile.inputs.filter((part) => part.key !== undefined);
        return html`<p class="small soft hint" data-keys>
            ${keys.map((part) => html`<span><kbd>${keyName(part)}</kbd> ${part.label}</span>`)}
        </p>`;
    }

    private labelOf(part: ProfilePart): string {
        return part.key === undefined ? part.label : `${part.label}, key ${keyName(part)}`;
    }
}

const keyName = (part: ProfilePart): string => key_names[part.key ?? ""] ?? part.key?.toUpperCase() ?? "";
