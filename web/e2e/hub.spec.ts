// SPDX-License-Identifier: Apache-2.0
// The page against a real hub with a virtual intercom board. OURO_URL is the address that `ouro url` prints, with its token.
import { expect, test, type Page } from "@playwright/test";
import { banner, callButton, complaints, fitsWidth, lockState, outputOf, rings, screenshots, unlock } from "./page";

const address = process.env["OURO_URL"] ?? "";
let heard: string[] = [];

/** Signs in and opens the first board that has a lock. */
async function openDoor(page: Page): Promise<void> {
    await page.goto(address);
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
    expect(page.url()).not.toContain("token");
    await page.locator("[data-board] a").first().click();
    await expect(lockState(page)).toHaveText("Locked", { timeout: 15_000 });
    await expect(unlock(page)).toBeEnabled();
    await expect(callButton(page)).toBeVisible();
    await expect(page.locator("[aria-busy]")).toHaveAttribute("aria-busy", "false");
}

test.skip(address === "", "OURO_URL is not set");

test.beforeEach(({ page }) => {
    heard = complaints(page);
});

test.afterEach(() => {
    expect(heard).toEqual([]);
});

test("pressing the call button on the picture rings, and the ring is still listed after a reload", async ({ page }) => {
    await openDoor(page);
    const began = Date.now();
    await callButton(page).click({ delay: 150 });
    await expect(banner(page)).toContainText("rang");
    const time = rings(page).first().locator("time");
    await expect
        .poll(async () => Date.parse((await time.getAttribute("datetime")) ?? ""))
        .toBeGreaterThan(began - 1_000);
    const rang = await time.getAttribute("datetime");
    await page.reload();
    await expect(time).toHaveAttribute("datetime", rang ?? "");
});

test("Unlock moves both relays, and both are off again after six seconds", async ({ page }) => {
    await openDoor(page);
    const conversation = outputOf(page, "conversation_relay");
    const door = outputOf(page, "door_relay");
    const began = Date.now();
    await unlock(page).click();
    await expect(conversation).toHaveAttribute("data-on", "true");
    await expect(lockState(page)).toHaveText("Unlocking…");
    await expect(door).toHaveAttribute("data-on", "true");
    await expect(lockState(page)).toHaveText("Unlocked");
    await page.screenshot({ path: `${screenshots}board-light.png` });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${screenshots}board-dark.png` });
    await expect(door).toHaveAttribute("data-on", "false", { timeout: 8_000 });
    await expect(conversation).toHaveAttribute("data-on", "false");
    await expect(lockState(page)).toHaveText("Locked");
    const took = Date.now() - began;
    expect(took).toBeGreaterThan(5_500);
    expect(took).toBeLessThan(8_000);
    await expect(page.locator("li[data-what=command]").first()).toContainText("Unlock");
});

test("works with the keyboard alone", async ({ page }) => {
    await openDoor(page);
    await page.keyboard.down("c");
    await expect(banner(page)).toBeVisible();
    await page.keyboard.up("c");
    await unlock(page).focus();
    await page.keyboard.press("Enter");
    await expect(outputOf(page, "conversation_relay")).toHaveAttribute("data-on", "true");
    await expect(lockState(page)).toHaveText("Locked", { timeout: 10_000 });
});

test("draws the moving value", async ({ page }) => {
    await openDoor(page);
    const plot = page.locator("ouro-plot-card");
    await expect(plot.locator("canvas")).toBeVisible();
    await expect(plot.locator(".under")).toContainText(/Now \d/);
});

test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

    test("all of it fits", async ({ page }) => {
        await openDoor(page);
        await expect(callButton(page)).toBeVisible();
        expect(await fitsWidth(page)).toBe(true);
        await page.screenshot({ path: `${screenshots}board-phone.png` });
    });
});
