// SPDX-License-Identifier: Apache-2.0
// What every component that shows the hub's world begins with: the hub, and a new drawing when something changed.
import { LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Hub } from "../hub";

export class HubElement extends LitElement {
    /** Given before the element is on the page, and the same for as long as it is. */
    @property({ attribute: false }) hub!: Hub;
    private unfollow = (): void => {};

    override connectedCallback(): void {
        super.connectedCallback();
        this.unfollow = this.hub.follow(() => this.requestUpdate());
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        this.unfollow();
    }
}
