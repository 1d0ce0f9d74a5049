// SPDX-License-Identifier: Apache-2.0
// What the emulator or debugger lends the board: files, and a line of settings (Arm's semihosting, version 2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::ports::mps2_an521 {

/// A file of the host, in the folder in which the emulator runs; closed by nobody, for a board never ends. Each file is
/// used from one CPU only.
class HostFile {
public:
    /// False when the host does not have it or has no files; then the other calls do nothing and say false.
    bool open(const char* name, bool create) noexcept;
    bool is_open() const noexcept { return handle_ >= 0; }
    std::size_t size() const noexcept;
    bool read(std::size_t offset, std::span<std::uint8_t> into) const noexcept;
    bool write(std::size_t offset, std::span<const std::uint8_t> bytes) const noexcept;

private:
    std::int32_t handle_ = -1;
};

/// The words `key=value` with which the emulator was started; empty when there are none. Once, into `buffer`.
std::string_view command_line(std::span<char> buffer) noexcept;
/// The value of `key` in such a line, up to the next blank.
std::string_view setting(std::string_view line, std::string_view key) noexcept;

} // namespace firmware::ports::mps2_an521
