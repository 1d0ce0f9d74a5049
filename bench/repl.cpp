// SPDX-License-Identifier: Apache-2.0
// A board's prompt through the hub, beside the bare terminal: how late an echo comes with 1 and with 20 viewers, and
// what becomes of 10 MB of output when one of 20 viewers does not read.
#include "cli/hub_line.hpp"

#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

extern char** environ;

namespace {

using cli::HubLine;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int viewers_many = 20;
constexpr int rounds = 40;
constexpr int keys_a_round = 50;
constexpr std::size_t output_size = std::size_t{10} * 1000 * 1000;
constexpr char print_key = 'P';

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "repl: %s\n", what.c_str());
    std::exit(1);
}

/// A board: a terminal whose other end says every key again, and much when it is asked to.
class Board {
public:
    Board() {
        int slave = -1;
        std::array<char, 64> name{};
        if (::openpty(&master_, &slave, name.data(), nullptr, nullptr) != 0) fail("no pseudo terminal");
        termios settings{};
        ::tcgetattr(slave, &settings);
        ::cfmakeraw(&settings);
        ::tcsetattr(slave, TCSANOW, &settings);
        slave_ = slave; // kept open: the terminal stays raw, and no hang-up comes
        path_ = name.data();
        thread_ = std::thread([this] { serve(); });
    }
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;
    ~Board() {
        ended_ = true;
        thread_.join();
        ::close(slave_);
        ::close(master_);
    }
    const std::string& path() const { return path_; }
    int terminal() const { return slave_; }

    /// Lets the hub find it: the folder of a virtual board, with a control socket that never answers.
    void show_in(const fs::path& folder, const std::string& uid) {
        fs::create_directories(folder);
        fs::create_symlink(path_, folder / "uart0");
        control_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, (folder / "control.sock").c_str(), sizeof address.sun_path - 1);
        if (::bind(control_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("no socket");
        ::listen(control_, 64);
        std::ofstream(folder / "board.json") << R"({"uid":")" << uid << R"(","board":"bench"})";
    }

private:
    void serve() {
        std::array<char, 256> keys{};
        while (!ended_) {
            pollfd ready{master_, POLLIN, 0};
            if (::poll(&ready, 1, 50) <= 0) continue;
            const ssize_t size = ::read(master_, keys.data(), keys.size());
            if (size <= 0) continue;
            if (keys[0] == print_key) {
                print();
            } else {
                say({keys.data(), static_cast<std::size_t>(size)});
            }
        }
    }
    void print() {
        const std::string line(999, '.');
        for (std::size_t said = 0; said < output_size; said += 1000) say(line + "\n");
    }
    void say(std::string_view text) {
        while (!text.empty() && !ended_) {
            const ssize_t size = ::write(master_, text.data(), text.size());
            if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
        }
    }

    int master_ = -1;
    int slave_ = -1;
    int control_ = -1;
    std::string path_;
    std::atomic<bool> ended_ = false;
    std::thread thread_;
};

/// One who is attached; counts.
struct Viewer final : hub::workbench::Port::Listener {
    void on_bytes(std::span<const std::uint8_t> bytes) override { received += bytes.size(); }
    void on_hang_up(std::string_view reason) override {
        if (!leaving) fail("a viewer was cut off: " + std::string(reason));
    }
    void attach(boost::asio::io_context& io, const cli::HubSession& session, HubLine::Mode mode) {
        auto opened = HubLine::open(io, session, "bench", mode, *this, [this](const nlohmann::json& notice) {
            if (notice.at("type") == "skipped") skipped += notice.at("bytes").get<std::size_t>();
        });
        if (!opened) fail(std::string(opened.error().message.view()));
        line = std::move(*opened);
    }

