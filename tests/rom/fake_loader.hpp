// SPDX-License-Identifier: Apache-2.0
// The bootloader of a FakeChip, in ROM or as the stub: what it answers to each request, and when.
#pragma once

#include "base/clock.hpp"
#include "protocol/esp/chips.hpp"
#include "protocol/esp/request.hpp"
#include "tests/rom/nor_flash.hpp"

#include <zlib.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests::rom {

struct FakeChipOptions;

/// One frame that the loader sends.
struct Reply {
    std::vector<std::uint8_t> frame;
    base::Micros ready = 0;
};

class FakeLoader {
public:
    FakeLoader(const FakeChipOptions& options, NorFlash& flash);
    ~FakeLoader();
    FakeLoader(const FakeLoader&) = delete;
    FakeLoader& operator=(const FakeLoader&) = delete;

    /// As after a reset: the ROM, that knows nothing.
    void restart();

    /// A frame that has arrived `now`; returns what is answered, in order.
    std::vector<Reply> on_frame(std::span<const std::uint8_t> frame, base::Micros now);

    bool is_stub() const { return stub_; }
    bool synced() const { return synced_; }
    /// The rate that the host asked for, once; from the end of the replies on.
    std::optional<unsigned> take_new_baud() { return std::exchange(new_baud_, std::nullopt); }
    /// Told to leave, or to start the program.
    bool take_left() { return std::exchange(left_, false); }
    /// Reset by its own watchdog.
    bool take_watchdog() { return std::exchange(watchdog_, false); }
    void set_baud(unsigned baud) { baud_ = baud; }

    /// What a host did that it never should.
    const std::vector<std::string>& violations() const { return violations_; }
    /// Data blocks taken so far.
    std::uint32_t blocks() const { return blocks_taken_; }
    /// The next answer to a data block gets lost.
    void lose_next_answer() { lose_answer_ = true; }
    /// The next data block is answered with a wrong checksum.
    void refuse_next_block() { refuse_block_ = true; }

private:
    struct Asked {
        protocol::esp::Op op{};
        std::vector<std::uint32_t> words;
        std::span<const std::uint8_t> payload;
        std::uint8_t check = 0;
    };
    struct Answer {
        std::uint32_t value = 0;
        std::vector<std::uint8_t> payload;
        std::uint8_t reason = 0;
        bool ok = true;
        base::Micros took = 200; ///< until the answer
        base::Micros after = 0;  ///< what goes on after it
    };

    Answer answer(const Asked& asked, base::Micros now);
    bool knows(protocol::esp::Op op) const;
    Answer refuse(std::uint8_t in_rom, std::uint8_t in_stub);
    Answer flash_begin(const Asked& asked, bool compressed);
    Answer flash_data(const Asked& asked, bool compressed);
    Answer flash_end(const Asked& asked);
    Answer mem(const Asked& asked);
    Answer mem_end(const Asked& asked);
    Answer md5(const Asked& asked);
    Answer erase_region(const Asked& asked);
    Answer read_slow(const Asked& asked);
    Answer security_info() const;
    std::optional<Answer> check_block(const Asked& asked);
    bool inflate_block(std::span<const std::uint8_t> data, std::vector<std::uint8_t>& out);
    base::Micros store(std::span<const std::uint8_t> data, bool& ok);
    void read_flash_next(base::Micros now, std::vector<Reply>& replies);
    void on_read_ack(std::span<const std::uint8_t> frame, base::Micros now, std::vector<Reply>& replies);
    std::uint32_t flash_limit() const;
    std::uint32_t read_register(std::uint32_t address) const;
    std::uint32_t revision_fuses(std::uint32_t address) const;
    std::uint32_t clock_divider() const;
    void write_register(const Asked& asked);
    void run_spi_command();
    Reply frame_of(protocol::esp::Op op, const Answer& answer, base::Micros at) const;
    void violate(std::string what) { violations_.push_back(std::move(what)); }

    struct Read {
        std::uint32_t address, size, sent, packet;
    };
    enum class Mode : std::uint8_t { none, plain, compressed, memory };

    const FakeChipOptions& options_;
    const protocol::esp::ChipFacts& facts_;
    NorFlash& flash_;
    bool stub_ = false;
    bool synced_ = false;
    bool attached_ = false;
    std::uint32_t told_size_ = 0;
    Mode mode_ = Mode::none;
    std::uint32_t next_block_ = 0, block_count_ = 0, block_size_ = 0;
    std::uint32_t write_at_ = 0, left_to_write_ = 0, erased_until_ = 0;
    std::optional<std::uint8_t> deferred_reason_;
    std::optional<Read> read_;
    z_stream inflater_{};
    bool inflating_ = false;
    std::map<std::uint32_t, std::vector<std::uint8_t>> memory_;
    std::uint32_t memory_at_ = 0, memory_left_ = 0;
    std::map<std::uint32_t, std::uint32_t> registers_;
    std::optional<unsigned> new_baud_;
    unsigned baud_ = 115200;
    bool left_ = false, watchdog_ = false, greet_ = false, lose_answer_ = false, refuse_block_ = false;
    base::Micros busy_until_ = 0, queued_until_ = 0;
    std::uint32_t blocks_taken_ = 0;
    std::vector<std::string> violations_;
};

} // namespace tests::rom
