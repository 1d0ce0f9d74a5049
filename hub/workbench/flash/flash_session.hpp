// SPDX-License-Identifier: Apache-2.0
// One board, from the moment that it is found until what it was given runs.
#pragma once

#include "hub/workbench/flash/banner.hpp"
#include "hub/workbench/flash/firmware_check.hpp"

#include <string>

namespace hub::workbench::flash {

struct SessionOptions {
    ConnectOptions connect{}; ///< its rate is that of the first contact
    unsigned baud = 460800;   ///< the rate to go up to
    bool use_stub = true;
    std::uint32_t flash_size = 0; ///< 0: asks the flash
};

/// What is known once a board has been found.
struct Found {
    const protocol::esp::ChipFacts* chip = nullptr;
    std::optional<protocol::esp::Mac> mac; ///< absent in secure download mode
    protocol::esp::FlashId flash_id;       ///< 0 likewise
    std::uint32_t flash_size = 0;
    bool stub = false;
    unsigned baud = 0;
    std::optional<protocol::esp::SecurityInfo> security{};
    std::optional<std::uint16_t> revision{}; ///< major * 100 + minor
};

/// How a flashing is done.
struct FlashOptions {
    WriteOptions write{};
    protocol::esp::FlashSettings settings{};
    bool size_from_flash = false; ///< the header is to say what size the flash has
    bool erase_all = false;
    bool insist = false; ///< --force
};

class FlashSession {
public:
    /// `line` outlives this. `say` hears each step, in a few words.
    FlashSession(Line& line, SessionOptions options, std::function<void(const std::string&)> say)
        : line_(line),
          options_(std::move(options)),
          loader_(line),
          say_(std::move(say)) {}

    /// Finds the board, starts the stub, goes up with the rate as far as the line carries it, and looks at the flash.
    /// Errors: those of Loader.
    base::Result<Found> open();

    /// What speaks against it.
    std::vector<Complaint> check(const std::vector<FlashPart>& parts) const;

    /// Checks, erases if asked, and writes each part. Errors: `refused` with the first complaint, before anything is
    /// erased; those of FlashWriter.
    base::Result<std::vector<WriteReport>> flash(std::vector<FlashPart> parts, const FlashOptions& options);

    /// Whole sectors, or all of the flash for a size of 0.
    base::Result<> erase(std::uint32_t address, std::uint32_t size);
    base::Result<std::vector<std::uint8_t>> read(std::uint32_t address, std::uint32_t size, const OnProgress& progress);

    /// Lets the program run, and listens for its banner for up to `patience`; longer where somebody has to press RESET.
    base::Result<Banner> run_program(base::Micros patience);

    Loader& loader() { return loader_; }
    const Found& found() const { return found_; }

private:
    base::Result<> reach(unsigned baud);
    base::Result<> raise_baud();
    base::Result<> look_at_flash();
    bool may_use_stub() const;

    Line& line_;
    SessionOptions options_;
    Loader loader_;
    std::function<void(const std::string&)> say_;
    Found found_;
};

} // namespace hub::workbench::flash
