// SPDX-License-Identifier: Apache-2.0
// `ouro repl`: a board's prompt in this terminal.
#include "cli/commands.hpp"
#include "cli/reach.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/port.hpp"
#include "protocol/link/frame_reader.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cli {

namespace {

using boost::system::error_code;
using hub::workbench::Port;

constexpr char leave_key = 0x1D; // Ctrl-]
constexpr std::chrono::milliseconds last_words{300};
constexpr std::chrono::seconds last_words_max{2};

/// The terminal passes every key on, as long as this lives.
class RawTerminal {
public:
    RawTerminal() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!is_terminal_) return;
        termios raw = before_;
        ::cfmakeraw(&raw);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    ~RawTerminal() {
        if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }

private:
    termios before_{};
    bool is_terminal_;
};

/// Keys to the board, and what it prints to the terminal, without the frames of our link.
class Prompt final : public Port::Listener, private protocol::link::FrameSink {
public:
    explicit Prompt(boost::asio::io_context& io)
        : io_(io),
          keys_(io),
          flush_timer_(io),
          end_timer_(io),
          reader_(*this) {}

    void start(std::unique_ptr<Port> port) {
        port_ = std::move(port);
        error_code error;
        keys_.assign(::dup(STDIN_FILENO), error);
        if (error) return end_soon(); // a file, which can't be waited for
        read_keys();
    }

    void on_bytes(std::span<const std::uint8_t> bytes) override {
        reader_.feed(bytes, now());
        if (ending_) end_soon();
        plan_flush();
    }

    void on_hang_up(std::string_view reason) override {
        gone_ = reason;
        io_.stop();
    }

    /// Why the board went away; empty if it did not.
    const std::string& gone() const noexcept { return gone_; }

private:
    static base::Micros now() {
        return std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }

    void read_keys() {
        keys_.async_read_some(boost::asio::buffer(typed_), [this](error_code error, std::size_t size) {
            if (error) return end_soon();
            const std::string_view typed(typed_.data(), size);
            const auto leave = typed.find(leave_key);
            if (!port_->write(typed.substr(0, leave))) std::fputs("\r\n[the board does not read]\r\n", stderr);
            if (leave != std::string_view::npos) return io_.stop();
            read_keys();
        });
    }

    // There are no more keys: ends when the board has been quiet for a moment, or will not be quiet.
    void end_soon() {
        const auto time = std::chrono::steady_clock::now();
        if (!std::exchange(ending_, true)) end_at_latest_ = time + last_words_max;
        end_timer_.expires_at(std::min(time + last_words, end_at_latest_));
        end_timer_.async_wait([this](error_code error) {
            if (!error) io_.stop();
        });
    }

    void plan_flush() {
        if (reader_.deadline() == base::never) return;
        flush_timer_.expires_after(std::chrono::microseconds(protocol::link::half_frame_timeout));
        flush_timer_.async_wait([this](error_code error) {
            if (!error) reader_.flush(now());
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
    protocol::link::FrameReader reader_;
    std::unique_ptr<Port> port_;
    std::array<char, 1024> typed_{};
    bool ending_ = false;
    std::chrono::steady_clock::time_point end_at_latest_;
    std::string gone_;
};

int run_repl(const Invocation& invocation, const std::string& board) {
    const auto reached = reach(invocation, board);
    if (!reached) return report(reached.error());
    boost::asio::io_context io;
    Prompt prompt(io);
    auto port = reached->open(io, prompt);
    if (!port) return report(port_failure(invocation, *reached, port.error()));
    std::fprintf(stderr, "Connected to %s; Ctrl-] leaves\n", printable(reached->name).c_str());
    {
        const RawTerminal raw;
        prompt.start(std::move(*port));
        io.run();
    }
    std::fputc('\n', stderr);
    if (prompt.gone().empty()) return exit_ok;
    return report({exit_failed, reached->name + ": " + prompt.gone(), "Is the board plugged in?"});
}

} // namespace

void add_repl(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("repl", "Use a board's prompt; Ctrl-] leaves");
    const auto board = std::make_shared<std::string>();
    add_data_option(*command, invocation);
    add_board_argument(*command, *board);
    command->footer("Keys go to the board as they are: Ctrl-C stops its program, Ctrl-D starts its Python again.");
    command->callback(
        [&invocation, board] { invocation.run = [&invocation, board] { return run_repl(invocation, *board); }; });
}

} // namespace cli
