// SPDX-License-Identifier: Apache-2.0
// Home Assistant's page and the secrets' against a real hub with a real broker. OURO_URL is the address that `ouro url` prints, with its
// token; OURO_BOARD the uid of a virtual badge. tests/e2e/test_home_page.py has made both, something left over at the broker, and an app
// `garden` that needs API_KEY; it looks afterwards whether what was done here has come about.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { complaints } from "./page";

const address = process.env["OURO_URL"] ?? "";
const board = process.env["OURO_BOARD"] ?? "";
const patience = { timeout: 60_000 };
let heard: string[] = [];

const menu = (page: Page, name: string): Locator =>
    page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name });
const leftOver = (page: Page): Locator => page.getByRole("region", { name: "Left over" });
const sure = (page: Page): Locator => page.getByRole("alertdialog");
const value = (page: Page): Locator => page.getByRole("textbox", { name: "Value", exact: true });
const dialog = (page: Page): Locator => page.getByRole("dialog");

test.beforeEach(async ({ page }) => {
    heard = complaints(page);
    await page.goto(address);
    await expect(page.getByRole("heading", { name: "Boards", exact: true })).toBeVisible();
});

test.afterEach(() => {
    expect(heard).toEqual([]);
});

test("an orphan is shown with its name, and removed when asked twice", async ({ page }) => {
    await menu(page, "Home Assistant").click();
    await expect(page.locator('[data-way="Broker"]')).toContainText("Connected");
    await expect(page.locator(`[data-announced] [data-board="${board}"]`)).toContainText(
        /Online: \d+ entit.*, \d+ announced/,
    );
    await expect(leftOver(page)).toContainText("Garden: Pump");
    await expect(leftOver(page)).toContainText("entity pump of board gone01");
    await page.getByRole("button", { name: "Remove Garden: Pump…" }).click();
    await sure(page).getByRole("button", { name: "Remove" }).click();
    await expect(leftOver(page).getByRole("status")).toHaveText("Garden: Pump is removed from Home Assistant.");
    await expect(leftOver(page).getByRole("listitem")).toHaveCount(1);
    await expect(leftOver(page)).toContainText("Attic: Lamp");
});

test("a deploy that misses a secret leads to it, and uses it then", async ({ page }) => {
    await page.goto(`${address.split("#")[0]}#/board/${board}`);
    await page.getByRole("button", { name: "Deploy an app" }).click();
    await dialog(page).getByRole("textbox", { name: "App" }).fill("garden");
    await dialog(page).getByRole("button", { name: "Deploy" }).click();
    await expect(dialog(page).locator("[data-state]")).toHaveAttribute("data-state", "failed", patience);
    await dialog(page).getByRole("link", { name: "Set API_KEY" }).click();
    await expect(value(page)).toBeFocused();
    await page.keyboard.type(process.env["OURO_SECRET"] ?? "");
    await page.keyboard.press("Enter");
    await expect(page.getByText("API_KEY is kept for all boards")).toBeVisible();
    await expect(page.getByRole("region", { name: "Kept here" }).getByRole("listitem")).toHaveCount(1);
    await page.goBack();
    await dialog(page).getByRole("button", { name: "Try again" }).click();
    await expect(dialog(page).locator("[data-state]")).toHaveAttribute("data-state", "done", patience);
});

test("a value for one board alone comes and goes", async ({ page }) => {
    await menu(page, "Secrets").click();
    await page.getByRole("combobox", { name: "Name" }).fill("API_KEY");
    await page.getByRole("combobox", { name: "For" }).selectOption(board);
    await value(page).fill("of this board alone");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    const kept = page.getByRole("region", { name: "Kept here" }).getByRole("listitem");
    await expect(kept).toHaveCount(2);
    await page.reload();
    await expect(kept).toHaveCount(2);
    await kept
        .last()
        .getByRole("button", { name: /^Remove/ })
        .click();
    await sure(page).getByRole("button", { name: "Remove" }).click();
    await expect(kept).toHaveCount(1);
    await expect(kept).toContainText("for all boards");
});
