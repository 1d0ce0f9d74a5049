// SPDX-License-Identifier: Apache-2.0
// Opens and closes the dialogs, by the address: so a reload keeps them, and the browser's way back closes them.
import { hrefOf, routeOf, type Over } from "../model/route";

/** The address of this page with a dialog over it, or without. */
export const overHref = (over: Over | null): string => hrefOf(routeOf(location.hash), over);

/** `instead`: takes the place of the dialog that is open. */
export function showOver(over: Over | null, instead = false): void {
    const href = overHref(over);
    if (instead) location.replace(href);
    else location.hash = href;
}
