// SPDX-License-Identifier: Apache-2.0
// <ouro-flash-form>: the three steps before a flash: which board, which firmware, is that what is meant.
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { listFirmware } from "../api/firmware";
import { asProblem, type Problem } from "../api/http";
import { startJob } from "../api/jobs";
import { listPorts } from "../api/ports";
import type { FirmwareList, Port } from "../api/types";
import { boardKinds, chipFound, likelyChips, offersFor } from "../model/firmware";
import {
    draftOf,
    empty_draft,
    missing,
    placeOf,
    requestOf,
    steps,
    type FlashDraft,
    type Step,
} from "../model/flash_draft";
import { keyOf, portOffers } from "../model/ports";
import { shared } from "../styles/shared";
import { sheet } from "../styles/sheet";
import "./flash_board_step";
import "./flash_check_step";
import "./flash_firmware_step";
import { HubElement } from "./hub_element";
import { icon } from "./icons";
import { showOver } from "./over";
import "./problem";

const look_again_ms = 2_000;

const headings: Readonly<Record<Step, string>> = {
    board: "Which board?",
    firmware: "Which firmware?",
    check: "What will happen",
};

@customElement("ouro-flash-form")
export class FlashForm extends HubElement {
    /** A port or address to begin with. */
    @property() board = "";
    /** The job whose choices are to be changed. */
    @property() again = "";
    @state() private draft: FlashDraft = empty_draft;
    @state() private step: Step = "board";
    /** Null until the hub has answered. */
    @state() private ports: readonly Port[] | null = null;
    @state() private list: FirmwareList | null = null;
    @state() private trouble = "";
    @state() private problem: Problem | null = null;
    @state() private busy = false;
    private first_seen: ReadonlySet<string> | null = null;
    private timer: ReturnType<typeof setInterval> | undefined;
    /** True once the person chose a board: what is plugged in later must not change it. */
    private chosen = false;

    static override styles = [
        shared,
        sheet,
        css`
            .steps {
                display: flex;
                gap: 4px;
                margin-bottom: 8px;
            }
            .steps span {
                flex: 1;
                height: 4px;
                border-radius: 2px;
                background: var(--line);
            }
            .steps .past {
                background: var(--accent);
            }
            h3 {
                font-size: 1.125rem;
                line-height: 24px;
                font-weight: 600;
                outline: none;
                margin-bottom: 16px;
            }
            footer .back {
                margin: 0 auto 0 -12px;
            }
            .trouble {
                flex: 1 1 100%;
                color: var(--bad);
                font-weight: 550;
            }
            .trouble:empty {
                display: none;
            }
            ouro-problem {
                display: block;
                margin-top: 16px;
            }
            @media (min-width: 601px) {
                .content {
                    padding-top: 16px;
                }
            }
            @media (max-width: 600px) {
                footer .primary {
                    flex: 1;
                }
            }
        `,
    ];

