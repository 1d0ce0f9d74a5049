// SPDX-License-Identifier: Apache-2.0
// The flash dialog against a real hub, and chips that answer as Espressif's ROM does. OURO_URL is the address that `ouro url`
// prints, with its token; OURO_CHIPS names the chips' addresses and the firmware, as tests/e2e/test_flash_page.py has made them.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { complaints, fitsWidth, screenshots } from "./page";

interface Chips {
    /** An ESP8266 that is written in no time. */
    readonly quick: string;
    /** Another, for the keyboard. */
    readonly keys: string;
    /** Another, for the phone. */
    readonly phone: string;
    /** ESP32s with the times of real flash. */
    readonly slow: string;
    readonly stopped: string;
    /** Firmware files. */
    readonly esp8266: string;
    readonly esp32: string;
}

const address = process.env["OURO_URL"] ?? "";
const chips = JSON.parse(process.env["OURO_CHIPS"] ?? "{}") as Chips;
const patience = { timeout: 60_000 };
let heard: string[] = [];

const dialog = (page: Page): Locator => page.getByRole("dialog");
const next = (page: Page): Locator => dialog(page).getByRole("button", { name: "Next" });
const now = (page: Page): Locator => page.locator("[data-state][data-phase]");
const button = (page: Page, name: string): Locator => dialog(page).getByRole("button", { name, exact: true });

/** To the last step, with the chip at this address and a file of one's own. */
async function choose(page: Page, chip: string, file: string): Promise<void> {
    await page.goto(address);
    await page.getByRole("button", { name: "Add a board" }).click();
    await page.getByLabel("An address on the network").check();
    await page.getByRole("textbox", { name: "Address" }).fill(chip);
    await next(page).click();
    await page.locator('input[type="file"]').setInputFiles(file);
    await expect(page.locator("[data-upload] input:checked")).toHaveCount(1);
    await next(page).click();
    await expect(dialog(page)).toContainText(chip);
}

async function flash(page: Page, chip: string, file: string): Promise<void> {
    await choose(page, chip, file);
    await button(page, "Flash").click();
    await expect(now(page)).toBeVisible();
}

/** Until some of it is written. */
async function writing(page: Page): Promise<void> {
    await expect(now(page)).toHaveAttribute("data-phase", "write", patience);
    await expect(page.locator("[data-progress]")).toContainText(/B of .*\/s/, patience);
}

test.skip(address === "", "OURO_URL is not set");
test.setTimeout(180_000);

test.beforeEach(({ page }) => {
    heard = complaints(page);
});

test.afterEach(() => {
    expect(heard).toEqual([]);
});

test("a bare chip gets firmware, and the dialog says what runs now", async ({ page }) => {
    await flash(page, chips.quick, chips.esp8266);
    await expect(now(page)).toHaveAttribute("data-state", "done", patience);
    await expect(now(page)).toContainText(/MicroPython \d[\d.]* runs/);
    await expect(page.locator("[data-progress]")).toContainText("proven by the chip");
    await expect(page.locator("[data-banner]")).toContainText("MicroPython v");
    await button(page, "Flash once more…").click();
    await button(page, "Flash").click();
    await expect(page.locator("[data-progress]")).toContainText("Nothing had to be written", patience);
    await button(page, "Close").click();
    await expect(page.locator("[data-job]").first()).toContainText("MicroPython");
});

