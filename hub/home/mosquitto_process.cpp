// SPDX-License-Identifier: Apache-2.0
#include "hub/home/mosquitto_process.hpp"

#include "hub/home/backoff.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

namespace hub::home {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using base::ErrorCode;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto listen_time_max = 5s;
constexpr auto poll_period = 10ms;
constexpr int stop_time_ms = 1000;

/// Debian puts it where only root's PATH looks.
fs::path find_mosquitto() {
    const char* path = std::getenv("PATH");
    std::string folders = std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
    while (!folders.empty()) {
        const std::size_t colon = folders.find(':');
        const fs::path candidate = fs::path(folders.substr(0, colon)) / "mosquitto";
        if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
        folders = colon == std::string::npos ? std::string() : folders.substr(colon + 1);
    }
    return {};
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_mosquitto(const char* program, const char* configuration, int log, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1); // it died before we could ask
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::setpgid(0, 0); // Ctrl-C in a terminal is for the hub, which then ends us in order
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    ::execl(program, program, "-c", configuration, static_cast<char*>(nullptr));
    ::_exit(127);
}

} // namespace

class MosquittoProcess::Supervisor : public std::enable_shared_from_this<Supervisor> {
public:
    Supervisor(asio::io_context& io, fs::path data_dir)
        : data_dir_(std::move(data_dir)),
          exit_(io),
          probe_(io),
          timer_(io) {}

    base::Result<BrokerAccess> start(std::function<void()> on_listening) {
        program_ = find_mosquitto();
        if (program_.empty()) {
            return base::fail(ErrorCode::not_found, "Mosquitto is not installed",
                              "apt-get install mosquitto, or name your own broker with --broker");
        }
        auto access = load_broker_access(data_dir_);
        if (!access) return access;
        auto configuration = write_broker_files(data_dir_, *access);
        if (!configuration) return tl::unexpected(configuration.error());
        configuration_ = std::move(*configuration);
        access_ = *access;
        on_listening_ = std::move(on_listening);
        running_ = true;
        launch();
        return access;
    }

    void stop() {
        running_ = false;
        timer_.cancel();
        end_child();
    }

    pid_t pid() const { return pid_; }

private:
    void launch() {
        if (!is_port_free(access_.port)) {
            return again("port " + std::to_string(access_.port) + ", which Home Assistant was told, is in use");
        }
        const fs::path log_file = data_dir_ / "mosquitto.log";
        const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (log < 0) return again("can't write " + log_file.string());
        const pid_t parent = ::getpid();
        pid_ = ::fork();
        if (pid_ == 0) become_mosquitto(program_.c_str(), configuration_.c_str(), log, parent);
        ::close(log);
        if (pid_ < 0) {
            pid_ = 0;
            return again("no more processes");
        }
        watch_exit();
        give_up_at_ = std::chrono::steady_clock::now() + listen_time_max;
        probe();
    }

    void watch_exit() {
        const auto descriptor =
            static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)); // glibc 2.36 hides its own from C++
        if (descriptor < 0) return;                               // a kernel before 5.3: it lives and dies unwatched
        exit_.assign(descriptor);
        auto handler = [weak = weak_from_this()](const error_code& error) {
            const auto self = weak.lock();
            if (self && !error) self->on_exit();
        };
        exit_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(handler));
    }

    void on_exit() {
        end_child();
        if (running_) again("it ended; see " + (data_dir_ / "mosquitto.log").string());
    }

    void probe() {
        const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(),
                                               static_cast<std::uint16_t>(access_.port));
        auto handler = [weak = weak_from_this()](const error_code& error) {
            const auto self = weak.lock();
            if (!self || !self->running_ || self->pid_ == 0) return;
            error_code ignored;
            self->probe_.close(ignored);
            self->on_probed(!error);
        };
        probe_.async_connect(endpoint, std::move(handler));
    }

    void on_probed(bool listens) {
        if (listens) {
            backoff_.reset();
            return on_listening_();
        }
        if (std::chrono::steady_clock::now() > give_up_at_) {
            end_child();
            return again("it did not listen within 5 s");
        }
        after(poll_period, &Supervisor::probe);
    }

    void again(const std::string& why) {
        const auto pause = backoff_.next();
        spdlog::warn("Mosquitto: {}; trying again in {} ms", why, pause.count());
        after(pause, &Supervisor::launch);
    }

    void after(std::chrono::milliseconds pause, void (Supervisor::*step)()) {
        timer_.expires_after(pause);
        auto handler = [weak = weak_from_this(), step](const error_code& error) {
            const auto self = weak.lock();
            if (self && !error && self->running_) (self.get()->*step)();
        };
        timer_.async_wait(std::move(handler));
    }

    void end_child() {
        error_code ignored;
        probe_.close(ignored);
        if (pid_ != 0) {
            const int descriptor = exit_.is_open() ? exit_.native_handle() : -1;
            ::kill(pid_, SIGTERM);
            pollfd wait{descriptor, POLLIN, 0};
            const bool ended = descriptor >= 0 && ::poll(&wait, 1, stop_time_ms) > 0;
            if (!ended) ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            pid_ = 0;
        }
        exit_.close(ignored);
    }

    fs::path data_dir_;
    fs::path program_;
    fs::path configuration_;
    BrokerAccess access_;
    std::function<void()> on_listening_;
    asio::posix::stream_descriptor exit_;
    asio::ip::tcp::socket probe_;
    asio::steady_timer timer_;
    Backoff backoff_{200ms, 10000ms};
    std::chrono::steady_clock::time_point give_up_at_;
    pid_t pid_ = 0;
    bool running_ = false;
};

MosquittoProcess::MosquittoProcess(asio::io_context& io, fs::path data_dir)
    : supervisor_(std::make_shared<Supervisor>(io, std::move(data_dir))) {}

MosquittoProcess::~MosquittoProcess() { stop(); }

base::Result<BrokerAccess> MosquittoProcess::start(std::function<void()> on_listening) {
    return supervisor_->start(std::move(on_listening));
}

void MosquittoProcess::stop() { supervisor_->stop(); }
pid_t MosquittoProcess::pid() const { return supervisor_->pid(); }

} // namespace hub::home
