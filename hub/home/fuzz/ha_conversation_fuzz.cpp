// SPDX-License-Identifier: Apache-2.0
// Whatever Home Assistant, or somebody in its place, says: nothing is thrown, only followed entities are told, each
// call ends once, and the token is sent once at most.
#include "base/expect.hpp"
#include "hub/home/fuzz/each_line.hpp"
#include "hub/home/ha_conversation.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace hub::home {
namespace {

const std::vector<std::string> followed{"light.hall", "sensor.t"};

class World final : HaConversation::Listener {
public:
    World() { conversation_.follow(followed); }

    void play(std::string_view line) {
        const bool asks = line == "?";
        if (line == "!" || asks) {
            return conversation_.call(++tickets_, {"b0a7", 1, "light.toggle", "light.hall", {}, {}, asks});
        }
        conversation_.receive(line);
    }

private:
    void send(const core::Json& message) override {
        expect(message.is_object());
        if (message.at("type") == "auth") expect(++tokens_ == 1);
    }
    void logged_in(std::string_view) override {}
    void refused(std::string_view reason) override { expect(reason.size() <= 200); }
    void entity(const std::string& id, const core::Json& state, const core::Json& attributes) override {
        expect(std::find(followed.begin(), followed.end(), id) != followed.end());
        expect((state.is_null() || state.is_string()) && attributes.is_object());
    }
    void called(std::uint64_t ticket, bool, std::string_view, const core::Json& response) override {
        expect(ended_.insert(ticket).second);
        expect(response.is_null() || response.is_object());
    }

    HaConversation conversation_{*this, "token"};
    std::uint64_t tickets_ = 0;
    int tokens_ = 0;
    std::set<std::uint64_t> ended_;
};

} // namespace
} // namespace hub::home

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hub::home::World world;
    hub::home::each_line(data, size, [&world](std::string_view line) { world.play(line); });
    return 0;
}
