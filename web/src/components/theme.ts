// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the system has it; remembered on this device.

export type Theme = "system" | "light" | "dark";

const key = "ouro-theme";
const order: readonly Theme[] = ["system", "light", "dark"];

export function currentTheme(): Theme {
    try {
        const kept = localStorage.getItem(key);
        return kept === "light" || kept === "dark" ? kept : "system";
    } catch {
        return "system"; // Storage may be closed; the system's choice is a good one.
    }
}

export function applyTheme(theme: Theme): void {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    dispatchEvent(new Event("ouro-theme"));
    try {
        localStorage.setItem(key, theme);
    } catch {
        // Not remembered then.
    }
}

export const themeAfter = (theme: Theme): Theme => order[(order.indexOf(theme) + 1) % order.length] ?? "system";
