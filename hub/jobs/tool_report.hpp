// SPDX-License-Identifier: Apache-2.0
// Reads what a working `ouro` prints, and sees in it how far the job is.
#pragma once

#include "hub/jobs/job.hpp"

#include <string_view>

namespace hub::jobs {

/// A `result` that is longer, as JSON, is not kept.
inline constexpr std::size_t result_size_max = 8192;

/// Takes one line of the standard output, JSON as with --json; what is none, or says something else, changes nothing.
void hear_line(Job& job, std::string_view line);

/// Takes one line of the standard error: a message, then perhaps "What to try: …".
void hear_complaint(Job& job, std::string_view line);

/// Sets state and error by how the program ended: 0, an exit code of cli/outcome.hpp, or a signal below 0.
void hear_end(Job& job, int exit_code);

} // namespace hub::jobs
