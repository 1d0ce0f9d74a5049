// SPDX-License-Identifier: Apache-2.0
// `ouro repl`: a board's prompt in this terminal, alone or, through a hub, beside others.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/hub_line.hpp"
#include "cli/raw_terminal.hpp"
#include "cli/reach.hpp"
#include "cli/terminal.hpp"
#include "hub/core/times.hpp"
#include "hub/workbench/port.hpp"
#include "protocol/link/frame_reader.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cli {

namespace {

using boost::system::error_code;
using hub::workbench::Port;

constexpr std::string_view leave_keys("\x1D\x18"); // Ctrl-] and Ctrl-X
constexpr char screen_key = 0x01;                  // Ctrl-A, and then D, as in screen
constexpr std::chrono::milliseconds last_words{300};
constexpr std::chrono::seconds last_words_max{2};

/// A line of ours between those of the board: dim where that can be.
void remark(const std::string& text) {
    static const bool dim = ::isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    std::fprintf(stderr, dim ? "\r\n\x1b[2m- %s -\x1b[0m\r\n" : "\r\n- %s -\r\n", printable(text).c_str());
}

/// What a notice of the hub means to a person; empty for one that needs no words.
std::string words_of(const Json& notice) {
    const auto text = [&](const char* key) { return notice.value(key, std::string()); };
    const std::string type = text("type");
    const std::string bytes = std::to_string(notice.value("bytes", std::int64_t{0})) + " bytes";
    if (type == "replay") return notice.value("seen", true) ? "" : "kept while nobody watched: " + bytes;
    if (type == "lease") {
        return text("name") + " has the prompt since " + clock_time(notice.value("since_ms", 0.0)).substr(0, 8);
    }
    if (type == "lease_end") return "the prompt is free again";
    if (type == "refused") return text("message");
    if (type == "gone") return "the board is away: " + text("reason") + "; this waits for it";
    if (type == "back") return "the board is back";
    if (type == "skipped") return bytes + " skipped: this terminal was too slow";
    return "";
}

void say_notice(const Json& notice) {
    std::fflush(stdout);
    try {
        const std::string words = words_of(notice);
        if (!words.empty() && words.rfind("kept while nobody watched: 0 ", 0) != 0) remark(words);
    } catch (const Json::exception&) {
        remark("the hub said something that this program does not know");
    }
}

/// Keys to the board, and what it prints to the terminal, without the frames of our link.
class Prompt final : public Port::Listener, private protocol::link::FrameSink {
public:
    explicit Prompt(boost::asio::io_context& io)
        : io_(io),
          keys_(io),
          flush_timer_(io),
          end_timer_(io),
          rate_timer_(io),
          reader_(*this) {}

    /// `listens_to_screen_keys`: a person types, and may be used to Ctrl-A D. `baud`: 0 leaves the usual rate.
    void start(std::unique_ptr<Port> port, bool listens_to_screen_keys, unsigned baud) {
        port_ = std::move(port);
        if (baud != 0) set_rate(baud);
        screen_keys_ = listens_to_screen_keys;
        error_code error;
        keys_.assign(::dup(STDIN_FILENO), error);
        if (error) return end_soon(); // a file, which can't be waited for
        read_keys();
    }

    void on_bytes(std::span<const std::uint8_t> bytes) override {
        heard_ = true;
        reader_.feed(bytes, hub::core::steady_now());
        if (ending_) end_soon();
        plan_flush();
    }

    void on_hang_up(std::string_view reason) override {
        gone_ = reason;
        io_.stop();
    }

    /// Why the board went away; empty if it did not.
    const std::string& gone() const noexcept { return gone_; }
    const std::string& hint() const noexcept { return hint_; }

private:
    // A port behind the network takes a rate once it is connected.
    void set_rate(unsigned baud) {
        constexpr std::chrono::milliseconds soon{50};
        const auto set = port_->set_baud(baud);
        if (set) return;
        if (set.error().code != base::ErrorCode::invalid_state) {
            gone_ = set.error().message.view();
            hint_ = set.error().hint;
            return boost::asio::post(io_, [this] { io_.stop(); });
        }
        rate_timer_.expires_after(soon);
        rate_timer_.async_wait([this, baud](error_code error) {
            if (!error && gone_.empty()) set_rate(baud);
        });
    }

    void read_keys() {
        keys_.async_read_some(boost::asio::buffer(typed_), [this](error_code error, std::size_t size) {
            if (error) return end_soon();
            const auto [keys, leaves] = until_leaving({typed_.data(), size});
            if (!port_->write(keys)) remark("the board does not read; what was typed is lost");
            if (leaves) return leave();
            read_keys();
        });
    }

    // What of `typed` goes to the board, and whether the rest says that it was all.
    std::pair<std::string, bool> until_leaving(std::string_view typed) {
        std::string keys;
        for (const char key : typed) {
            if (leave_keys.find(key) != std::string_view::npos) return {keys, true};
            if (std::exchange(screen_key_held_, false)) {
                if (key == 'd' || key == 'D') return {keys, true};
                keys += screen_key;
            }
            if (key == screen_key && screen_keys_) {
                screen_key_held_ = true;
            } else {
                keys += key;
            }
        }
        return {keys, false};
    }

