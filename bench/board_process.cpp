// SPDX-License-Identifier: Apache-2.0
#include "bench/board_process.hpp"

#include "bench/board_control.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace bench {
namespace {

constexpr int presses = 1'000;
constexpr int starts = 15;
constexpr int resets = 100;
constexpr std::int64_t patience_us = 10'000'000;
constexpr std::int64_t idle_us = 5'000'000;
constexpr std::int64_t rest_us = 3'000; // between presses, so that both threads have gone to sleep

void sleep_us(std::int64_t micros) { ::usleep(static_cast<useconds_t>(micros)); }

/// One `ouro-board` in a folder of its own.
class BoardProcess {
public:
    BoardProcess(const std::string& program, std::string folder, const std::vector<std::string>& options)
        : folder_(std::move(folder)),
          started_at(now_us()) {
        std::vector<std::string> words = {program, "--dir", folder_, "--board", "intercom"};
        words.insert(words.end(), options.begin(), options.end());
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGTERM); // stop() ends the benchmark without destructors
            const int nowhere = ::open("/dev/null", O_RDWR);
            for (int fd = 0; fd <= 2; ++fd) ::dup2(nowhere, fd);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
    }
    ~BoardProcess() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    BoardProcess(const BoardProcess&) = delete;
    BoardProcess& operator=(const BoardProcess&) = delete;

    std::string control() const { return folder_ + "/control.sock"; }

    /// Waits for it.
    std::string serial_port() const {
        std::string file = folder_ + "/uart0";
        for (const std::int64_t give_up = now_us() + patience_us; !std::filesystem::exists(file);) {
            if (now_us() > give_up) stop("the board has no " + file);
            sleep_us(200);
        }
        return file;
    }

    /// What all of its threads have run so far.
    double cpu_us() const {
        double total = 0;
        for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
            std::ifstream stat(thread.path() / "schedstat");
            double ran_ns = 0;
            stat >> ran_ns;
            total += ran_ns / 1e3;
        }
        return total;
    }

private:
    std::string folder_;
    pid_t pid_ = -1;

public:
    const std::int64_t started_at;
};

/// Reads until `at` has a value.
std::int64_t wait_for(Control& control, const std::int64_t& at, const char* what) {
    const std::int64_t give_up = now_us() + patience_us;
    while (at == 0) {
        pollfd socket{control.socket(), POLLIN, 0};
        if (::poll(&socket, 1, 1'000) > 0) control.read();
        if (now_us() > give_up) stop(std::string("waited in vain for ") + what);
    }
    return at;
}

double measure_idle(const BoardProcess& board) {
    sleep_us(1'000'000);
    const double before = board.cpu_us();
    const std::int64_t since = now_us();
    sleep_us(idle_us);
    const double percent = 100 * (board.cpu_us() - before) / static_cast<double>(now_us() - since);
    std::printf("%-42s %.2f %% of one processor\n", "a whole board, its app waiting", percent);
    return percent;
}

double measure_presses(Control& control) {
    Samples samples;
    for (int i = 0; i < presses; ++i) {
        control.input_at = control.output_at = 0;
        control.send(i % 2 == 0 ? "[\"set\",4,0]\n" : "[\"set\",4,1]\n");
        const std::int64_t pressed = wait_for(control, control.input_at, "the input's change");
        samples.values.push_back(wait_for(control, control.output_at, "the output that Python sets") - pressed);
        sleep_us(rest_us);
    }
    print_row("button edge -> Python callback -> output", samples);
    return samples.at(0.99);
}

/// The serial port of a board at its prompt.
class Prompt {
public:
    explicit Prompt(const std::string& path) : port_(::open(path.c_str(), O_RDWR | O_NOCTTY)) {
        termios raw{};
        ::cfmakeraw(&raw);
        if (port_ < 0 || ::tcsetattr(port_, TCSANOW, &raw) != 0) stop("can't open " + path);
    }
    ~Prompt() { ::close(port_); }
    Prompt(const Prompt&) = delete;
    Prompt& operator=(const Prompt&) = delete;

    /// Microseconds from the key to the next prompt.
    std::int64_t press_until_prompt(char key) {
        const std::int64_t pressed = now_us();
        if (::write(port_, &key, 1) != 1) stop("the board's serial port does not take a key");
        await_prompt();
        return now_us() - pressed;
    }

    void await_prompt() {
        std::string said;
        while (!said.ends_with("\r\n>>> ")) {
            std::array<char, 512> bytes{};
            pollfd port{port_, POLLIN, 0};
            if (::poll(&port, 1, static_cast<int>(patience_us / 1'000)) <= 0) stop("the board shows no prompt");
            const ssize_t size = ::read(port_, bytes.data(), bytes.size());
            if (size > 0) said.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

private:
    int port_;
};

double measure_vm_starts(const BoardProcess& board) {
    constexpr char ctrl_d = 4;
    Prompt prompt(board.serial_port());
    prompt.await_prompt();
    Samples samples;
    for (int i = 0; i < resets; ++i) samples.values.push_back(prompt.press_until_prompt(ctrl_d));
    print_row("Ctrl-D -> the prompt of a fresh VM", samples);
    return samples.at(0.5) / 1e3;
}

void measure_app_starts(const std::string& program, const std::string& work) {
    Samples samples;
    for (int i = 0; i < starts; ++i) {
        const BoardProcess board(program, work + "/start" + std::to_string(i), {"--app", "bench/bridge_app"});
        Control control(board.control());
        control.send("[\"watch\"]\n");
        control.output_at = 0;
        while (control.output_level == 0) {
            control.output_at = 0;
            wait_for(control, control.output_at, "the app's first output");
        }
        samples.values.push_back(control.output_at - board.started_at);
    }
    print_row("exec of ouro-board -> the app's first output", samples);
}

} // namespace

BoardFigures measure_board(const std::string& program, const std::string& work) {
    BoardFigures figures;
    {
        const BoardProcess board(program, work + "/app", {"--app", "bench/bridge_app"});
        Control control(board.control());
        control.send("[\"watch\"]\n");
        figures.idle_cpu_pct = measure_idle(board);
        figures.button_p99_us = measure_presses(control);
    }
    figures.vm_start_ms = measure_vm_starts(BoardProcess(program, work + "/prompt", {}));
    measure_app_starts(program, work);
    return figures;
}

} // namespace bench
