// SPDX-License-Identifier: Apache-2.0
// A program of ours as a child process: its lines, its end, and that it never outlives the hub.
#pragma once

#include "hub/jobs/tool.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace hub::jobs {

/// How it is started.
struct ToolPlace {
    std::filesystem::path program;
    std::vector<std::string> environment; ///< "NAME=value"; all that it gets
};

/// Starts the program in "/", without input, in a group of its own: Ctrl-C in the hub's terminal is for the hub. The
/// kernel kills it when the hub dies (more exactly, when the thread that called this ends). Errors: as a
/// ToolStarter. All calls on the io_context's thread.
base::Result<std::unique_ptr<Tool>> start_tool(boost::asio::io_context& io, const ToolPlace& place,
                                               const std::vector<std::string>& arguments, Tool::Listener& listener);

/// This program, as a hub with these folders starts it: its own environment, but for what would choose a board, a rate
/// or a hub.
ToolPlace this_program(const std::filesystem::path& data, const std::filesystem::path& boards_dir);

} // namespace hub::jobs
