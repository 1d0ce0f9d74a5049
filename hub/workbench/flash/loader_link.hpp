// SPDX-License-Identifier: Apache-2.0
// Asks a bootloader, and waits for what it answers.
#pragma once

#include "hub/workbench/flash/line.hpp"
#include "protocol/esp/response.hpp"
#include "protocol/esp/slip.hpp"

#include <string>

namespace hub::workbench::flash {

/// A whole answer of any kind: its status is one of success or of failure.
struct Answer {
    std::uint32_t value = 0;
    std::vector<std::uint8_t> payload;
    bool ok = true;
    std::uint8_t reason = 0; ///< when not ok
};

/// One request.
struct Question {
    protocol::esp::Request request;
    base::Micros patience = base::from_ms(3000);
    std::size_t payload_size = 0; ///< of its answer
};

class LoaderLink {
public:
    /// `line` outlives this.
    explicit LoaderLink(Line& line) : line_(line) {}

    /// Drops what came before, asks, and takes the first answer to that request. Errors: `timeout`, and final ones.
    base::Result<Answer> ask(const Question& question, std::span<const std::uint8_t> data = {});
    /// The same; a status of failure is the error `io`, with what the chip says.
    base::Result<Answer> demand(const Question& question, std::span<const std::uint8_t> data = {});
    /// Up to three times, for what does no harm when done twice.
    base::Result<Answer> insist(const Question& question);

    /// Asks when it is not known yet how long a status is: the payload is then all of the answer, status included.
    base::Result<Answer> ask_unknown(const Question& question);

    /// The next frame of any kind. Errors: `timeout`, and final ones.
    base::Result<std::vector<std::uint8_t>> next_frame(base::Micros deadline);
    /// Asks, and waits for nothing.
    base::Result<> tell(const protocol::esp::Request& request) { return send(request, {}); }
    /// Writes a frame that is no request.
    base::Result<> send_frame(std::span<const std::uint8_t> content);
    /// Waits, and keeps what comes meanwhile for `heard` alone.
    base::Result<> pause(base::Micros duration);
    /// Drops what has come.
    base::Result<> discard();

    void set_status_size(std::size_t size) { status_size_ = size; }
    Line& line() { return line_; }

    /// The newest bytes, framed or not, for saying what went wrong.
    const std::string& heard() const { return heard_; }
    void forget_heard() { heard_.clear(); }
    /// Frames that were none, so far: a sign of a rate too high, or of a bad cable.
    std::uint32_t bad_frames() const { return bad_frames_; }
    std::uint64_t bytes_sent() const { return bytes_sent_; }

private:
    base::Result<> send(const protocol::esp::Request& request, std::span<const std::uint8_t> data);
    void hear(std::span<const std::uint8_t> bytes);
    base::Result<Answer> wait_for(protocol::esp::Op op, base::Micros deadline, std::size_t payload_size);

    Line& line_;
    protocol::esp::SlipReader reader_;
    std::vector<std::uint8_t> wire_;
    std::vector<std::uint8_t> input_;
    std::size_t input_at_ = 0;
    std::size_t status_size_ = 2;
    bool status_known_ = true;
    std::string heard_;
    std::uint32_t bad_frames_ = 0;
    std::uint64_t bytes_sent_ = 0;
};

/// "FLASH_DATA", for messages.
const char* op_name(protocol::esp::Op op) noexcept;

/// "0x1000".
std::string hex_text(std::uint64_t number);

} // namespace hub::workbench::flash
