// SPDX-License-Identifier: Apache-2.0
// <ouro-sensor-picture>: a virtual battery sensor as it looks, with what a person can do to it, and what its module does.
import { html, nothing, svg, type SVGTemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { askSensor, tellSensor, type SensorWord } from "../api/boards";
import { asProblem, type Problem } from "../api/http";
import type { Profile, Scalar } from "../api/types";
import { batteryMax, batteryWords, ledWords, sensorOf, sessionWords, seesDoor, type SensorView } from "../model/sensor";
import type { BoardView } from "../model/world";
import { sensorStyles } from "../styles/sensor";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";
import "./problem";

/** How often it is asked: a boot lasts less than a second, and is worth seeing. */
const ask_every_ms = 400;

@customElement("ouro-sensor-picture")
export class SensorPicture extends HubElement {
    @property({ attribute: false }) view!: BoardView;
    @property({ attribute: false }) profile!: Profile;
    @state() private seen: SensorView | null = null;
    @state() private problem: Problem | null = null;
    private clock: ReturnType<typeof setInterval> | undefined;
    private asking = false;

    static override styles = [shared, sensorStyles];

    override connectedCallback(): void {
        super.connectedCallback();
        this.clock = setInterval(() => void this.ask(), ask_every_ms);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.clock);
    }

    override firstUpdated(): void {
        void this.ask();
    }

    private get active(): boolean {
        return this.seen?.active ?? false;
    }

    private get usable(): boolean {
        return this.hub.usable && this.view.board.online && this.view.board.virtual;
    }

    private async ask(): Promise<void> {
        if (this.asking || !this.usable || document.hidden) return;
        this.asking = true;
        try {
            const seen = sensorOf(await askSensor(this.hub.http, this.view.board.uid));
            if (JSON.stringify(seen) !== JSON.stringify(this.seen)) this.seen = seen;
        } catch {
            this.seen = null; // the page says itself when the hub or the board is away
        } finally {
            this.asking = false;
        }
    }

    private async tell(word: SensorWord, value: Scalar = null): Promise<void> {
        try {
            await tellSensor(this.hub.http, this.view.board.uid, word, value);
            this.problem = null;
        } catch (error) {
            this.problem = asProblem(error);
        }
        await this.ask();
    }

    override render(): unknown {
        return html`<div class="sensor">
                ${this.picture()}
                <div class="hands" role="group" aria-label="What happens to the ${this.profile.title}">
                    ${this.hands()} ${this.slider()} ${this.service()}
                </div>
            </div>
            <ouro-problem .problem=${this.problem} dismissable @dismiss=${() => (this.problem = null)}></ouro-problem>
            ${this.hint()} ${this.facts()}`;
    }

    // --- the picture ---

    private picture(): SVGTemplateResult {
        const { width, height } = this.profile.picture;
        const lit = this.seen?.led ?? "off";
        const [led_x, led_y] = place(this.profile.uart1?.led_at);
        const [x, y] = place(this.profile.uart1?.button_at);
        return svg`<svg class="device" viewBox="-8 -6 ${width + 16} ${height + 20}" role="img"
            aria-label="${this.profile.title}; its light: ${ledWords(lit)}">
            <rect class="ground" x="6" y="10" width=${width - 12} height=${height} rx="26" />
            <rect class="shell" x="0" y="0" width=${width} height=${height} rx="26" />
            <rect class="rim" x="5" y="5" width=${width - 10} height=${height - 10} rx="22" />
            ${seesDoor(this.profile) ? this.door(width, height) : this.eye(width, height)}
            <g class="led ${lit}" data-led=${lit} transform="translate(${led_x} ${led_y})">
                <circle class="glow" r="13" /><circle class="lens" r="5" />
            </g>
            <circle class="hole" cx=${x} cy=${y} r="9" /><circle class="cap" cx=${x} cy=${y} r="6" />
            <text class="print" x=${x} y=${y + 24} text-anchor="middle">RESET</text>
        </svg>`;
    }

    /** The lens in front of what sees motion. */
    private eye(width: number, height: number): SVGTemplateResult {
        const [x, y] = [width / 2, height / 2];
        return svg`<circle class="eye ${this.active ? "active" : ""}" cx=${x} cy=${y} r="54" />
            ${[18, 36].map((r) => svg`<circle class="facet" cx=${x} cy=${y} r=${r} />`)}
            ${[0, 45, 90, 135].map(
                (turn) => svg`<path class="facet" d="M-54 0H54" transform="translate(${x} ${y}) rotate(${turn})" />`,
            )}
            <circle class="eye-shine" cx=${x - 16} cy=${y - 20} r="15" />`;
    }

    /** The door's edge with its magnet: near when it is closed. */
    private door(width: number, height: number): SVGTemplateResult {
        return svg`<path class="mark" d="M${width - 30} ${height / 2 - 26}v52" />
            <g class="magnet ${this.active ? "open" : ""}">
                <rect class="shell" x=${width - 22} y=${height / 2 - 44} width="26" height="88" rx="8" />
                <path class="mark" d="M${width - 9} ${height / 2 - 26}v52" />
            </g>`;
    }

    // --- the hands ---

    private hands(): unknown {
        const is_door = seesDoor(this.profile);
        const words = is_door ? ["Open the door", "Close the door"] : ["Motion", "No motion"];
        const button = (text: string, active: boolean): unknown =>
            html`<button
                class="button ${this.active === active ? "" : "primary"}"
                aria-pressed=${String(this.active === active)}
                ?disabled=${!this.usable}
                @click=${() => this.sense(is_door, active)}
            >
                ${text}
            </button>`;
        return html`<div class="row">${button(words[0] ?? "", true)} ${button(words[1] ?? "", false)}</div>`;
    }

    private sense(is_door: boolean, active: boolean): void {
        void this.tell(is_door ? "door" : "motion", active);
    }

    private slider(): unknown {
        const max = batteryMax(this.profile);
        const level = this.seen?.battery ?? max;
        return html`<label class="battery"
            ><span>Battery</span>
            <input
                type="range"
                min="0"
                max=${max}
                step="1"
                .value=${String(level)}
                aria-valuetext=${batteryWords(level, max)}
                ?disabled=${!this.usable}
                @change=${(event: Event) => this.tell("battery", Number((event.target as HTMLInputElement).value))}
            />
            <output class="soft">${batteryWords(level, max)}</output></label
        >`;
    }

    private service(): unknown {
        return html`<div class="row">
            <button class="button" ?disabled=${!this.usable} @click=${() => this.tell("button")}>Hold reset</button>
            <button class="button" ?disabled=${!this.usable} @click=${() => this.tell("new_battery")}>
                Change the battery
            </button>
        </div>`;
    }

    // --- what is known ---

    private hint(): unknown {
        const { board } = this.view;
        if (!board.virtual)
            return html`<p class="small soft hint">This is a real sensor: nothing can be done to it from here.</p>`;
        if (!board.online) return html`<p class="small soft hint">The sensor is offline.</p>`;
        return html`<p class="small soft hint">
            The module has power only while there is something to tell. The battery is told with the next event.
        </p>`;
    }

    private facts(): unknown {
        const { seen } = this;
        if (!seen || !this.usable) return nothing;
        const fact = (name: string, value: string, strong = false): unknown =>
            html`<div>
                <dt>${name}</dt>
                <dd class=${strong ? "is-on" : ""}><strong>${value}</strong></dd>
            </div>`;
        return html`<dl>
            ${fact("Module's power", seen.power ? "On" : "Off", seen.power)} ${fact("Light", ledWords(seen.led))}
            ${fact("Session", sessionWords(seen.session))}
            ${fact("Events", `${seen.told} told, ${seen.dropped} dropped`)}
        </dl>`;
    }
}

const place = (at: readonly number[] | undefined): readonly [number, number] => [at?.[0] ?? 0, at?.[1] ?? 0];
