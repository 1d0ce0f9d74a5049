// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/block_link.hpp"

#include "base/expect.hpp"
#include "hub/workbench/repl/block_format.hpp"
#include "hub/workbench/repl/board_snippets.hpp"
#include "hub/workbench/repl/deflater.hpp"
#include "hub/workbench/repl/repl_engine.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <utility>

namespace hub::workbench {
namespace {

using base::ErrorCode;
using base::from_ms;
using base::Micros;

constexpr unsigned flag_block = 1, flag_last = 2, flag_packed = 4;
constexpr unsigned header_salt = 'Z'; // or a header of zeros were a good one
constexpr std::size_t piece_min = 128;
constexpr std::size_t answer_max = 4096; // of what is no program's output
constexpr int loader_bits = 11;
constexpr int fills_max = 2;
constexpr int damages_max = 12;
constexpr Micros start_patience = from_ms(3000);
constexpr Micros piece_patience = from_ms(2000); // a flash that erases, a garbage collector
constexpr Micros settle_time = from_ms(150);
constexpr Micros byte_time = 200; // of a slow line
constexpr int answers_max = 4;
constexpr Micros quiet_patience = from_ms(500);
constexpr Micros stop_patience = from_ms(1000);

void append_number(std::string& bytes, std::uint32_t number, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFFU);
}

unsigned sum_of(std::string_view bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), 0U,
                           [](unsigned sum, char c) { return sum + static_cast<unsigned char>(c); });
}

std::uint32_t crc_of(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

base::Error gone_deaf() {
    return {ErrorCode::timeout, "the board stopped answering while files were sent",
            "Is it still there? Unplug it and plug it in again, then try once more."};
}

} // namespace

bool read_abilities(std::string_view line, BoardAbilities& abilities) {
    std::array<char, 32> implementation{};
    std::array<char, 64> platform{};
    unsigned hash = 0;
    unsigned crc = 0;
    unsigned block = 0;
    unsigned long long memory = 0;
    unsigned read_only = 0;
    const int found = std::sscanf(std::string(line).c_str(), "%u %u %u %d %llu %u %u %31s %63[^\r\n]", &hash, &crc,
                                  &block, &abilities.window_bits, &memory, &abilities.mpy, &read_only,
                                  implementation.data(), platform.data());
    constexpr int fields = 9;
    if (found != fields || block < 512 || block > 4096 || abilities.window_bits < 9 || abilities.window_bits > 15) {
        return false;
    }
    abilities.has_sha256 = hash == 32;
    abilities.has_crc = crc != 0;
    abilities.block = block;
    abilities.memory = memory;
    abilities.is_read_only = read_only != 0;
    abilities.implementation = implementation.data();
    abilities.platform = platform.data();
    return true;
}

struct BlockLink::Impl {
    enum class Unpacks { nothing = 0, stream = 1, each = 2 };
    enum class Verdict { none, accepted, damaged };
    enum class Part { output, exception, verdict };

    explicit Impl(PythonRunner& to) : runner(to) {}

    base::Result<bool> start();
    base::Result<> load();
    std::string pack(std::string_view plain, bool& packed);
    base::Result<> send(std::string_view wire, std::size_t plain, std::size_t code, bool packed, Micros patience);
    std::string piece(std::string_view bytes, std::size_t place, std::size_t plain, std::size_t code, unsigned flags);
    base::Result<Verdict> deliver(const std::string& piece, Micros patience);
    base::Result<Verdict> listen(Micros patience);
    Verdict take(std::string_view bytes);
    base::Error lost(base::Error error);
    void stop();

    PythonRunner& runner;
    BoardAbilities abilities;
    Unpacks unpacks = Unpacks::nothing;
    std::unique_ptr<Deflater> deflater;
    bool alive = false;
    unsigned next = 0; ///< the number of the next piece
    std::size_t piece_max = deaf_bytes_max;

    // The answer to a piece, as it comes.
    Part part = Part::output;
    char kind = 0;
    std::string exception;
    const PythonRunner::Output* output = nullptr;
};

BlockLink::BlockLink(PythonRunner& runner) : impl_(std::make_unique<Impl>(runner)) {}

BlockLink::~BlockLink() { stop(); }

bool BlockLink::is_alive() const noexcept { return impl_->alive; }

const BoardAbilities& BlockLink::abilities() const noexcept { return impl_->abilities; }

void BlockLink::stop() { impl_->stop(); }

// --- Starting

base::Result<bool> BlockLink::start() {
    impl_->stop();
    return impl_->start();
}

