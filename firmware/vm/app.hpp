// SPDX-License-Identifier: Apache-2.0
// Runs the board's app and says how it ended.
#pragma once

#include <string_view>

namespace firmware::vm {

/// Makes `/lib` and the app's folder places to import from. May raise MemoryError.
void prepare_path(std::string_view app);

/// Runs `/pyapps/<app>/app.py`, or what its app.toml names as `entry`, to its end. Its exceptions are shown on the
/// console and reported to the home; none leaves. When that file or a module it requires is missing a warning is
/// logged, and an app that `was_asked_for` by name is reported as crashed: the person who chose it must see why nothing
/// happens.
void run_app(std::string_view app, bool was_asked_for);

/// Reports that the app ended, however it ended; and at the end of a life also that nobody draws or drives outputs from
/// the prompt any more. Never raises.
void end_app() noexcept;

/// After a life that ended with a stack used up where no exception could be raised: says so on the console, and to the
/// home when an app ran, which then does not begin again. Never raises.
void report_overflow() noexcept;

} // namespace firmware::vm
