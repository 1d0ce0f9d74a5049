// SPDX-License-Identifier: Apache-2.0
// The file system of a board, through CircuitPython's web workflow.
#pragma once

#include "hub/workbench/net/web_board.hpp"
#include "hub/workbench/repl/board_files.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hub::workbench {

/// Every path counts from the root. The board hashes nothing: what must be compared is fetched, and what was written is
/// read back. A name that is free is taken in one step; for one that is taken, the old file goes first, so that in the
/// instant between the two the new one, whole, is there as `part_name` alone. The board starts its program anew after
/// changes. Errors beside those of BoardFiles: those of WebBoard, `refused` (password, USB has the drive).
class WebFiles final : public BoardFiles {
public:
    /// `board` outlives this.
    explicit WebFiles(WebBoard& board) : board_(board) {}

    base::Result<std::vector<BoardEntry>> list(const std::string& path) override;
    base::Result<std::vector<BoardEntry>> walk(const std::string& path) override;
    base::Result<std::optional<BoardEntry>> look(const std::string& path) override;
    base::Result<BoardSpace> space(const std::string& path) override;
    base::Result<std::string> sha256(const std::string& path) override;

    base::Result<> read(const std::string& path, const Sink& sink) override;

    base::Result<> write(const std::string& path, std::string_view content) override;
    base::Result<> flush() override { return {}; }
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
    struct Listing {
        std::vector<BoardEntry> entries;
        std::optional<BoardSpace> space;
    };

    base::Result<unsigned> ask(const std::string& method, const std::string& path, bool folder,
                               std::string_view body = {});
    base::Result<> must(const std::string& method, const std::string& path, bool folder, std::string_view body = {});
    base::Result<Listing> listing(const std::string& path);
    base::Result<unsigned> rename(const std::string& from, const std::string& to, bool folder);
    /// `old_is_gone` becomes true once what had the name before is no more.
    base::Result<> take_name(const std::string& from, const std::string& to, bool folder, bool& old_is_gone);
    base::Result<> put_aside(const std::string& part, std::string_view content);

    WebBoard& board_;
    std::function<void(const std::string&)> written_;
};

} // namespace hub::workbench
