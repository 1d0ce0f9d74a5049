// SPDX-License-Identifier: Apache-2.0
// What the session does with the buttons of the `badge` module. VM core only.
#pragma once

namespace firmware::vm {

/// Hands what happened to the buttons to Python's handler, if there is one, by way of the scheduler and as far as it
/// has room; the rest waits on the bridge. True when something was handed over.
bool service_buttons() noexcept;

/// A fresh VM has no handler, knows of no press before it, and takes a button that is held now as up until it is
/// pressed anew: the press that started an app in the menu is not for the app.
void forget_buttons() noexcept;

} // namespace firmware::vm
