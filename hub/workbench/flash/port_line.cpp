// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/port_line.hpp"

#include "hub/core/times.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <string>
#include <string_view>
#include <utility>

namespace hub::workbench::flash {
struct PortLine::Impl final : Port::Listener {
    void on_bytes(std::span<const std::uint8_t> bytes) override {
        input.insert(input.end(), bytes.begin(), bytes.end());
    }

    void on_hang_up(std::string_view reason) override {
        gone = reason;
        port.reset();
    }

    /// Lets things happen until the deadline, at most one of them.
    void turn(base::Micros deadline) {
        io.restart();
        io.run_one_until(core::steady_point(deadline));
    }

    base::Result<> usable() const {
        if (stopped) return base::fail(base::ErrorCode::invalid_state, "stopped, as you asked");
        if (!port) {
            return base::fail(base::ErrorCode::disconnected, "the board is gone: " + gone,
                              "Plug it in again; the same command then finishes what it began.");
        }
        return {};
    }

    /// A port behind the network is there a while before anybody at its other end is.
    template <typename Action>
    base::Result<> once_connected(const Action& action) {
        constexpr base::Micros patience = base::from_ms(10'000);
        const base::Micros until = core::steady_now() + patience;
        for (;;) {
            if (const auto still = usable(); !still) return still;
            const auto done = action(*port);
            if (done || done.error().code != base::ErrorCode::invalid_state) return done;
            if (core::steady_now() >= until) {
                return base::fail(base::ErrorCode::disconnected, done.error().message.view(), "Is the server there?");
            }
            turn(until);
        }
    }

    boost::asio::io_context io;
    boost::asio::signal_set signals{io};
    std::unique_ptr<Port> port;
    std::vector<std::uint8_t> input;
    std::string gone;
    bool stopped = false;
};

base::Result<std::unique_ptr<PortLine>> PortLine::open(const PortOpener& opener) {
    auto impl = std::make_unique<Impl>();
    auto port = opener(impl->io, *impl);
    if (!port) return tl::unexpected(port.error());
    impl->port = std::move(*port);
    return std::unique_ptr<PortLine>(new PortLine(std::move(impl)));
}

PortLine::PortLine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PortLine::~PortLine() = default;

void PortLine::stop_on_interrupt() {
    impl_->signals.add(SIGINT);
    impl_->signals.async_wait([impl = impl_.get()](boost::system::error_code error, int) {
        if (!error) impl->stopped = true;
    });
}

base::Micros PortLine::now() { return core::steady_now(); }

base::Result<> PortLine::write(std::span<const std::uint8_t> bytes) {
    constexpr base::Micros patience = base::from_ms(30'000);
    const base::Micros until = now() + patience;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (;;) {
        if (const auto usable = impl_->usable(); !usable) return usable;
        if (impl_->port->write(text)) return {};
        if (now() >= until) return base::fail(base::ErrorCode::timeout, "the port takes no bytes any more");
        impl_->turn(until);
    }
}

base::Result<std::vector<std::uint8_t>> PortLine::read(base::Micros deadline) {
    for (;;) {
        if (!impl_->input.empty()) return std::exchange(impl_->input, {});
        if (const auto usable = impl_->usable(); !usable) return tl::unexpected(usable.error());
        const bool last = now() >= deadline;
        impl_->turn(deadline);
        if (last && impl_->input.empty() && impl_->port) return std::vector<std::uint8_t>{};
    }
}

base::Result<> PortLine::set_baud(unsigned baud) {
    return impl_->once_connected([baud](Port& port) { return port.set_baud(baud); });
}

base::Result<> PortLine::set_lines(ControlLines lines) {
    return impl_->once_connected([lines](Port& port) { return port.set_lines(lines); });
}

} // namespace hub::workbench::flash
