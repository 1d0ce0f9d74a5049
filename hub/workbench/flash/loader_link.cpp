// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/loader_link.hpp"

#include <array>
#include <charconv>

namespace hub::workbench::flash {

using protocol::esp::Op;

namespace {

constexpr std::size_t heard_max = 2048;
constexpr int frames_max = 100;
constexpr int insistence = 3;

} // namespace

const char* op_name(Op op) noexcept {
    switch (op) {
    case Op::flash_begin: return "FLASH_BEGIN";
    case Op::flash_data: return "FLASH_DATA";
    case Op::flash_end: return "FLASH_END";
    case Op::mem_begin: return "MEM_BEGIN";
    case Op::mem_end: return "MEM_END";
    case Op::mem_data: return "MEM_DATA";
    case Op::sync: return "SYNC";
    case Op::write_register: return "WRITE_REG";
    case Op::read_register: return "READ_REG";
    case Op::spi_set_params: return "SPI_SET_PARAMS";
    case Op::spi_attach: return "SPI_ATTACH";
    case Op::read_flash_slow: return "READ_FLASH_SLOW";
    case Op::change_baud: return "CHANGE_BAUDRATE";
    case Op::deflate_begin: return "FLASH_DEFL_BEGIN";
    case Op::deflate_data: return "FLASH_DEFL_DATA";
    case Op::deflate_end: return "FLASH_DEFL_END";
    case Op::flash_md5: return "SPI_FLASH_MD5";
    case Op::security_info: return "GET_SECURITY_INFO";
    case Op::erase_flash: return "ERASE_FLASH";
    case Op::erase_region: return "ERASE_REGION";
    case Op::read_flash: return "READ_FLASH";
    }
    return "an unknown command";
}

std::string hex_text(std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return "0x" + std::string(digits.data(), end);
}

void LoaderLink::hear(std::span<const std::uint8_t> bytes) {
    heard_.append(bytes.begin(), bytes.end());
    if (heard_.size() > heard_max) heard_.erase(0, heard_.size() - heard_max);
}

base::Result<> LoaderLink::send(const protocol::esp::Request& request, std::span<const std::uint8_t> data) {
    wire_.resize(protocol::esp::wire_size_max);
    const std::size_t size = protocol::esp::encode(request, data, wire_);
    bytes_sent_ += size;
    return line_.write(std::span(wire_).first(size));
}

base::Result<> LoaderLink::send_frame(std::span<const std::uint8_t> content) {
    wire_.resize(2 * content.size() + 2);
    protocol::esp::SlipWriter writer(wire_);
    writer.append(content);
    return line_.write(std::span(wire_).first(writer.finish()));
}

base::Result<std::vector<std::uint8_t>> LoaderLink::next_frame(base::Micros deadline) {
    for (;;) {
        while (input_at_ < input_.size()) {
            if (const auto frame = reader_.feed(input_[input_at_++])) {
                return std::vector<std::uint8_t>(frame->begin(), frame->end());
            }
        }
        auto bytes = line_.read(deadline);
        if (!bytes) return tl::unexpected(bytes.error());
        if (bytes->empty()) return base::fail(base::ErrorCode::timeout, "the bootloader does not answer");
        hear(*bytes);
        input_ = std::move(*bytes);
        input_at_ = 0;
    }
}

base::Result<> LoaderLink::discard() {
    for (;;) {
        const auto bytes = line_.read(line_.now());
        if (!bytes) return tl::unexpected(bytes.error());
        if (bytes->empty()) break;
        hear(*bytes);
    }
    input_.clear();
    input_at_ = 0;
    reader_.reset();
    return {};
}

base::Result<> LoaderLink::pause(base::Micros duration) {
    const base::Micros until = line_.now() + duration;
    while (line_.now() < until) {
        const auto bytes = line_.read(until);
        if (!bytes) return tl::unexpected(bytes.error());
        hear(*bytes);
    }
    return {};
}

base::Result<Answer> LoaderLink::wait_for(Op op, base::Micros deadline, std::size_t payload_size) {
    for (int i = 0; i < frames_max; ++i) {
        const auto frame = next_frame(deadline);
        if (!frame) return tl::unexpected(frame.error());
        const auto response = protocol::esp::parse_response(*frame);
        if (!response) {
            ++bad_frames_;
            continue;
        }
        if (response->op != op) continue; // late, or SYNC's many
        Answer answer{response->value, {response->body.begin(), response->body.end()}};
        if (!status_known_) return answer;
        const auto status = protocol::esp::status_of(*response, payload_size, status_size_);
        if (!status) {
            ++bad_frames_;
            continue;
        }
        answer.ok = status->ok;
        answer.reason = status->reason;
        answer.payload.resize(status->ok ? payload_size : 0);
        return answer;
    }
    return base::fail(base::ErrorCode::timeout, "the bootloader answers something else");
}

base::Result<Answer> LoaderLink::ask(const Question& question, std::span<const std::uint8_t> data) {
    if (const auto done = discard(); !done) return tl::unexpected(done.error());
    if (const auto sent = send(question.request, data); !sent) return tl::unexpected(sent.error());
    return wait_for(question.request.op, line_.now() + question.patience, question.payload_size);
}

base::Result<Answer> LoaderLink::ask_unknown(const Question& question) {
    status_known_ = false;
    auto answer = ask(question);
    status_known_ = true;
    return answer;
}

base::Result<Answer> LoaderLink::demand(const Question& question, std::span<const std::uint8_t> data) {
    auto answer = ask(question, data);
    if (!answer || answer->ok) return answer;
    const std::string message = std::string("the chip refused ") + op_name(question.request.op) + ": " +
                                protocol::esp::reason_text(answer->reason) + " (" + hex_text(answer->reason) + ")";
    return base::fail(base::ErrorCode::io, message);
}

base::Result<Answer> LoaderLink::insist(const Question& question) {
    base::Result<Answer> answer;
    for (int i = 0; i < insistence; ++i) {
        answer = demand(question);
        if (answer || is_final(answer.error())) return answer;
    }
    return answer;
}

} // namespace hub::workbench::flash
