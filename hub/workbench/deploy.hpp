// SPDX-License-Identifier: Apache-2.0
// Brings a new version of an app to a board so that at every moment the old or the new one can be started.
#pragma once

#include "hub/workbench/app_files.hpp"
#include "hub/workbench/repl/python_files.hpp"
#include "hub/workbench/repl/python_runner.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hub::workbench {

/// What a board has said of itself.
struct BoardFacts {
    bool is_ours = false; ///< it runs our firmware, which has `ha` in it
    bool is_circuitpython = false;
    std::string uid;          ///< by which the hub knows it; empty if it does not know that itself yet
    int mpy_version = 0;      ///< of the bytecode that it reads; 0 for none
    bool has_network = false; ///< its Python has sockets
    bool ha_in_rom = false;   ///< `ha` lies in its ROM, or will: see deploy_rom.hpp
};

/// How apps lie on one kind of board. Errors of all: those of BoardFiles.
class DeployTarget {
public:
    explicit DeployTarget(BoardFacts facts) : facts_(std::move(facts)) {}
    DeployTarget(const DeployTarget&) = delete;
    virtual ~DeployTarget() = default;

    const BoardFacts& facts() const noexcept { return facts_; }

    /// For people: what kind of board it is.
    virtual std::string kind() const = 0;
    /// The folder of the version that is started now; nothing when this app is not on the board.
    virtual base::Result<std::optional<std::string>> current(const std::string& app) = 0;
    /// The folder that the files of `app` are put into, with what an interrupted deploy left of them. Removes what
    /// other interrupted ones left. Errors: `not_found` when nothing in it can be started on this board, `too_large`.
    virtual base::Result<std::string> prepare(const AppFolder& app) = 0;
    /// From what was prepared; the version so far is kept as the one to return to.
    virtual base::Result<> switch_to(const AppFolder& app) = 0;
    /// Back to the version before. With `swap` the one that is left can be returned to in turn; without it, it is
    /// removed, and where there was none before, there is none. Error: `not_found` when `swap` has nothing to swap.
    virtual base::Result<> roll_back(const std::string& app, bool swap) = 0;
    /// What to type at the friendly prompt to start it.
    virtual std::string start_keys(const std::string& app) const = 0;

private:
    BoardFacts facts_;
};

/// Asks the board what it is. Both outlive the target.
base::Result<std::unique_ptr<DeployTarget>> find_deploy_target(PythonRunner& runner, PythonFiles& files);

enum class FileChange : std::uint8_t { added, changed, same };

struct DeployPlan {
    std::optional<std::string> current; ///< the folder of the version so far
    std::vector<FileChange> changes;    ///< for each file of the app
    std::vector<std::string> removed;   ///< files that are in the version so far only
    std::uint64_t bytes = 0;            ///< to be sent, secrets not counted
    std::uint64_t bytes_needed = 0;     ///< of the whole new version: both lie on the board for a moment
    std::uint64_t bytes_free = 0;

    bool is_nothing() const;
};

base::Result<DeployPlan> plan_deploy(DeployTarget& target, BoardFiles& files, const AppFolder& app);

/// Puts the files beside the version so far, and has the board hash them all; what it has already is copied there.
/// `done` is called for each file. Errors: `full` before anything is written, `malformed` when a hash is wrong.
base::Result<> stage_deploy(DeployTarget& target, BoardFiles& files, const AppFolder& app, const DeployPlan& plan,
                            const std::function<void(const AppFile&, FileChange)>& done);

} // namespace hub::workbench
