// SPDX-License-Identifier: Apache-2.0
// Which page the address means, and which dialog lies over it. The path is the hub's; ours begins after the #.

/** A dialog; its address brings it back after a reload. */
export type Over =
    /** `board`: a port or address to begin with; `again`: the job whose choices are to be changed. Either may be empty. */
    | { readonly dialog: "flash"; readonly board: string; readonly again: string }
    | { readonly dialog: "deploy"; readonly board: string }
    | { readonly dialog: "job"; readonly id: string };

export type Place = { readonly page: "home" } | { readonly page: "board"; readonly uid: string };
export type Route = Place & { readonly over: Over | null };

const text_max = 128;

export function routeOf(fragment: string): Route {
    const at = fragment.indexOf("?");
    const path = at < 0 ? fragment : fragment.slice(0, at);
    const over = at < 0 ? null : overOf(new URLSearchParams(fragment.slice(at + 1)));
    const match = /^#\/board\/([a-z0-9]{4,32})$/.exec(path);
    return match?.[1] === undefined ? { page: "home", over } : { page: "board", uid: match[1], over };
}

function overOf(query: URLSearchParams): Over | null {
    const job = query.get("job") ?? "";
    if (/^[0-9]{1,9}$/.test(job)) return { dialog: "job", id: job };
    const deploy = query.get("deploy");
    if (deploy !== null && deploy !== "") return { dialog: "deploy", board: deploy.slice(0, text_max) };
    const flash = query.get("flash");
    if (flash === null) return null;
    const again = query.get("again") ?? "";
    return { dialog: "flash", board: flash.slice(0, text_max), again: /^[0-9]{1,9}$/.test(again) ? again : "" };
}

export const boardHref = (uid: string): string => `#/board/${encodeURIComponent(uid)}`;
export const home_href = "#/";

/** The address of a page with a dialog over it, or without any. */
export function hrefOf(place: Place, over: Over | null): string {
    const page = place.page === "board" ? boardHref(place.uid) : home_href;
    return over ? `${page}?${queryOf(over)}` : page;
}

function queryOf(over: Over): string {
    switch (over.dialog) {
        case "job":
            return `job=${over.id}`;
        case "deploy":
            return `deploy=${encodeURIComponent(over.board)}`;
        case "flash":
            return `flash=${encodeURIComponent(over.board)}${over.again === "" ? "" : `&again=${over.again}`}`;
    }
}
