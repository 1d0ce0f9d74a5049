// SPDX-License-Identifier: Apache-2.0
// The jobs with all that they need around them: programs, files, time; and what is asked about ports and firmware.
#pragma once

#include "hub/core/console_session.hpp"
#include "hub/jobs/jobs.hpp"
#include "hub/jobs/questions.hpp"
#include "hub/jobs/uploads.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
class thread_pool;
} // namespace boost::asio

namespace hub::jobs {

struct DeskConfig {
    std::filesystem::path data;     ///< jobs.json and uploads/ are kept here
    std::filesystem::path apps_dir; ///< folders that may be brought to boards; may not exist
    ToolStarter starter;
    std::function<std::vector<core::SessionInfo>()> sessions;
    /// Looks at a whole file; blocks, and runs on the pool. Error: `malformed` for what should not be flashed.
    std::function<base::Result<FirmwareFacts>(const std::filesystem::path&)> examine;
    /// Replaces a file whole; blocks, and runs on the pool.
    std::function<base::Result<>(const std::filesystem::path& file, std::string_view content)> write;
};

/// One thread: the io_context's.
class Desk {
public:
    /// `io` and `pool` outlive it; the pool has ended its work by then.
    Desk(boost::asio::io_context& io, boost::asio::thread_pool& pool, DeskConfig config);
    /// Kills what runs, and writes what was not written yet.
    ~Desk();
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    /// Who hears of each job's news; must not call the desk.
    void set_listener(std::function<void(const Job&)> on_job);

    /// Takes up what was left from before. Blocks for a moment.
    void load();
    /// Asks all that runs to end.
    void stop();
    /// To be called once a second.
    void tick();

    /// `body`: a JobRequest. Errors: those of read_request, find_board, find_folder, Uploads::find and Jobs::start;
    /// `refused` for an address on the network unless an admin asks.
    base::Result<Job> start(const Json& body, std::string by, bool by_admin);
    base::Result<Job> cancel(std::string_view id, bool force);
    const Job* find(std::string_view id) const;
    std::vector<const Job*> list() const;

    /// An array of Ports.
    void ask_ports(Question::Reply reply);
    /// A FirmwareList.
    void ask_firmware(Question::Reply reply);

    base::Result<std::shared_ptr<IncomingFile>> begin_upload(std::string_view name);
    /// All of it has come: looks at it, and keeps it if it is firmware.
    void end_upload(std::shared_ptr<IncomingFile> file, std::function<void(base::Result<Upload>)> done);
    base::Result<> remove_upload(std::string_view id);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::jobs
