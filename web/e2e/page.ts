// SPDX-License-Identifier: Apache-2.0
// What the specs share: finding things as a person does, and noticing whatever the browser complains about.
import type { Locator, Page } from "@playwright/test";

/** Where pictures go, with a slash at its end: OURO_SCREENSHOTS (docs/screenshots when they are to be renewed), else aside. */
export const screenshots =
    process.env["OURO_SCREENSHOTS"] ?? new URL("../test-results/screenshots/", import.meta.url).pathname;

export const outputOf = (page: Page, name: string): Locator => page.locator(`[data-output="${name}"]`);
export const lockState = (page: Page): Locator => page.locator("[data-lock-state]");
export const unlock = (page: Page): Locator => page.getByRole("button", { name: "Unlock", exact: true });
export const callButton = (page: Page): Locator => page.locator('[data-button="call"]');
export const banner = (page: Page): Locator => page.locator("[data-ring]");
export const rings = (page: Page): Locator => page.locator('li[data-what="event"]');

/** Collects errors of the page, refusals by the content policy among them. Being signed out at first is none, nor is what the hub refuses. */
export function complaints(page: Page): string[] {
    const heard: string[] = [];
    page.on("pageerror", (error) => heard.push(error.message));
    page.on("console", (message) => {
        const expected = /401 \(Unauthorized\)|ERR_|WebSocket connection|40[09] \((Bad Request|Conflict)\)/.test(
            message.text(),
        );
        if (message.type() === "error" && !expected) heard.push(message.text());
    });
    return heard;
}

/** True when the page can be read without scrolling sideways. */
export const fitsWidth = (page: Page): Promise<boolean> =>
    page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
