// SPDX-License-Identifier: Apache-2.0
// What holds the buttons of a board's picture down: pointers, keys. A Lit controller.
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { moveButton } from "../api/boards";
import { asProblem, type Http, type Problem } from "../api/http";
import type { ProfilePart } from "../api/types";

export interface HeldButtonsOf {
    http(): Http;
    uid(): string;
    inputs(): readonly ProfilePart[];
    pressable(): boolean;
    problem(problem: Problem | null): void;
}

/** Where letters mean something else, or nothing: in a dialog the board lies behind it. */
const typing_places = "input, textarea, select, [contenteditable], wa-input, wa-select, wa-slider, dialog";
const active_places = "a[href], button, summary, [role='button'], [tabindex='0']";

export class HeldButtons implements ReactiveController {
    /** Which buttons are down, and what holds each: a pointer, a key. */
    private readonly held = new Map<string, Set<string>>();
    /** Requests go one after the other: a release must never overtake its hold. */
    private queue: Promise<void> = Promise.resolve();

    constructor(
        private readonly host: ReactiveControllerHost & EventTarget,
        private readonly of: HeldButtonsOf,
    ) {
        host.addController(this);
    }

    hostConnected(): void {
        addEventListener("keydown", this.onKeyDown);
        addEventListener("keyup", this.onKeyUp);
        addEventListener("blur", this.releaseAll);
        document.addEventListener("visibilitychange", this.releaseAll);
    }

    hostDisconnected(): void {
        this.releaseAll();
        removeEventListener("keydown", this.onKeyDown);
        removeEventListener("keyup", this.onKeyUp);
        removeEventListener("blur", this.releaseAll);
        document.removeEventListener("visibilitychange", this.releaseAll);
    }

    hostUpdated(): void {
        if (this.held.size > 0 && !this.of.pressable()) this.releaseAll();
    }

    down(name: string): boolean {
        return this.held.has(name);
    }

    pointerDown(event: PointerEvent, name: string): void {
        if (event.button !== 0) return;
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        this.press(name, `pointer ${event.pointerId}`);
    }

    pointerUp(event: PointerEvent, name: string): void {
        this.release(name, `pointer ${event.pointerId}`);
    }

    /** Enter and space press the button that has the focus. */
    focusKey(event: KeyboardEvent, name: string, down: boolean): void {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        if (event.repeat) return;
        if (down) this.press(name, `focus ${event.key}`);
        else this.release(name, `focus ${event.key}`);
    }

    blurred(name: string): void {
        for (const holder of [...(this.held.get(name) ?? [])])
            if (holder.startsWith("focus")) this.release(name, holder);
    }

    /** Letters work wherever the focus is, except where a person types or chooses. Arrows and Enter mean something to
     * links and buttons too: outside of the picture they are the board's only while none of these has the focus. */
    private readonly onKeyDown = (event: KeyboardEvent): void => {
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
        const part = this.of.inputs().find((input) => input.key === event.key.toLowerCase());
        if (!part || !this.of.pressable()) return;
        const path = event.composedPath();
        const within = path.includes(this.host);
        const busy = event.key.length > 1 && !within ? `${typing_places}, ${active_places}` : typing_places;
        if (path.some((target) => target instanceof Element && target.matches(busy))) return;
        if (event.key.length > 1) event.preventDefault(); // the page would scroll
        if (!event.repeat) this.press(part.name, `key ${event.code}`);
    };

    private readonly onKeyUp = (event: KeyboardEvent): void => {
        for (const name of [...this.held.keys()]) this.release(name, `key ${event.code}`);
    };

    private readonly releaseAll = (): void => {
        for (const [name, holders] of [...this.held]) for (const holder of [...holders]) this.release(name, holder);
    };

    private press(name: string, holder: string): void {
        if (!this.of.pressable()) return;
        const holders = this.held.get(name);
        if (holders) {
            holders.add(holder);
            return;
        }
        this.held.set(name, new Set([holder]));
        this.send(name, "hold");
    }

    private release(name: string, holder: string): void {
        const holders = this.held.get(name);
        if (!holders?.delete(holder) || holders.size > 0) return;
        this.held.delete(name);
        this.send(name, "release");
    }

    private send(name: string, verb: "hold" | "release"): void {
        const uid = this.of.uid();
        this.queue = this.queue.then(async () => {
            try {
                await moveButton(this.of.http(), uid, name, verb);
                this.of.problem(null);
            } catch (error) {
                this.of.problem(asProblem(error));
            }
        });
        this.host.requestUpdate();
    }
}
