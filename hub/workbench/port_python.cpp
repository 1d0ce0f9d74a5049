// SPDX-License-Identifier: Apache-2.0
// Moves bytes and moments between a Port and a ReplEngine.
#include "hub/workbench/port_python.hpp"

#include "hub/core/times.hpp"
#include "hub/workbench/repl/repl_engine.hpp"
#include "protocol/link/frame_reader.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

namespace hub::workbench {
namespace {

using core::steady_now;
using State = ReplEngine::State;

constexpr int interrupts_max = 3;

/// Tells a listener what a board says beside the prompt's protocol.
class Ears final : public protocol::link::FrameSink {
public:
    explicit Ears(PortPython::Listener& listener) : listener_(listener), reader_(*this) {}
    void hear(std::span<const std::uint8_t> bytes) { reader_.feed(bytes, steady_now()); }
    void tick() { reader_.flush(steady_now()); }
    base::Micros deadline() const { return reader_.deadline(); }
    bool has_enough() const { return enough_ || listener_.has_enough(); }

private:
    void on_frame(std::string_view json) override { enough_ = enough_ || !listener_.on_message(json); }
    void on_console(std::span<const std::uint8_t> bytes) override {
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        enough_ = enough_ || !listener_.on_console(text);
    }

    PortPython::Listener& listener_;
    protocol::link::FrameReader reader_;
    bool enough_ = false;
};

} // namespace

struct PortPython::Impl final : Port::Listener {
    void on_bytes(std::span<const std::uint8_t> bytes) override {
        if (ears) return ears->hear(bytes);
        engine.receive(bytes, steady_now());
        if (output) (*output)(engine.take_output());
    }

    void on_hang_up(std::string_view reason) override {
        gone = reason;
        port.reset();
    }

    void wait_for_signal() {
        signals.async_wait([this](boost::system::error_code error, int) {
            if (error) return;
            ++interrupts;
            if (!talking) engine.interrupt(steady_now());
            wait_for_signal();
        });
    }

    void send() {
        // What waits is a window at most, which the port's queue always takes.
        const std::string bytes = engine.take_writes();
        if (!bytes.empty() && port) (void)port->write(bytes);
    }

    bool is_waited_for() const {
        return port && (engine.state() == State::entering || engine.state() == State::running ||
                        engine.state() == State::leaving);
    }

    void wait_until(base::Micros moment) {
        io.restart();
        if (moment == base::never) {
            io.run_one();
        } else {
            io.run_one_until(core::steady_point(moment));
        }
        if (steady_now() >= engine.deadline()) engine.tick(steady_now());
        send();
    }

    // What was written last still has to leave.
    void let_go() {
        io.restart();
        io.poll();
    }

    // Until the engine waits for us again, the port is gone, or nobody wants to wait any more.
    void pump(bool until_it_has_the_program = false) {
        send();
        while (is_waited_for()) {
            if (interrupts >= interrupts_max && engine.state() == State::running) return;
            if (until_it_has_the_program && engine.has_program()) break;
            wait_until(engine.deadline());
        }
        let_go();
    }

    // Until the program has printed or ended, or the person has had enough.
    void listen(base::Micros until) {
        send();
        heard += engine.take_output();
        while (is_waited_for() && heard.empty() && interrupts == 0 && steady_now() < until) {
            wait_until(std::min(until, engine.deadline()));
            heard += engine.take_output();
        }
        let_go();
        heard += engine.take_output();
    }

    base::Result<> is_there() const {
        if (port) return {};
        return base::fail(base::ErrorCode::disconnected, "the board is gone: " + gone, "Is it plugged in?");
    }

    base::Result<> state_is(State wanted) const {
        if (auto there = is_there(); !there) return there;
        if (engine.state() != wanted || !engine.problem().message.empty()) return tl::unexpected(engine.problem());
        return {};
    }

