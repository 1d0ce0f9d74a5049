// SPDX-License-Identifier: Apache-2.0
// Which page the address means, and which dialog lies over it. The path is the hub's; ours begins after the #.

/** A dialog; its address brings it back after a reload. */
export type Over =
    /** `board`: a port or address to begin with; `again`: the job whose choices are to be changed. Either may be empty. */
    | { readonly dialog: "flash"; readonly board: string; readonly again: string }
    | { readonly dialog: "deploy"; readonly board: string }
    | { readonly dialog: "job"; readonly id: string };

export type Place =
    | { readonly page: "home" }
    | { readonly page: "board"; readonly uid: string }
    | { readonly page: "home_assistant" }
    /** `name`: a secret to begin with; may be empty. */
    | { readonly page: "secrets"; readonly name: string };
export type Route = Place & { readonly over: Over | null };

const text_max = 128;

export function routeOf(fragment: string): Route {
    const at = fragment.indexOf("?");
    const path = at < 0 ? fragment : fragment.slice(0, at);
    const over = at < 0 ? null : overOf(new URLSearchParams(fragment.slice(at + 1)));
    return { ...placeOf(path), over };
}

function placeOf(path: string): Place {
    const uid = /^#\/board\/([a-z0-9]{4,32})$/.exec(path)?.[1];
    if (uid !== undefined) return { page: "board", uid };
    if (path === home_assistant_href) return { page: "home_assistant" };
    const secret = /^#\/secrets(?:\/([A-Za-z0-9_]{1,48}))?$/.exec(path);
    return secret ? { page: "secrets", name: secret[1] ?? "" } : { page: "home" };
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
export const home_assistant_href = "#/home-assistant";
export const secretsHref = (name = ""): string => `#/secrets${name === "" ? "" : `/${encodeURIComponent(name)}`}`;

function pageHref(place: Place): string {
    switch (place.page) {
        case "home":
            return home_href;
        case "board":
            return boardHref(place.uid);
        case "home_assistant":
            return home_assistant_href;
        case "secrets":
            return secretsHref(place.name);
    }
}

/** The address of a page with a dialog over it, or without any. */
export function hrefOf(place: Place, over: Over | null): string {
    const page = pageHref(place);
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
