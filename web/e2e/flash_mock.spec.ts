// SPDX-License-Identifier: Apache-2.0
// The flash dialog and the jobs against the mock hub: each choice, each end, and each way a person may come.
import { expect, test, type Locator, type Page } from "@playwright/test";
import { rehearse, signIn } from "./mock_page";
import { complaints, fitsWidth, screenshots } from "./page";

let heard: string[] = [];

const dialog = (page: Page): Locator => page.getByRole("dialog");
const next = (page: Page): Locator => dialog(page).getByRole("button", { name: "Next" });
const now = (page: Page): Locator => page.locator("[data-state][data-phase]");
const usb = "/dev/ttyUSB0";

async function openFlash(page: Page): Promise<void> {
    await signIn(page);
    await page.getByRole("button", { name: "Add a board" }).click();
    await expect(page.locator(`[data-port="${usb}"] input`)).toBeChecked();
}

/** To the last step, with what is suggested. */
async function check(page: Page): Promise<void> {
    await openFlash(page);
    await next(page).click();
    await expect(page.locator('[data-firmware="esp32@1.28.0"] input')).toBeChecked();
    await next(page).click();
    await expect(page.getByRole("heading", { name: "What will happen" })).toBeFocused();
}

async function flash(page: Page): Promise<void> {
    await check(page);
    await page.getByRole("button", { name: "Flash", exact: true }).click();
    await expect(now(page)).toHaveAttribute("data-state", "running");
}

test.beforeEach(async ({ page }) => {
    await rehearse(page, "reset");
    heard = complaints(page);
});

test.afterEach(() => {
    expect(heard).toEqual([]);
});

test("flashes what is suggested: each phase, then what runs", async ({ page }) => {
    await flash(page);
    await expect(dialog(page).getByRole("heading", { name: "Flash esp32@1.28.0" })).toBeFocused();
    await expect(now(page)).toHaveAttribute("data-phase", "write");
    await expect(page.locator("[data-progress]")).toContainText(/kB of 634 kB, 41 kB\/s, \d+ s left/);
    await expect(page.getByRole("progressbar", { name: "Progress" })).toHaveAttribute("aria-valuetext", /^Writing, \d/);
    await expect(page.locator("pre.lines")).toContainText("ESP32 with 4 MB of flash");
    await expect(now(page)).toContainText("MicroPython 1.28.0 runs", { timeout: 15_000 });
    await expect(page.locator("[data-banner]")).toContainText("Generic ESP32 module");
    await page.getByLabel("App", { exact: true }).fill("../up");
    await page.getByRole("button", { name: "Deploy", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: "A name has letters" })).toBeVisible();
    await page.getByLabel("App", { exact: true }).fill("intercom");
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByRole("heading", { name: "Deploy intercom" })).toBeVisible();
    await expect(now(page)).toHaveAttribute("data-state", "done", { timeout: 15_000 });
});

