// SPDX-License-Identifier: Apache-2.0
// Which page the address means. The path is the hub's; ours begins after the #.

export type Route = { readonly page: "home" } | { readonly page: "board"; readonly uid: string };

export function routeOf(fragment: string): Route {
    const match = /^#\/board\/([a-z0-9]{4,32})$/.exec(fragment);
    return match?.[1] === undefined ? { page: "home" } : { page: "board", uid: match[1] };
}

export const boardHref = (uid: string): string => `#/board/${encodeURIComponent(uid)}`;
export const home_href = "#/";
