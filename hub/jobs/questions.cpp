// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/questions.hpp"

#include "hub/core/safe_json.hpp"

#include <utility>

namespace hub::jobs {

namespace {

constexpr int seconds_max = 20;
constexpr std::size_t waiting_max = 64;

} // namespace

struct Question::Run final : Tool::Listener {
    explicit Run(Question& question) : owner(question) {}

    void on_line(std::string_view line, bool is_complaint) override {
        if (is_complaint) {
            if (complaint.empty()) complaint = core::printable(line, line_size_max);
        } else if (auto value = core::parse_json(line, tool_line_size_max); value && lines.size() < answer_lines_max) {
            lines.push_back(std::move(*value));
        }
    }
    void on_end(int exit_code) override {
        const auto done = std::move(owner.run_); // destroys us at the end of this
        if (exit_code == 0) return owner.answer(std::move(lines));
        owner.answer(base::fail(base::ErrorCode::io, complaint.empty() ? "The hub's own tool failed" : complaint,
                                "The hub's log may say more."));
    }

    Question& owner;
    std::unique_ptr<Tool> tool;
    Json lines = Json::array();
    std::string complaint;
    int seconds = 0;
};

Question::Question(const ToolStarter& starter, std::vector<std::string> arguments)
    : starter_(starter),
      arguments_(std::move(arguments)) {}

Question::~Question() = default;

void Question::ask(Reply reply) {
    if (waiting_.size() >= waiting_max) {
        return reply(base::fail(base::ErrorCode::rate_limited, "Too many ask at the same time", "Ask a little later."));
    }
    if (!run_) {
        auto run = std::make_unique<Run>(*this);
        auto tool = starter_(arguments_, *run);
        if (!tool) return reply(tl::unexpected(tool.error()));
        run->tool = std::move(*tool);
        run_ = std::move(run);
    }
    waiting_.push_back(std::move(reply));
}

void Question::on_second() {
    if (run_ && ++run_->seconds == seconds_max) run_->tool->kill();
}

void Question::answer(const base::Result<Json>& result) {
    for (const Reply& reply : std::exchange(waiting_, {})) reply(result);
}

} // namespace hub::jobs
