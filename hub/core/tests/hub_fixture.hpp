// SPDX-License-Identifier: Apache-2.0
// A hub with clocks that the test moves, a line that records, and an observer that remembers.
#pragma once

#include "hub/core/hub.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hub::core {

using namespace std::chrono_literals;

struct RecordingLine final : BoardLine {
    void send(const Json& message) override { sent.push_back(message.dump()); }
    std::string path() const override { return "test line"; }
    std::string held_by() const override { return holder; }

    std::size_t count(const std::string& start) const {
        std::size_t result = 0;
        for (const std::string& message : sent) result += message.starts_with(start) ? 1 : 0;
        return result;
    }

    std::vector<std::string> sent;
    std::string holder;
};

struct RecordingObserver final : Observer {
    void on_change(const Change& change) override { changes.push_back(change); }

    template <typename T>
    std::vector<T> all() const {
        std::vector<T> result;
        for (const Change& change : changes) {
            if (const T* found = std::get_if<T>(&change)) result.push_back(*found);
        }
        return result;
    }

    std::vector<Change> changes;
};

class HubFixture : public ::testing::Test {
protected:
    HubFixture() { hub.add_observer(seen); }

    void advance(std::chrono::microseconds time) {
        steady += time;
        wall += time;
    }
    void advance_by_ticks(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            advance(1s);
            hub.tick();
        }
    }
    void say(const std::string& message) { hub.on_message("abcd", message); }
    void hello(int boot = 1, int t_ms = 1000, const std::string& decl = "00000001") {
        say(R"(["hello",{"uid":"abcd","name":"Door","board":"intercom","app":"intercom","runtime":"ouroboard",)"
            R"("version":"0.1","boot":)" +
            std::to_string(boot) + R"(,"t_ms":)" + std::to_string(t_ms) + R"(,"decl":")" + decl + R"("}])");
    }
    void declare() {
        say(R"(["decl",[["door","lock","Door",{}],["ring","event","Ring",{"event_types":["ring"]}],)"
            R"(["level","number","Level",{"min":0,"max":10}],["note","text","Note",{"max":10}],)"
            R"(["temp","sensor","Temperature",{"unit_of_measurement":"°C","device_class":"temperature"}],)"
            R"(["lamp","switch","Lamp",{}],["press","button","Press",{}]]])");
    }
    /// A board that is online with its entities, as after `who`.
    void attach() {
        hub.line_opened("abcd", line, true);
        hello();
        declare();
    }
    const Board& board() { return *hub.find("abcd"); }
    State state(const std::string& id) {
        for (const auto& [key, value] : board().states) {
            if (key == id) return value;
        }
        return {"nothing", {}};
    }
    base::Result<std::string> command(const std::string& id, const Json& value, const std::string& cmd_id = "") {
        return hub.command({"abcd", id, value, "web", cmd_id});
    }
    std::string last_outcome() {
        const auto commands = seen.all<CommandChanged>();
        return commands.empty() ? "none" : commands.back().outcome;
    }

    Time wall{std::chrono::microseconds{1'800'000'000'000'000}};
    std::chrono::microseconds steady{5s};
    RecordingLine line;
    RecordingObserver seen;
    Hub hub{{[this] { return wall; }, [this] { return steady; }}};
};

} // namespace hub::core
