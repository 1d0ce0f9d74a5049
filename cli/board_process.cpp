// SPDX-License-Identifier: Apache-2.0
#include "cli/board_process.hpp"

#include "hub/core/times.hpp"
#include "protocol/link/frame_reader.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <span>
#include <thread>

namespace cli {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds start_patience{20};
constexpr std::chrono::milliseconds look_interval{20};
constexpr std::chrono::milliseconds ask_interval{1000}; // an app may take a moment until it answers
constexpr int board_misused = 2;                        // the exit code of ouro-board

pid_t running = 0; // for the signal handler, which gets no argument

void pass_on(int) {
    if (running > 0) ::kill(running, SIGTERM);
}

std::string board_program() {
    std::error_code error;
    const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "ouro-board";
    return !error && fs::exists(beside) ? beside.string() : "ouro-board";
}

/// Starts the program with its ordinary output thrown away; 0 or an error number.
int spawn(pid_t& pid, std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    const int error = ::posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
}

std::string uid_in(const fs::path& folder) {
    std::ifstream file(folder / "board.json");
    const nlohmann::json record = nlohmann::json::parse(file, nullptr, false);
    return record.is_object() ? record.value("uid", "") : "";
}

Failure ended_early(int status) {
    const bool misused = WIFEXITED(status) && WEXITSTATUS(status) == board_misused;
    return {misused ? exit_usage : exit_failed, "The virtual board did not start", "It says above why."};
}

/// Passes on frames, until somebody has heard enough.
class MessageSink final : public protocol::link::FrameSink {
public:
    explicit MessageSink(const std::function<bool(std::string_view)>& heard) : heard_(heard) {}
    void on_frame(std::string_view json) override { enough = enough || heard_(json); }
    void on_console(std::span<const std::uint8_t>) override {}

    bool enough = false;

private:
    const std::function<bool(std::string_view)>& heard_;
};

/// The board's serial port, as bytes; -1 if it can't be opened.
int open_port(const fs::path& folder) {
    const int fd = ::open((folder / "uart0").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return fd;
    termios settings{};
    ::tcgetattr(fd, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(fd, TCSANOW, &settings);
    return fd;
}

/// Passes on what is not a frame.
class ConsoleSink final : public protocol::link::FrameSink {
public:
    explicit ConsoleSink(const std::function<void(std::string_view)>& heard) : heard_(heard) {}
    void on_frame(std::string_view) override {}
    void on_console(std::span<const std::uint8_t> bytes) override {
        heard_({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }

private:
    const std::function<void(std::string_view)>& heard_;
};

} // namespace

Outcome<BoardProcess> BoardProcess::start(const fs::path& folder, const std::string& profile, const std::string& app) {
    BoardProcess board;
    board.folder_ = folder;
    std::error_code ignored;
    fs::remove(folder / "control.sock", ignored); // of an earlier one: the new one's shows that it is there
    const int error = spawn(board.pid_, {board_program(), "--dir", folder.string(), "--board", profile, "--app", app});
    if (error != 0) {
        return fail(exit_failed, std::string("ouro-board can't be started: ") + std::strerror(error),
                    "It belongs beside this program.");
    }
    running = board.pid_;
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, pass_on);
    const auto deadline = std::chrono::steady_clock::now() + start_patience;
    while (!fs::exists(folder / "control.sock", ignored)) {
        int status = 0;
        if (::waitpid(board.pid_, &status, WNOHANG) == board.pid_) return tl::unexpected(ended_early(status));
        if (std::chrono::steady_clock::now() > deadline) {
            ::kill(board.pid_, SIGTERM);
            return fail(exit_failed, "The virtual board did not start in time", "Is the machine very busy?");
        }
        std::this_thread::sleep_for(look_interval);
    }
    board.uid_ = uid_in(folder);
    return board;
}

void BoardProcess::read_console(const std::function<void(std::string_view)>& heard) const {
    const int fd = open_port(folder_);
    if (fd < 0) return;
    ConsoleSink sink(heard);
    protocol::link::FrameReader reader(sink);
    std::array<std::uint8_t, 4096> bytes{};
    for (ssize_t size = 0; (size = ::read(fd, bytes.data(), bytes.size())) > 0;) {
        reader.feed({bytes.data(), static_cast<std::size_t>(size)}, hub::core::steady_now());
    }
    ::close(fd);
}

bool BoardProcess::ask(const std::function<bool(std::string_view)>& heard, std::chrono::milliseconds patience) const {
    const auto end = std::chrono::steady_clock::now() + patience;
    const int fd = open_port(folder_);
    if (fd < 0) return false;
    MessageSink sink(heard);
    protocol::link::FrameReader reader(sink);
    std::array<std::uint8_t, 4096> bytes{};
    auto asked = end - patience - ask_interval;
    while (!sink.enough && std::chrono::steady_clock::now() < end) {
        constexpr std::string_view who = "\x1e[\"who\"]\n";
        if (const auto now = std::chrono::steady_clock::now(); now - asked >= ask_interval) {
            asked = now;
            if (::write(fd, who.data(), who.size()) < 0) break;
        }
        pollfd readable{fd, POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(look_interval.count())) <= 0) continue;
        const ssize_t size = ::read(fd, bytes.data(), bytes.size());
        if (size <= 0) break;
        reader.feed({bytes.data(), static_cast<std::size_t>(size)}, hub::core::steady_now());
    }
    ::close(fd);
    return sink.enough;
}

int BoardProcess::reap() const {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    running = 0;
    return status;
}

void BoardProcess::stop() const {
    ::kill(pid_, SIGTERM);
    reap();
}

ExitCode BoardProcess::wait() const {
    const int status = reap();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return exit_ok;
    return static_cast<ExitCode>(
        report({exit_failed, "The virtual board ended unexpectedly", "What it said is above."}));
}

} // namespace cli
