// SPDX-License-Identifier: Apache-2.0
// How the page is built: relative addresses, no inlined data, so that it loads below any path under a strict policy.
import { defineConfig } from "vitest/config";
import { mockHub } from "./mock/hub";

export default defineConfig({
    base: "./",
    plugins: process.env["VITEST"] ? [] : [mockHub()],
    build: {
        target: ["chrome123", "firefox121", "safari17.5"],
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: true,
    },
    test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
