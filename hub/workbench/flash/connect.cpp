// SPDX-License-Identifier: Apache-2.0
// How a Loader finds its chip, and what it says when it finds none.
#include "hub/workbench/flash/loader.hpp"

#include <algorithm>
#include <string>

namespace hub::workbench::flash {

namespace esp = protocol::esp;

namespace {

constexpr base::Micros sync_patience = base::from_ms(100);
constexpr base::Micros between_syncs = base::from_ms(50);
constexpr int syncs_of_an_attempt = 5;
constexpr unsigned esp8266_log_baud = 74880;

bool is_mostly_text(const std::string& heard) {
    const auto readable = std::count_if(heard.begin(), heard.end(),
                                        [](char c) { return (c >= ' ' && c < 0x7F) || c == '\r' || c == '\n'; });
    return readable * 10 >= static_cast<std::ptrdiff_t>(heard.size()) * 9;
}

// The first number of "boot mode:(3,6)" has the levels of GPIO15, GPIO0 and GPIO2 as its bits.
constexpr unsigned gpio15_bit = 4, gpio2_bit = 1, download_mode = 1;

base::Error no_answer(std::string_view what, std::string_view hint) {
    return base::Error{base::ErrorCode::timeout, what, hint};
}

tl::unexpected<base::Error> not_yet(const std::string& chip) {
    return base::fail(base::ErrorCode::unsupported, "this is " + chip + ", which can't be flashed from here yet",
                      "Flash it with Espressif's esptool; with MicroPython on it, all other commands work.");
}

/// `log`: what an ESP8266 printed, up to its boot mode.
base::Error wrong_boot_mode(const std::string& log) {
    const char digit = log[log.rfind('(') + 1];
    const unsigned mode = digit >= '0' && digit <= '7' ? static_cast<unsigned>(digit - '0') : 0;
    if (mode == download_mode) {
        return no_answer("the ESP8266 waits in its bootloader (" + log + "), but hears nothing of us",
                         "Check the wire from our TX to its RX.");
    }
    if ((mode & gpio15_bit) != 0) {
        return no_answer("the ESP8266 waits for an SD card (" + log + "): GPIO15 is high",
                         "Connect GPIO15 to GND, best over 10 kOhm, and reset it.");
    }
    if ((mode & gpio2_bit) == 0) {
        return no_answer("the ESP8266 starts nothing (" + log + "): GPIO2 is low",
                         "Free GPIO2, or pull it to 3.3 V, and reset it.");
    }
    return no_answer("the ESP8266 started its program and not its bootloader (" + log + ")",
                     "Connect GPIO0 to GND, reset it, and try again with --before no-reset.");
}

} // namespace

base::Result<> Loader::sync(int tries) {
    base::Result<> done = base::fail(base::ErrorCode::timeout, "the bootloader does not answer");
    for (int i = 0; i < tries; ++i) {
        const auto answer = link_.ask_unknown({esp::sync_request(), sync_patience});
        if (answer) {
            is_stub_ = answer->value == 0;
            // A ROM answers eight times.
            return link_.pause(between_syncs);
        }
        if (is_final(answer.error())) return tl::unexpected(answer.error());
        if (const auto waited = link_.pause(between_syncs); !waited) return waited;
    }
    return done;
}

base::Result<> Loader::resync() {
    constexpr int tries = 10;
    const bool was_stub = is_stub_;
    const auto done = sync(tries);
    if (!done) return done;
    if (was_stub != is_stub_) {
        return base::fail(base::ErrorCode::timeout, "the chip was reset while it was flashed", "Is its power stable?");
    }
    return {};
}

base::Result<> Loader::find_attention(const ConnectOptions& options) {
    for (unsigned attempt = 0; attempt < std::max(1U, options.attempts); ++attempt) {
        if (options.reset) {
            const auto reset = reset_into_loader(link_, options.wiring, attempt);
            if (!reset && reset.error().code == base::ErrorCode::unsupported) return wait_for_hands(options);
            if (!reset) return reset;
        }
        const auto synced = sync(syncs_of_an_attempt);
        if (synced || is_final(synced.error())) return synced;
    }
    return tl::unexpected(nobody_there(options));
}

// A port without lines: whoever holds the board resets it. It may be in its bootloader already.
base::Result<> Loader::wait_for_hands(const ConnectOptions& options) {
    constexpr base::Micros patience_of_an_attempt = base::from_ms(4000);
    const auto there = sync(syncs_of_an_attempt);
    if (there || is_final(there.error())) return there;
    if (options.say) {
        options.say("This port can't reset the board: hold BOOT (or GPIO0, on C2, C3, C6 and H2 GPIO9, to GND), press "
                    "RESET, let both go. Waiting for it");
    }
    const base::Micros until = link_.line().now() + std::max(1U, options.attempts) * patience_of_an_attempt;
    while (link_.line().now() < until) {
        const auto synced = sync(syncs_of_an_attempt);
        if (synced || is_final(synced.error())) return synced;
    }
    if (!link_.heard().empty()) return tl::unexpected(nobody_there(options));
    return tl::unexpected(no_answer("nothing at all comes from the board, and this port has no lines that reset it",
                                    "Is it the right port? Then hold BOOT, press RESET, let both go, and try again."));
}

// An ESP8266 says how it booted at a rate of its own, which looks like noise at any other.
std::string Loader::listen_for_boot_mode(const ConnectOptions& options) {
    constexpr base::Micros boot_time = base::from_ms(300);
    link_.forget_heard();
    if (!options.reset || !link_.line().set_baud(esp8266_log_baud)) return {};
    if (!reset_into_loader(link_, options.wiring, 0) || !link_.pause(boot_time)) return {};
    (void)link_.line().set_baud(options.baud);
    const std::string& heard = link_.heard();
    const auto mode = heard.rfind("boot mode:(");
    if (mode == std::string::npos || heard.find(')', mode) == std::string::npos) return {};
    const auto cause = heard.rfind("rst cause:", mode);
    const auto begin = cause == std::string::npos || mode - cause > 20 ? mode : cause;
    return heard.substr(begin, heard.find(')', mode) - begin + 1);
}

base::Error Loader::nobody_there(const ConnectOptions& options) {
    const std::string heard = link_.heard();
    if (heard.find("waiting for download") != std::string::npos) {
        return no_answer("the chip waits in its bootloader, but hears nothing of us",
                         "Check the wire from our TX to its RX, and that nothing else is connected to its RX.");
    }
    const auto boot = heard.find("boot:0x");
    if (boot != std::string::npos) {
        return no_answer("the chip started its program and not its bootloader (" + heard.substr(boot, 11) + ")",
                         "Hold BOOT, press RESET, let both go, and try again at once with --before no-reset.");
    }
    if (const std::string log = listen_for_boot_mode(options); !log.empty()) return wrong_boot_mode(log);
    if (heard.empty()) {
        return no_answer("nothing at all comes from the board",
                         "Is this the right port, does the board have power, and does the cable carry data?");
    }
    if (is_mostly_text(heard)) {
        return no_answer("a program runs on the board, and the control lines do not stop it",
                         "Hold BOOT (GPIO0 or GPIO9 to GND), press RESET, and try again with --before no-reset.");
    }
    return no_answer("something answers, but not a bootloader at this rate",
                     "Try a lower --baud and a shorter cable, or hold BOOT and press RESET. "
                     "`ouro repl --baud 74880` shows what an ESP8266 prints at a reset.");
}

base::Result<> Loader::detect() {
    security_.reset();
    facts_ = nullptr;
    // Which chip answers, and with how many bytes of status, is not known yet.
    auto info = link_.ask_unknown({esp::security_info_request(), base::from_ms(500)});
    if (!info && is_final(info.error())) return tl::unexpected(info.error());
    if (info && info->payload.size() >= 12 + 2) {
        const std::size_t status_size = is_stub_ ? 2 : 4;
        info->payload.resize(info->payload.size() - status_size);
        security_ = esp::parse_security_info(info->payload);
        const std::uint32_t id = security_ && security_->chip_id ? *security_->chip_id : 2;
        facts_ = esp::chip_by_id(id);
        if (facts_ == nullptr) return not_yet(std::string(esp::chip_name(id)) + " (id " + std::to_string(id) + ")");
    } else {
        const auto word = link_.ask_unknown({esp::read_register_request(esp::magic_register), base::from_ms(500)});
        if (!word && is_final(word.error())) return tl::unexpected(word.error());
        // A chip that hides its registers as well is an ESP32-S2 in secure download mode.
        const bool hidden = !word || word->payload.empty() || word->payload[0] != 0;
        facts_ = hidden ? nullptr : esp::chip_by_magic(word->value);
        const char* const later = hidden ? nullptr : esp::later_chip_by_magic(word->value);
        if (later != nullptr) return not_yet(later);
        if (facts_ == nullptr) {
            const std::string seen = hidden ? "no word" : hex_text(word->value);
            return base::fail(base::ErrorCode::unsupported, "this chip is not known (" + seen + " at 0x40001000)",
                              "Name it with --chip if you know it, or try again: a bad cable looks the same.");
        }
    }
    link_.set_status_size(is_stub_ ? 2 : facts_->rom_status_size);
    return {};
}

base::Result<> Loader::calm_watchdogs() {
    const esp::Watchdogs& dogs = facts_->watchdogs;
    if (wiring_ != ResetWiring::native_usb || dogs.super_config == 0 || secure_download()) return {};
    constexpr std::uint32_t key = 0x50D83AA1;
    const auto config = read_register(dogs.super_config);
    if (!config) return tl::unexpected(config.error());
    const std::pair<std::uint32_t, std::uint32_t> writes[] = {
        {dogs.protect, key},
        {dogs.config0, 0},
        {dogs.protect, 0},
        {dogs.super_protect, dogs.super_key},
        {dogs.super_config, *config | 1U << dogs.super_feed_bit},
        {dogs.super_protect, 0},
    };
    for (const auto& [address, value] : writes) {
        if (const auto written = write_register(address, value); !written) return written;
    }
    return {};
}

base::Result<> Loader::connect(const ConnectOptions& options) {
    wiring_ = options.wiring;
    baud_ = options.baud;
    link_.forget_heard();
    // A pseudo terminal may have no rate to set: it is then what it is.
    const auto rate = link_.line().set_baud(baud_);
    fixed_rate_ = !rate && rate.error().code == base::ErrorCode::unsupported;
    if (!rate && !fixed_rate_) return rate;
    if (const auto found = find_attention(options); !found) return found;
    if (const auto named = detect(); !named) return named;
    if (options.chip && facts_->chip != *options.chip) {
        return base::fail(base::ErrorCode::refused,
                          std::string("this is an ") + facts_->name + ", not an " + esp::facts_of(*options.chip).name,
                          "Leave out --chip, or name the right port.");
    }
    return calm_watchdogs();
}

} // namespace hub::workbench::flash
