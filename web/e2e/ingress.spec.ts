// SPDX-License-Identifier: Apache-2.0
// The page below a path prefix, as Home Assistant's ingress shows it: no login, and live. OURO_URL is its address.
import { expect, test } from "@playwright/test";
import { banner, callButton, complaints, lockState } from "./page";

const address = process.env["OURO_URL"] ?? "";

test.skip(address === "", "OURO_URL is not set");

test("the page opens without a login below the prefix, in a frame too, and shows live what happens", async ({
    page,
}) => {
    const heard = complaints(page);
    const sockets: string[] = [];
    page.on("websocket", (socket) => sockets.push(socket.url()));
    await page.goto(address);
    await expect(page.getByRole("heading", { name: "Boards" })).toBeVisible();
    await page.locator("[data-board] a").first().click();
    await expect(lockState(page)).toHaveText("Locked", { timeout: 15_000 });
    await expect(callButton(page)).toBeVisible();
    await callButton(page).click({ delay: 150 });
    await expect(banner(page)).toContainText("rang");
    await page.reload();
    await expect(lockState(page)).toHaveText("Locked", { timeout: 15_000 });
    const prefix = address.replace(/^http/, "ws");
    expect(sockets.length).toBeGreaterThan(0);
    expect(sockets.filter((url) => !url.startsWith(prefix))).toEqual([]);
    // Home Assistant shows it in a frame of its own site.
    await page.goto(new URL("/", address).href);
    await page.setContent(`<iframe src="${address}" style="width:1000px;height:700px"></iframe>`);
    await expect(page.frameLocator("iframe").getByRole("heading", { name: "Boards" })).toBeVisible();
    expect(heard.filter((line) => !line.includes("404"))).toEqual([]);
});