test("a flash goes on over a reload, and another page sees it too", async ({ page, context }) => {
    await flash(page, chips.slow, chips.esp32);
    await writing(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${screenshots}flash-dark.png` });
    await page.emulateMedia({ colorScheme: "light" });
    await page.reload();
    await expect(now(page)).toHaveAttribute("data-state", "running");
    const other = await context.newPage();
    await other.goto(`${new URL(address).origin}/`);
    await expect(other.locator('[data-job][data-state="running"]')).toContainText("firmware-esp32.bin");
    await other.close();
    await expect(now(page)).toHaveAttribute("data-state", "done", patience);
    await page.screenshot({ path: `${screenshots}flash-done-light.png` });
});

test("writing is stopped only after a second word, and trying again makes it whole", async ({ page }) => {
    await flash(page, chips.stopped, chips.esp32);
    await writing(page);
    await button(page, "Stop…").click();
    await expect(page.getByRole("alertdialog")).toContainText("Half a firmware does not start");
    await button(page, "Stop it").click();
    await expect(now(page)).toHaveAttribute("data-state", "cancelled", patience);
    await button(page, "Try again").click();
    await expect(now(page)).toHaveAttribute("data-state", "done", patience);
});

test("firmware for another chip is refused before anything is erased, with what to try", async ({ page }) => {
    await flash(page, chips.quick, chips.esp32);
    await expect(now(page)).toHaveAttribute("data-state", "failed", patience);
    const alert = dialog(page).getByRole("alert").filter({ hasText: "What to try" });
    await expect(alert).toContainText(/ESP8266/);
    await alert.getByText("Show me").click();
    await expect(alert.locator("pre")).toContainText("Look for the chip");
    await expect(alert.getByRole("button", { name: "Copy" })).toBeVisible();
    await page.screenshot({ path: `${screenshots}flash-failed-light.png` });
    await button(page, "Change the choices…").click();
    await expect(dialog(page).getByRole("heading", { name: "What will happen" })).toBeVisible();
});

test("a file that is no firmware is refused as it comes", async ({ page }) => {
    await page.goto(address);
    await page.getByRole("button", { name: "Add a board" }).click();
    await page.getByLabel("An address on the network").check();
    await page.getByRole("textbox", { name: "Address" }).fill(chips.quick);
    await next(page).click();
    const file = { name: "page.bin", mimeType: "", buffer: Buffer.from("<!DOCTYPE html><html></html>") };
    await page.locator('input[type="file"]').setInputFiles(file);
    await expect(dialog(page).getByRole("alert").filter({ hasText: "What to try" })).toBeVisible();
    await expect(page.getByLabel("Kind of board").getByRole("option", { name: "ESP32-S3" })).toHaveCount(1);
});

test("works with the keyboard alone", async ({ page }) => {
    await page.goto(address);
    const add = page.getByRole("button", { name: "Add a board" });
    await add.press("Enter");
    await expect(dialog(page).getByRole("heading", { name: "Flash firmware" })).toBeFocused();
    await page.getByLabel("An address on the network").press("Space");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("textbox", { name: "Address" })).toBeFocused();
    await page.keyboard.type(chips.keys.replace("rfc2217://", ""));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Which firmware?" })).toBeFocused();
    await page.locator('input[type="file"]').setInputFiles(chips.esp8266);
    await expect(page.locator("[data-upload] input:checked")).toHaveCount(1);
    await next(page).press("Enter");
    await button(page, "Flash").press("Enter");
    await expect(now(page)).toHaveAttribute("data-state", "done", patience);
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toBeHidden();
});

test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

    test("a thumb brings firmware to a board", async ({ page }) => {
        await choose(page, chips.phone, chips.esp8266);
        expect(await fitsWidth(page)).toBe(true);
        await button(page, "Flash").tap();
        await expect(now(page)).toHaveAttribute("data-state", "done", patience);
        expect(await fitsWidth(page)).toBe(true);
        await page.screenshot({ path: `${screenshots}flash-phone.png` });
    });
});

test("an app is deployed to a board that runs, and is there afterwards", async ({ page }) => {
    await page.goto(address);
    await page.locator("[data-board] a").first().click();
    await page.getByRole("button", { name: "Deploy an app" }).click();
    await page.getByLabel("App", { exact: true }).fill("hello");
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByRole("heading", { name: "Deploy hello" })).toBeVisible();
    await expect(now(page)).toHaveAttribute("data-state", "done", patience);
    await button(page, "Close").click();
    await expect(page.locator("ouro-job-list [data-job]").first()).toContainText("Deploy hello");
});
