// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/flash_session.hpp"

#include <algorithm>
#include <string>

namespace hub::workbench::flash {

namespace esp = protocol::esp;

namespace {

constexpr std::uint32_t assumed_flash_size = 4U << 20U;

std::string size_text(std::uint32_t size) {
    constexpr std::uint32_t mib = 1U << 20U;
    return size >= mib ? std::to_string(size / mib) + " MB" : std::to_string(size / 1024) + " kB";
}

} // namespace

bool FlashSession::may_use_stub() const {
    if (!options_.use_stub || loader_.is_stub() || loader_.secure_download()) return false;
    // Their ROMs lock out what the stub needs.
    const bool locked = loader_.security() && loader_.security()->secure_boot();
    return !locked && find_stub(loader_.chip().chip) != nullptr;
}

base::Result<> FlashSession::reach(unsigned baud) {
    ConnectOptions connect = options_.connect;
    connect.baud = baud;
    connect.say = say_;
    if (const auto connected = loader_.connect(connect); !connected) return connected;
    if (!may_use_stub()) return {};
    say_("Start the stub");
    return loader_.upload_stub(*find_stub(loader_.chip().chip));
}

base::Result<> FlashSession::raise_baud() {
    if (loader_.has_fixed_rate()) return {};
    unsigned wanted = options_.baud;
    while (wanted > loader_.baud()) {
        const bool by_itself = loader_.chip().chip != esp::Chip::esp8266 || loader_.is_stub();
        // ESP8266's ROM can't change its rate, but measures that of whoever speaks to it first.
        const auto raised = by_itself ? loader_.change_baud(wanted) : reach(wanted);
        if (raised || is_final(raised.error())) return raised;
        say_("The line does not carry " + std::to_string(wanted) + " baud");
        wanted = lower_baud(wanted);
        if (const auto back = reach(options_.connect.baud); !back) return back;
    }
    return {};
}

base::Result<> FlashSession::look_at_flash() {
    if (const auto attached = loader_.attach_flash(); !attached) return attached;
    found_.flash_size = options_.flash_size;
    if (!loader_.secure_download()) {
        const auto id = loader_.flash_id();
        if (!id) return tl::unexpected(id.error());
        found_.flash_id = *id;
        if (found_.flash_size == 0) found_.flash_size = id->size();
    }
    if (found_.flash_size == 0) {
        found_.flash_size = assumed_flash_size;
        say_("The flash does not say how large it is; 4 MB is assumed (--flash-size says otherwise)");
    }
    return loader_.set_flash_size(found_.flash_size);
}

base::Result<Found> FlashSession::open() {
    say_("Look for the chip");
    if (const auto reached = reach(options_.connect.baud); !reached) return tl::unexpected(reached.error());
    found_.chip = &loader_.chip();
    found_.security = loader_.security();
    if (const auto raised = raise_baud(); !raised) return tl::unexpected(raised.error());
    if (!loader_.secure_download()) {
        const auto mac = loader_.mac();
        if (!mac) return tl::unexpected(mac.error());
        found_.mac = *mac;
        const auto revision = loader_.revision();
        if (!revision) return tl::unexpected(revision.error());
        found_.revision = *revision;
    }
    if (const auto looked = look_at_flash(); !looked) return tl::unexpected(looked.error());
    found_.stub = loader_.is_stub();
    found_.baud = loader_.baud();
    const std::string revision = found_.revision ? " " + revision_text(*found_.revision) : "";
    say_(found_.chip->name + revision + " with " + size_text(found_.flash_size) + " of flash, " +
         (found_.stub ? "by the stub, " : "by its ROM, ") + std::to_string(found_.baud) + " baud");
    return found_;
}

std::vector<Complaint> FlashSession::check(const std::vector<FlashPart>& parts) const {
    return check_firmware(parts, {found_.chip, found_.flash_size, found_.security, found_.revision});
}

base::Result<std::vector<WriteReport>> FlashSession::flash(std::vector<FlashPart> parts, const FlashOptions& options) {
    for (const Complaint& complaint : check(parts)) {
        if (complaint.can_insist && options.insist) {
            say_("Go on although " + complaint.message);
            continue;
        }
        const std::string insist = complaint.can_insist ? " --force writes it all the same." : "";
        return base::fail(base::ErrorCode::refused, complaint.message, complaint.hint + insist);
    }
    esp::FlashSettings settings = options.settings;
    if (options.size_from_flash) settings.size = found_.flash_size;
    for (FlashPart& part : parts) {
        if (const auto patched = patch_header(part, *found_.chip, settings); !patched) {
            return tl::unexpected(patched.error());
        }
    }
    if (options.erase_all) {
        say_("Erase all of the flash");
        if (options.write.on_progress) options.write.on_progress({"erase", 0, found_.flash_size, loader_.baud()});
        if (const auto erased = erase(0, 0); !erased) return tl::unexpected(erased.error());
    }
    std::vector<WriteReport> reports;
    for (const FlashPart& part : parts) {
        say_("Write " + std::to_string(part.bytes.size()) + " bytes at " + hex_text(part.address));
        const auto report = FlashWriter(loader_, options.write).write(part);
        if (!report) return tl::unexpected(report.error());
        reports.push_back(*report);
    }
    return reports;
}

base::Result<> FlashSession::erase(std::uint32_t address, std::uint32_t size) {
    if (address % sector_size != 0 || size % sector_size != 0) {
        return base::fail(base::ErrorCode::invalid_argument, "flash is erased in sectors of 0x1000 bytes",
                          "Name an address and a size that are multiples of it.");
    }
    if (std::uint64_t{address} + size > found_.flash_size) {
        return base::fail(base::ErrorCode::too_large, "the flash ends at " + hex_text(found_.flash_size));
    }
    return loader_.erase(address, size, found_.flash_size);
}

base::Result<std::vector<std::uint8_t>> FlashSession::read(std::uint32_t address, std::uint32_t size,
                                                           const OnProgress& progress) {
    if (std::uint64_t{address} + size > found_.flash_size) {
        return base::fail(base::ErrorCode::too_large, "the flash ends at " + hex_text(found_.flash_size));
    }
    return read_flash(loader_, address, size, progress);
}

base::Result<Banner> FlashSession::run_program(base::Micros patience) {
    LoaderLink& link = loader_.link();
    const auto rate = line_.set_baud(first_baud);
    if (!rate && rate.error().code != base::ErrorCode::unsupported) return tl::unexpected(rate.error());
    link.forget_heard();
    if (const auto reset = loader_.run_program(); !reset) {
        constexpr base::Micros patience_with_hands = base::from_ms(30'000);
        if (reset.error().code != base::ErrorCode::unsupported) return tl::unexpected(reset.error());
        say_("This port can't reset the board: press RESET");
        patience = std::max(patience, patience_with_hands);
    }
    return wait_for_banner(link, patience);
}

} // namespace hub::workbench::flash
