// SPDX-License-Identifier: Apache-2.0
// What apps there are in /pyapps, for the menu and for whoever starts one.
#pragma once

#include "base/fixed_string.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <cstddef>
#include <string_view>

namespace firmware::vm {

inline constexpr std::size_t listed_apps_max = 64; ///< those beyond are not listed, and the log says so

/// Sends the list of apps over the bridge: `begin`, the apps sorted by title without regard to case, `end`. An app is a
/// folder in /pyapps with the file that it starts with. Without a file system the list is empty, and `begin` carries
/// the reason as its `problem`. Takes `apps_wanted` back. On the VM core, where allocating is allowed; raises nothing,
/// an abort apart. A list that nobody takes is given up.
void send_catalogue();

/// At the start of a life: as above, unless the list before it was not taken and nobody asked for one.
void offer_catalogue();

/// The apps of that list that can be started, as Python's list of (folder's name, title). May raise MemoryError.
mp_obj_t startable_apps();

using AppPath = base::FixedString<112>; ///< of a file in an app, from the root; app names and paths are shorter

/// How an app is started.
struct AppStart {
    AppPath file;                  ///< of Python: /pyapps/<name>/app.py, or what app.toml names as `entry`
    base::FixedString<64> problem; ///< why it can't be started: that file or a module is missing; empty: it can be
};
AppStart find_start(std::string_view app);

} // namespace firmware::vm
