// SPDX-License-Identifier: Apache-2.0
// <ouro-age>: how long ago, kept true as time passes; the exact time on hover. <ouro-time>: the time of day.
import { html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { age, clock, exactTime } from "../model/format";

/** One timer for all ages on the page. */
const ticking = new Set<LitElement>();
setInterval(() => {
    if (!document.hidden) for (const element of ticking) element.requestUpdate();
}, 1_000);

const isoOf = (at_ms: number): string => (Number.isFinite(at_ms) ? new Date(at_ms).toISOString() : "");

@customElement("ouro-age")
export class Age extends LitElement {
    @property({ type: Number }) at = 0;
    /** This device's clock minus the hub's. */
    @property({ type: Number }) skew = 0;

    override connectedCallback(): void {
        super.connectedCallback();
        ticking.add(this);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        ticking.delete(this);
    }

    override render(): unknown {
        return html`<time datetime=${isoOf(this.at)} title=${exactTime(this.at)}
            >${age(this.at, Date.now() - this.skew)}</time
        >`;
    }
}

@customElement("ouro-time")
export class Time extends LitElement {
    @property({ type: Number }) at = 0;

    override render(): unknown {
        return html`<time datetime=${isoOf(this.at)} title=${exactTime(this.at)}>${clock(this.at, Date.now())}</time>`;
    }
}