test("a job goes on over a reload, and over a lost connection", async ({ page }) => {
    await rehearse(page, "job_pace", { ms: 400 });
    await flash(page);
    await expect(now(page)).toHaveAttribute("data-phase", "write", { timeout: 15_000 });
    await page.reload();
    await expect(now(page)).toHaveAttribute("data-phase", "write");
    await rehearse(page, "away", { ms: 1_500 });
    await expect(page.getByRole("button", { name: "Stop…" })).toBeDisabled();
    await rehearse(page, "job_pace", { ms: 10 });
    await expect(now(page)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
    await page.goBack();
    await expect(dialog(page)).toBeHidden();
    await expect(page.locator('[data-job="1"]')).toContainText("MicroPython 1.28.0 runs");
});

test("cancels at once what does no harm", async ({ page }) => {
    await rehearse(page, "job_pace", { ms: 1_000 });
    await flash(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(now(page)).toHaveAttribute("data-state", "cancelled");
    await page.getByRole("button", { name: "Change the choices…" }).click();
    await expect(page.getByRole("heading", { name: "What will happen" })).toBeVisible();
    await expect(page.getByText("MicroPython 1.28.0 for ESP32")).toBeVisible();
});

test("asks twice before it leaves half a firmware", async ({ page }) => {
    await rehearse(page, "job_pace", { ms: 1_000 });
    await flash(page);
    await page.getByRole("button", { name: "Stop…" }).click({ timeout: 20_000 });
    const sure = page.getByRole("alertdialog");
    await expect(sure).toContainText("Half a firmware does not start");
    await expect(sure.getByRole("button", { name: "Let it go on" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(sure).toBeHidden();
    await expect(now(page)).toHaveAttribute("data-state", "running");
    await page.getByRole("button", { name: "Stop…" }).click();
    await sure.getByRole("button", { name: "Stop it" }).click();
    await expect(now(page)).toHaveAttribute("data-state", "cancelled");
});

test("a failure says what to try, can be copied, and tried again", async ({ page }) => {
    await rehearse(page, "job_pace", { ms: 10 });
    await rehearse(page, "job_fails", {
        code: "invalid_argument",
        message: "The firmware is for ESP32-S3, but the board has ESP32.",
        hint: "Fetch the one for ESP32.",
    });
    await flash(page).catch(() => undefined);
    await expect(page.getByRole("alert")).toContainText("What to try: Fetch the one for ESP32.");
    await page.getByText("Show me").click();
    await expect(page.getByRole("alert")).toContainText("ESP32 with 4 MB of flash");
    await expect(page.getByRole("button", { name: "Copy" })).toBeVisible();
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(now(page)).toHaveAttribute("data-state", "done", { timeout: 15_000 });
});

test("says what the hub says when a job has the board already", async ({ page }) => {
    await check(page);
    await page.request.post("/api/jobs", {
        headers: { "X-Ouro": "1" },
        data: { kind: "erase", board: usb },
    });
    await page.getByRole("button", { name: "Flash", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: "works on /dev/ttyUSB0" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Flash", exact: true })).toBeEnabled();
});

test("takes a file of one's own, and refuses what is none", async ({ page }) => {
    await openFlash(page);
    await next(page).click();
    const file = page.locator('input[type="file"]');
    await file.setInputFiles({ name: "notes.bin", mimeType: "", buffer: Buffer.from("PK no firmware") });
    await expect(page.getByRole("alert").filter({ hasText: 'begins with "PK"' })).toBeVisible();
    await file.setInputFiles({ name: "mine.bin", mimeType: "", buffer: Buffer.from([0xe9, 1, 2]) });
    const row = page.locator("[data-upload]");
    await expect(row.getByRole("radio")).toBeChecked();
    await expect(row).toContainText("MD5 is right");
    await next(page).click();
    await expect(page.getByText("mine.bin")).toBeVisible();
    await page.getByRole("button", { name: "Back" }).click();
    await row.getByRole("button", { name: "Remove mine.bin" }).click();
    await expect(row).toHaveCount(0);
    await next(page).click();
    await expect(page.getByRole("alert").filter({ hasText: "Choose the firmware." })).toBeVisible();
});

test("shows how much of a file is sent", async ({ page }) => {
    await openFlash(page);
    await next(page).click();
    const network = await page.context().newCDPSession(page);
    await network.send("Network.enable");
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
    await network.send("Network.emulateNetworkConditions", slow);
    const buffer = Buffer.alloc(600_000, 0xe9);
    await page.locator('input[type="file"]').setInputFiles({ name: "large.bin", mimeType: "", buffer });
    await expect(page.locator("[data-sent]")).toContainText(/[1-9]\d* kB of 600 kB/);
    await expect(page.getByRole("progressbar", { name: "Sent of large.bin" })).toHaveAttribute("max", "600000");
    await expect(page.locator("[data-upload] input:checked")).toHaveCount(1);
    await expect(page.locator("[data-sent]")).toBeHidden();
});

test("takes a file that is dropped, and stays when one misses its place", async ({ page }) => {
    await openFlash(page);
    await next(page).click();
    const dropped = await page.evaluateHandle(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array([0xe9, 1])], "dropped.bin"));
        return data;
    });
    await page.locator(".drop").dispatchEvent("drop", { dataTransfer: dropped });
    await expect(page.locator("[data-upload]")).toContainText("dropped.bin");
});

test("follows what is plugged in, and says why a port can't be chosen", async ({ page }) => {
    await rehearse(page, "ports", []);
    await signIn(page);
    await page.getByRole("button", { name: "Add a board" }).click();
    await expect(page.locator("[data-none]")).toContainText("Nothing is plugged in yet");
    await next(page).click();
    await expect(page.getByRole("alert").filter({ hasText: "Choose the board" })).toBeVisible();
    await page.getByText("My board is not listed").click();
    await expect(page.getByText("ouro doctor")).toBeVisible();
    const port = { what: "USB JTAG/serial: ESP32-S3, C3, C6 or H2", virtual: false, uid: null, board: null };
    const fresh = { ...port, path: "/dev/ttyACM1", identity: "x", held_by: null, usb: { id: "303a:1001" } };
    const taken = { ...port, path: "/dev/ttyACM2", identity: "y", held_by: "screen (pid 4711)" };
    await rehearse(page, "ports", [taken, fresh]);
    const row = page.locator('[data-port="/dev/ttyACM1"]');
    await expect(row.getByRole("radio")).toBeChecked();
    await expect(row).toContainText("New");
    await expect(page.locator('[data-port="/dev/ttyACM2"]')).toContainText("In use by screen (pid 4711)");
    await expect(page.locator('[data-port="/dev/ttyACM2"]').getByRole("radio")).toBeDisabled();
    await next(page).click();
    await expect(page.getByLabel("Kind of board")).toHaveValue("esp32s3");
});

test("works with the keyboard alone, and gives the keyboard back", async ({ page }) => {
    await signIn(page);
    const add = page.getByRole("button", { name: "Add a board" });
    await add.focus();
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByRole("heading", { name: "Flash firmware" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toBeHidden();
    await expect(add).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.locator(`[data-port="${usb}"] input`)).toBeChecked();
    const inside = (): Promise<boolean> =>
        page.evaluate(() => {
            const element = document.querySelector("ouro-app")?.shadowRoot?.activeElement;
            return document.activeElement === document.body || element?.localName === "ouro-job-dialog";
        });
    for (let i = 0; i < 12; i += 1) {
        await page.keyboard.press("Tab");
        expect(await inside()).toBe(true);
    }
    await page.locator(`[data-port="${usb}"] input`).focus();
    await page.keyboard.press("ArrowUp");
    await expect(page.getByRole("textbox", { name: "Address" })).toBeVisible();
    await page.getByRole("textbox", { name: "Address" }).focus();
    await page.keyboard.type("host:4000");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Which firmware?" })).toBeFocused();
    await page.keyboard.press("Tab");
    await page.keyboard.type("ESP32-S3");
    await expect(page.locator('[data-firmware="esp32s3@1.28.0"] input')).toBeChecked();
    await next(page).press("Enter");
    await expect(page.getByText("rfc2217://host:4000")).toBeVisible();
    await page.getByRole("button", { name: "Flash", exact: true }).press("Space");
    await expect(now(page)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
});

test("a screen reader hears phases, not each percent", async ({ page }) => {
    await signIn(page);
    const said: string[] = [];
    await page.exposeFunction("ouroSaid", (words: string) => said.push(words));
    await page.request.post("/api/jobs", {
        headers: { "X-Ouro": "1" },
        data: { kind: "flash", board: usb, firmware: "esp32@1.28.0" },
    });
    await page.goto("/#/?job=1");
    await page.locator("ouro-job-view [role=status]").evaluate((region) => {
        const say = (window as unknown as { ouroSaid: (words: string) => void }).ouroSaid;
        new MutationObserver(() => say(region.textContent ?? "")).observe(region, {
            subtree: true,
            characterData: true,
            childList: true,
        });
    });
    await expect(now(page)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
    expect(new Set(said).size).toBe(said.length);
    expect(said).toContain("Writing");
    expect(said.at(-1)).toBe("MicroPython 1.28.0 runs");
});

test("who only looks sees the jobs of others, and no way to change anything", async ({ page }) => {
    await rehearse(page, "role", { role: "viewer" });
    await signIn(page);
    await rehearse(page, "job_pace", { ms: 400 });
    await page.request.post("/api/jobs", {
        headers: { "X-Ouro": "1" },
        data: { kind: "deploy", board: "1f2e3d4c", app: "intercom" },
    });
    await expect(page.locator('[data-note="1"]')).toContainText(/Copying files|Reaching the board|Starting/);
    await expect(page.getByRole("button", { name: "Add a board" })).toHaveCount(0);
    await page.locator('[data-job="1"]').click();
    await expect(now(page)).toHaveAttribute("data-state", "running");
    await expect(dialog(page).getByRole("button", { name: /Cancel|Stop/ })).toHaveCount(0);
    await page.goto("/#/board/1f2e3d4c?deploy=1f2e3d4c");
    await expect(dialog(page)).toContainText("but not change a board");
});

test("an operator may not name an address on the network", async ({ page }) => {
    await rehearse(page, "role", { role: "operator" });
    await openFlash(page);
    await expect(page.locator('[data-port="network"]')).toHaveCount(0);
});

test("shows several jobs at once, on their boards and in the list", async ({ page }) => {
    await signIn(page);
    await rehearse(page, "job_pace", { ms: 400 });
    for (const board of ["1f2e3d4c", "bench001"]) {
        const data = { kind: "deploy", board, app: "intercom" };
        await page.request.post("/api/jobs", { headers: { "X-Ouro": "1" }, data });
    }
    await expect(page.locator("[data-note]")).toHaveCount(2);
    await expect(page.locator("[data-jobs]")).toContainText("2 under way");
    await page.goto("/#/board/bench001");
    await expect(page.locator("[data-job]")).toHaveCount(1);
    await page.getByRole("button", { name: "Deploy an app" }).click();
    await expect(dialog(page).getByRole("heading", { name: "Deploy an app to Work bench" })).toBeVisible();
});

test("shows hostile text of a job as text", async ({ page }) => {
    await signIn(page);
    const evil = `<img src=x onerror="document.title='owned'">`;
    const error = { code: evil, message: evil, hint: evil };
    const job = {
        id: "5",
        kind: "flash",
        board: evil,
        port: evil,
        what: evil,
        by: "api",
        state: "failed",
        phase: "write",
    };
    const rest = {
        cancellable: false,
        cancelling: false,
        progress: null,
        step: evil,
        lines: [evil],
        result: { banner: evil },
    };
    const times = { created_ms: Date.now(), started_ms: Date.now(), ended_ms: Date.now() };
    await rehearse(page, "job", { ...job, ...rest, ...times, error, request: { kind: "flash", board: evil } });
    await page.locator('[data-job="5"]').click();
    await expect(page.getByRole("alert")).toContainText("<img src=x");
    expect(await page.title()).not.toContain("owned");
});

test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

    test("every step fits, and is reached with a thumb", async ({ page }) => {
        await openFlash(page);
        for (const heading of ["Which firmware?", "What will happen"]) {
            expect(await fitsWidth(page)).toBe(true);
            await next(page).tap();
            await expect(page.getByRole("heading", { name: heading })).toBeVisible();
        }
        await page.getByText("Options").tap();
        await page.getByLabel("Erase everything first").check();
        await expect(page.locator("[data-consequences]")).toContainText("Everything on the chip is erased");
        await page.getByRole("button", { name: "Erase and flash" }).tap();
        expect(await fitsWidth(page)).toBe(true);
        await expect(now(page)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
    });
});

test("flashing can be looked at", async ({ page }) => {
    test.setTimeout(120_000);
    const shoot = async (name: string, colorScheme: "light" | "dark", phone = false): Promise<void> => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(phone ? { width: 390, height: 844 } : { width: 1280, height: 900 });
        await page.waitForTimeout(350);
        await page.screenshot({ path: `${screenshots}flash-${name}${phone ? "-phone" : ""}-${colorScheme}.png` });
    };
    await rehearse(page, "job_pace", { ms: 3_000 });
    await flash(page);
    await expect(now(page)).toHaveAttribute("data-phase", "write", { timeout: 30_000 });
    await page.getByRole("button", { name: "Stop…" }).click();
    await shoot("stop", "light");
    await shoot("stop", "dark", true);
    await page.getByRole("button", { name: "Let it go on" }).click();
    await rehearse(page, "job_pace", { ms: 20 });
    await expect(now(page)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
    await shoot("done", "dark");
    await shoot("done", "light", true);
    await page.getByRole("button", { name: "Close" }).click();
    await rehearse(page, "job_pace", { ms: 5_000 });
    const data = { kind: "deploy", board: "1f2e3d4c", app: "intercom" };
    await page.request.post("/api/jobs", { headers: { "X-Ouro": "1" }, data });
    await shoot("home", "light");
    await shoot("home", "dark", true);
});

test("erases a board's flash from its page, when asked twice", async ({ page }) => {
    await page.route("**/api/sessions", (route) => route.fulfill({ json: [{ uid: "p0rch000", port: usb }] }));
    await signIn(page, "#/board/p0rch000");
    const erase = page.getByRole("button", { name: "Erase the flash…" });
    await erase.click();
    const sure = page.getByRole("alertdialog");
    await expect(sure).toContainText("Erase all of Porch's flash?");
    await expect(sure).toContainText("every file on it go");
    await page.keyboard.press("Enter");
    await expect(sure).toBeHidden();
    await expect(erase).toBeFocused();
    await page.keyboard.press("Enter");
    await sure.getByRole("button", { name: "Erase it" }).click();
    await expect(dialog(page).getByRole("heading", { name: "Erase the flash" })).toBeFocused();
    await expect(now(page)).toContainText("The flash is empty");
    await expect(dialog(page)).toContainText("The board needs firmware before it does anything.");
});

test("offers no erasing where there is nothing to erase", async ({ page }) => {
    await signIn(page, "#/board/bench001");
    await expect(page.getByRole("button", { name: "Deploy an app" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Erase the flash…" })).toHaveCount(0);
    await page.goto("/#/board/p0rch000");
    await expect(page.getByRole("button", { name: "Flash firmware" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Erase the flash…" })).toHaveCount(0);
});
