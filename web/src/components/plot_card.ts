// SPDX-License-Identifier: Apache-2.0
// <ouro-plot-card>: one numeric value over time: its history first, then live, with min, mean and max under the cursor.
import { css, html, nothing, type PropertyValues, unsafeCSS } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type uPlot from "uplot";
import uplot_styles from "uplot/dist/uPlot.min.css?inline";
import { asProblem, type Problem } from "../api/http";
import { readHistory } from "../api/timeline";
import type { Entity, WsMessage } from "../api/types";
import { plottable, unitOf } from "../model/entity";
import { exactTime, figure } from "../model/format";
import { Series } from "../model/series";
import type { BoardView } from "../model/world";
import { shared } from "../styles/shared";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import "./problem";

const windows = [
    { ms: 60_000, name: "1 min" },
    { ms: 600_000, name: "10 min" },
    { ms: 3_600_000, name: "1 h" },
] as const;

const height_px = 240;
const redraw_ms = 1_000;

@customElement("ouro-plot-card")
export class PlotCard extends HubElement {
    @property({ attribute: false }) view!: BoardView;
    @state() private chosen = "";
    @state() private window_ms: number = windows[1].ms;
    @state() private paused_at: number | null = null;
    @state() private problem: Problem | null = null;
    @state() private under = "";
    @state() private empty = true;

    private readonly series = new Series();
    private plot: uPlot | null = null;
    private making = false;
    private loaded_for = "";
    private stop = (): void => {};
    private readonly resized = new ResizeObserver(() => this.resize());
    private readonly dark = matchMedia("(prefers-color-scheme: dark)");

    static override styles = [
        shared,
        unsafeCSS(uplot_styles),
        css`
            :host {
                display: block;
            }
            .tools {
                display: flex;
                flex-wrap: wrap;
                gap: 8px;
                align-items: center;
            }
            .plot {
                position: relative;
                height: 240px;
                min-width: 0;
                overflow: hidden;
            }
            .u-legend {
                display: none;
            }
            .u-cursor-x,
            .u-cursor-y {
                border-color: var(--line-strong);
            }
            .nothing {
                position: absolute;
                inset: 0;
                display: grid;
                place-items: center;
                text-align: center;
            }
            .under {
                min-height: 24px;
                margin-top: 8px;
                font-variant-numeric: tabular-nums;
            }
            .under strong {
                font-weight: 600;
            }
        `,
    ];

    override connectedCallback(): void {
        super.connectedCallback();
        const unlisten = this.hub.listen((messages) => this.take(messages));
        const timer = setInterval(() => this.draw(), redraw_ms);
        this.dark.addEventListener("change", this.recolour);
        addEventListener("ouro-theme", this.recolour);
        this.stop = () => {
            unlisten();
            clearInterval(timer);
            this.dark.removeEventListener("change", this.recolour);
            removeEventListener("ouro-theme", this.recolour);
        };
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.stop();
        this.resized.disconnect();
        this.discard();
    }

    private get entity(): Entity | undefined {
        const all = plottable(this.view.board);
        return all.find((entity) => entity.id === this.chosen) ?? all[0];
    }

    override willUpdate(): void {
        const entity = this.entity;
        if (!entity) return;
        const source = `${this.view.board.uid} ${entity.id}`;
        const wanted = `${source} ${this.window_ms} ${this.hub.epoch}`;
        if (wanted === this.loaded_for) return;
        if (!this.loaded_for.startsWith(`${source} `)) this.series.clear();
        this.loaded_for = wanted;
        void this.load(entity, wanted);
    }

    override render(): unknown {
        const entity = this.entity;
        if (!entity) return nothing;
        return html`<section class="card" aria-labelledby="plot">
            <div class="card-head">
                <h2 id="plot">${entity.name}</h2>
                <div class="tools">
                    ${this.picker(entity)}
                    <div class="segments" role="group" aria-label="Window">
                        ${windows.map(
                            ({ ms, name }) =>
                                html`<button
                                    aria-pressed=${String(ms === this.window_ms)}
                                    @click=${() => (this.window_ms = ms)}
                                >
                                    ${name}
                                </button>`,
                        )}
                    </div>
                    <button class="button slim" aria-pressed=${String(this.paused_at !== null)} @click=${this.pause}>
                        ${this.paused_at === null ? html`${icon("pause", 16)} Pause` : html`${icon("play", 16)} Go on`}
                    </button>
                </div>
            </div>
            <div class="plot" role="img" aria-label="${entity.name} over time. ${this.summary(entity)}">
                ${this.empty ? html`<p class="soft nothing">No values in this window yet.</p>` : nothing}
                <div class="host"></div>
            </div>
            <p class="under small soft">${this.under || this.summary(entity)}</p>
            <ouro-problem .problem=${this.problem}></ouro-problem>
        </section>`;
    }

    private picker(entity: Entity): unknown {
        const all = plottable(this.view.board);
        if (all.length < 2) return nothing;
        const choose = (event: Event): void => {
            this.chosen = (event.target as HTMLSelectElement).value;
        };
        return html`<select class="pick" aria-label="Value" @change=${choose}>
            ${all.map((e) => html`<option value=${e.id} ?selected=${e.id === entity.id}>${e.name}</option>`)}
        </select>`;
    }

    private summary(entity: Entity): string {
        const last = this.series.last;
        return last ? `Now ${withUnit(last[2], entity)}` : "";
    }

