// SPDX-License-Identifier: Apache-2.0
// The hardware thread's loop: look, step, wait.
#include "firmware/ports/posix/board.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace firmware::ports::posix {

Board::Board(const boards::Profile& profile, const BoardFolder& folder, contract::Storage& storage, UptimeClock& clock,
             const runtime::Identity& identity, const ProgramFactory& program, base::Micros spin, const FaceSetup& face,
             const SensorSetup& sensor)
    : folder_(folder),
      clock_(clock),
      spin_(spin),
      gpio_(clock),
      console_(clock),
      wake_vm_(clock, spin),
      inputs_(clock, wake_vm_, bridge_, storage),
      program_(program(inputs_)),
      uid_(identity.uid.view()),
      face_(profile.has_face() ? std::make_unique<VirtualFace>(profile, gpio_, bridge_, program_->interpreter(), uid_,
                                                               identity.boot, face)
                               : nullptr),
      sensor_(profile.sensor.empty() ? nullptr : std::make_unique<VirtualSensor>(profile, sensor)),
      core_({profile, gpio_, console_, bridge_, program_->interpreter(), face_ ? &face_->face() : nullptr,
             sensor_ ? &sensor_->uart : nullptr},
            identity),
      panel_(panel_parts(profile), {uid_, identity.boot, clock.to_monotonic(0)}),
      control_(panel_, profile.screen) {
    bridge_.wake_hardware = &wake_hardware_;
    bridge_.wake_vm = &wake_vm_;
}

Panel::Parts Board::panel_parts(const boards::Profile& profile) noexcept {
    Panel::Parts parts{profile, gpio_, clock_, *this};
    if (face_) {
        parts.display = &face_->display;
        parts.leds = &face_->leds;
        parts.gauges = &face_->gauges;
    }
    if (sensor_) {
        parts.gauges = &sensor_->gauges;
        parts.sensor = &sensor_->uart;
    }
    return parts;
}

base::Result<> Board::open() {
    epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
    timer_ = Fd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!epoll_ || !timer_) return base::fail(base::ErrorCode::io, std::string("no epoll: ") + std::strerror(errno));
    if (auto opened = console_.open(folder_.path("uart0")); !opened) return opened;
    for (const int fd : {timer_.get(), wake_hardware_.fd(), console_.fd()}) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
            return base::fail(base::ErrorCode::io, std::string("epoll: ") + std::strerror(errno));
        }
    }
    return control_.open(folder_.path("control.sock"), epoll_.get());
}

bool Board::run() noexcept {
    core_.boot(clock_.now());
    vm_.start(*program_);
    serve_until_stopped();
    program_->stop();
    wake_vm_.notify();
    return !inputs_.killed() && vm_.join();
}

void Board::stop() noexcept {
    stopping_ = true;
    wake_hardware_.notify();
}

void Board::serve_until_stopped() noexcept {
    while (!stopping_) {
        panel_.step();
        core_.step(clock_.now());
        control_.send();
        wait();
    }
}

base::Micros Board::next_deadline() const noexcept {
    const base::Micros stalled = core_.wants_to_write() ? console_.deadline() : base::never;
    return std::min({core_.deadline(), panel_.deadline(), stalled});
}

void Board::wait() noexcept {
    const base::Micros deadline = next_deadline();
    // Awake for a moment: what follows at once, as an edge follows a command, is then served without a wake-up.
    const base::Micros spin_until = std::min(deadline, clock_.now() + spin_);
    do {
        if (poll(0) || wake_hardware_.is_notified()) return wake_hardware_.end_wait();
    } while (clock_.now() < spin_until);
    if (clock_.now() >= deadline) return;
    itimerspec time{};
    if (deadline != base::never) time.it_value = to_timespec(clock_.to_monotonic(deadline));
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr);
    if (wake_hardware_.prepare_wait()) poll(-1);
    wake_hardware_.end_wait();
}

// True when something happened. Descriptors that are not the control socket's are looked at by the core's step.
bool Board::poll(int timeout_ms) noexcept {
    if (core_.wants_to_write() != polls_for_room_) {
        polls_for_room_ = !polls_for_room_;
        const std::uint32_t wanted = polls_for_room_ ? std::uint32_t{EPOLLIN | EPOLLOUT} : std::uint32_t{EPOLLIN};
        epoll_event event{.events = wanted, .data = {.fd = console_.fd()}};
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, console_.fd(), &event);
    }
    std::array<epoll_event, 16> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        std::uint64_t expirations = 0;
        if (event.data.fd == timer_.get()) {
            [[maybe_unused]] const auto size = ::read(timer_.get(), &expirations, sizeof expirations);
        }
        control_.serve(event.data.fd, event.events);
    }
    return count > 0;
}

} // namespace firmware::ports::posix
