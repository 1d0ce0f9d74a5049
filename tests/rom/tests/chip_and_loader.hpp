// SPDX-License-Identifier: Apache-2.0
// A stand-in for a chip, a line to it, and a loader: what tests of flashing begin with.
#pragma once

#include "hub/workbench/flash/flash_writer.hpp"
#include "tests/rom/tests/images.hpp"
#include "tests/rom/tests/virtual_line.hpp"

namespace tests::rom {

inline constexpr protocol::esp::Chip all_chips[] = {protocol::esp::Chip::esp8266, protocol::esp::Chip::esp32,
                                                    protocol::esp::Chip::esp32s2, protocol::esp::Chip::esp32s3,
                                                    protocol::esp::Chip::esp32c3, protocol::esp::Chip::esp32c2,
                                                    protocol::esp::Chip::esp32c6, protocol::esp::Chip::esp32h2};

/// A chip, a line to it, and a loader.
struct Bench {
    explicit Bench(protocol::esp::Chip kind, std::uint32_t seed = 1, double noise = 0)
        : Bench(with(kind), seed, noise) {}
    explicit Bench(const FakeChipOptions& options, std::uint32_t seed = 1, double noise = 0)
        : chip(options),
          line(chip, seed, noise),
          loader(line) {}

    static FakeChipOptions with(protocol::esp::Chip kind) {
        FakeChipOptions options;
        options.chip = kind;
        return options;
    }

    base::Result<> prepare(bool stub, unsigned baud = 115200) {
        auto done = loader.connect({});
        if (done && stub) done = loader.upload_stub(*hub::workbench::flash::find_stub(loader.chip().chip));
        if (done && baud != loader.baud()) done = loader.change_baud(baud);
        if (done) done = loader.attach_flash();
        if (done) done = loader.set_flash_size(chip.flash().size());
        return done;
    }

    bool holds(const hub::workbench::flash::FlashPart& part) { return chip.flash().reads(part.address, part.bytes); }

    FakeChip chip;
    VirtualLine line;
    hub::workbench::flash::Loader loader;
};

} // namespace tests::rom
