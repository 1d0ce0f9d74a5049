// SPDX-License-Identifier: Apache-2.0
// Lines in, lines out, in order; a bounded buffer on each side.
#include "firmware/ports/posix/control_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace firmware::ports::posix {

using base::ErrorCode;
using protocol::json::Value;
using protocol::json::Writer;

namespace {

constexpr std::int64_t press_ms_default = 200;
constexpr std::int64_t press_ms_min = 20;
constexpr std::int64_t press_ms_max = 600000;
constexpr std::string_view hint_info = "see docs/protocol.md, section 3";

} // namespace

ControlSocket::ControlSocket(const boards::Profile& profile, SimulatedGpio& gpio, const UptimeClock& clock,
                             Board& board, Info info)
    : profile_(profile),
      gpio_(gpio),
      clock_(clock),
      board_(board),
      info_(std::move(info)) {
    release_at_.fill(base::never);
    gpio_.observe(this);
}

ControlSocket::~ControlSocket() {
    gpio_.observe(nullptr);
    if (!path_.empty()) ::unlink(path_.c_str());
}

base::Result<> ControlSocket::open(const std::string& path, int epoll) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return base::fail(ErrorCode::invalid_argument, "the path of the control socket is too long: " + path,
                          "give --dir a shorter path, at most 90 bytes");
    }
    std::copy(path.begin(), path.end(), address.sun_path);
    ::unlink(path.c_str());
    listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const mode_t mask = ::umask(0177); // 0600 from the first moment
    const bool bound = listener_ && ::bind(listener_.get(), generic, sizeof address) == 0;
    ::umask(mask);
    epoll_event event{.events = EPOLLIN, .data = {.fd = listener_.get()}};
    if (!bound || ::listen(listener_.get(), clients_max) != 0 ||
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener_.get(), &event) != 0) {
        return base::fail(ErrorCode::io, "can't listen at " + path + ": " + std::strerror(errno));
    }
    path_ = path;
    epoll_ = epoll;
    return {};
}

void ControlSocket::serve(int fd, std::uint32_t events) noexcept {
    if (fd == listener_.get()) return accept_client();
    const auto ours = [fd](const Client& client) { return client.fd && client.fd.get() == fd; };
    const auto client = std::find_if(clients_.begin(), clients_.end(), ours);
    if (client == clients_.end()) return;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(*client);
    if (client->fd && (events & EPOLLOUT) != 0) flush(*client);
    for (Client& each : clients_) {
        if (each.broken) drop(each);
    }
}

void ControlSocket::accept_client() noexcept {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;
    const auto client = std::find_if(clients_.begin(), clients_.end(), [](const Client& each) { return !each.fd; });
    if (client == clients_.end()) return; // one too many: closed at once
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd.get()}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd.get(), &event) == 0) client->fd = std::move(fd);
}

void ControlSocket::drop(Client& client) noexcept { client = Client{}; }

void ControlSocket::read(Client& client) noexcept {
    std::array<char, line_max> bytes{};
    const auto size = ::read(client.fd.get(), bytes.data(), bytes.size());
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return drop(client);
    client.in.append(bytes.data(), static_cast<std::size_t>(size));
    for (std::size_t end = client.in.find('\n'); end != std::string::npos; end = client.in.find('\n')) {
        if (end >= line_max) break;
        const std::string line = client.in.substr(0, end);
        client.in.erase(0, end + 1);
        answer(client, line);
    }
    if (client.in.size() >= line_max) client.broken = true;
}

void ControlSocket::answer(Client& client, std::string_view line) noexcept {
    const auto request = protocol::json::parse(line);
    base::Result<> done = base::fail(ErrorCode::malformed, "the request is not a JSON array", hint_info);
    if (request && request->is(protocol::json::Type::array)) done = carry_out(client, *request);
    if (done) return;
    send(client, [&](Writer& writer) {
        writer.text("error").text(base::error_name(done.error().code));
        writer.text(done.error().message).text(done.error().hint);
    });
}

base::Result<> ControlSocket::carry_out(Client& client, const Value& request) noexcept {
    const Value word = request.at(0);
    const auto ok = [&] { send(client, [](Writer& writer) { writer.text("ok"); }); };
    if (word.equals("info")) {
        send_info(client);
        return {};
    }
    if (word.equals("read")) return read_pin(client, request);
    if (word.equals("watch")) {
        ok();
        client.watching = true;
        send_pins(client);
        return {};
    }
    base::Result<> done = base::fail(ErrorCode::unsupported, "the board does not know this request", hint_info);
    if (word.equals("press")) done = press(request);
    if (word.equals("hold")) done = hold(request, true);
    if (word.equals("release")) done = hold(request, false);
    if (word.equals("set")) done = set(request);
    if (word.equals("fault")) done = fault(request);
    if (word.equals("quit")) {
        board_.quit();
        done = {};
    }
    if (done) ok();
    return done;
}

base::Result<> ControlSocket::press(const Value& request) noexcept {
    const auto input = find_input(request.at(1));
    if (!input) return tl::unexpected(input.error());
    const Value length = request.at(2);
    const std::int64_t ms = length.is(protocol::json::Type::null) ? press_ms_default : length.integer().value_or(0);
    if (ms < press_ms_min || ms > press_ms_max) {
        return base::fail(ErrorCode::invalid_argument, "a button is pressed for 20 to 600000 ms");
    }
    gpio_.drive(profile_.inputs[*input].pin, profile_.inputs[*input].active);
    release_at_[*input] = clock_.now() + base::from_ms(ms);
    return {};
}

