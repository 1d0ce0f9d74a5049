// SPDX-License-Identifier: Apache-2.0
// Who is looking at this page.
import type { Http } from "./http";
import type { Me } from "./types";

/** Trades the token for a cookie. Throws `unauthorized`, or `rate_limited` after too many tries. */
export const login = (http: Http, token: string): Promise<Me> => http.post<Me>("api/login", { token });

export const logout = (http: Http): Promise<void> => http.post<void>("api/logout");

/** Throws `unauthorized` when signed out. */
export const whoAmI = (http: Http): Promise<Me> => http.get<Me>("api/me");

const token_size_max = 128;

/** The token in a fragment such as `#token=abc`, or null. */
export function tokenIn(fragment: string): string | null {
    const token = new URLSearchParams(fragment.replace(/^#/, "")).get("token");
    return token !== null && token !== "" && token.length <= token_size_max ? token : null;
}

/** What a person pastes: the bare token, or the whole address that holds it. */
export function tokenFrom(pasted: string): string {
    const text = pasted.trim();
    const at = text.indexOf("#");
    return (at >= 0 ? tokenIn(text.slice(at)) : null) ?? text.slice(0, token_size_max);
}
