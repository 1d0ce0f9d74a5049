// SPDX-License-Identifier: Apache-2.0
// `ha` in a board's ROM: there its bytecode runs where it lies, and takes a third of the memory.
#pragma once

#include "hub/workbench/deploy.hpp"
#include "hub/workbench/repl/rom_flash.hpp"
#include "hub/workbench/rom_image.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// Where a board finds what is in its ROM's folder lib.
inline constexpr std::string_view rom_library = "/rom/lib";

/// The files of `ha` that this program carries, compiled, as they lie in a ROM.
std::vector<RomFile> ha_rom_files();

/// The image with nothing but those; a comment in it says who made it.
const std::string& ha_rom_image();

struct RomPlan {
    enum class Ha : std::uint8_t {
        none,     ///< it goes beside the app
        there,    ///< the ROM has it already
        to_write, ///< `ha_rom_image` goes into `partition`
    };
    Ha ha = Ha::none;
    bool replaces_ours = false; ///< what is in it now is an `ha` of ours, which apps on the board may need
    RomPartition partition{};
    std::string why_not{}; ///< for `none`: what is in the way, for people; empty when there just is no ROM
    std::string hint{};
};

/// Looks at the first partition, which is the one that MicroPython mounts. What others put there is never taken.
/// Errors: those of RomFlash and `files`.
base::Result<RomPlan> plan_rom(RomFlash& rom, PythonFiles& files, const BoardFacts& board);

} // namespace hub::workbench