    protected override updated(_: PropertyValues): void {
        if (!this.plot && !this.making && this.entity) void this.make();
    }

    /** uPlot comes when there is something to draw. */
    private async make(): Promise<void> {
        this.making = true;
        try {
            const { default: UPlot } = await import("uplot");
            const host = this.renderRoot.querySelector<HTMLElement>(".host");
            if (!host || !this.isConnected) return;
            this.plot = new UPlot(this.options(host), this.data(), host);
            this.resized.observe(this.renderRoot.querySelector(".plot") ?? host);
            this.draw();
        } catch (error) {
            this.problem = asProblem(error);
        } finally {
            this.making = false;
        }
    }

    private options(host: HTMLElement): uPlot.Options {
        const colour = (name: string): string => resolved(host, `var(--${name})`);
        const axis: uPlot.Axis = {
            stroke: colour("ink-soft"),
            font: `12px ${getComputedStyle(host).fontFamily}`,
            grid: { stroke: colour("line"), width: 1 },
            ticks: { show: false },
        };
        const edge: uPlot.Series = { width: 0, points: { show: false } };
        return {
            width: Math.max(100, host.clientWidth),
            height: height_px,
            cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
            legend: { show: false },
            scales: { x: { time: true } },
            axes: [
                {
                    ...axis,
                    space: 88,
                    size: 32,
                    values: (_, ticks, __, ___, step) => ticks.map((at) => tickTime(at, step)),
                },
                {
                    ...axis,
                    size: 56,
                    values: (_, ticks, __, ___, step) => ticks.map((at) => at.toFixed(decimals(step))),
                },
            ],
            series: [{}, edge, { stroke: colour("accent"), width: 2, points: { show: false } }, edge],
            bands: [{ series: [3, 1], fill: resolved(host, "color-mix(in srgb, var(--accent) 22%, transparent)") }],
            hooks: { setCursor: [(plot) => this.onCursor(plot)] },
        };
    }

    private onCursor(plot: uPlot): void {
        const i = plot.cursor.idx;
        const [at, low, mean, high] = [0, 1, 2, 3].map((column) =>
            i === null || i === undefined ? null : plot.data[column]?.[i],
        );
        const entity = this.entity;
        if (
            !entity ||
            typeof at !== "number" ||
            typeof mean !== "number" ||
            typeof low !== "number" ||
            typeof high !== "number"
        ) {
            this.under = "";
            return;
        }
        const time = exactTime(at * 1_000).slice(11, 19);
        const spread = low === high ? "" : ` (min ${withUnit(low, entity)}, max ${withUnit(high, entity)})`;
        this.under = `${time}: ${low === high ? "" : "mean "}${withUnit(mean, entity)}${spread}`;
    }

    private data(): uPlot.AlignedData {
        const to = this.paused_at ?? this.hub.now();
        const columns = this.series.columns(to - this.window_ms, to + 1_000);
        this.empty = columns[0].length === 0;
        return columns;
    }

    private draw(): void {
        if (!this.plot || document.hidden) return;
        const to = this.paused_at ?? this.hub.now();
        this.plot.batch(() => {
            this.plot?.setData(this.data(), false);
            this.plot?.setScale("x", { min: (to - this.window_ms) / 1_000, max: to / 1_000 });
        });
    }

    private resize(): void {
        const width = this.renderRoot.querySelector(".plot")?.clientWidth ?? 0;
        if (width > 0 && this.plot && this.plot.width !== width) this.plot.setSize({ width, height: height_px });
    }

    private discard(): void {
        this.plot?.destroy();
        this.plot = null;
    }

    private readonly recolour = (): void => {
        this.discard();
        this.requestUpdate();
    };

    private readonly pause = (): void => {
        this.paused_at = this.paused_at === null ? this.hub.now() : null;
        this.draw();
    };

    private take(messages: readonly WsMessage[]): void {
        const entity = this.entity;
        for (const message of messages) {
            if (message.type !== "state" || message.uid !== this.view.board.uid || message.id !== entity?.id) continue;
            this.series.add(message.at_ms, typeof message.value === "number" ? message.value : null);
        }
    }

    private async load(entity: Entity, wanted: string): Promise<void> {
        const to = this.hub.now();
        const span = { from: Math.floor(to - this.window_ms), to: Math.ceil(to + 1_000), points: 600 };
        try {
            const history = await readHistory(this.hub.http, this.view.board.uid, entity.id, span);
            if (wanted !== this.loaded_for) return;
            this.series.fill(history.points);
            this.problem = null;
            this.draw();
        } catch (error) {
            if (wanted === this.loaded_for) this.problem = asProblem(error);
        }
    }
}

const withUnit = (value: number, entity: Entity): string => `${figure(value)} ${unitOf(entity)}`.trim();

const tickTime = (at: number, step: number): string =>
    new Date(at * 1_000).toLocaleTimeString(undefined, {
        hour: "numeric",
        minute: "2-digit",
        ...(step < 60 ? { second: "2-digit" } : {}),
    });

/** As many digits after the point as the distance between two ticks has. */
const decimals = (step: number): number => (String(step).split(".")[1] ?? "").length;

/** A colour as the canvas needs it: it knows no custom properties. */
function resolved(host: HTMLElement, colour: string): string {
    host.style.color = colour;
    const value = getComputedStyle(host).color;
    host.style.color = "";
    return value;
}
