// SPDX-License-Identifier: Apache-2.0
// What the specs against the mock hub share: telling it what is to happen, and signing in.
import { expect, type APIResponse, type Page } from "@playwright/test";
import { mock_token } from "../mock/hub";

export const rehearse = (page: Page, what: string, data: unknown = {}): Promise<APIResponse> =>
    page.request.post(`/mock/${what}`, { data });

/** Signs in, and goes to that page. */
export async function signIn(page: Page, fragment = ""): Promise<void> {
    await page.goto(`/#token=${mock_token}`);
    await expect(page.getByRole("heading", { name: "Boards", exact: true })).toBeVisible();
    if (fragment !== "") await page.goto(`/${fragment}`);
}
