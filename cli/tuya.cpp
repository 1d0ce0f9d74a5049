// SPDX-License-Identifier: Apache-2.0
// `ouro tuya`: what a Tuya MCU and its module say to each other, from a recording or as they say it.
#include "cli/commands.hpp"
#include "cli/outcome.hpp"
#include "cli/terminal.hpp"
#include "cli/tuya_decoder.hpp"
#include "hub/workbench/serial_port.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace cli {

namespace {

constexpr std::size_t file_size_max = std::size_t{64} * 1024 * 1024;

Outcome<std::string> read_all(const std::string& path) {
    std::ifstream file;
    if (path != "-") {
        file.open(path, std::ios::binary);
        if (!file)
            return fail(exit_not_found, "There is no file \"" + path + "\" that can be read",
                        "Is the name right? - stands for what comes in.");
    }
    std::istream& from = path == "-" ? std::cin : file;
    std::string text;
    std::array<char, 65536> chunk{};
    while (from.read(chunk.data(), chunk.size()), from.gcount() > 0) {
        text.append(chunk.data(), static_cast<std::size_t>(from.gcount()));
        if (text.size() > file_size_max) return fail(exit_failed, "\"" + path + "\" is longer than 64 MiB");
    }
    if (path != "-" && from.bad()) return fail(exit_failed, "\"" + path + "\" can't be read");
    return text;
}

void print(const Invocation& invocation, const TuyaFrame& frame, bool mains) {
    std::puts((invocation.json ? json_text(tuya_json(frame, mains)) : tuya_line(frame, mains)).c_str());
}

int run_decode(const Invocation& invocation, const std::string& path) {
    const auto text = read_all(path);
    if (!text) return report(text.error());
    const auto capture = read_tuya_capture(*text);
    if (!capture) return report(capture.error());
    std::vector<TuyaFrame> frames;
    TuyaDecoder decoder([&](const TuyaFrame& frame) { frames.push_back(frame); });
    for (const TuyaBytes& bytes : *capture) decoder.feed(bytes);
    decoder.finish();
    const bool mains = is_tuya_mains(frames);
    for (const TuyaFrame& frame : frames) print(invocation, frame, mains);
    if (decoder.good() == 0 && decoder.bad() == 0) {
        return report({exit_failed, "There is no Tuya frame in \"" + path + "\"",
                       "A frame begins with 55 AA. Was the line recorded with 9600 baud?"});
    }
    if (invocation.json) return exit_ok;
    std::printf("%u frames of the %s protocol, %u more with a wrong sum, %llu bytes that belong to no frame\n",
                decoder.good(), mains ? "mains" : "low-power", decoder.bad(),
                static_cast<unsigned long long>(decoder.skipped()));
    return exit_ok;
}

/// Prints what one pin of the line says, until the port is gone.
class Watcher final : private hub::workbench::Port::Listener {
public:
    explicit Watcher(const Invocation& invocation)
        : invocation_(invocation),
          decoder_([this](const TuyaFrame& frame) { heard(frame); }) {}

    int run(const std::string& path) {
        auto port = hub::workbench::SerialPort::open(io_, path, *this);
        if (!port) return report(failure_of(port.error()));
        const auto rate = (*port)->set_baud(baud);
        // A pseudo terminal has no rate, and needs none.
        if (!rate && rate.error().code != base::ErrorCode::unsupported) return report(failure_of(rate.error()));
        std::fprintf(stderr, "Listening at 9600 baud. Ctrl-C ends it.\n");
        io_.run();
        return report({exit_failed, "The port is gone: " + reason_, ""});
    }

private:
    static constexpr unsigned baud = 9600;

    void on_bytes(std::span<const std::uint8_t> bytes) override {
        const std::chrono::duration<double, std::milli> age = std::chrono::steady_clock::now() - start_;
        decoder_.feed({TuyaSide::unknown, age.count(), {bytes.begin(), bytes.end()}});
    }
    void on_hang_up(std::string_view reason) override {
        reason_ = reason;
        io_.stop();
    }
    void heard(const TuyaFrame& frame) {
        mains_ = mains_ || (!frame.wrong_sum && frame.version != 0);
        print(invocation_, frame, mains_);
        // Nobody reads any more.
        if (std::fflush(stdout) != 0) io_.stop();
    }

    const Invocation& invocation_;
    boost::asio::io_context io_;
    TuyaDecoder decoder_;
    bool mains_ = false;
    std::string reason_ = "nobody reads what is printed";
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void add_watch(CLI::App& command, Invocation& invocation) {
    auto* watch = command.add_subcommand("watch", "Say what a line means, as it is said");
    const auto path = std::make_shared<std::string>();
    add_json_option(*watch, invocation);
    watch->add_option("PORT", *path, "A serial adapter whose RX hears one pin of the line")->required();
    watch->footer("One adapter hears one side: its RX at the module's RX pin hears the MCU, at its TX pin the module.\n"
                  "Join the grounds, and leave the adapter's TX alone.");
    watch->callback(
        [&invocation, path] { invocation.run = [&invocation, path] { return Watcher(invocation).run(*path); }; });
}

} // namespace

void add_tuya(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("tuya", "See what a Tuya MCU and its module say to each other");
    command->require_subcommand(1);
    add_watch(*command, invocation);
    auto* decode = command->add_subcommand("decode", "Say what a recording of the line means");
    const auto path = std::make_shared<std::string>();
    add_json_option(*decode, invocation);
    decode->add_option("FILE", *path, "The recording; - for what comes in")->required();
    decode->footer("A recording is a logic analyser's lines (\"10-20 UART: RX: 55\"), hexadecimal (\"RX: 55 AA\"), or\n"
                   "the bytes themselves. Both protocols are known, the battery sensors' and that of mains devices.\n"
                   "Example:\n  echo 55 AA 00 05 00 05 65 01 00 01 01 71 | ouro tuya decode -");
    decode->callback(
        [&invocation, path] { invocation.run = [&invocation, path] { return run_decode(invocation, *path); }; });
}

} // namespace cli
