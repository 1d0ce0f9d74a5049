// SPDX-License-Identifier: Apache-2.0
// Where the page begins: the token is taken out of the address before anything else can see it.
import "./styles/tokens.css";
import { Http } from "./api/http";
import { tokenIn } from "./api/login";
import { App } from "./app";
import { applyTheme, currentTheme } from "./components/theme";
import { Hub } from "./hub";

const token = tokenIn(location.hash);
if (token !== null) history.replaceState(null, "", location.pathname + location.search);

applyTheme(currentTheme());
const hub = new Hub(new Http(new URL(".", document.baseURI)));
const app = new App();
app.hub = hub;
document.body.append(app);
void hub.start(token);
