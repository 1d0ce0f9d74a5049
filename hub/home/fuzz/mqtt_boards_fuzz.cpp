// SPDX-License-Identifier: Apache-2.0
// Whatever anybody publishes on the topics of boards: the core hears only of boards that say they speak for themselves.
#include "base/expect.hpp"
#include "hub/core/hub.hpp"
#include "hub/core/values.hpp"
#include "hub/home/fuzz/each_line.hpp"
#include "hub/home/mqtt_boards.hpp"
#include "hub/home/payloads.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace hub::home {
namespace {

using namespace std::chrono_literals;

struct Deaf final : MqttClient::Listener {
    void on_connected() override {}
    void on_disconnected(std::string_view) override {}
    void on_message(std::string_view, std::string_view, bool) override {}
    void on_waiting(std::string_view, std::chrono::milliseconds) override {}
    void on_subscribed(int) override {}
    void on_delivered(int, bool) override {}
};

class World final : core::Observer {
public:
    World() { hub_.add_observer(*this); }
    ~World() { boards_.disconnected(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// "r topic payload" was kept by the broker; any other first letter is live, "x" loses the connection.
    void play(std::string_view line) {
        if (line.starts_with('x')) return boards_.disconnected();
        const std::size_t begin = std::min(line.find(' ') + 1, line.size());
        const std::size_t end = std::min(line.find(' ', begin), line.size());
        const std::string_view topic = line.substr(begin, end - begin);
        const std::string_view payload = line.substr(std::min(end + 1, line.size()));
        boards_.on_message(topic, payload, line.starts_with('r'));
        hub_.tick();
        for (const core::Board& board : hub_.boards()) check(board);
    }

private:
    void check(const core::Board& board) const {
        expect(boards_.speaks(board.uid) || !board.online); // nobody else is here
        for (const auto& [id, state] : board.states) {
            const auto entity = std::find_if(board.entities.begin(), board.entities.end(),
                                             [&, &name = id](const core::Entity& each) { return each.id == name; });
            expect(entity != board.entities.end() && core::check_state(*entity, state.value).has_value());
        }
    }
    void on_change(const core::Change& change) override {
        const auto* log = std::get_if<core::LogLine>(&change);
        expect(log == nullptr || log->text.size() <= 1024);
    }

    boost::asio::io_context io_;
    Deaf deaf_;
    MqttClient client_{io_, deaf_};
    core::Time wall_{std::chrono::microseconds{1'800'000'000'000'000}};
    core::Hub hub_{{[this] { return wall_; }, [] { return 5s; }}};
    MqttBoards boards_{client_, hub_};
};

} // namespace
} // namespace hub::home

/// Each line is a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hub::home::World world;
    hub::home::each_line(data, size, [&world](std::string_view line) { world.play(line); });
    return 0;
}
