// SPDX-License-Identifier: Apache-2.0
// <ouro-app>: the frame around the pages: the bar on top, the banners, what is said aloud, and which page it is.
import { css, html, type LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import logo from "./assets/logo.svg?url";
import { HubElement } from "./components/hub_element";
import { icon } from "./components/icons";
import "./components/problem";
import { ringing } from "./components/ring_banner";
import { applyTheme, currentTheme, themeAfter, type Theme } from "./components/theme";
import { newsOf } from "./model/jobs";
import { home_assistant_href, home_href, routeOf, secretsHref, type Place, type Route } from "./model/route";
import "./pages/board_page";
import "./pages/home_assistant_page";
import "./pages/home_page";
import "./pages/secrets_page";
import "./pages/sign_in_page";
import { shared } from "./styles/shared";

const theme_icons = { system: "auto", light: "sun", dark: "moon" } as const;
/** A connection that is back sooner is not worth a word. */
const patience_ms = 1_000;

@customElement("ouro-app")
export class App extends HubElement {
    @state() private route: Route = routeOf(location.hash);
    @state() private theme: Theme = currentTheme();
    @state() private away = false;
    /** The dialogs' code is here. */
    @state() private dialogs = false;
    private away_timer: ReturnType<typeof setTimeout> | undefined;

    static override styles = [
        shared,
        css`
            :host {
                display: block;
            }
            .bar {
                display: flex;
                align-items: center;
                gap: 8px;
                height: 64px;
                padding: 0 max(16px, calc((100vw - 1280px) / 2 + 32px));
            }
            .brand {
                display: inline-flex;
                align-items: center;
                gap: 12px;
                margin-right: auto;
                min-height: 40px;
                color: var(--ink);
                text-decoration: none;
                font-weight: 650;
                font-size: 1.0625rem;
                letter-spacing: -0.01em;
            }
            main {
                max-width: 1280px;
                margin: 0 auto;
                padding: 0 32px 64px;
            }
            .skip {
                position: absolute;
                left: 16px;
                top: -64px;
                z-index: 9;
            }
            .skip:focus {
                top: 12px;
            }
            .away {
                display: flex;
                align-items: center;
                gap: 12px;
                padding: 12px 16px;
                margin-bottom: 16px;
                border-radius: var(--radius-small);
                background: var(--warn-soft);
                border: 1px solid color-mix(in oklab, var(--warn) 35%, transparent);
                color: var(--ink);
            }
            .away svg {
                flex: none;
                color: var(--warn);
            }
            .square {
                width: 40px;
                padding: 0 !important;
            }
            nav {
                display: flex;
                gap: 4px;
            }
            nav a {
                display: inline-flex;
                align-items: center;
                min-height: 40px;
                padding: 0 12px;
                border-radius: var(--radius-small);
                color: var(--ink-soft);
                font-weight: 550;
                text-decoration: none;
                white-space: nowrap;
            }
            nav a:hover {
                background: var(--sunken);
                color: var(--ink);
            }
            nav a[aria-current] {
                background: var(--accent-soft);
                color: var(--accent);
            }
            @media (max-width: 720px) {
                .bar {
                    flex-wrap: wrap;
                    height: auto;
                    padding-top: 12px;
                    padding-bottom: 8px;
                }
                nav {
                    order: 9;
                    flex: 1 0 100%;
                    margin: 0 -8px;
                }
            }
            @media (max-width: 600px) {
                main {
                    padding: 0 16px 48px;
                }
                .leave span {
                    display: none;
                }
            }
        `,
    ];

    constructor() {
        super();
        addEventListener("hashchange", this.onHash);
    }

    override willUpdate(): void {
        const away = this.hub.phase === "signed_in" && this.hub.link !== "open";
        if (!away) {
            clearTimeout(this.away_timer);
            this.away_timer = undefined;
            this.away = false;
        } else {
            this.away_timer ??= setTimeout(() => (this.away = true), patience_ms);
        }
        document.title = this.tabTitle();
    }

    /** Most visits never open a dialog, so it is loaded when one is asked for; if that fails, a moment later. */
    override updated(): void {
        if (this.dialogs || this.hub.phase !== "signed_in" || !this.route.over) return;
        import("./components/job_dialog").then(
            () => (this.dialogs = true),
            () => setTimeout(() => this.requestUpdate(), patience_ms),
        );
    }

    override render(): unknown {
        return html`<a class="button skip" href="#content" @click=${this.skip}>Skip to content</a>
            <header class="bar">
                <a class="brand" href=${home_href}><img src=${logo} width="32" height="32" alt="" /> Ouroboard</a>
                ${this.hub.phase === "signed_in" ? this.menu() : nothing}
                <button
                    class="button quiet square"
                    @click=${this.turnTheme}
                    title="Colours: ${this.theme}"
                    aria-label="Colours: ${this.theme}. Change to ${themeAfter(this.theme)}"
                >
                    ${icon(theme_icons[this.theme])}
                </button>
                ${
                    this.hub.phase === "signed_in"
                        ? html`<button
                              class="button quiet leave"
                              aria-label="Sign out"
                              @click=${() => this.hub.signOut()}
                          >
                              ${icon("leave")} <span>Sign out</span>
                          </button>`
                        : nothing
                }
            </header>
            <main id="content" tabindex="-1">
                ${this.banners()} ${this.page()}
                <div class="unseen" role="status" aria-live="polite">${this.announcement()}</div>
            </main>
            ${
                this.dialogs && this.hub.phase === "signed_in" && this.route.over
                    ? html`<ouro-job-dialog .hub=${this.hub} .over=${this.route.over}></ouro-job-dialog>`
                    : nothing
            }`;
    }

    private menu(): unknown {
        const here = this.route.page;
        const link = (href: string, words: string, pages: readonly Place["page"][]): unknown =>
            html`<a href=${href} aria-current=${pages.includes(here) ? "page" : nothing}>${words}</a>`;
        return html`<nav aria-label="Pages">
            ${link(home_href, "Boards", ["home", "board"])}
            ${link(home_assistant_href, "Home Assistant", ["home_assistant"])}
            ${this.hub.allowed ? link(secretsHref(), "Secrets", ["secrets"]) : nothing}
        </nav>`;
    }

    private page(): unknown {
        switch (this.hub.phase) {
            case "starting":
                return html`<p class="soft" role="status">Signing in…</p>`;
            case "signed_out":
                return html`<ouro-sign-in .hub=${this.hub}></ouro-sign-in>`;
            case "signed_in":
                return this.placeOf(this.route);
        }
    }

    private placeOf(place: Place): unknown {
        switch (place.page) {
            case "home":
                return html`<ouro-home .hub=${this.hub}></ouro-home>`;
            case "board":
                return html`<ouro-board .hub=${this.hub} .uid=${place.uid}></ouro-board>`;
            case "home_assistant":
                return html`<ouro-home-assistant .hub=${this.hub}></ouro-home-assistant>`;
            case "secrets":
                return html`<ouro-secrets .hub=${this.hub} .name=${place.name}></ouro-secrets>`;
        }
    }

    private banners(): unknown {
        if (this.hub.phase !== "signed_in") return nothing;
        const here = this.route.page === "board" ? this.route.uid : "";
        return html`${
            this.away
                ? html`<div class="away" role="status" data-away>
                      ${icon("warning")}
                      <span
                          >Connection lost, reconnecting… What you see may be old, and the controls are off until it is
                          back.</span
                      >
                  </div>`
                : nothing
        }
        ${ringing(this.hub).map(
            ({ view, ring }) =>
                html`<ouro-ring-banner
                    .hub=${this.hub}
                    .view=${view}
                    .ring=${ring}
                    .here=${view.board.uid === here}
                ></ouro-ring-banner>`,
        )}`;
    }

    /** What a screen reader says when it changes. */
    private announcement(): string {
        const rings = ringing(this.hub).map(({ view }) => `The doorbell rang at ${view.board.name}.`);
        const looked_at = this.route.over?.dialog === "job" ? this.route.over.id : "";
        const news = newsOf(this.hub.world.jobs ?? [], looked_at, this.hub.now());
        return [...rings, news].filter((words) => words !== "").join(" ");
    }

    private tabTitle(): string {
        const [first] = ringing(this.hub);
        if (first) return `Ring: ${first.view.board.name} · Ouroboard`;
        const title = this.pageTitle();
        return title === "" ? "Ouroboard" : `${title} · Ouroboard`;
    }

    private pageTitle(): string {
        switch (this.route.page) {
            case "home":
                return "";
            case "board":
                return this.hub.world.boards.get(this.route.uid)?.board.name ?? "";
            case "home_assistant":
                return "Home Assistant";
            case "secrets":
                return "Secrets";
        }
    }

    private readonly onHash = (): void => {
        const before = this.route;
        this.route = routeOf(location.hash);
        const moved =
            before.page !== this.route.page ||
            (before.page === "board" && this.route.page === "board" && before.uid !== this.route.uid);
        if (moved) void this.focusPage();
    };

    /** A new page begins at its heading, for eyes and for screen readers. */
    private async focusPage(): Promise<void> {
        scrollTo(0, 0);
        await this.updateComplete;
        const page = this.renderRoot.querySelector<LitElement>(
            "main > :is(ouro-home, ouro-board, ouro-home-assistant, ouro-secrets)",
        );
        await page?.updateComplete;
        page?.renderRoot.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    }

    private readonly skip = (event: Event): void => {
        event.preventDefault();
        this.renderRoot.querySelector<HTMLElement>("#content")?.focus();
    };

    private readonly turnTheme = (): void => {
        this.theme = themeAfter(this.theme);
        applyTheme(this.theme);
    };
}