base::Result<bool> BlockLink::Impl::start() {
    if (const auto started = runner.start(std::string(snippets::loader)); !started) {
        if (started.error().code == ErrorCode::unsupported) return false;
        return tl::unexpected(started.error());
    }
    std::string said;
    while (said.find(block_acknowledged) == std::string::npos) {
        const auto heard = runner.hear(start_patience);
        if (!heard) return tl::unexpected(heard.error());
        said += heard->printed;
        if (heard->ended) return false;
        if (heard->printed.empty() || said.size() > answer_max) return tl::unexpected(gone_deaf());
    }
    int able = 0;
    int how = 0;
    if (std::sscanf(said.c_str(), "%d %d", &able, &how) != 2 || how < 0 || how > 2) return tl::unexpected(gone_deaf());
    unpacks = static_cast<Unpacks>(how);
    const auto loaded = load();
    if (!loaded && loaded.error().code != ErrorCode::malformed) return tl::unexpected(loaded.error());
    return alive;
}

// The program itself, and the line that it says about the board. Error `malformed`: it does not run there.
base::Result<> BlockLink::Impl::load() {
    const std::string text =
        std::string(snippets::helpers) + std::string(snippets::about) + std::string(snippets::receiver);
    const auto packed = unpacks == Unpacks::nothing ? std::nullopt : deflated(text, loader_bits);
    const std::string& program = packed ? *packed : text;
    std::string bytes;
    append_number(bytes, static_cast<std::uint32_t>(program.size()), 2);
    bytes += program;
    std::string said;
    bool filled_up = false;
    if (auto sent = runner.say(bytes); !sent) return sent;
    while (!said.ends_with("\6@")) {
        const auto heard = runner.hear(start_patience);
        if (!heard) return tl::unexpected(heard.error());
        said += heard->printed;
        if (heard->ended || said.size() > answer_max)
            return base::fail(ErrorCode::malformed, "bytes change on the way");
        if (!heard->printed.empty()) continue;
        // It waits for bytes that were lost.
        if (std::exchange(filled_up, true)) return tl::unexpected(gone_deaf());
        if (auto sent = runner.say(std::string(bytes.size(), '\0')); !sent) return sent;
    }
    abilities = {};
    if (!read_abilities(said, abilities)) return base::fail(ErrorCode::malformed, "the board says strange things");
    deflater = unpacks == Unpacks::stream ? std::make_unique<Deflater>(abilities.window_bits) : nullptr;
    alive = true;
    next = 0;
    piece_max = deaf_bytes_max;
    return {};
}

// --- Sending

base::Result<std::string> BlockLink::ask(std::string_view code, std::string_view data,
                                         const PythonRunner::Output& output, Micros patience) {
    expect(code.size() + data.size() <= impl_->abilities.block);
    if (!impl_->alive) return base::fail(ErrorCode::invalid_state, "the board does not take blocks now");
    const std::string plain = std::string(code) + std::string(data);
    bool packed = false;
    const std::string wire = impl_->pack(plain, packed);
    impl_->output = &output;
    impl_->exception.clear();
    const auto sent = impl_->send(wire, plain.size(), code.size(), packed, patience);
    impl_->output = nullptr;
    if (!sent) return tl::unexpected(impl_->lost(sent.error()));
    return std::exchange(impl_->exception, {});
}

std::string BlockLink::Impl::pack(std::string_view plain, bool& packed) {
    packed = unpacks == Unpacks::stream;
    if (packed) return deflater->pack(plain);
    constexpr int whole_window = 15;
    auto alone = unpacks == Unpacks::each ? deflated(plain, whole_window) : std::nullopt;
    packed = alone.has_value();
    return alone ? std::move(*alone) : std::string(plain);
}

base::Result<> BlockLink::Impl::send(std::string_view wire, std::size_t plain, std::size_t code, bool packed,
                                     Micros patience) {
    int damages = 0;
    for (std::size_t place = 0; place < wire.size();) {
        const std::string_view bytes = wire.substr(place, piece_max);
        const bool last = place + bytes.size() == wire.size();
        const unsigned flags = flag_block | (last ? flag_last : 0) | (packed ? flag_packed : 0);
        const auto verdict = deliver(piece(bytes, place, plain, code, flags),
                                     last ? std::max(patience, piece_patience) : piece_patience);
        if (!verdict) return tl::unexpected(verdict.error());
        if (*verdict == Verdict::accepted) {
            place += bytes.size();
            next = (next + 1) % 16;
        } else if (++damages == damages_max) {
            return base::fail(ErrorCode::io, "the line to the board loses bytes, again and again",
                              "A shorter cable, or a hub with its own power, may help.");
        } else {
            piece_max = std::max(piece_min, bytes.size() / 2);
        }
    }
    return {};
}

