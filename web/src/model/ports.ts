// SPDX-License-Identifier: Apache-2.0
// What is plugged in, as a person chooses from it: a friendly name, where it is, and why not if it can't be chosen.
import type { Job, Port } from "../api/types";
import { jobAt, titleOf } from "./jobs";

export interface PortOffer {
    readonly path: string;
    readonly title: string;
    /** "CP2102 at /dev/ttyUSB0, number 0001" */
    readonly where: string;
    /** Why it can't be chosen, and what to do; or what is good to know. */
    readonly note: string;
    readonly usable: boolean;
    /** It came while the person looked. */
    readonly fresh: boolean;
}

/** The ports that firmware could go through, those that just came first. `before`: what was there in the beginning, null
 * when nothing was looked at yet. */
export function portOffers(
    ports: readonly Port[],
    jobs: readonly Job[],
    before: ReadonlySet<string> | null,
): PortOffer[] {
    const offers = ports.filter((port) => !port.virtual).map((port) => offerOf(port, jobs, before));
    return [...offers.filter((offer) => offer.fresh), ...offers.filter((offer) => !offer.fresh)];
}

function offerOf(port: Port, jobs: readonly Job[], before: ReadonlySet<string> | null): PortOffer {
    const [adapter, likely] = halves(port.what);
    const serial = usbText(port, "serial");
    const held = heldBy(port, jobs);
    return {
        path: port.path,
        title: port.board ?? likely ?? usbText(port, "product") ?? adapter ?? "Something on a serial port",
        where: `${adapter ?? "Port"} at ${port.path}${serial === undefined ? "" : `, number ${serial}`}`,
        note: held ?? hubNote(port),
        usable: held === null,
        fresh: before !== null && !before.has(keyOf(port)),
    };
}

/** What stays the same when a board comes back under another name. */
export const keyOf = (port: Port): string => `${port.identity} ${port.path}`;

/** "CP2102: ESP32 or ESP8266 board" in two. */
function halves(what: string): readonly [string | undefined, string | undefined] {
    const at = what.indexOf(": ");
    const [adapter, likely] = at < 0 ? [what, ""] : [what.slice(0, at), what.slice(at + 2)];
    return [adapter || undefined, likely ? likely.slice(0, 1).toUpperCase() + likely.slice(1) : undefined];
}

function heldBy(port: Port, jobs: readonly Job[]): string | null {
    const job = jobAt(jobs, port.path);
    if (job) return `Busy: ${titleOf(job)} works on it. Wait for its end.`;
    if (port.held_by === null || isHub(port.held_by)) return null;
    return `In use by ${port.held_by}. Close that program, and it can be chosen here.`;
}

const hubNote = (port: Port): string =>
    port.held_by === null ? "" : "The hub listens to it, and hands it over for this.";

/** The hub's own hold is no obstacle. */
const isHub = (holder: string): boolean => /^ouro \(pid \d+\)$/.test(holder);

export function usbText(port: Port, field: string): string | undefined {
    const value = port.usb?.[field];
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** An address as the hub takes it: "host:4000" alone means RFC 2217. */
export function addressOf(typed: string): string {
    const word = typed.trim();
    if (word === "" || word.includes("://")) return word;
    return `rfc2217://${word}`;
}

/** What is wrong with an address; empty if nothing is. */
export function addressTrouble(typed: string): string {
    const address = addressOf(typed);
    if (address === "") return "Type the address of the machine that the board is plugged into.";
    if (/^(ws|wss|http|https):\/\//.test(address))
        return "Firmware can't travel over this kind of address. It takes a serial line: rfc2217://host:port.";
    if (!/^(rfc2217|tcp):\/\/[^\s/:]+:\d{1,5}$|^(rfc2217|tcp):\/\/\[[0-9a-f:.]+\]:\d{1,5}$/i.test(address))
        return "An address looks like rfc2217://host:4000.";
    return "";
}
