// SPDX-License-Identifier: Apache-2.0
// What somebody asks for, checked word by word: of it alone, and never of free text, a command line is made.
#pragma once

#include "hub/core/console_session.hpp"
#include "hub/jobs/job.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hub::jobs {

/// A JobRequest of openapi.yaml.
struct JobRequest {
    JobKind kind = JobKind::flash;
    std::string board;
    std::string firmware; ///< a name of the catalogue
    std::string upload;   ///< the id of an uploaded file
    std::string folder;   ///< of an app, or to be pushed: below the hub's folder for such
    std::string path;     ///< on the board
    unsigned baud = 0;    ///< 0: as it is by itself
    unsigned health_s = 10;
    bool erase_all = false;
    bool raw = false;
    bool force = false;
    bool in_bootloader = false;
    bool roll_back = false;
    bool remove = false;
    Json as_asked;
};

/// Error: `invalid_argument`, with the word that is wrong.
base::Result<JobRequest> read_request(const Json& body);

/// A board that was named, found.
struct FoundBoard {
    std::string port;           ///< a path or an address: it says which boards are the same
    bool is_on_network = false; ///< anybody's machine, perhaps
};

/// The port that `board` means: a session's by its id, uid, port or board's name; a serial port's path; an address
/// without a password. Errors: `not_found`; `invalid_argument` for what is no port of a board.
base::Result<FoundBoard> find_board(const std::string& board, const std::vector<core::SessionInfo>& sessions);

/// The folder `name` below `root`, wherever links lead. Errors: `not_found`, `refused` for what lies outside.
base::Result<std::filesystem::path> find_folder(const std::filesystem::path& root, const std::string& name);

/// What the names of a request mean here.
struct Meant {
    std::string port;
    std::filesystem::path file;   ///< of the upload
    std::filesystem::path folder; ///< absolute
};

/// The words after `ouro`.
std::vector<std::string> arguments_of(const JobRequest& request, const Meant& meant);

} // namespace hub::jobs
