// SPDX-License-Identifier: Apache-2.0
// Whatever a board declares and says: what Home Assistant is told of it is JSON on the entity's own topics.
#include "base/expect.hpp"
#include "hub/core/hub.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/home/discovery.hpp"
#include "hub/home/fuzz/each_line.hpp"
#include "hub/home/payloads.hpp"
#include "hub/home/topics.hpp"

#include <string>
#include <string_view>

namespace hub::home {
namespace {

using namespace std::chrono_literals;

constexpr const char* uid = "a1b2c3d4";
constexpr const char* prefix = "homeassistant";

struct Line final : core::BoardLine {
    void send(const core::Json&) override {}
    std::string path() const override { return "fuzz"; }
};

void check_config(const core::Board& board, const core::Entity& entity) {
    const DiscoveryMessage message = describe(board, entity, prefix);
    const auto name = parse_config_topic(prefix, message.topic);
    expect(name && name->uid == board.uid && name->id == entity.id);
    const core::Json& config = message.config;
    expect(core::Json::parse(config.dump()) == config); // throws for a text that is not UTF-8
    expect(config.at("unique_id") == unique_id(board.uid, entity.id) && config.at("name") == entity.name);
    expect(config.contains("command_topic") == takes_commands(entity.kind));
    expect(!config.contains("command_topic") || config.at("retain") == false);
    expect(!config.at("device").at("name").get_ref<const std::string&>().empty());
}

void check_device(const core::Board& board) {
    const DiscoveryMessage message = describe_device(board, prefix, Speaker::hub);
    const auto name = parse_config_topic(prefix, message.topic);
    expect(name && name->uid == board.uid && name->id.empty());
    expect(core::Json::parse(message.config.dump()) == message.config);
    std::size_t health = 0;
    for (const auto& [key, component] : message.config.at("components").items()) {
        expect(component.contains("platform") && component.contains("unique_id"));
        health += key.starts_with("sensor_health-") ? 1U : 0U;
    }
    expect(message.config.at("components").size() == board.entities.size() + health && health == 3);
}

class World final : core::Observer {
public:
    World() {
        hub_.add_observer(*this);
        hub_.line_opened(uid, line_, true);
    }
    void play(std::string_view message) { hub_.on_message(uid, message); }

private:
    void on_change(const core::Change& change) override {
        const core::Board& board = *hub_.find(uid);
        if (const auto* state = std::get_if<core::StateChanged>(&change)) check_state(board, *state);
        if (const auto* event = std::get_if<core::EventFired>(&change)) check_event(*event);
        if (!std::holds_alternative<core::BoardChanged>(change)) return;
        for (const core::Entity& entity : board.entities) check_config(board, entity);
        check_device(board);
    }
    static void check_state(const core::Board& board, const core::StateChanged& change) {
        const auto entity = std::find_if(board.entities.begin(), board.entities.end(),
                                         [&](const core::Entity& each) { return each.id == change.id; });
        const std::string payload = state_payload(entity->kind, change.state.value);
        expect(core::is_utf8(payload) && (!payload.empty() || entity->kind == core::Kind::text));
    }
    static void check_event(const core::EventFired& change) {
        const auto payload = core::Json::parse(event_payload(change.type, change.data));
        expect(payload.at("event_type") == change.type);
    }

    core::Time wall_{std::chrono::microseconds{1'800'000'000'000'000}};
    Line line_;
    core::Hub hub_{{[this] { return wall_; }, [] { return 5s; }}};
};

} // namespace
} // namespace hub::home

/// Each line is a message of the board.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hub::home::World world;
    hub::home::each_line(data, size, [&world](std::string_view line) { world.play(line); });
    return 0;
}
