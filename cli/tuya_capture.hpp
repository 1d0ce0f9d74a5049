// SPDX-License-Identifier: Apache-2.0
// Recordings of a Tuya serial line, in the forms that people have them.
#pragma once

#include "cli/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cli {

/// Who spoke, seen from the module, as logic analysers name its pins.
enum class TuyaSide : std::uint8_t { unknown, mcu, module };

/// Bytes that one side sent without a pause that the recording shows.
struct TuyaBytes {
    TuyaSide side = TuyaSide::unknown;
    std::optional<double> at_ms; ///< since the recording began, when it says so
    std::vector<std::uint8_t> bytes;
};

/// Reads, whichever it is:
/// - a logic analyser's lines `START-END UART: RX: 55` (START and END in samples; RX is what the module hears). The
///   sample rate is worked out from the length of a byte, 8 bits at 9600 baud;
/// - bytes in hexadecimal, with spaces, commas or `0x` or without, each line optionally behind `RX`, `TX`, `<` or `>`;
///   `#` begins a remark;
/// - the bytes themselves, when it is no text.
/// Failures: `exit_failed` naming the line that is none of these.
Outcome<std::vector<TuyaBytes>> read_tuya_capture(std::string_view file);

} // namespace cli
