// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/job_desk.hpp"

#include "hub/daemon/private_files.hpp"
#include "hub/jobs/tool_process.hpp"
#include "hub/workbench/flash/firmware_file.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

namespace hub::daemon {

namespace {

base::Result<jobs::FirmwareFacts> examine(const std::filesystem::path& path) {
    std::error_code gone;
    const auto size = std::filesystem::file_size(path, gone);
    std::vector<std::uint8_t> bytes(gone ? 0 : std::min<std::uintmax_t>(size, jobs::upload_size_max));
    std::ifstream in(path, std::ios::binary);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    const auto firmware = workbench::flash::examine_firmware(bytes);
    if (firmware) return jobs::FirmwareFacts{firmware->what, firmware->chip != nullptr ? firmware->chip->word : ""};
    const base::Error& error = firmware.error();
    const bool is_bad = error.code == base::ErrorCode::refused;
    return base::fail(
        base::ErrorCode::malformed, (is_bad ? "The file is bad: " : "The file ") + std::string(error.message.view()),
        error.code == base::ErrorCode::malformed ? "Send the .bin or .uf2 for your board." : error.hint.view());
}

} // namespace

jobs::DeskConfig desk_config(boost::asio::io_context& io, const Config& config,
                             std::function<std::vector<core::SessionInfo>()> sessions) {
    jobs::DeskConfig desk;
    desk.data = config.data;
    desk.apps_dir = config.apps_dir;
    desk.starter = [&io, place = jobs::this_program(config.data, config.boards_dir)](
                       const std::vector<std::string>& arguments, jobs::Tool::Listener& listener) {
        return jobs::start_tool(io, place, arguments, listener);
    };
    desk.sessions = std::move(sessions);
    desk.examine = examine;
    desk.write = write_private_file;
    return desk;
}

} // namespace hub::daemon
