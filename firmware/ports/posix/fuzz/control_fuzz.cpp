// SPDX-License-Identifier: Apache-2.0
// Any bytes at the control socket: each line is answered once and in order, a line too long ends the conversation, and
// no output moves.
#include "base/expect.hpp"
#include "boards/badge.hpp"
#include "boards/intercom.hpp"
#include "firmware/ports/posix/clock.hpp"
#include "firmware/ports/posix/control_socket.hpp"
#include "firmware/ports/shared/tuya_uart.hpp"
#include "firmware/runtime/guards.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace firmware::ports::posix {
namespace {

/// A badge to look at, with outputs that nobody may move from outside.
constexpr boards::Profile with_outputs() {
    boards::Profile profile = boards::badge;
    profile.outputs = boards::intercom.outputs;
    profile.inputs = boards::intercom.inputs;
    return profile;
}
constexpr boards::Profile profile = with_outputs();

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "ouro-fuzz-XXXXXX").string();
        expect(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    std::string path;
};

/// What a client may ask for, as often as it asked.
struct Asked final : Panel::Board {
    void kill_vm() noexcept override { ++kills; }
    void quit() noexcept override { ++quits; }
    std::size_t kills = 0;
    std::size_t quits = 0;
};

/// A sensor whose home is a link that nobody is at.
class SensorAlone final : runtime::OutputListener {
public:
    SensorAlone(SimulatedGpio& gpio, SimulatedGauges& gauges)
        : guards_(profile, gpio, *this),
          uart("neo_pir", flash_, gauges) {
        uart.boot({link_, entities_, bridge_}, 0);
    }

private:
    void output_changed(std::size_t, bool, base::Micros, runtime::Cause) noexcept override {}
    void output_refused(std::size_t, std::string_view, base::Micros) noexcept override {}

    runtime::Identity identity_;
    bridge::Bridge bridge_;
    runtime::Guards guards_;
    runtime::Entities entities_;
    runtime::HomeWatch watched_{bridge_};
    runtime::LinkEndpoint link_{identity_, entities_, guards_, watched_};
    std::vector<std::uint8_t> medium_ = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    SimulatedSmallFlash flash_{medium_};

public:
    TuyaUart uart;
};

Fd connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    expect(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

class Conversation {
public:
    Conversation() {
        for (const boards::Output& output : profile.outputs) {
            expect(gpio_.configure(output.pin, contract::PinMode::output, contract::Pull::none, output.safe));
        }
        static const TemporaryFolder folder;
        const std::string path = folder.path + "/control.sock";
        expect(socket_.open(path, epoll_.get()));
        client_ = connect_to(path);
        serve();
    }

    void say(std::string_view bytes, std::size_t piece) {
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            const std::string_view part = bytes.substr(at, piece);
            if (::send(client_.get(), part.data(), part.size(), MSG_NOSIGNAL) < 0) break; // the board hung up
            serve();
            hear();
        }
        hear();
        check(bytes);
    }

private:
    void serve() {
        std::array<epoll_event, 4> events;
        while (const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0)) {
            expect(count > 0);
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                socket_.serve(event.data.fd, event.events);
            }
            hear(); // or the socket would wait for room
        }
        panel_.step();
        sensor_.uart.step(clock_.now());
        socket_.send();
    }

    void hear() {
        std::array<char, 4096> bytes;
        for (;;) {
            const auto size = ::recv(client_.get(), bytes.data(), bytes.size(), 0);
            if (size <= 0) {
                hung_up_ = hung_up_ || size == 0 || errno != EAGAIN;
                return;
            }
            heard_.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

    void check(std::string_view said) {
        // An escape such as \u0066 may spell a word; nothing shorter than the request can ask for it.
        expect((asked_.kills + asked_.quits) * std::string_view("[\"quit\"]").size() <= said.size());
        std::size_t expected = 0;
        for (std::size_t end = said.find('\n'); end != std::string_view::npos && end < ControlSocket::line_max;
             end = said.find('\n')) {
            said.remove_prefix(end + 1);
            ++expected;
        }
        expect(hung_up_ == (std::min(said.find('\n'), said.size()) >= ControlSocket::line_max));
        expect(answers() == expected);
        for (const boards::Output& output : profile.outputs) expect(gpio_.read(output.pin) == output.safe);
        expect(sensor_.uart.mcu().violations() == 0);
    }

    static bool is_of_face(const protocol::json::Value& message) {
        const auto word = message.at(0);
        return word.equals("cell") || word.equals("leds") || word.equals("shown");
    }

    std::size_t answers() {
        std::size_t count = 0;
        for (std::size_t end = heard_.find('\n'); end != std::string::npos; end = heard_.find('\n')) {
            const std::string line = heard_.substr(0, end);
            heard_.erase(0, end + 1);
            const auto message = protocol::json::parse(line);
            expect(message.has_value());
            const bool is_answer = message->at(0).equals("ok") || message->at(0).equals("error");
            expect(is_answer || message->at(0).equals("pin") || message->at(0).equals("tuya") || is_of_face(*message));
            count += is_answer ? 1 : 0;
        }
        expect(heard_.empty());
        return count;
    }

    Fd epoll_{::epoll_create1(EPOLL_CLOEXEC)};
    UptimeClock clock_;
    SimulatedGpio gpio_{clock_};
    Asked asked_;
    SimulatedDisplay display_{profile.screen};
    SimulatedLeds leds_{profile.led_count};
    SimulatedGauges gauges_;
    SensorAlone sensor_{gpio_, gauges_};
    Panel panel_{{profile, gpio_, clock_, asked_, &display_, &leds_, &gauges_, &sensor_.uart}, {"a1b2c3d4", 1, 0}};
    ControlSocket socket_{panel_, profile.screen};
    Fd client_;
    std::string heard_;
    bool hung_up_ = false;
};

} // namespace
} // namespace firmware::ports::posix

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // The first byte chooses the size of the pieces, so that the fuzzer finds splits too.
    const std::size_t piece = size == 0 ? 1 : std::size_t{data[0]} * 5 + 1;
    const std::string_view said(reinterpret_cast<const char*>(data), size);
    firmware::ports::posix::Conversation().say(said, piece);
    return 0;
}
