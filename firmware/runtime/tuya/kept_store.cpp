// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/tuya/kept_store.hpp"

#include <algorithm>
#include <span>

namespace firmware::runtime::tuya {

void KeptStore::boot() noexcept {
    record_ = KeptRecord{};
    sequence_ = 0;
    newest_.reset();
    target_ = 0;
    free_slot_ = slots;
    dirty_ = false;
    operation_ = Operation::none;
    deadline_ = base::never;
    for (unsigned block = 0; block < contract::SmallFlash::block_count; ++block) survey(block);
}

KeptStore::Found KeptStore::look(unsigned block, std::size_t slot, std::optional<ReadKeptRecord>& found) noexcept {
    KeptRecordBytes bytes{};
    if (!flash_.read(block, slot * kept_record_size, bytes)) return Found::other;
    found = decode_kept_record(bytes);
    if (found) return Found::record;
    const bool erased = std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0xFF; });
    return erased ? Found::erased : Found::other;
}

/// The log goes on behind its last record, unless there is anything but erased flash: a cut may have left it half
/// written, and what seems erased behind that may be so too.
void KeptStore::survey(unsigned block) noexcept {
    std::size_t free_slot = 0;
    bool clean = true;
    bool has_newest = false;
    for (std::size_t slot = 0; slot < slots; ++slot) {
        std::optional<ReadKeptRecord> found;
        const Found what = look(block, slot, found);
        if (what == Found::other) clean = false;
        if (what != Found::record) continue;
        free_slot = slot + 1;
        if (found->sequence <= sequence_) continue;
        sequence_ = found->sequence;
        record_ = found->record;
        has_newest = true;
    }
    if (!has_newest) return;
    newest_ = target_ = block;
    free_slot_ = clean ? free_slot : slots;
}

void KeptStore::save(const KeptRecord& record, base::Micros now) noexcept {
    record_ = record;
    dirty_ = true;
    if (deadline_ == base::never) deadline_ = now;
    step(now);
}

void KeptStore::step(base::Micros now) noexcept {
    // Bounded by what one change takes: to erase, and to program.
    for (unsigned i = 0; i < 4 && now >= deadline_; ++i) {
        if (flash_.busy()) {
            deadline_ = now + busy_poll;
            return;
        }
        if (operation_ != Operation::none) {
            finish(now);
        } else if (dirty_) {
            start(now);
        } else {
            deadline_ = base::never;
        }
    }
}

void KeptStore::start(base::Micros now) noexcept {
    deadline_ = now;
    if (free_slot_ == slots) {
        target_ = newest_ ? 1 - *newest_ : target_;
        operation_ = Operation::erase;
        if (!flash_.start_erase(target_)) fail(now);
        return;
    }
    written_ = encode_kept_record(record_, ++sequence_);
    dirty_ = false;
    operation_ = Operation::program;
    if (!flash_.start_program(target_, free_slot_ * kept_record_size, written_)) fail(now);
}

void KeptStore::finish(base::Micros now) noexcept {
    const bool done = is_done();
    const Operation operation = operation_;
    operation_ = Operation::none;
    if (!done) return fail(now);
    if (operation == Operation::erase) {
        free_slot_ = 0;
        return;
    }
    failed_ = false;
    newest_ = target_;
    ++free_slot_;
}

// What the flash says it did is read back: a worn-out unit does not complain.
bool KeptStore::is_done() noexcept {
    KeptRecordBytes bytes{};
    if (operation_ == Operation::program) {
        return flash_.read(target_, free_slot_ * kept_record_size, bytes) && bytes == written_;
    }
    std::optional<ReadKeptRecord> found;
    for (std::size_t slot = 0; slot < slots; ++slot) {
        if (look(target_, slot, found) != Found::erased) return false;
    }
    return true;
}

/// The next attempt begins with an erase of the block that has no record which counts.
void KeptStore::fail(base::Micros now) noexcept {
    operation_ = Operation::none;
    failed_ = true;
    dirty_ = true;
    free_slot_ = slots;
    if (!newest_) target_ = 1 - target_;
    deadline_ = now + retry;
}

} // namespace firmware::runtime::tuya
