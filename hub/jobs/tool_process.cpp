// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/tool_process.hpp"

#include "hub/jobs/line_cutter.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace hub::jobs {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// Both ends of a pipe, closed at the end of the block unless they were taken.
struct Pipe {
    Pipe() { failed = ::pipe2(ends.data(), O_CLOEXEC) != 0; }
    ~Pipe() {
        for (const int end : ends) {
            if (end >= 0) ::close(end);
        }
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    int take_reader() { return std::exchange(ends[0], -1); }
    int writer() const { return ends[1]; }

    std::array<int, 2> ends{-1, -1};
    bool failed = false;
};

std::vector<char*> pointers_of(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_tool(const char* program, char* const* arguments, char* const* environment, int output,
                              int complaints, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127); // it died before we could ask
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGINT, SIG_DFL); // what is started in the background of a shell is deaf to it
    ::setpgid(0, 0);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(complaints, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    if (::chdir("/") == 0) ::execve(program, arguments, environment);
    ::_exit(127);
}

class ToolProcess : public std::enable_shared_from_this<ToolProcess> {
public:
    ToolProcess(asio::io_context& io, Tool::Listener& listener)
        : listener_(&listener),
          output_{asio::posix::stream_descriptor(io), {}, {}, false},
          complaints_{asio::posix::stream_descriptor(io), {}, {}, true},
          exit_(io) {}

    base::Result<> start(const ToolPlace& place, std::vector<std::string> words) {
        const auto failed = [](std::string_view what) {
            return base::fail(base::ErrorCode::io, std::string(what) + ": " + std::strerror(errno),
                              "Wait until something has ended.");
        };
        words.insert(words.begin(), "ouro");
        std::vector<std::string> environment = place.environment;
        const auto arguments = pointers_of(words);
        const auto variables = pointers_of(environment);
        Pipe output;
        Pipe complaints;
        if (output.failed || complaints.failed) return failed("No more files can be open");
        const pid_t parent = ::getpid();
        pid_ = ::fork();
        if (pid_ == 0) {
            become_tool(place.program.c_str(), arguments.data(), variables.data(), output.writer(), complaints.writer(),
                        parent);
        }
        if (pid_ < 0) return failed("No more processes can be started");
        output_.stream.assign(output.take_reader());
        complaints_.stream.assign(complaints.take_reader());
        read(output_);
        read(complaints_);
        return watch_exit();
    }

    void signal(int number) const {
        if (pid_ > 0) ::kill(pid_, number);
    }

    /// Nobody listens any more.
    void let_go() {
        listener_ = nullptr;
        signal(SIGKILL);
        reap();
        close(output_.stream);
        close(complaints_.stream);
        close(exit_);
    }

private:
    struct Stream {
        asio::posix::stream_descriptor stream;
        LineCutter cutter;
        std::array<char, 4096> bytes;
        bool is_complaint;
    };

    static void close(asio::posix::stream_descriptor& stream) {
        error_code ignored;
        stream.close(ignored);
    }

    void read(Stream& from) {
        from.stream.async_read_some(asio::buffer(from.bytes),
                                    [self = shared_from_this(), &from](error_code error, std::size_t size) {
                                        const auto heard = [&](std::string_view line) {
                                            if (self->listener_ != nullptr)
                                                self->listener_->on_line(line, from.is_complaint);
                                        };
                                        if (error) {
                                            from.cutter.finish(heard);
                                            close(from.stream);
                                            return self->end_if_all_is_told();
                                        }
                                        from.cutter.feed({from.bytes.data(), size}, heard);
                                        if (self->listener_ != nullptr) self->read(from);
                                    });
    }

    base::Result<> watch_exit() {
        const auto descriptor =
            static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)); // glibc 2.36 hides its own from C++
        if (descriptor < 0) {
            signal(SIGKILL);
            reap();
            return base::fail(base::ErrorCode::unsupported, "This system can't watch a process",
                              "It takes Linux 5.3 or newer.");
        }
        exit_.assign(descriptor);
        exit_.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](error_code error) {
            if (error || self->listener_ == nullptr) return;
            self->reap();
            close(self->exit_);
            self->end_if_all_is_told();
        });
        return {};
    }

    void reap() {
        if (pid_ <= 0) return;
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
        code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    void end_if_all_is_told() {
        if (pid_ > 0 || output_.stream.is_open() || complaints_.stream.is_open()) return;
        if (Tool::Listener* const last = std::exchange(listener_, nullptr)) last->on_end(code_);
    }

    Tool::Listener* listener_; ///< null once nobody is to be told
    Stream output_;
    Stream complaints_;
    asio::posix::stream_descriptor exit_;
    pid_t pid_ = 0;
    int code_ = 0;
};

class OwnedProcess final : public Tool {
public:
    explicit OwnedProcess(std::shared_ptr<ToolProcess> process) : process_(std::move(process)) {}
    ~OwnedProcess() override { process_->let_go(); }
    OwnedProcess(const OwnedProcess&) = delete;
    OwnedProcess& operator=(const OwnedProcess&) = delete;
    void interrupt() override { process_->signal(SIGINT); }
    void kill() override { process_->signal(SIGKILL); }

private:
    std::shared_ptr<ToolProcess> process_;
};

} // namespace

base::Result<std::unique_ptr<Tool>> start_tool(asio::io_context& io, const ToolPlace& place,
                                               const std::vector<std::string>& arguments, Tool::Listener& listener) {
    auto process = std::make_shared<ToolProcess>(io, listener);
    if (const auto started = process->start(place, arguments); !started) {
        process->let_go();
        return tl::unexpected(started.error());
    }
    return std::unique_ptr<Tool>(std::make_unique<OwnedProcess>(std::move(process)));
}

ToolPlace this_program(const std::filesystem::path& data, const std::filesystem::path& boards_dir) {
    static constexpr std::array others{"OURO_DATA=",    "OURO_BOARDS_DIR=", "OURO_BOARD=",  "OURO_PORT=",
                                       "ESPTOOL_PORT=", "ESPTOOL_BAUD=",    "ESPTOOL_CHIP="};
    ToolPlace place;
    std::error_code error;
    place.program = std::filesystem::read_symlink("/proc/self/exe", error);
    bool has_cache = false;
    for (char** variable = ::environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const auto is = [text](std::string_view name) { return text.starts_with(name); };
        if (std::any_of(others.begin(), others.end(), is)) continue;
        has_cache = has_cache || is("OURO_FIRMWARE_DIR=") || is("XDG_CACHE_HOME=") || is("HOME=");
        place.environment.emplace_back(text);
    }
    place.environment.push_back("OURO_DATA=" + data.string());
    place.environment.push_back("OURO_BOARDS_DIR=" + boards_dir.string());
    if (!has_cache) place.environment.push_back("OURO_FIRMWARE_DIR=" + (data / "firmware").string());
    return place;
}

} // namespace hub::jobs
