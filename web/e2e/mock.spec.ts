// SPDX-License-Identifier: Apache-2.0
// The page against the mock hub, under the strict content policy that the mock sends.
import { expect, test, type Page } from "@playwright/test";
import { mock_token, prefix } from "../mock/hub";
import { rehearse, signIn } from "./mock_page";
import { banner, callButton, complaints, fitsWidth, lockState, outputOf, rings, screenshots, unlock } from "./page";

const door = "#/board/1f2e3d4c";
let heard: string[] = [];

test.beforeEach(async ({ page }) => {
    await rehearse(page, "reset");
    heard = complaints(page);
});

test.afterEach(() => {
    expect(heard).toEqual([]);
});

test("signs in from the address and takes the token out of it", async ({ page }) => {
    await page.goto(`/#token=${mock_token}`);
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
    expect(page.url()).not.toContain("token");
    await page.reload();
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
});

test("signs in from the address where the page is open already", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByLabel("Token")).toBeVisible();
    await page.goto(`/#token=${mock_token}`);
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
    expect(page.url()).not.toContain("token");
});

test("says what to do with a wrong token, and takes the whole address instead", async ({ page }) => {
    await page.goto("/");
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("What to try: Ask for the address again");
    await expect(page.getByRole("alert").locator("code")).toHaveText("ouro url");
    await page.getByText("Show me").click();
    await expect(page.getByRole("alert")).toContainText("HTTP 401");
    await page.getByLabel("Token").fill(`http://127.0.0.1:1/#token=${mock_token}`);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
});

test("signs out", async ({ page }) => {
    await signIn(page, "");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Welcome to Ouroboard" })).toBeVisible();
});

test("shows boards with evidence of life", async ({ page }) => {
    await signIn(page, "");
    await expect(page.locator('[data-board="1f2e3d4c"]')).toContainText(
        /Online\s+heard\s+(just now|\d+ s ago):\s+\S.*, serial uart0/,
    );
    await expect(page.locator('[data-board="p0rch000"]')).toContainText(
        /Offline\s+last heard\s+4 h ago:\s+state motion, MQTT/,
    );
});

test("says how to get the first board", async ({ page }) => {
    await signIn(page, "");
    await rehearse(page, "no_boards");
    await expect(page.getByRole("heading", { name: "No boards yet" })).toBeVisible();
    await expect(page.getByText("./dev run")).toBeVisible();
});

test("holds the call button for as long as the mouse is down", async ({ page }) => {
    await signIn(page, door);
    await callButton(page).hover();
    await page.mouse.down();
    await expect(outputOf(page, "status_led")).toHaveAttribute("data-on", "true");
    await expect(banner(page)).toBeVisible();
    await expect(rings(page).first()).toContainText("Doorbell: ring");
    await page.mouse.move(5, 5);
    await expect(callButton(page)).toHaveAttribute("aria-pressed", "true");
    await page.mouse.up();
    await expect(outputOf(page, "status_led")).toHaveAttribute("data-on", "false");
    await expect(page).toHaveTitle(/^Ring: Front door/);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect(banner(page)).toBeHidden();
});

test("presses the call button by its key, by Space and by Enter", async ({ page }) => {
    await signIn(page, door);
    const led = outputOf(page, "status_led");
    await expect(led).toHaveAttribute("data-on", "false");
    for (const key of ["c", " ", "Enter"]) {
        if (key !== "c") await callButton(page).focus();
        await page.keyboard.down(key);
        await expect(led).toHaveAttribute("data-on", "true");
        await page.keyboard.up(key);
        await expect(led).toHaveAttribute("data-on", "false");
    }
});

test("leaves the bell alone while a dialog lies over the board", async ({ page }) => {
    const asked: string[] = [];
    page.on("request", (request) => request.url().endsWith("/control") && asked.push(request.postData() ?? ""));
    await signIn(page, `${door}?deploy=1f2e3d4c`);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).focus();
    await page.keyboard.press("c", { delay: 100 });
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    expect(asked).toEqual([]);
    await page.locator("body").press("c", { delay: 100 });
    await expect(banner(page)).toBeVisible();
    expect(asked[0]).toContain("hold");
});

test("unlocks: both relays move and come back, and the words follow", async ({ page }) => {
    await signIn(page, door);
    await expect(lockState(page)).toHaveText("Locked");
    await unlock(page).click();
    await expect(lockState(page)).toHaveText("Unlocking…");
    await expect(outputOf(page, "conversation_relay")).toHaveAttribute("data-on", "true");
    await expect(lockState(page)).toHaveText("Unlocked");
    await expect(outputOf(page, "door_relay")).toHaveAttribute("data-on", "true");
    await expect(page.locator('ouro-lock-card [data-outcome="done"]')).toContainText("Done");
    await unlock(page).click();
    await expect(page.locator('ouro-lock-card [data-outcome="failed"]')).toContainText("Busy:");
    await expect(lockState(page)).toHaveText("Locked", { timeout: 10_000 });
    await expect(outputOf(page, "door_relay")).toHaveAttribute("data-on", "false");
    await expect(outputOf(page, "conversation_relay")).toHaveAttribute("data-on", "false");
});