    override connectedCallback(): void {
        super.connectedCallback();
        this.begin();
        void this.loadFirmware();
        void this.loadPorts();
        this.timer = setInterval(() => {
            if (this.step === "board" && !document.hidden) void this.loadPorts();
        }, look_again_ms);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.timer);
    }

    /** Begins with what the address says: nothing, a port, or the choices of a job. */
    private begin(): void {
        const job = this.hub.world.jobs?.find((one) => one.id === this.again);
        if (job) {
            this.draft = draftOf(job.request);
            this.step = "check";
        } else if (this.board !== "") {
            this.draft = draftOf({ kind: "flash", board: this.board });
        }
        this.chosen = placeOf(this.draft) !== "";
    }

    override render(): unknown {
        const at = steps.indexOf(this.step);
        return html`<div class="content">
                <div class="steps" aria-hidden="true">
                    ${steps.map((_, i) => html`<span class=${i <= at ? "past" : ""}></span>`)}
                </div>
                <p class="small soft">Step ${at + 1} of ${steps.length}</p>
                <h3 tabindex="-1">${headings[this.step]}</h3>
                ${this.content()}
                <ouro-problem
                    .problem=${this.problem}
                    dismissable
                    @dismiss=${() => (this.problem = null)}
                ></ouro-problem>
            </div>
            <footer>
                <p class="trouble small" role="alert">${this.trouble}</p>
                ${
                    at > 0
                        ? html`<button class="button quiet back" @click=${() => this.go(steps[at - 1])}>
                              ${icon("back", 16)} Back
                          </button>`
                        : nothing
                }
                ${this.forward(steps[at + 1])}
            </footer>`;
    }

    private forward(next: Step | undefined): unknown {
        if (next) return html`<button class="button primary" @click=${() => this.go(next)}>Next</button>`;
        const word = this.draft.erase_all ? "Erase and flash" : "Flash";
        return html`<button class="button primary" ?disabled=${this.busy || !this.hub.usable} @click=${this.start}>
            ${icon("flash", 18)} ${this.busy ? "Asking the hub…" : word}
        </button>`;
    }

    private content(): unknown {
        const { draft, hub } = this;
        const jobs = hub.world.jobs ?? [];
        switch (this.step) {
            case "board":
                return html`<ouro-flash-board-step
                    .draft=${draft}
                    .ports=${this.ports && portOffers(this.ports, jobs, this.first_seen)}
                    .network=${hub.me?.role === "admin"}
                    .virtual=${this.ports?.filter((port) => port.virtual).length ?? 0}
                    @draft=${this.change}
                    @go=${() => this.go("firmware")}
                ></ouro-flash-board-step>`;
            case "firmware":
                return html`<ouro-flash-firmware-step
                    .hub=${hub}
                    .draft=${draft}
                    .list=${this.list}
                    .chips=${this.chips}
                    .found=${chipFound(jobs, placeOf(draft)) !== null}
                    @draft=${this.change}
                    @renew=${this.loadFirmware}
                ></ouro-flash-firmware-step>`;
            case "check":
                return html`<ouro-flash-check-step
                    .draft=${draft}
                    .list=${this.list}
                    .place=${this.placeTitle}
                    @draft=${this.change}
                ></ouro-flash-check-step>`;
        }
    }

    private get port(): Port | undefined {
        return this.draft.by_address ? undefined : this.ports?.find((port) => port.path === this.draft.port);
    }

    private get chips(): readonly string[] {
        return likelyChips(this.port, chipFound(this.hub.world.jobs ?? [], placeOf(this.draft)));
    }

    private get placeTitle(): string {
        const [offer] = this.port ? portOffers([this.port], [], null) : [];
        return offer ? `${offer.title}, ${offer.where}` : placeOf(this.draft);
    }

    private readonly change = (event: CustomEvent<Partial<FlashDraft>>): void => {
        if ("port" in event.detail || "by_address" in event.detail) this.chosen = true;
        this.draft = { ...this.draft, ...event.detail };
        this.trouble = "";
    };

    private go(next: Step | undefined): void {
        if (!next) return;
        const on = steps.indexOf(next) > steps.indexOf(this.step);
        this.trouble = on ? missing(this.draft, this.step) : "";
        if (this.trouble !== "") return;
        this.step = next;
        if (next === "firmware") this.suggest();
        void this.updateComplete.then(() => {
            const content = this.renderRoot.querySelector(".content");
            if (content) content.scrollTop = 0;
            this.renderRoot.querySelector<HTMLElement>("h3")?.focus();
        });
    }

    /** Fills in what is most likely, while nobody has chosen otherwise. */
    private suggest(): void {
        const { draft, list } = this;
        if (!list || draft.kind !== "" || draft.upload !== "") return;
        const [kind] = boardKinds(list, this.chips);
        if (!kind?.likely) return;
        const [offer] = offersFor(list, kind.board);
        this.draft = { ...draft, kind: kind.board, firmware: offer?.name ?? "" };
    }

    private async loadPorts(): Promise<void> {
        try {
            const ports = await listPorts(this.hub.http);
            this.ports = ports;
            this.first_seen ??= new Set(ports.map(keyOf));
            if (!this.chosen) this.choosePort(ports);
        } catch (error) {
            // Later answers are waited for; what is listed may be old until then.
            if (this.ports === null) this.problem = asProblem(error);
        }
    }

    /** The one that was plugged in just now, else the only one. */
    private choosePort(ports: readonly Port[]): void {
        const usable = portOffers(ports, this.hub.world.jobs ?? [], this.first_seen).filter((offer) => offer.usable);
        const fresh = usable.find((offer) => offer.fresh);
        const port = fresh ?? (usable.length === 1 ? usable[0] : undefined);
        this.draft = { ...this.draft, port: port?.path ?? "" };
    }

    private readonly loadFirmware = async (): Promise<void> => {
        try {
            this.list = await listFirmware(this.hub.http);
            if (this.step === "firmware") this.suggest();
        } catch (error) {
            this.problem = asProblem(error);
        }
    };

    private readonly start = async (): Promise<void> => {
        this.trouble = missing(this.draft, "check");
        if (this.trouble !== "") return;
        this.busy = true;
        this.problem = null;
        try {
            const job = await startJob(this.hub.http, requestOf(this.draft));
            showOver({ dialog: "job", id: job.id }, true);
        } catch (error) {
            this.problem = asProblem(error);
        }
        this.busy = false;
    };
}
