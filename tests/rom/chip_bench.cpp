// SPDX-License-Identifier: Apache-2.0
#include "tests/rom/chip_bench.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tests::rom {

base::Micros real_now() {
    static const auto start = std::chrono::steady_clock::now();
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
}

ChipBench::ChipBench(FakeChip& chip, Noise to_chip, Noise to_host, const std::string& program)
    : chip_(chip),
      to_chip_(std::move(to_chip)),
      to_host_(std::move(to_host)) {
    if (!program.empty()) program_.emplace(program);
}

void ChipBench::set_lines(hub::workbench::ControlLines lines) {
    deliver_until(real_now());
    chip_.set_lines(lines, real_now());
    follow_chip();
}

void ChipBench::sent(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t piece_size = 256;
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
        const auto piece = bytes.subspan(at, std::min(piece_size, bytes.size() - at));
        free_at_ = std::max(free_at_, real_now()) + static_cast<base::Micros>(piece.size()) * 10'000'000 / baud_;
        pieces_.push_back({to_chip_.on(piece), baud_, free_at_});
    }
}

std::vector<std::uint8_t> ChipBench::heard() {
    deliver_until(real_now());
    chip_.advance(real_now());
    follow_chip();
    return to_host_.on(chip_.take_output(baud_, real_now()));
}

base::Micros ChipBench::due() const {
    const base::Micros piece = pieces_.empty() ? base::never : pieces_.front().arrives;
    return std::min({piece, chip_.output_due(), chip_.own_due()});
}

void ChipBench::deliver_until(base::Micros moment) {
    while (!pieces_.empty() && pieces_.front().arrives <= moment) {
        chip_.receive(pieces_.front().bytes, pieces_.front().baud, pieces_.front().arrives);
        pieces_.pop_front();
    }
}

// A UART holds a program up when it prints faster than the line carries.
bool ChipBench::takes_print() const {
    constexpr base::Micros backlog_max = base::from_ms(20);
    return chip_.sent_until() < real_now() + backlog_max;
}

int ChipBench::program_descriptor() const { return program_ && takes_print() ? program_->descriptor() : -1; }

void ChipBench::follow_chip() {
    constexpr std::size_t print_max = 512;
    const auto input = chip_.take_program_input();
    if (!program_) return;
    if (chip_.state() != FakeChip::State::program) return program_->stop();
    if (std::exchange(program_of_reset_, chip_.resets()) != chip_.resets()) {
        program_->start();
    } else if (program_->has_ended()) {
        return chip_.restart(real_now()); // machine.reset()
    }
    program_->write(input);
    if (!takes_print()) return;
    if (const std::string text = program_->read(print_max); !text.empty()) chip_.print(text, real_now());
}

} // namespace tests::rom
