// SPDX-License-Identifier: Apache-2.0
// Home Assistant's page and the secrets' against the mock hub, by mouse, by keyboard, on a phone and in the dark.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { rehearse, signIn } from "./mock_page";
import { complaints, fitsWidth, screenshots } from "./page";

let heard: string[] = [];

const menu = (page: Page, name: string): Locator =>
    page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name });
const way = (page: Page, name: string): Locator => page.locator(`[data-way="${name}"]`);
const leftOver = (page: Page): Locator => page.getByRole("region", { name: "Left over" });
const orphan = (page: Page, name: string): Locator => leftOver(page).getByRole("listitem").filter({ hasText: name });
const sure = (page: Page): Locator => page.getByRole("alertdialog");
const kept = (page: Page): Locator => page.getByRole("region", { name: "Kept here" });
const value = (page: Page): Locator => page.getByRole("textbox", { name: "Value", exact: true });
const values = async (page: Page): Promise<unknown> => (await rehearse(page, "kept_secrets")).json();

async function keep(page: Page, name: string, text: string): Promise<void> {
    await page.getByRole("combobox", { name: "Name" }).fill(name);
    await value(page).fill(text);
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await expect(page.getByText(`${name} is kept for all boards`)).toBeVisible();
}

test.beforeEach(async ({ page }) => {
    await rehearse(page, "reset");
    heard = complaints(page);
});

test.afterEach(() => {
    expect(heard).toEqual([]);
});

test("is reached from the menu, by mouse and by keyboard, and says where one is", async ({ page }) => {
    await signIn(page);
    await expect(menu(page, "Boards")).toHaveAttribute("aria-current", "page");
    await menu(page, "Home Assistant").click();
    await expect(page.getByRole("heading", { name: "Home Assistant", level: 1 })).toBeFocused();
    await expect(page).toHaveTitle("Home Assistant · Ouroboard");
    await expect(menu(page, "Home Assistant")).toHaveAttribute("aria-current", "page");
    await expect(menu(page, "Boards")).not.toHaveAttribute("aria-current", "page");
    await menu(page, "Secrets").focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Secrets", level: 1 })).toBeFocused();
    await page.goBack();
    await expect(page.getByRole("heading", { name: "Home Assistant", level: 1 })).toBeFocused();
});

test("says that all is well, what was announced, and what would not be taken", async ({ page }) => {
    await signIn(page, "#/home-assistant");
    await expect(page.locator("[data-verdict]")).toHaveText("All that is set up is connected.");
    await expect(way(page, "Broker")).toContainText("Connected");
    await expect(way(page, "Home Assistant")).toContainText("It said that it started, 3 min ago.");
    const bench = page.locator('[data-announced] [data-board="bench001"]');
    await expect(bench).toContainText(/Online: (\d+) entities, \1 announced/);
    const remarks = bench.getByRole("list", { name: "What Home Assistant would not take" }).getByRole("listitem");
    await expect(remarks.first()).toContainText('window: device_class "windows" is none that a binary_sensor has');
    await expect(remarks.first()).toContainText("would reject the entity; the hub leaves it out.");
    await expect(remarks.last()).toContainText("Home Assistant 2024.3 would ignore it, or complain.");
    await bench.getByRole("link", { name: "Work bench" }).click();
    await expect(page.getByRole("heading", { name: "Work bench" })).toBeVisible();
});

test("says what to try when something is not connected, and sees by itself that it is again", async ({ page }) => {
    await rehearse(page, "home", {
        broker: { state: "connecting", address: "10.0.0.2:1883" },
        websocket: { state: "refused", version: "" },
    });
    await signIn(page, "#/home-assistant");
    await expect(page.locator("[data-verdict]")).toHaveText("Something is not connected.");
    await expect(way(page, "Broker")).toContainText("What to try: Does the broker run?");
    await expect(way(page, "The home on boards")).toContainText("Make a new long-lived access token");
    await expect(leftOver(page)).toBeHidden();
    await rehearse(page, "home");
    await expect(page.locator("[data-verdict]")).toHaveText("All that is set up is connected.", { timeout: 12_000 });
    await expect(leftOver(page)).toBeVisible();
});

