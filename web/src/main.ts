// SPDX-License-Identifier: Apache-2.0
// Where the page begins: the token is taken out of the address before anything else can see it.
import "./styles/tokens.css";
import { Http } from "./api/http";
import { tokenIn } from "./api/login";
import { App } from "./app";
import { applyTheme, currentTheme } from "./components/theme";
import { Hub } from "./hub";

function takeToken(): string | null {
    const token = tokenIn(location.hash);
    if (token !== null) history.replaceState(null, "", location.pathname + location.search);
    return token;
}

const token = takeToken();
applyTheme(currentTheme());
const hub = new Hub(new Http(new URL(".", document.baseURI)));
// The address may be opened where the page is open already: then nothing is loaded anew.
addEventListener("hashchange", () => {
    const opened_with = takeToken();
    if (opened_with !== null) void hub.signIn(opened_with);
});
const app = new App();
app.hub = hub;
document.body.append(app);
void hub.start(token);