std::string BlockLink::Impl::piece(std::string_view bytes, std::size_t place, std::size_t plain, std::size_t code,
                                   unsigned flags) {
    std::string header;
    append_number(header, next, 1);
    append_number(header, flags, 1);
    for (const std::size_t number : {place, bytes.size(), plain, code}) {
        append_number(header, static_cast<std::uint32_t>(number), 2);
    }
    append_number(header, abilities.has_crc ? crc_of(bytes) : sum_of(bytes), 4);
    append_number(header, sum_of(header) + header_salt, 1);
    return header + std::string(bytes);
}

// A board that waits for lost bytes is given zeros, and finds the piece damaged.
base::Result<BlockLink::Impl::Verdict> BlockLink::Impl::deliver(const std::string& piece, Micros patience) {
    if (const auto said = runner.say(piece); !said) return tl::unexpected(said.error());
    part = Part::output;
    int fills = 0;
    const Micros wire_time = static_cast<Micros>(piece.size()) * byte_time;
    for (Micros silence = 0; silence < std::max(patience, (fills_max + 1) * piece_patience);
         silence += piece_patience) {
        auto verdict = listen(piece_patience + wire_time);
        if (verdict && *verdict == Verdict::damaged) {
            // What was sent while it looked for the next beginning may be answered yet.
            verdict = listen(settle_time + wire_time);
            if (verdict && *verdict == Verdict::none) return Verdict::damaged;
        }
        if (!verdict || *verdict != Verdict::none) return verdict;
        if (fills++ == fills_max) continue;
        if (const auto said = runner.say(std::string(deaf_bytes_max, '\0')); !said) return tl::unexpected(said.error());
    }
    return tl::unexpected(gone_deaf());
}

base::Result<BlockLink::Impl::Verdict> BlockLink::Impl::listen(Micros patience) {
    for (;;) {
        const auto heard = runner.hear(patience);
        if (!heard) return tl::unexpected(heard.error());
        const Verdict verdict = take(heard->printed);
        if (verdict != Verdict::none) return verdict;
        if (heard->ended) {
            alive = false;
            const std::string message = "what takes files on the board ended: " + *heard->ended;
            return base::fail(ErrorCode::io, std::string_view(message), "Try once more.");
        }
        if (heard->printed.empty()) return Verdict::none;
    }
}

BlockLink::Impl::Verdict BlockLink::Impl::take(std::string_view bytes) {
    Verdict result = Verdict::none;
    std::string text;
    for (const char byte : bytes) {
        if (part == Part::verdict) {
            part = Part::output;
            const char ours = static_cast<char>('A' + next);
            const char after_ours = static_cast<char>('A' + (next + 1) % 16);
            if (kind == block_acknowledged && byte == ours) result = Verdict::accepted;
            if (kind == block_damaged && byte == ours && result == Verdict::none) result = Verdict::damaged;
            // It was accepted, and the answer to it was lost.
            if (kind == block_damaged && byte == after_ours) result = Verdict::accepted;
        } else if (byte == block_acknowledged || byte == block_damaged) {
            part = Part::verdict;
            kind = byte;
        } else if (byte == block_exception) {
            part = Part::exception;
        } else if (part == Part::output) {
            text += byte;
        } else if (exception.size() < traceback_size_max) {
            exception += byte;
        }
    }
    if (!text.empty() && output != nullptr && *output) (*output)(text);
    return result;
}

// --- Ending

base::Error BlockLink::Impl::lost(base::Error error) {
    if (alive && error.code != ErrorCode::disconnected) {
        // It may be in the middle of a piece. What is sent while it throws the zeros away is thrown away, too.
        part = Part::output;
        bool quiet = !runner.say(std::string(deaf_bytes_max, '\0'));
        for (int i = 0; i < answers_max && !quiet; ++i) {
            const auto verdict = listen(quiet_patience);
            quiet = !verdict || *verdict == Verdict::none;
        }
        stop();
    }
    alive = false;
    return error;
}

void BlockLink::Impl::stop() {
    if (!std::exchange(alive, false)) return;
    if (!runner.say(block_end)) return;
    for (;;) {
        const auto heard = runner.hear(stop_patience);
        if (!heard || heard->ended || heard->printed.empty()) return;
    }
}

} // namespace hub::workbench
