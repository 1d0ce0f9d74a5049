// SPDX-License-Identifier: Apache-2.0
// MicroPython as the program of a port.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/ports/shared/program.hpp"

#include <string>

namespace firmware::ports {

/// Runs `/pyapps/<app>/app.py`, then the prompt, with the heap and stack of `profile`.
ProgramFactory micropython(const boards::Profile& profile, std::string app, std::string uid);

} // namespace firmware::ports
