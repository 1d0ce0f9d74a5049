// SPDX-License-Identifier: Apache-2.0
// Termios, locks, and bytes through Asio.
#include "hub/workbench/serial_port.hpp"

#include "hub/workbench/port_holder.hpp"
#include "hub/workbench/serial_rate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace hub::workbench {
namespace {

using boost::system::error_code;

class Descriptor {
public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }

private:
    int fd_;
};

tl::unexpected<base::Error> held(const std::filesystem::path& path, const std::string& by) {
    return base::fail(base::ErrorCode::busy, path.string() + " is held by " + by,
                      "Close that program; the port is tried again by itself.");
}

tl::unexpected<base::Error> open_failed(const std::filesystem::path& path, int reason) {
    const std::string message = "cannot open " + path.string() + ": " + std::strerror(reason);
    switch (reason) {
    case ENOENT:
    case ENODEV:
    case ENXIO: return base::fail(base::ErrorCode::not_found, message, "Is the board plugged in, or started?");
    case EACCES:
    case EPERM: return base::fail(base::ErrorCode::refused, message, "`ouro doctor` says which right is missing.");
    case EBUSY: return held(path, port_holder(path));
    default: return base::fail(base::ErrorCode::io, message);
    }
}

bool is_pseudo_terminal(int fd) {
    constexpr unsigned first_major = 136; // UNIX98_PTY_SLAVE_MAJOR in Linux's devices.txt, and seven more
    constexpr unsigned last_major = 143;
    struct stat status {};
    if (::fstat(fd, &status) != 0) return false;
    return major(status.st_rdev) >= first_major && major(status.st_rdev) <= last_major;
}

// True when the port is ours. Exclusive mode outlives its holder on a pseudo terminal whose other end stays open: a hub
// that was killed would lock out the next one. The lock of flock never does.
bool lock(int fd) {
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return false;
    if (is_pseudo_terminal(fd)) return true;
    int exclusive = 0; // asked for, as opening succeeds for root all the same
    if (::ioctl(fd, TIOCGEXCL, &exclusive) == 0 && exclusive != 0) return false;
    ::ioctl(fd, TIOCEXCL); // a driver without it leaves us the lock
    return true;
}

bool make_raw(int fd, termios settings) {
    ::cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL | CRTSCTS); // or closing would drop DTR
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    ::cfsetspeed(&settings, B115200);
    return ::tcsetattr(fd, TCSANOW, &settings) == 0;
}

// On the usual two transistors RTS without DTR pulls the reset pin, so RTS goes first, and in a call of its own. A port
// without such lines refuses both, and needs neither.
void release_lines(int fd) {
    for (const int line : {TIOCM_RTS, TIOCM_DTR}) ::ioctl(fd, TIOCMBIC, &line);
}

} // namespace

struct SerialPort::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& io, int fd, Listener& to) : stream(io, fd), listener(&to) {}

    void read() {
        const auto self = shared_from_this();
        stream.async_read_some(boost::asio::buffer(input), [self](error_code error, std::size_t size) {
            if (self->listener == nullptr) return;
            if (error) return self->hang_up(error);
            self->listener->on_bytes(std::span(self->input).first(size));
            if (self->listener != nullptr) self->read();
        });
    }

    void write() {
        writing = std::exchange(waiting, {});
        const auto self = shared_from_this();
        boost::asio::async_write(stream, boost::asio::buffer(writing), [self](error_code error, std::size_t) {
            self->writing.clear();
            if (self->listener == nullptr) return;
            if (error) return self->hang_up(error);
            if (!self->waiting.empty()) self->write();
        });
    }

    void hang_up(error_code error) {
        Listener* const last = std::exchange(listener, nullptr);
        close();
        const bool ended = error == boost::asio::error::eof || error.value() == EIO;
        last->on_hang_up(ended ? "the other end is gone" : error.message());
    }

    void close() {
        listener = nullptr;
        error_code ignored;
        stream.close(ignored);
    }

    boost::asio::posix::stream_descriptor stream;
    Listener* listener; ///< null once closed
    std::array<std::uint8_t, 4096> input{};
    std::string writing;
    std::string waiting;
};

base::Result<std::unique_ptr<SerialPort>>
SerialPort::open(boost::asio::io_context& io, const std::filesystem::path& path, Listener& listener, Wiring wiring) {
    // Before it is opened: opening alone moves the lines.
    if (wiring != Wiring::none) {
        if (const auto other = find_port_opener(path)) return held(path, text_of(*other));
    }
    Descriptor fd(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (fd.get() < 0) return open_failed(path, errno);
    termios settings{};
    if (::tcgetattr(fd.get(), &settings) != 0) {
        return base::fail(base::ErrorCode::unsupported, path.string() + " is no serial port",
                          "Choose a terminal device, such as /dev/ttyUSB0.");
    }
    if (!lock(fd.get())) return held(path, port_holder(path));
    if (!make_raw(fd.get(), settings)) {
        return base::fail(base::ErrorCode::io, "cannot set up " + path.string() + ": " + std::strerror(errno));
    }
    if (wiring == Wiring::bridge) release_lines(fd.get());
    auto impl = std::make_shared<Impl>(io, fd.release(), listener);
    impl->read();
    return std::unique_ptr<SerialPort>(new SerialPort(std::move(impl)));
}

SerialPort::SerialPort(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

SerialPort::~SerialPort() { impl_->close(); }

std::size_t SerialPort::waiting() const noexcept { return impl_->writing.size() + impl_->waiting.size(); }

base::Result<> SerialPort::set_baud(unsigned baud) {
    const int problem = baud == 0 ? EINVAL : set_serial_rate(impl_->stream.native_handle(), baud);
    if (problem == 0) return {};
    if (problem == EINVAL) {
        return base::fail(base::ErrorCode::unsupported, "this port does not do " + std::to_string(baud) + " baud",
                          "Try 115200, 230400, 460800 or 921600.");
    }
    return base::fail(base::ErrorCode::io, std::string("cannot change the rate: ") + std::strerror(problem));
}

base::Result<> SerialPort::set_lines(ControlLines lines) {
    const int fd = impl_->stream.native_handle();
    const std::array wanted{std::pair(TIOCM_DTR, lines.dtr), std::pair(TIOCM_RTS, lines.rts)};
    for (const auto& [line, on] : wanted) {
        if (::ioctl(fd, on ? TIOCMBIS : TIOCMBIC, &line) == 0) continue;
        return base::fail(errno == ENOTTY || errno == EINVAL ? base::ErrorCode::unsupported : base::ErrorCode::io,
                          std::string("this port's control lines cannot be moved: ") + std::strerror(errno),
                          "A pseudo terminal has none.");
    }
    return {};
}

bool SerialPort::write(std::string_view bytes) {
    if (waiting() + bytes.size() > write_queue_max) return false;
    impl_->waiting.append(bytes);
    if (impl_->writing.empty() && impl_->listener != nullptr && !impl_->waiting.empty()) impl_->write();
    return true;
}

} // namespace hub::workbench
