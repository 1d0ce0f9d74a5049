// SPDX-License-Identifier: Apache-2.0
// The file system of a board, through its Python.
#pragma once

#include "hub/workbench/repl/board_files.hpp"
#include "hub/workbench/repl/python_runner.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// What helps is sent to the board once, and stays until its next reset. Errors: those of the runner as well.
class PythonFiles final : public BoardFiles {
public:
    /// `runner` outlives this.
    explicit PythonFiles(PythonRunner& runner) : runner_(runner) {}

    base::Result<std::vector<BoardEntry>> list(const std::string& path) override;
    base::Result<std::vector<BoardEntry>> walk(const std::string& path) override;
    base::Result<std::optional<BoardEntry>> look(const std::string& path) override;
    base::Result<BoardSpace> space(const std::string& path) override;
    base::Result<std::string> sha256(const std::string& path) override;

    base::Result<> read(const std::string& path, const Sink& sink) override;

    base::Result<> write(const std::string& path, std::string_view content) override;
    base::Result<> flush() override;
    void on_written(std::function<void(const std::string& path)> written) override { written_ = std::move(written); }

    base::Result<std::vector<std::size_t>> differing(const std::vector<WantedFile>& wanted) override;

    base::Result<> remove(const std::string& path, bool recursive) override;
    base::Result<> make_folder(const std::string& path) override;
    base::Result<> make_folders(const std::vector<std::string>& paths) override;
    base::Result<> remove_folder(const std::string& path) override;
    base::Result<> move(const std::string& from, const std::string& to) override;
    base::Result<> copy(const std::string& from, const std::string& to) override;
    base::Result<> touch(const std::string& path) override;

private:
    base::Result<std::string> ask(const std::string& code, const std::string& about);
    base::Result<> tell(const std::string& code, const std::string& about);
    base::Result<std::vector<BoardEntry>> entries(const std::string& code, const std::string& about);
    base::Result<> prepare();
    base::Result<> add_block(std::string_view block, const std::string& part);
    void clean_up(const std::string& part);

    PythonRunner& runner_;
    bool prepared_ = false;
    bool has_deflate_ = false;
    bool takes_any_byte_ = false; ///< in a bytes literal, with our escapes
    std::size_t block_ = 1024;    ///< how much a board's memory takes at once, in bytes

    std::string batch_; ///< the program that is sent next
    std::size_t batch_size_ = 0;
    std::string batch_part_;
    std::vector<std::string> batch_paths_; ///< the files that it completes
    std::string open_path_;                ///< the file of which only a part is in it
    std::function<void(const std::string&)> written_;
};

} // namespace hub::workbench
