// SPDX-License-Identifier: Apache-2.0
// Jobs with a clock that the test moves and programs that it plays.
#pragma once

#include "hub/jobs/jobs.hpp"

#include <gtest/gtest.h>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hub::jobs::tests {

struct PlayedTool {
    std::vector<std::string> arguments;
    Tool::Listener* listener = nullptr;
    int interrupts = 0;
    int kills = 0;
    bool is_gone = false;

    void say(const Json& line) { listener->on_line(line.dump(), false); }
    void complain(std::string_view line) { listener->on_line(line, true); }
    void phase(std::string_view word) { say({{"type", "phase"}, {"phase", word}}); }
    void progress(std::string_view phase, int done, int total) {
        say({{"type", "progress"},
             {"phase", phase},
             {"done", done},
             {"total", total},
             {"bytes_per_s", 1000.0},
             {"left_s", 2.0}});
    }
    void end(int code) { listener->on_end(code); }
};

class Bench final : public Jobs::Dependencies {
public:
    base::Micros now() override { return time; }
    core::Time wall() override { return core::Time(std::chrono::microseconds(1'800'000'000'000'000 + time)); }
    base::Result<std::unique_ptr<Tool>> start(std::vector<std::string> arguments, Tool::Listener& listener) override {
        if (refusal) return tl::unexpected(*refusal);
        tools.push_back({std::move(arguments), &listener});
        return std::make_unique<Running>(tools.back());
    }
    void wake_at(base::Micros when) override { alarm = when; }
    void on_job(const Job& job) override {
        ++told[job.id];
        last[job.id] = json_of(job);
    }
    void save(std::string text) override { saved = std::move(text); }

    /// Lets time go by, with every alarm on the way.
    void pass(base::Micros span) {
        const base::Micros until = time + span;
        while (alarm <= until) {
            time = std::max(time, std::exchange(alarm, base::never));
            jobs->on_time();
        }
        time = until;
    }

    /// A flash job on this port.
    base::Result<Job> flash(const std::string& port) {
        NewJob job;
        job.board = job.port = job.claim = port;
        job.what = "esp32";
        job.by = "web";
        job.request = {{"kind", "flash"}, {"board", port}, {"firmware", "esp32"}};
        job.arguments = {"flash", "--port", port};
        return jobs->start(std::move(job));
    }
    Json job(const std::string& id) const { return json_of(*jobs->find(id)); }

    base::Micros time = base::from_ms(1000);
    base::Micros alarm = base::never;
    std::list<PlayedTool> tools;
    std::map<std::string, int> told;
    std::map<std::string, Json> last;
    std::string saved;
    std::optional<base::Error> refusal;
    std::unique_ptr<Jobs> jobs = std::make_unique<Jobs>(*this);

private:
    struct Running final : Tool {
        explicit Running(PlayedTool& played) : tool(played) {}
        ~Running() override { tool.is_gone = true; }
        void interrupt() override { ++tool.interrupts; }
        void kill() override { ++tool.kills; }
        PlayedTool& tool;
    };
};

} // namespace hub::jobs::tests
