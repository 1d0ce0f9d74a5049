// SPDX-License-Identifier: Apache-2.0
// Web Awesome's controls, each loaded when an entity first needs it. Their icons come from our own folder: no font kit, no CDN.
import check from "../assets/icons/check.svg?url";
import chevron from "../assets/icons/chevron-down.svg?url";

const loaders = {
    switch: () => import("@awesome.me/webawesome/dist/components/switch/switch.js"),
    input: async () => {
        await withLocalIcons();
        await import("@awesome.me/webawesome/dist/components/input/input.js");
    },
    select: async () => {
        await withLocalIcons();
        await import("@awesome.me/webawesome/dist/components/select/select.js");
        await import("@awesome.me/webawesome/dist/components/option/option.js");
    },
} as const;

export type ControlName = keyof typeof loaders;

const loading = new Set<ControlName>();

/** Begins to load a control, once. Until it is there its place is empty; a lost connection is tried again next time. */
export function needControl(name: ControlName): void {
    if (loading.has(name)) return;
    loading.add(name);
    loaders[name]().catch(() => loading.delete(name));
}

async function withLocalIcons(): Promise<void> {
    const { registerIconLibrary } = await import("@awesome.me/webawesome/dist/components/icon/library.js");
    const resolver = (name: string): string => (name === "check" ? check : chevron);
    registerIconLibrary("system", { resolver });
    registerIconLibrary("default", { resolver });
}