    // When the last keys are on their way.
    void leave() {
        if (port_->waiting() == 0) return io_.stop();
        end_timer_.expires_after(std::chrono::milliseconds(5));
        end_timer_.async_wait([this](error_code error) {
            if (!error) leave();
        });
    }

    // There are no more keys: ends when the board has been quiet for a moment, or will not be quiet.
    void end_soon() {
        const auto time = std::chrono::steady_clock::now();
        if (!std::exchange(ending_, true)) end_at_latest_ = time + last_words_max;
        end_timer_.expires_at(heard_ ? std::min(time + last_words, end_at_latest_) : end_at_latest_);
        end_timer_.async_wait([this](error_code error) {
            if (!error) io_.stop();
        });
    }

    void plan_flush() {
        if (reader_.deadline() == base::never) return;
        flush_timer_.expires_after(std::chrono::microseconds(protocol::link::half_frame_timeout));
        flush_timer_.async_wait([this](error_code error) {
            if (!error) reader_.flush(hub::core::steady_now());
        });
    }

    void on_frame(std::string_view) override {}
    void on_console(std::span<const std::uint8_t> bytes) override {
        std::fwrite(bytes.data(), 1, bytes.size(), stdout);
        std::fflush(stdout);
    }

    boost::asio::io_context& io_;
    boost::asio::posix::stream_descriptor keys_;
    boost::asio::steady_timer flush_timer_;
    boost::asio::steady_timer end_timer_;
    boost::asio::steady_timer rate_timer_;
    protocol::link::FrameReader reader_;
    std::unique_ptr<Port> port_;
    std::array<char, 1024> typed_{};
    bool screen_keys_ = false;
    bool screen_key_held_ = false;
    bool heard_ = false; ///< some ports need a second before anything comes
    bool ending_ = false;
    std::chrono::steady_clock::time_point end_at_latest_;
    std::string gone_;
    std::string hint_ = "Is the board plugged in?";
};

struct Words {
    std::string board;
    bool watch = false;
    unsigned baud = 0;
};

base::Result<std::unique_ptr<Port>> open_port(const Invocation& invocation, const Reached& board, bool watch,
                                              boost::asio::io_context& io, Prompt& prompt) {
    if (!board.session) return board.open(io, prompt);
    const auto mode = watch ? HubLine::Mode::watch : HubLine::Mode::type;
    return HubLine::open(io, *board.session, holder_name(invocation), mode, prompt, say_notice);
}

int run_repl(const Invocation& invocation, const Words& words) {
    const auto reached = reach(invocation, words.board);
    if (!reached) return report(reached.error());
    if (words.watch && !reached->session) {
        return report({exit_no_hub, "No hub has " + reached->name + ", so there is nobody to watch",
                       "Start one with `ouro serve`, or leave --watch out."});
    }
    if (words.baud != 0 && reached->session) {
        return report({exit_usage, "The hub has " + reached->name + ", and all who use it share one rate",
                       "Leave --baud out, or stop the hub for as long."});
    }
    boost::asio::io_context io;
    Prompt prompt(io);
    const std::string name = printable(reached->name);
    auto port = open_port(invocation, *reached, words.watch, io, prompt);
    if (!port) return report(port_failure(*reached, port.error()));
    std::fprintf(stderr, "%s %s; Ctrl-] leaves\n", words.watch ? "Watching" : "Connected to", name.c_str());
    {
        const RawTerminal raw;
        prompt.start(std::move(*port), raw.is_terminal(), words.baud);
        io.restart();
        io.run();
    }
    std::fputc('\n', stderr);
    if (!prompt.gone().empty()) {
        return report({exit_failed, reached->name + ": " + prompt.gone(), prompt.hint()});
    }
    if (reached->session) {
        const std::string id = printable(reached->session->id);
        std::fprintf(stderr, "Detached: the board goes on, and what it prints is kept. `ouro repl %s` comes back.\n",
                     id.c_str());
    }
    return exit_ok;
}

} // namespace

void add_repl(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("repl", "Use a board's prompt; Ctrl-] leaves");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_board_argument(*command, words->board);
    command->add_flag("--watch", words->watch, "Only look on (with `ouro serve`)");
    command->add_option("--baud", words->baud, "Another rate than 115200: an ESP8266 prints at 74880 when it starts")
        ->check(CLI::Range(50U, 4'000'000U));
    command->footer(
        "Keys go to the board as they are: Ctrl-C stops its program, Ctrl-D starts its Python again. Ctrl-], "
        "Ctrl-X and\nCtrl-A D leave. While `ouro serve` runs, several can use a board's prompt at once.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_repl(invocation, *words); }; });
}

} // namespace cli
