// SPDX-License-Identifier: Apache-2.0
// The page against a real hub with a virtual badge. OURO_URL is the address that `ouro url` prints, with its token.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { complaints, fitsWidth, screenshots } from "./page";

const address = process.env["OURO_URL"] ?? "";
let heard: string[] = [];

const screen = (page: Page): Locator => page.locator("ouro-badge-picture canvas");

/** The pixels of the canvas, as text that can be compared. */
const pixels = (page: Page): Promise<string> =>
    screen(page).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

async function openBadge(page: Page): Promise<void> {
    await page.goto(address);
    await page.locator("[data-board] a").first().click();
    await expect(screen(page)).not.toHaveAttribute("data-picture", "0", { timeout: 15_000 });
}

/** The picture when nothing moves on it. */
async function still(page: Page): Promise<string> {
    let last = "";
    await expect
        .poll(
            async () => {
                const before = last;
                last = await pixels(page);
                return last === before;
            },
            { intervals: [300] },
        )
        .toBe(true);
    return last;
}

test.skip(address === "", "OURO_URL is not set");

test.beforeEach(({ page }) => {
    heard = complaints(page);
});

test.afterEach(() => {
    expect(heard).toEqual([]);
});

test("the keyboard walks through the menu on the picture", async ({ page }) => {
    await openBadge(page);
    await page.keyboard.press("b", { delay: 100 });
    const before = await still(page);
    await page.keyboard.down("ArrowRight");
    await expect(page.locator('[data-button="right"]')).toHaveAttribute("aria-pressed", "true");
    await page.keyboard.up("ArrowRight");
    await expect(page.locator('[data-button="right"]')).toHaveAttribute("aria-pressed", "false");
    await expect.poll(() => pixels(page)).not.toBe(before);
    const moved = await still(page);
    await page.locator('[data-button="left"]').click({ delay: 100 });
    await expect.poll(() => pixels(page)).not.toBe(moved);
    await page.screenshot({ path: `${screenshots}badge-light.png` });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${screenshots}badge-dark.png` });
});

test("the crash of an app is there with its traceback, and the screen can be saved", async ({ page }) => {
    await openBadge(page);
    await expect(page.locator("[data-crash] pre")).toContainText("ValueError: no more");
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save a screenshot" }).click();
    expect((await saving).suggestedFilename()).toMatch(/\.png$/);
});

test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

    test("all of it fits, and a thumb moves the menu", async ({ page }) => {
        await openBadge(page);
        await expect(page.locator("[data-crash] pre")).toBeVisible();
        expect(await fitsWidth(page)).toBe(true);
        const before = await still(page);
        const key = page.locator('[data-pad="right"]');
        await key.click({ delay: 100 });
        await expect.poll(() => pixels(page)).not.toBe(before);
        await page.screenshot({ path: `${screenshots}badge-phone.png`, fullPage: true });
    });
});