test.describe("tells how a command ended when it was", () => {
    for (const [outcome, text, words] of [
        ["timeout", "", "did not answer in time"],
        ["refused", "rate_limited", "Too many in a second"],
        ["failed", "OSError: pin", "Failed: OSError: pin"],
    ] as const) {
        test(outcome, async ({ page }) => {
            await signIn(page, door);
            await rehearse(page, "outcome", { outcome, text });
            await unlock(page).click();
            await expect(page.locator(`ouro-lock-card [data-outcome="${outcome}"]`)).toContainText(words);
        });
    }
});

test("reconnects by itself, with the controls off meanwhile and fresh state after", async ({ page }) => {
    await signIn(page, door);
    await expect(unlock(page)).toBeEnabled();
    await rehearse(page, "away", { ms: 3_000 });
    await expect(unlock(page)).toBeDisabled();
    await expect(page.locator("[data-away]")).toContainText("reconnecting");
    await expect(page.locator("[data-away]")).toBeHidden({ timeout: 15_000 });
    await expect(unlock(page)).toBeEnabled();
});

test("filters what happened and loads older entries", async ({ page }) => {
    await signIn(page, door);
    await page.getByLabel("Show", { exact: true }).selectOption("event");
    await expect(rings(page)).toHaveCount(50);
    await page.getByRole("button", { name: "Load older" }).click();
    await expect(rings(page)).toHaveCount(100);
    await page.getByRole("button", { name: "Load older" }).click();
    await expect(rings(page)).toHaveCount(120);
    await expect(page.getByRole("button", { name: "Load older" })).toBeHidden();
});

test("shows hostile text as text", async ({ page }) => {
    await signIn(page, door);
    const evil = `<img src=x onerror="document.title='owned'">\u001b[31m`;
    const at_ms = Date.now();
    const uid = "1f2e3d4c";
    await rehearse(page, "say", [
        { type: "console", uid, text: `${evil}\r\n`, at_ms },
        { type: "event", uid, id: evil, event_type: evil, data: {}, at_ms, late: false },
        { type: "state", uid, id: "free_memory", value: evil, at_ms },
        { type: "crash", uid, crash: { message: evil }, at_ms },
    ]);
    await expect(page.getByRole("log")).toContainText("<img src=x");
    await expect(rings(page).first()).toContainText("<img src=x");
    await expect(page.locator("img[src=x]")).toHaveCount(0);
    await expect(page).toHaveTitle(/Front door/);
});

test("pauses the console while the reader looks back", async ({ page }) => {
    await signIn(page, door);
    const say = (text: string): Promise<unknown> =>
        rehearse(page, "say", [{ type: "console", uid: "1f2e3d4c", text, at_ms: Date.now() }]);
    await say(Array.from({ length: 2_100 }, (_, i) => `line ${i}\n`).join(""));
    const box = page.getByRole("log");
    await expect(box.locator(".line")).toHaveCount(2_000);
    await expect(async () => {
        await box.evaluate((element) => (element.scrollTop = 1_000));
        await expect(page.getByRole("button", { name: "To the end" })).toBeVisible({ timeout: 500 });
    }).toPass(); // the browser says a moment later that it has scrolled
    await say("later\nlast\n");
    await page.getByRole("button", { name: "2 new lines" }).click();
    await expect(box.getByText("last", { exact: true })).toBeInViewport();
});

test("plots history and goes on live, pauses, and reads values under the cursor", async ({ page }) => {
    await signIn(page, door);
    const plot = page.locator("ouro-plot-card");
    await expect(plot.locator("canvas")).toBeVisible();
    await plot.getByRole("button", { name: "1 h" }).click();
    await plot.locator(".u-over").hover({ position: { x: 300, y: 80 } });
    await expect(plot.locator(".under")).toContainText(/\d\d:\d\d:\d\d: .*kB/);
    await plot.getByRole("button", { name: "Pause" }).click();
    await expect(plot.getByRole("button", { name: "Go on" })).toHaveAttribute("aria-pressed", "true");
});

test("works each kind of control", async ({ page }) => {
    await signIn(page, "#/board/bench001");
    const item = (id: string) => page.locator(`[data-entity="${id}"]`);
    await item("lamp").locator("wa-switch").click();
    await expect(item("lamp")).toContainText("Done");
    await expect(item("lamp").getByRole("switch")).not.toBeChecked();
    await item("level").getByRole("slider").focus();
    await page.keyboard.press("ArrowRight");
    await expect(item("level")).toContainText("45 %");
    await rehearse(page, "outcome", { outcome: "refused", text: "rate_limited" });
    await page.keyboard.press("ArrowRight");
    await expect(item("level")).toContainText("Too many in a second");
    await expect(item("level").getByRole("slider")).toHaveValue("45");
    await item("note").getByRole("textbox").fill("hello");
    await item("note").getByRole("button", { name: "Set Note" }).click();
    await expect(item("note")).toContainText("Done");
    await item("chime").getByRole("combobox").click();
    await page.getByRole("option", { name: "Loud" }).click();
    await expect(item("chime")).toContainText("Done");
    await item("blink").getByRole("button").click();
    await expect(item("blink")).toContainText("Done");
    await item("ceiling").locator("wa-switch").click();
    await expect(item("ceiling").getByRole("switch")).toBeChecked();
    await item("shade").getByRole("button", { name: "Open" }).click();
    await expect(item("shade")).toContainText(/Open\s.*Done/s);
    await item("shade").getByRole("button", { name: "Stop" }).click();
    await expect(item("shade")).toContainText("Stopped");
});

