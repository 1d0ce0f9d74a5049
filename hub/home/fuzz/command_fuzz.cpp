// SPDX-License-Identifier: Apache-2.0
// Any payload on any topic: names are taken from a topic only as the topic is made of them, and whatever a payload
// makes the hub send is a command that the entity takes.
#include "base/expect.hpp"
#include "hub/core/hub.hpp"
#include "hub/core/values.hpp"
#include "hub/home/payloads.hpp"
#include "hub/home/topics.hpp"
#include "protocol/json/value.hpp"
#include "protocol/link/frame_reader.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <string>

namespace hub::home {
namespace {

using namespace std::chrono_literals;

constexpr const char* uid = "a1b2c3d4";
constexpr const char* hello = R"(["hello",{"uid":"a1b2c3d4","name":"Hall","boot":1,"t_ms":100,"decl":"1"}])";
constexpr const char* decl = R"(["decl",[["door","lock","Door",{}],["lamp","switch","Lamp",{}],)"
                             R"(["glow","light","Glow",{}],["press","button","Press",{}],["blind","cover","Blind",{}],)"
                             R"(["level","number","Level",{"min":-1,"max":10.5}],["note","text","Note",{"max":10}],)"
                             R"(["mode","select","Mode",{"options":["day","night"]}],["temp","sensor","Temp",{}],)"
                             R"(["move","binary_sensor","Move",{}],["ring","event","Ring",{"event_types":["ring"]}]]])";

/// Keeps what was sent to the board, as the board reads it.
struct Line final : core::BoardLine {
    void send(const core::Json& message) override {
        sent = message.dump(); // throws for a text that is not UTF-8
        expect(sent.size() + 2 <= protocol::link::frame_size_max);
        expect(protocol::json::parse(sent).has_value());
    }
    std::string path() const override { return "fuzz"; }
    std::string sent;
};

class World {
public:
    World() {
        hub_.line_opened(uid, line_, true);
        hub_.on_message(uid, hello);
        hub_.on_message(uid, decl);
        expect(hub_.find(uid)->entities.size() == 11);
    }

    void receive(std::string_view payload) {
        for (const core::Entity& entity : hub_.find(uid)->entities) {
            auto request = read_command(entity, payload);
            if (!request) continue;
            expect(request->id == entity.id && request->source == "mqtt");
            expect(request->ttl_ms >= 1 && request->ttl_ms <= 60000);
            request->uid = uid;
            line_.sent.clear();
            check(entity, *request, hub_.command(*request));
        }
    }

private:
    void check(const core::Entity& entity, const core::CommandRequest& request,
               const base::Result<std::string>& cmd_id) {
        expect(cmd_id.has_value() == !line_.sent.empty());
        if (!cmd_id) return;
        expect(protocol::link::is_cmd_id(*cmd_id) && (request.cmd_id.empty() || request.cmd_id == *cmd_id));
        const auto message = core::Json::parse(line_.sent);
        expect(message[0] == "set" && message[1] == entity.id && message[3] == *cmd_id);
        expect(core::check_command(entity, message[2]).has_value());
        expect(message[4] >= 1 && message[4] <= request.ttl_ms);
    }

    core::Time wall_{std::chrono::microseconds{1'800'000'000'000'000}};
    Line line_;
    core::Hub hub_{{[this] { return wall_; }, [] { return 5s; }}};
};

void check_topic(std::string_view topic) {
    if (const auto name = parse_command_topic(topic)) {
        expect(protocol::link::is_uid(name->uid) && protocol::link::is_entity_id(name->id));
        expect(entity_topic(name->uid, name->id, "set") == topic);
    }
    if (const auto name = parse_config_topic("homeassistant", topic)) {
        expect(protocol::link::is_uid(name->uid) && protocol::link::is_entity_id(name->id));
        expect(topic.starts_with("homeassistant/"));
        expect(topic.ends_with("/" + unique_id(name->uid, name->id) + "/config"));
    }
}

} // namespace
} // namespace hub::home

/// The first line is the topic, the rest the payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find('\n'), size);
    hub::home::check_topic(input.substr(0, end));
    hub::home::World().receive(input.substr(std::min(end + 1, size)));
    return 0;
}
