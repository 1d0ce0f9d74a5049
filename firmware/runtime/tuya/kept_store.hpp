// SPDX-License-Identifier: Apache-2.0
// What a module keeps over its power cuts, safe from a cut at any moment.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/small_flash.hpp"
#include "firmware/runtime/tuya/kept_record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace firmware::runtime::tuya {

/// A log of whole records in one of two blocks of its own. When a block is full, or something is wrong with it, the
/// other one is erased and gets the next record; the newest record is never in the block that is erased. So a cut at
/// any moment leaves the record before or the new one. On the hardware core; never waits, allocates, or starts more
/// than one operation in a step.
class KeptStore {
public:
    static constexpr base::Micros busy_poll = base::from_ms(1);
    static constexpr base::Micros retry = base::from_ms(5000); ///< after a failure

    explicit KeptStore(contract::SmallFlash& flash) noexcept : flash_(flash) {}

    /// As after power-on: reads both blocks and writes nothing. Without a record everything is as in a new module.
    void boot() noexcept;

    const KeptRecord& record() const noexcept { return record_; }
    /// Takes effect in memory at once; `saved` tells when it is safe. Starts to write if the flash is free.
    void save(const KeptRecord& record, base::Micros now) noexcept;
    bool saved() const noexcept { return !dirty_ && operation_ == Operation::none; }
    /// The last attempt to write failed; the next one comes by itself.
    bool failed() const noexcept { return failed_; }

    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept { return deadline_; }

private:
    static constexpr std::size_t slots = contract::SmallFlash::block_bytes / kept_record_size;
    enum class Operation : std::uint8_t { none, erase, program };
    enum class Found : std::uint8_t { erased, record, other };

    Found look(unsigned block, std::size_t slot, std::optional<ReadKeptRecord>& found) noexcept;
    void survey(unsigned block) noexcept;
    void start(base::Micros now) noexcept;
    void finish(base::Micros now) noexcept;
    bool is_done() noexcept;
    void fail(base::Micros now) noexcept;

    contract::SmallFlash& flash_;
    KeptRecord record_;
    std::uint32_t sequence_ = 0;     ///< of the newest record
    std::optional<unsigned> newest_; ///< the block that has it
    unsigned target_ = 0;
    std::size_t free_slot_ = slots; ///< in the target; its end when the log can't go on there
    bool dirty_ = false;            ///< the record in memory is not on its way
    bool failed_ = false;
    Operation operation_ = Operation::none;
    KeptRecordBytes written_{};
    base::Micros deadline_ = base::never;
};

} // namespace firmware::runtime::tuya
