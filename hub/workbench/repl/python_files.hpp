// SPDX-License-Identifier: Apache-2.0
// The file system of a board, through its Python.
#pragma once

#include "hub/workbench/repl/block_link.hpp"
#include "hub/workbench/repl/board_files.hpp"
#include "hub/workbench/repl/python_runner.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// By blocks (see BlockLink) where the board takes them, by literals in programs where not. What helps is sent to the
/// board once for each object of this class. Until that is destroyed a program may wait on the board, so nothing else
/// may use the runner without `release`. Errors: those of the runner as well.
class PythonFiles final : public BoardFiles {
public:
    /// `runner` outlives this.
    explicit PythonFiles(PythonRunner& runner) : runner_(runner), link_(runner) {}

    base::Result<> begin() override { return prepare(); }

    /// Frees the prompt for other programs; the next call here takes it again.
    void release() { link_.stop(); }

    /// The board has started anew, and knows nothing of what was sent to it.
    void forget() {
        release();
        prepared_ = false;
    }

    /// What the board can do; asks once.
    base::Result<BoardAbilities> abilities();

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
    base::Result<std::vector<Difference>> compare(const std::vector<WantedFile>& wanted) override;
    base::Result<bool> is_read_only() override;

    base::Result<> remove(const std::string& path, bool recursive) override;
    base::Result<> make_folder(const std::string& path) override;
    base::Result<> make_folders(const std::vector<std::string>& paths) override;
    base::Result<> remove_folder(const std::string& path) override;
    base::Result<> move(const std::string& from, const std::string& to) override;
    base::Result<> copy(const std::string& from, const std::string& to) override;
    base::Result<> touch(const std::string& path) override;

private:
    base::Result<std::string> run(const std::string& code, const PythonRunner::Output& output);
    base::Result<std::string> ask(const std::string& code, const std::string& about);
    base::Result<> tell(const std::string& code, const std::string& about);
    base::Result<std::vector<BoardEntry>> entries(const std::string& code, const std::string& about);
    std::size_t list_size() const;
    base::Result<> prepare();
    base::Result<> prepare_literals();
    base::Result<bool> passes_bytes();
    base::Result<> make_room(std::size_t size);
    void add_piece(std::string_view piece, const std::string& part);
    base::Result<> send_batch();
    base::Result<std::string> send_block(const std::string& code, const PythonRunner::Output& output);
    void clean_up(const std::string& part);

    PythonRunner& runner_;
    BlockLink link_;
    bool takes_blocks_ = true; ///< as long as the board has not shown otherwise
    bool prepared_ = false;    ///< for literals
    BoardAbilities abilities_;
    bool has_deflate_ = false;
    bool takes_any_byte_ = false;      ///< in a bytes literal, with our escapes
    std::optional<bool> passes_bytes_; ///< from the board to us

    std::string batch_;      ///< the program that is sent next
    std::string batch_data_; ///< what it finds in _ob
    std::size_t batch_size_ = 0;
    std::uint64_t batch_hashed_ = 0; ///< how much the board will read back, in bytes
    std::string batch_part_;
    std::vector<std::string> batch_paths_; ///< the files that it completes
    std::string open_path_;                ///< the file of which only a part is in it
    std::function<void(const std::string&)> written_;
};

} // namespace hub::workbench
