// SPDX-License-Identifier: Apache-2.0
// Brings bytes into a chip's flash: only those that differ, again where the line was bad, and proven at the end.
#pragma once

#include "hub/workbench/flash/loader.hpp"

#include <functional>
#include <future>
#include <string_view>
#include <vector>

namespace hub::workbench::flash {

/// What is compared and rewritten at once where little has changed, and where much has.
inline constexpr std::uint32_t region_size = 0x10000;

struct FlashPart {
    std::uint32_t address = 0; ///< of a sector
    std::vector<std::uint8_t> bytes;
    std::shared_future<std::vector<std::uint8_t>> packed{}; ///< all of it, compressed; see `begin_packing`
};

/// Compresses a part in a thread of its own, so that it is done when the chip has been found. Its bytes must not be
/// changed any more, or `packed` be dropped.
void begin_packing(FlashPart& part);

struct Progress {
    std::string_view phase; ///< "compare", "write", "verify", "read", "erase"
    std::uint64_t done = 0; ///< bytes of the flash
    std::uint64_t total = 0;
    unsigned baud = 0;
};
using OnProgress = std::function<void(const Progress&)>;

/// How sure it is that the flash holds what was to be written.
enum class Proof : std::uint8_t {
    none,      ///< nothing says so: secure download mode
    by_blocks, ///< ESP8266's ROM read each block back as it wrote it
    by_md5,    ///< the chip hashed all of it
};

struct WriteOptions {
    bool compress = true;
    bool only_changed = true; ///< false: writes all of it, whatever is there
    OnProgress on_progress{};
};

struct WriteReport {
    std::uint64_t written = 0;   ///< bytes of the flash, those written twice counted twice
    std::uint64_t sent = 0;      ///< bytes on the line
    std::uint64_t unchanged = 0; ///< bytes that were there already
    Proof proof = Proof::none;
    std::uint32_t resent = 0;   ///< blocks
    std::uint32_t restarts = 0; ///< after the line had failed
    unsigned baud = 0;          ///< at the end
};

/// Writes one part. Errors: final ones; `invalid_argument` for an address inside a sector; `io` when the flash does not
/// keep what is written; `timeout` when the line stays bad.
class FlashWriter {
public:
    /// `loader` is connected, its flash attached and its size told.
    FlashWriter(Loader& loader, WriteOptions options) : loader_(loader), options_(std::move(options)) {}

    base::Result<WriteReport> write(const FlashPart& part);

private:
    /// Offsets in the part.
    struct Run {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        bool operator==(const Run&) const = default;
    };

    base::Result<std::vector<Run>> first_plan();
    base::Result<std::vector<Run>> differing_runs();
    base::Result<bool> differs(Run run);
    base::Result<bool> seems_all_new();
    /// Whether all of the part is in the flash now.
    base::Result<bool> write_and_prove(const base::Result<std::vector<Run>>& plan);
    base::Result<> write_runs(const std::vector<Run>& runs);
    base::Result<> write_run(Run run);
    std::vector<std::uint8_t> packed(Run run) const;
    base::Result<> send_blocks(Run run, std::span<const std::uint8_t> data, bool deflated);
    base::Result<> recover();
    base::Result<std::vector<Run>> plan_again();
    void tell(std::string_view phase, std::uint64_t done) const;
    static void add(std::vector<Run>& runs, Run run);
    static std::uint32_t size_of(const std::vector<Run>& runs);
    std::uint32_t block_size() const;
    std::uint32_t part_size() const { return static_cast<std::uint32_t>(bytes_.size()); }

    Loader& loader_;
    WriteOptions options_;
    WriteReport report_;
    std::uint32_t address_ = 0;
    std::vector<std::uint8_t> bytes_; ///< of the part, to a multiple of four
    std::shared_future<std::vector<std::uint8_t>> packed_;
    std::uint32_t total_to_write_ = 0;
    std::uint32_t written_of_plan_ = 0;
    std::uint32_t taken_until_ = 0; ///< without hashing: up to where the chip took blocks for sure
    unsigned troubles_ = 0;
};

/// Reads `size` bytes, each piece checked, and read again where the line was bad.
base::Result<std::vector<std::uint8_t>> read_flash(Loader& loader, std::uint32_t address, std::uint32_t size,
                                                   const OnProgress& on_progress);

} // namespace hub::workbench::flash
