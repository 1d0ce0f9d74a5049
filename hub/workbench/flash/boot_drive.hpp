// SPDX-License-Identifier: Apache-2.0
// Boards that show a drive which takes firmware as a UF2 file: RP2040, RP2350, and others with such a bootloader.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace hub::workbench::flash {

struct BootDrive {
    std::filesystem::path folder; ///< where it is mounted
    std::string model;            ///< as INFO_UF2.TXT says it
    std::string board_id;         ///< likewise

    bool operator==(const BootDrive&) const = default;
};

/// The boot drive that is mounted at `folder`. Errors: `not_found` when it holds no INFO_UF2.TXT.
base::Result<BootDrive> read_boot_drive(const std::filesystem::path& folder);

/// All that are mounted. `mounts`: a list as /proc/self/mounts has it.
std::vector<BootDrive> find_boot_drives(const std::filesystem::path& mounts = "/proc/self/mounts");

/// Checks the file and its family, copies it, and waits until the drive has it. A drive that vanishes while the last
/// bytes are written has taken them: it restarts. Errors: `malformed`, `refused` for another family unless `insist`,
/// `io`.
base::Result<> write_boot_drive(const BootDrive& drive, std::span<const std::uint8_t> file, bool insist);

} // namespace hub::workbench::flash
