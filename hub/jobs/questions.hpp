// SPDX-License-Identifier: Apache-2.0
// What is asked of `ouro` by running it: one run for all who ask the same at the same time.
#pragma once

#include "hub/jobs/job.hpp"
#include "hub/jobs/tool.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hub::jobs {

/// All that is taken of one answer, in lines; more is left out.
inline constexpr std::size_t answer_lines_max = 2000;

/// One command that answers in JSON. One thread.
class Question {
public:
    /// The values that were printed, one for each line. Errors: `io` with what the program complained about; those of
    /// the starter.
    using Reply = std::function<void(base::Result<Json>)>;

    /// `starter` outlives it.
    Question(const ToolStarter& starter, std::vector<std::string> arguments);
    /// Ends what runs; who waits gets no reply.
    ~Question();
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

    /// Runs the program, unless it runs already. `reply` is called once, not during this call unless it can't be run.
    void ask(Reply reply);

    /// Ends a program that takes too long; who waits is told. For each second.
    void on_second();

private:
    struct Run;
    void answer(const base::Result<Json>& result);

    const ToolStarter& starter_;
    std::vector<std::string> arguments_;
    std::unique_ptr<Run> run_; ///< null while none runs
    std::vector<Reply> waiting_;
};

} // namespace hub::jobs