    boost::asio::io_context io;
    boost::asio::signal_set signals{io};
    std::unique_ptr<Port> port;
    ReplEngine engine;
    const PythonRunner::Output* output = nullptr; ///< of the program that runs
    Ears* ears = nullptr;                         ///< who hears instead of the engine
    base::Micros silence_max = base::never;
    std::string gone;
    std::string heard; ///< of the program that is spoken with
    int interrupts = 0;
    bool talking = false;
    bool touched = false; ///< it may be at the raw prompt
};

base::Result<std::unique_ptr<PortPython>> PortPython::open(const PortOpener& opener) {
    auto impl = std::make_unique<Impl>();
    auto opened = opener(impl->io, *impl);
    if (!opened) return tl::unexpected(opened.error());
    impl->port = std::move(*opened);
    while (impl->port && !impl->port->ready()) impl->io.run_one(); // a port gives up by itself
    if (!impl->port) return base::fail(base::ErrorCode::disconnected, impl->gone, "Is the board there, and reachable?");
    return std::unique_ptr<PortPython>(new PortPython(std::move(impl)));
}

PortPython::PortPython(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PortPython::~PortPython() {
    if (impl_->touched) leave();
}

base::Result<> PortPython::enter() {
    impl_->touched = true;
    impl_->engine.enter(steady_now());
    impl_->pump();
    return impl_->state_is(State::ready);
}

void PortPython::limit_silence(base::Micros silence_max) { impl_->silence_max = silence_max; }

void PortPython::pass_on_interrupts() {
    impl_->signals.add(SIGINT);
    impl_->wait_for_signal();
}

base::Result<std::string> PortPython::run(std::string code, const Output& output) {
    if (impl_->engine.state() == State::outside) {
        if (const auto entered = enter(); !entered) return tl::unexpected(entered.error());
    }
    impl_->interrupts = 0;
    if (const auto begun = impl_->engine.exec(std::move(code), steady_now(), impl_->silence_max); !begun) {
        return tl::unexpected(begun.error());
    }
    impl_->output = &output;
    impl_->pump();
    impl_->output = nullptr;
    if (impl_->interrupts >= interrupts_max && impl_->engine.state() == State::running) {
        return base::fail(base::ErrorCode::busy, "the program ignores Ctrl-C; it is still running",
                          "Reset the board, or unplug it.");
    }
    if (const auto done = impl_->state_is(State::ready); !done) return tl::unexpected(done.error());
    return impl_->engine.traceback();
}

base::Result<std::string> PortPython::launch(std::string code) {
    if (impl_->engine.state() == State::outside) {
        if (const auto entered = enter(); !entered) return tl::unexpected(entered.error());
    }
    if (const auto begun = impl_->engine.exec(std::move(code), steady_now()); !begun)
        return tl::unexpected(begun.error());
    impl_->pump(true);
    if (impl_->port && impl_->engine.has_program()) {
        impl_->touched = false;
        return std::string();
    }
    if (const auto done = impl_->state_is(State::ready); !done) return tl::unexpected(done.error());
    return impl_->engine.traceback();
}

base::Result<> PortPython::type_and_listen(std::string_view keys, base::Micros span, Listener& listener) {
    if (impl_->touched) leave();
    impl_->interrupts = 0;
    Ears ears(listener);
    impl_->ears = &ears;
    if (impl_->port) (void)impl_->port->write(keys);
    impl_->let_go(); // also when there is no time to hear
    const base::Micros end = span == base::never ? base::never : steady_now() + span;
    while (impl_->port && !ears.has_enough() && steady_now() < end && impl_->interrupts < 1) {
        impl_->wait_until(std::min(end, ears.deadline()));
        ears.tick();
    }
    impl_->ears = nullptr;
    return impl_->is_there();
}

bool PortPython::type(std::string_view keys) { return impl_->port && impl_->port->write(keys); }

boost::asio::io_context& PortPython::io() noexcept { return impl_->io; }

base::Result<> PortPython::start(std::string code) {
    if (impl_->engine.state() == State::outside) {
        if (auto entered = enter(); !entered) return entered;
    }
    impl_->interrupts = 0;
    impl_->heard.clear();
    auto begun = impl_->engine.exec(std::move(code), steady_now());
    impl_->talking = begun.has_value();
    return begun;
}

base::Result<> PortPython::say(std::string_view bytes) {
    if (!impl_->port) return impl_->state_is(State::running);
    if (impl_->engine.is_printing()) impl_->engine.feed(bytes, steady_now());
    impl_->send();
    return {};
}

base::Result<Heard> PortPython::hear(base::Micros patience) {
    impl_->listen(steady_now() + patience);
    if (std::exchange(impl_->interrupts, 0) > 0) {
        return base::fail(base::ErrorCode::invalid_state, "interrupted", "Nothing is half done.");
    }
    const auto state = impl_->engine.state();
    if (const auto usable = impl_->state_is(state); !usable) {
        impl_->talking = false;
        return tl::unexpected(usable.error());
    }
    Heard heard{std::exchange(impl_->heard, {}), std::nullopt};
    if (state != State::running) {
        impl_->talking = false;
        heard.ended = impl_->engine.traceback();
    }
    return heard;
}

base::Result<> PortPython::soft_reset() {
    if (impl_->engine.state() == State::outside) {
        if (auto entered = enter(); !entered) return entered;
    }
    impl_->engine.soft_reset(steady_now());
    impl_->pump();
    auto done = impl_->state_is(State::outside);
    impl_->touched = !done;
    return done;
}

base::Result<> PortPython::renew() {
    if (impl_->engine.state() == State::outside) {
        if (auto entered = enter(); !entered) return entered;
    }
    impl_->engine.renew(steady_now());
    impl_->pump();
    return impl_->port && impl_->engine.state() == State::outside ? enter() : impl_->state_is(State::ready);
}

void PortPython::leave() {
    impl_->touched = false;
    impl_->talking = false;
    impl_->engine.leave(steady_now());
    impl_->pump();
}

} // namespace hub::workbench