test("shows a board that is away as offline", async ({ page }) => {
    await signIn(page, "#/board/p0rch000");
    await expect(page.getByText("Offline")).toBeVisible();
});

test("works with the keyboard alone", async ({ page }) => {
    await signIn(page, "");
    await page.locator("body").press("Tab");
    await expect(page.getByText("Skip to content")).toBeFocused();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name: "Add a board" })).toBeFocused();
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Front door" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Front door" })).toBeFocused();
    await page.keyboard.press("Tab");
    await expect(page.getByText("Counters since the board's start")).toBeFocused();
    await page.keyboard.press("Tab");
    await expect(unlock(page)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(lockState(page)).toHaveText("Unlocked");
});

test("turns dark and light, and remembers it", async ({ page }) => {
    await signIn(page, "");
    const ground = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: /Change to light/ }).click();
    await page.getByRole("button", { name: /Change to dark/ }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
    expect(await ground()).toBe(dark);
});

test("works below a path prefix", async ({ page }) => {
    await page.goto(`${prefix}/#token=${mock_token}`);
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
    await page.goto(`${prefix}/${door}`);
    await expect(unlock(page)).toBeEnabled();
});

test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

    test("nothing lies beyond the edge, and a finger can hold the button", async ({ page }) => {
        await signIn(page, "");
        expect(await fitsWidth(page)).toBe(true);
        for (const uid of ["bench001", "1f2e3d4c"]) {
            await page.goto(`/#/board/${uid}`);
            await expect(page.getByRole("heading", { name: "Console" })).toBeVisible();
            expect(await fitsWidth(page)).toBe(true);
        }
        await callButton(page).tap();
        await expect(banner(page)).toBeVisible();
    });
});

test("can be looked at", async ({ page }) => {
    await signIn(page, door);
    await callButton(page).click({ delay: 100 });
    await expect(banner(page)).toBeVisible();
    await unlock(page).click();
    await expect(outputOf(page, "door_relay")).toHaveAttribute("data-on", "true");
    await expect(page.locator("ouro-plot-card canvas")).toBeVisible();
    await page.screenshot({ path: `${screenshots}board-light.png` });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${screenshots}board-dark.png` });
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${screenshots}board-phone.png` });
});

const told = async (page: Page): Promise<unknown> => (await page.request.post("/mock/told", { data: {} })).json();

test("plays a motion sensor from its picture, by mouse and by keyboard", async ({ page }) => {
    await signIn(page, "");
    await rehearse(page, "sensor", { profile: "pir" });
    await page.goto("/#/board/5e4504a1");
    const picture = page.locator("ouro-sensor-picture");
    await expect(picture).toContainText("Off: the controller has cut the power");
    await picture.getByRole("button", { name: "Motion", exact: true }).click();
    await expect(picture).toContainText("Online: reporting");
    await picture.getByRole("button", { name: "No motion" }).focus();
    await page.keyboard.press("Enter");
    await picture.getByRole("slider", { name: "Battery" }).focus();
    await page.keyboard.press("ArrowLeft");
    await expect(picture).toContainText("middle");
    await picture.getByRole("button", { name: "Hold reset" }).click();
    await expect(picture.locator("[data-led]")).toHaveAttribute("data-led", "fast");
    await expect(picture).toContainText("blinks fast: SmartConfig");
    expect(await told(page)).toEqual([
        ["motion", true],
        ["motion", false],
        ["battery", 1],
        ["button", null],
    ]);
});

for (const [profile, scheme, width] of [
    ["pir", "light", 1280],
    ["door", "dark", 1280],
    ["pir", "dark", 360],
] as const) {
    test(`shows a ${profile} sensor, ${scheme}, ${width} pixels wide`, async ({ page }) => {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height: 900 });
        await signIn(page, "");
        await rehearse(page, "sensor", { profile });
        await page.goto("/#/board/5e4504a1");
        const picture = page.locator("ouro-sensor-picture");
        await expect(picture).toContainText("Off: the controller has cut the power");
        const active = profile === "pir" ? "Motion" : "Open the door";
        await picture.getByRole("button", { name: active, exact: true }).click();
        await expect(picture).toContainText("Online: reporting");
        expect(await fitsWidth(page)).toBe(true);
        await picture.screenshot({ path: `${screenshots}sensor-${profile}-${scheme}-${width}.png` });
    });
}
