// SPDX-License-Identifier: Apache-2.0
// The page in a real browser (the system's Chromium): `mock` against the mock hub, all others against the one at OURO_URL.
import { defineConfig } from "@playwright/test";

const port = Number(process.env["OURO_MOCK_PORT"] ?? 4173);
const mock = !["hub", "badge", "flash", "home", "ingress"].some((project) => process.argv.includes(project));

export default defineConfig({
    testDir: "e2e",
    workers: 1,
    timeout: 30_000,
    expect: { timeout: 8_000 },
    reporter: [["list"]],
    outputDir: "test-results",
    use: {
        viewport: { width: 1280, height: 900 },
        screenshot: "only-on-failure",
        launchOptions: {
            executablePath: process.env["OURO_CHROMIUM"] ?? "/usr/bin/chromium",
            args: ["--no-sandbox", "--disable-gpu"],
        },
    },
    projects: [
        { name: "mock", testMatch: /mock\.spec\.ts$/, use: { baseURL: `http://127.0.0.1:${port}/` } },
        { name: "hub", testMatch: "hub.spec.ts" },
        { name: "badge", testMatch: "badge.spec.ts" },
        { name: "ingress", testMatch: "ingress.spec.ts" },
        { name: "home", testMatch: /\/home\.spec\.ts$/ },
        { name: "flash", testMatch: /\/flash\.spec\.ts$/ },
    ],
    ...(mock
        ? {
              webServer: {
                  command: `vite preview --host 127.0.0.1 --port ${port} --strictPort`,
                  url: `http://127.0.0.1:${port}/`,
                  reuseExistingServer: false,
              },
          }
        : {}),
});