test("removes one orphan when asked twice, and keeps it when it was not meant", async ({ page }) => {
    await signIn(page, "#/home-assistant");
    await expect(orphan(page, "Shed: Gate")).toContainText("entity gate of board gone1");
    const remove = page.getByRole("button", { name: "Remove Shed: Gate…" });
    await remove.click();
    await expect(sure(page)).toContainText("Remove Shed: Gate from Home Assistant?");
    await expect(sure(page).getByRole("button", { name: "Keep it" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(sure(page)).toBeHidden();
    await expect(remove).toBeFocused();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await expect(remove).toBeFocused();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(leftOver(page).getByRole("status")).toHaveText("Shed: Gate is removed from Home Assistant.");
    await expect(orphan(page, "entity gate")).toHaveCount(0);
    await expect(leftOver(page).getByRole("listitem")).toHaveCount(2);
    await expect(page.getByRole("heading", { name: "Left over" })).toBeFocused();
});

test("removes all orphans at once, when asked twice", async ({ page }) => {
    await signIn(page, "#/home-assistant");
    await page.getByRole("button", { name: "Remove all 3…" }).click();
    await expect(sure(page)).toContainText("Remove all 3 from Home Assistant?");
    await sure(page).getByRole("button", { name: "Remove" }).click();
    await expect(leftOver(page).getByRole("status")).toHaveText("All 3 are removed from Home Assistant.");
    await expect(leftOver(page)).toContainText("Nothing: all that the broker keeps of boards has its board.");
});

test("says so when there was nothing to remove any more, with what to try", async ({ page }) => {
    await signIn(page, "#/home-assistant");
    await page.getByRole("button", { name: "Remove Attic…" }).click();
    await page.route("**/api/home/forget", (route) => route.fulfill({ json: { forgotten: 0 } }));
    await sure(page).getByRole("button", { name: "Remove" }).click();
    await expect(leftOver(page).getByRole("alert")).toContainText("Nothing was removed");
    await expect(leftOver(page).getByRole("alert")).toContainText("What to try: Look at the list again");
    await expect(leftOver(page).getByRole("button", { name: "Copy" })).toBeVisible();
    await leftOver(page).getByText("Show me").click();
    await expect(leftOver(page).getByRole("alert")).toContainText("homeassistant/device/ouro_gone2/config");
});

test("shows hostile names of orphans and remarks as text", async ({ page }) => {
    const evil = `<img src=x onerror="document.title='owned'">`;
    const topic = `homeassistant/sensor/"]${evil}/config`;
    await rehearse(page, "home", { orphans: [{ topic, uid: "gone1", id: "a", name: evil }] });
    await signIn(page, "#/home-assistant");
    await expect(orphan(page, "<img src=x")).toBeVisible();
    await page.getByRole("button", { name: /^Remove <img/ }).click();
    await sure(page).getByRole("button", { name: "Keep it" }).click();
    await expect(page.getByRole("button", { name: /^Remove <img/ })).toBeFocused();
    await expect(page.locator("img[src=x]")).toHaveCount(0);
    await expect(page).toHaveTitle("Home Assistant · Ouroboard");
});

test("a viewer looks on, and is offered neither removal nor secrets", async ({ page }) => {
    await rehearse(page, "role", { role: "viewer" });
    await signIn(page, "#/home-assistant");
    await expect(orphan(page, "Shed: Gate")).toBeVisible();
    await expect(page.getByRole("button", { name: /Remove/ })).toHaveCount(0);
    await expect(menu(page, "Secrets")).toHaveCount(0);
});

test("an operator is told that secrets are their owner's", async ({ page }) => {
    await rehearse(page, "role", { role: "operator" });
    await signIn(page);
    await menu(page, "Secrets").click();
    await expect(page.locator("[data-refused]")).toContainText("Only who owns the hub may see which secrets there are");
    await expect(page.locator("[data-refused]")).toContainText("What to try: sign in with the address");
    await expect(value(page)).toHaveCount(0);
});

test("keeps a secret, replaces it for one board, and removes it when asked twice", async ({ page }) => {
    await signIn(page, "#/secrets");
    await expect(kept(page)).toContainText("No secrets are kept yet.");
    await keep(page, "API_KEY", "hush");
    await expect(value(page)).toHaveValue("");
    await expect(kept(page).getByRole("listitem")).toContainText(/API_KEY\s+for all boards, set\s+just now/);
    await page.getByRole("combobox", { name: "Name" }).fill("API_KEY");
    await expect(page.getByRole("heading", { name: "Replace API_KEY" })).toBeVisible();
    await page.getByRole("combobox", { name: "For" }).selectOption({ label: "Work bench (bench001)" });
    await expect(page.getByRole("heading", { name: "Add a secret" })).toBeVisible();
    await value(page).fill("its own");
    await page.keyboard.press("Enter");
    await expect(page.getByText("API_KEY is kept for Work bench")).toBeVisible();
    expect(await values(page)).toEqual({ API_KEY: "hush", "API_KEY bench001": "its own" });

    await page.getByRole("button", { name: "Replace API_KEY for Work bench…" }).click();
    await expect(value(page)).toBeFocused();
    await page.keyboard.type("another");
    await page.keyboard.press("Enter");
    await expect.poll(() => values(page)).toEqual({ API_KEY: "hush", "API_KEY bench001": "another" });

    await page.getByRole("button", { name: "Remove API_KEY for Work bench…" }).click();
    await expect(sure(page)).toContainText("Remove API_KEY for Work bench?");
    await sure(page).getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("API_KEY is removed for Work bench")).toBeVisible();
    expect(await values(page)).toEqual({ API_KEY: "hush" });
});

test("hides what is typed until somebody wants to see it, and hides the next value again", async ({ page }) => {
    await signIn(page, "#/secrets");
    await expect(value(page)).toHaveAttribute("type", "password");
    await value(page).fill("hush");
    const eye = page.getByRole("button", { name: "Show the value" });
    await expect(eye).toHaveAttribute("aria-pressed", "false");
    await eye.click();
    await expect(eye).toHaveAttribute("aria-pressed", "true");
    await expect(value(page)).toHaveAttribute("type", "text");
    await expect(value(page)).toHaveValue("hush");
    await keep(page, "API_KEY", "hush");
    await expect(value(page)).toHaveAttribute("type", "password");
    expect(await page.content()).not.toContain("hush");
});

test("says what can't be a name or a value at the field, and what the hub refuses below", async ({ page }) => {
    await signIn(page, "#/secrets");
    const press = (): Promise<void> => page.getByRole("button", { name: "Keep", exact: true }).click();
    await press();
    await expect(page.getByText("Type the name that the app reads it by.")).toBeVisible();
    await expect(page.getByRole("combobox", { name: "Name" })).toBeFocused();
    await page.getByRole("combobox", { name: "Name" }).fill("9-lives");
    await press();
    await expect(page.getByText("does not begin with a digit")).toBeVisible();
    await page.getByRole("combobox", { name: "Name" }).fill("API_KEY");
    await press();
    await expect(value(page)).toBeFocused();
    await expect(value(page)).toHaveAttribute("aria-invalid", "true");
    await value(page).fill("refuse me");
    await press();
    await expect(page.getByRole("alert").filter({ hasText: "What to try" })).toContainText(
        "A secret is one line of 1 to 1024 bytes",
    );
    await expect(value(page)).toHaveValue("refuse me");
});

test("a deploy that misses a secret leads to it and back", async ({ page }) => {
    await signIn(page, "#/board/bench001");
    const job = {
        id: "7",
        kind: "deploy",
        board: "bench001",
        port: "",
        what: "garden",
        by: "web",
        state: "failed",
        phase: "connect",
        cancellable: false,
        cancelling: false,
        progress: null,
        step: "",
        lines: [],
        created_ms: 1,
        started_ms: 1,
        ended_ms: 2,
        result: null,
        error: {
            code: "not_found",
            message:
                "the app reads secrets that are not kept here: API_KEY, WIFI_PASSWORD. The version so far is untouched",
            hint: "`ouro secrets set NAME` keeps one.",
        },
        request: { kind: "deploy", board: "bench001", app: "garden", health_s: 10 },
    };
    await rehearse(page, "job", job);
    await page.locator('[data-job="7"]').click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("alert")).toContainText("What to try: Set them, come back here, and try again.");
    await dialog.getByRole("link", { name: "Set API_KEY" }).click();
    await expect(page.getByRole("combobox", { name: "Name" })).toHaveValue("API_KEY");
    await expect(value(page)).toBeFocused();
    await expect(dialog).toBeHidden();
    await page.keyboard.type("hush");
    await page.keyboard.press("Enter");
    await expect(page.getByText("API_KEY is kept for all boards")).toBeVisible();
    await page.goBack();
    await expect(dialog.getByRole("button", { name: "Try again" })).toBeVisible();
});

for (const [scheme, width] of [
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
] as const) {
    test(`can be looked at, ${scheme}, ${width} pixels wide`, async ({ page }) => {
        const look = width === 390 ? `${scheme}-phone` : scheme;
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height: 900 });
        await signIn(page, "#/home-assistant");
        await page.getByRole("button", { name: "Remove Shed: Gate…" }).click();
        expect(await fitsWidth(page)).toBe(true);
        await page.screenshot({ path: `${screenshots}home-assistant-${look}.png`, fullPage: true });
        await menu(page, "Secrets").click();
        await keep(page, "A_NAME_THAT_IS_AS_LONG_AS_ANY_SECRET_CAN_HAVE_IT", "hush");
        await keep(page, "API_KEY", "hush");
        expect(await fitsWidth(page)).toBe(true);
        await page.screenshot({ path: `${screenshots}secrets-${look}.png`, fullPage: true });
    });
}