    std::unique_ptr<HubLine> line;
    std::atomic<std::size_t> received = 0;
    std::atomic<std::size_t> skipped = 0;
    bool leaving = false;
};

/// Viewers that only look, on a thread of their own.
class Crowd {
public:
    Crowd(const cli::HubSession& session, int count) : viewers_(static_cast<std::size_t>(count)) {
        for (Viewer& viewer : viewers_) viewer.attach(io_, session, HubLine::Mode::watch);
        io_.restart();
        thread_ = std::thread([this] { io_.run(); });
    }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    ~Crowd() {
        io_.stop();
        thread_.join();
    }
    /// Waits until everybody has had so many bytes, those that were skipped included.
    void wait_for(std::size_t bytes) const {
        const auto end = Clock::now() + std::chrono::seconds(120);
        for (const Viewer& viewer : viewers_) {
            while (viewer.received + viewer.skipped < bytes) {
                if (Clock::now() > end) fail("a viewer waits in vain for output");
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
        }
    }
    std::size_t skipped() const {
        std::size_t sum = 0;
        for (const Viewer& viewer : viewers_) sum += viewer.skipped;
        return sum;
    }

private:
    boost::asio::io_context io_{1};
    std::vector<Viewer> viewers_;
    std::thread thread_;
};

/// The daemon, with a folder of its own.
class Daemon {
public:
    Daemon(std::string program, const fs::path& work) : data_(work / "hub") {
        std::string data = data_.string();
        std::string boards = (work / "boards").string();
        std::array<const char*, 13> argv{program.c_str(), "serve",    "--data",      data.c_str(), "--boards-dir",
                                         boards.c_str(),  "--listen", "127.0.0.1:0", "--broker",   "none",
                                         "--ports",       "none",     nullptr};
        posix_spawn_file_actions_t actions{};
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, 1, (work / "hub.log").c_str(), O_WRONLY | O_CREAT, 0600);
        ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
        const int failed =
            ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, const_cast<char* const*>(argv.data()), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) fail("cannot start " + program);
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    ~Daemon() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    /// The session of that board, once the hub has it.
    cli::HubSession session(const std::string& uid) const {
        const cli::HubSession session{data_ / "ouro.sock", uid};
        for (int i = 0; i < 400; ++i) {
            boost::asio::io_context io;
            Viewer probe;
            probe.leaving = true;
            if (HubLine::open(io, session, "probe", HubLine::Mode::lease, probe)) return session;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        fail("the hub does not have the board " + uid);
    }
    /// The most memory that it ever had, in MB.
    double memory_mb() const {
        std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
        for (std::string word; status >> word;) {
            double kb = 0;
            if (word == "VmHWM:" && status >> kb) return kb / 1000.0;
        }
        return 0;
    }

private:
    fs::path data_;
    pid_t pid_ = -1;
};

using Latencies = std::vector<double>;

double us_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

double percentile(Latencies latencies, double share) {
    std::sort(latencies.begin(), latencies.end());
    return latencies[static_cast<std::size_t>(share * static_cast<double>(latencies.size() - 1))];
}

void pause_between_keys() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

void type_bare(int terminal, Latencies& into) {
    for (int i = 0; i < keys_a_round; ++i) {
        pause_between_keys();
        char key = 'k';
        const auto begin = Clock::now();
        if (::write(terminal, &key, 1) != 1 || ::read(terminal, &key, 1) != 1) fail("the bare terminal does not echo");
        into.push_back(us_since(begin));
    }
}

void type_through(boost::asio::io_context& io, Viewer& person, Latencies& into) {
    for (int i = 0; i < keys_a_round; ++i) {
        pause_between_keys();
        const std::size_t before = person.received;
        const auto begin = Clock::now();
        if (!person.line->write("k")) fail("the hub takes no key");
        io.restart();
        while (person.received == before) {
            if (io.run_one_for(std::chrono::seconds(5)) == 0) fail("no echo through the hub");
        }
        into.push_back(us_since(begin));
    }
}

struct EchoFigures {
    Latencies bare;
    Latencies one;
    Latencies many;
};

EchoFigures measure_echo(const Board& bare, const cli::HubSession& alone, const cli::HubSession& crowded) {
    boost::asio::io_context io{1};
    Viewer first;
    Viewer second;
    first.leaving = second.leaving = true;
    first.attach(io, alone, HubLine::Mode::type);
    second.attach(io, crowded, HubLine::Mode::type);
    const Crowd crowd(crowded, viewers_many - 1);
    EchoFigures figures;
    for (int round = 0; round < rounds; ++round) {
        type_bare(bare.terminal(), figures.bare);
        type_through(io, first, figures.one);
        type_through(io, second, figures.many);
    }
    return figures;
}

std::size_t measure_output(const cli::HubSession& session) {
    boost::asio::io_context stalled_io{1}; // runs while it attaches, and never again
    Viewer stalled;
    stalled.leaving = true;
    stalled.attach(stalled_io, session, HubLine::Mode::watch);
    boost::asio::io_context io{1};
    Viewer person;
    person.leaving = true;
    person.attach(io, session, HubLine::Mode::type);
    const Crowd crowd(session, viewers_many - 2);
    const auto begin = Clock::now();
    if (!person.line->write(std::string(1, print_key))) fail("the hub takes no key");
    io.restart();
    while (person.received + person.skipped < output_size) {
        if (io.run_one_for(std::chrono::seconds(60)) == 0) fail("no output through the hub");
    }
    crowd.wait_for(output_size);
    const double seconds = us_since(begin) / 1e6;
    std::printf("  %-28s %8.1f MB/s to each of %d viewers, one more stalled\n", "10 MB of output",
                static_cast<double>(output_size) / 1e6 / seconds, viewers_many - 1);
    return crowd.skipped() + person.skipped;
}

void print_row(const char* name, const Latencies& latencies) {
    std::printf("  %-28s %8.0f us p50 %8.0f us p99\n", name, percentile(latencies, 0.5), percentile(latencies, 0.99));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) fail("repl_bench OURO WORK_FOLDER");
    const fs::path work = argv[2];
    Board bare;
    std::array<Board, 3> boards;
    const std::array<std::string, 3> uids{"bench0001", "bench0002", "bench0003"};
    for (std::size_t i = 0; i < boards.size(); ++i) boards[i].show_in(work / "boards" / uids[i], uids[i]);
    const Daemon daemon(argv[1], work);
    const EchoFigures echo = measure_echo(bare, daemon.session(uids[0]), daemon.session(uids[1]));
    print_row("echo, bare terminal", echo.bare);
    print_row("echo, hub, 1 viewer", echo.one);
    print_row("echo, hub, 20 viewers", echo.many);
    const std::size_t lost = measure_output(daemon.session(uids[2]));
    const double bare_p99 = percentile(echo.bare, 0.99);
    std::printf("repl: echo_p99_ratio_1=%.2f echo_p99_ratio_20=%.2f lost_bytes=%zu rss_mb=%.1f\n",
                percentile(echo.one, 0.99) / bare_p99, percentile(echo.many, 0.99) / bare_p99, lost,
                daemon.memory_mb());
    return 0;
}