base::Result<> ControlSocket::hold(const Value& request, bool pressed) noexcept {
    const auto input = find_input(request.at(1));
    if (!input) return tl::unexpected(input.error());
    release_at_[*input] = base::never;
    const boards::Input& data = profile_.inputs[*input];
    gpio_.drive(data.pin, pressed ? std::optional(data.active) : std::nullopt);
    return {};
}

base::Result<> ControlSocket::set(const Value& request) noexcept {
    const auto pin = find_pin(request.at(1));
    if (!pin) return tl::unexpected(pin.error());
    const auto level = request.at(2).integer();
    if (!level || *level < 0 || *level > 1) return base::fail(ErrorCode::invalid_argument, "a level is 0 or 1");
    gpio_.drive(*pin, *level == 1);
    return {};
}

base::Result<> ControlSocket::read_pin(Client& client, const Value& request) noexcept {
    const auto pin = find_pin(request.at(1));
    if (!pin) return tl::unexpected(pin.error());
    send(client, [&](Writer& writer) { writer.text("ok").integer(gpio_.read(*pin) ? 1 : 0); });
    return {};
}

base::Result<> ControlSocket::fault(const Value& request) noexcept {
    if (!request.at(1).equals("vm_kill")) {
        return base::fail(ErrorCode::unsupported, "the board does not know this fault", "there is vm_kill");
    }
    board_.kill_vm();
    return {};
}

void ControlSocket::send_info(Client& client) noexcept {
    send(client, [&](Writer& writer) {
        writer.text("ok").begin_object().key("uid").text(info_.uid);
        writer.key("board").text(profile_.name).key("boot").integer(info_.boot).end_object();
    });
}

void ControlSocket::send_pins(Client& client) noexcept {
    const base::Micros now = clock_.now();
    for (const boards::Input& each : profile_.inputs) send_pin(client, each.pin, gpio_.read(each.pin), now, each.name);
    for (const boards::Output& each : profile_.outputs)
        send_pin(client, each.pin, gpio_.read(each.pin), now, each.name);
}

void ControlSocket::level_changed(contract::Pin pin, bool level, base::Micros at) noexcept {
    for (Client& client : clients_) {
        if (client.fd && client.watching) send_pin(client, pin, level, at, name_of(pin));
    }
}

void ControlSocket::send_pin(Client& client, contract::Pin pin, bool level, base::Micros at,
                             std::string_view name) noexcept {
    send(client, [&](Writer& writer) {
        writer.text("pin").integer(pin).integer(level ? 1 : 0).integer(clock_.to_monotonic(at)).text(name);
    });
}

template <typename Body>
void ControlSocket::send(Client& client, Body body) noexcept {
    std::array<char, line_max> buffer{};
    Writer writer(buffer);
    writer.begin_array();
    body(writer);
    writer.end_array();
    if (client.broken) return;
    client.out.append(writer.view()).push_back('\n');
    client.broken = client.out.size() > unread_max;
    flush(client);
}

void ControlSocket::flush(Client& client) noexcept {
    if (client.broken) return;
    while (!client.out.empty()) {
        const auto size = ::send(client.fd.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
        if (size <= 0) break;
        client.out.erase(0, static_cast<std::size_t>(size));
    }
    const bool waits = !client.out.empty();
    if (waits && errno != EAGAIN) client.broken = true;
    if (waits == client.waits_for_room) return;
    client.waits_for_room = waits;
    const std::uint32_t wanted = waits ? std::uint32_t{EPOLLIN | EPOLLOUT} : std::uint32_t{EPOLLIN};
    epoll_event event{.events = wanted, .data = {.fd = client.fd.get()}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd.get(), &event);
}

void ControlSocket::step() noexcept {
    const base::Micros now = clock_.now();
    for (std::size_t i = 0; i < profile_.inputs.size(); ++i) {
        if (now < release_at_[i]) continue;
        release_at_[i] = base::never;
        gpio_.drive(profile_.inputs[i].pin, std::nullopt);
    }
    for (Client& client : clients_) {
        if (client.broken) drop(client);
    }
}

base::Micros ControlSocket::deadline() const noexcept {
    return *std::min_element(release_at_.begin(), release_at_.end());
}

base::Result<std::size_t> ControlSocket::find_input(const Value& which) const noexcept {
    const auto pin = find_pin(which);
    if (!pin) return tl::unexpected(pin.error());
    for (std::size_t i = 0; i < profile_.inputs.size(); ++i) {
        if (profile_.inputs[i].pin == *pin) return i;
    }
    return base::fail(ErrorCode::invalid_argument, "this pin is not an input of the board");
}

base::Result<contract::Pin> ControlSocket::find_pin(const Value& which) const noexcept {
    if (const auto number = which.integer(); number && *number >= 0 && *number < contract::pin_count) {
        return static_cast<contract::Pin>(*number);
    }
    for (const boards::Input& input : profile_.inputs) {
        if (which.equals(input.name)) return input.pin;
    }
    for (const boards::Output& output : profile_.outputs) {
        if (which.equals(output.name)) return output.pin;
    }
    return base::fail(ErrorCode::not_found, "the board has no such pin", "give a number or a name of the board's data");
}

std::string_view ControlSocket::name_of(contract::Pin pin) const noexcept {
    for (const boards::Input& input : profile_.inputs) {
        if (input.pin == pin) return input.name;
    }
    for (const boards::Output& output : profile_.outputs) {
        if (output.pin == pin) return output.name;
    }
    return {};
}

} // namespace firmware::ports::posix
