// SPDX-License-Identifier: Apache-2.0
// Finds the frames in what a Tuya serial line said, and says what they mean.
#pragma once

#include "cli/tuya_capture.hpp"
#include "protocol/tuya/frame_reader.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct TuyaFrame {
    TuyaSide side = TuyaSide::unknown;
    std::optional<double> at_ms; ///< of its last byte
    std::uint8_t version = 0;
    std::uint8_t command = 0;
    std::vector<std::uint8_t> data;
    std::optional<std::uint8_t> wrong_sum; ///< what was there instead of `right_sum`
    std::uint8_t right_sum = 0;
};

/// Keeps the two sides apart, for their bytes may come mixed.
class TuyaDecoder {
public:
    /// `found` hears each frame, also those with a wrong sum, as soon as its last byte is there.
    explicit TuyaDecoder(std::function<void(const TuyaFrame&)> found);
    ~TuyaDecoder();

    void feed(const TuyaBytes& bytes);
    /// Nothing more comes: gives up half a frame, and finds what lies in it.
    void finish();

    unsigned good() const { return good_; }
    unsigned bad() const { return bad_; }
    /// Bytes that belong to no frame; those of frames with a wrong sum are among them.
    std::uint64_t skipped() const;

private:
    struct Side;
    Side& side(TuyaSide side);

    std::function<void(const TuyaFrame&)> found_;
    std::array<std::unique_ptr<Side>, 3> sides_;
    unsigned good_ = 0;
    unsigned bad_ = 0;
};

/// Whether these frames are of the mains protocol: its modules say version 0 like those of the other, its MCUs do not.
bool is_tuya_mains(const std::vector<TuyaFrame>& frames);

/// "report: 101 bool 1, 102 enum 2"; safe to print.
std::string tuya_meaning(const TuyaFrame& frame, bool mains);

/// The frame and what it means, for `--json`.
nlohmann::json tuya_json(const TuyaFrame& frame, bool mains);

/// "  1234.5 ms  MCU to module  report: …"
std::string tuya_line(const TuyaFrame& frame, bool mains);

} // namespace cli
