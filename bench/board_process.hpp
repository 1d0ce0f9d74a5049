// SPDX-License-Identifier: Apache-2.0
// What a whole virtual board costs and how fast it answers.
#pragma once

#include <string>

namespace bench {

struct BoardFigures {
    double idle_cpu_pct = 0;  ///< of one processor, all threads of the process, an app waiting
    double button_p99_us = 0; ///< from the edge of an input to that of the output which a Python callback sets
    double vm_start_ms = 0;   ///< from Ctrl-D at the prompt to the next prompt: the old VM's end and a new one
};

/// Runs `program` in folders inside `work` with bench/bridge_app, prints rows, and ends it. Stops the benchmark when
/// the board does not answer.
BoardFigures measure_board(const std::string& program, const std::string& work);

} // namespace bench
