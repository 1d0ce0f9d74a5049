// SPDX-License-Identifier: Apache-2.0
#include "cli/board_files.hpp"

#include "cli/board_python.hpp"
#include "cli/network_address.hpp"
#include "hub/workbench/net/web_files.hpp"
#include "hub/workbench/repl/python_files.hpp"

#include <utility>

namespace cli {

namespace workbench = hub::workbench;

namespace {

class ThroughPython final : public OpenFiles {
public:
    explicit ThroughPython(std::unique_ptr<workbench::PortPython> python)
        : python_(std::move(python)),
          files_(*python_) {
        python_->limit_silence(file_silence_max);
    }
    workbench::BoardFiles& files() override { return files_; }

private:
    std::unique_ptr<workbench::PortPython> python_;
    workbench::PythonFiles files_;
};

class ThroughWeb final : public OpenFiles {
public:
    explicit ThroughWeb(workbench::PortAddress address) : board_(std::move(address)), files_(board_) {}
    workbench::BoardFiles& files() override { return files_; }

private:
    workbench::HttpBoard board_;
    workbench::WebFiles files_;
};

} // namespace

Outcome<std::unique_ptr<OpenFiles>> open_files(const Invocation& invocation, const std::string& board) {
    if (board.starts_with("http://")) {
        auto address = read_address(board);
        if (!address) return tl::unexpected(address.error());
        return std::make_unique<ThroughWeb>(std::move(*address));
    }
    auto python = open_python(invocation, board);
    if (!python) return tl::unexpected(python.error());
    return std::make_unique<ThroughPython>(std::move(*python));
}

} // namespace cli
