// SPDX-License-Identifier: Apache-2.0
// The content of a file as a board prints it, decoded as it comes.
#pragma once

#include "hub/workbench/repl/board_files.hpp"
#include "hub/workbench/repl/digest.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hub::workbench {

/// Feed it what the board prints; `end` says whether that was right.
class Download {
public:
    enum class Coding : std::uint8_t {
        base64, ///< of snippets::read
        bytes,  ///< of snippets::read_bytes
    };

    /// `sink` outlives this. `has_sha256`: else the hash is a CRC-32.
    Download(const BoardFiles::Sink& sink, Coding coding, bool has_sha256);

    void feed(std::string_view printed);

    /// Error `malformed`: damaged, or cut short. Else those of the sink.
    base::Result<> end(const std::string& path);

private:
    void line();
    void escaped(char byte);
    void give(std::string_view piece);

    const BoardFiles::Sink& sink_;
    Coding coding_;
    bool has_sha256_;
    Digest digest_;
    std::uint32_t crc_ = 0;
    std::string line_;
    std::string said_hash_;
    bool escape_ = false;
    bool ended_ = false;
    bool broken_ = false;
    base::Result<> stopped_;
};

/// A CRC-32 as boards print it.
std::string crc32_hex(std::string_view bytes);

/// "The board's answer makes no sense", about a path.
base::Error strange_answer(const std::string& about);

} // namespace hub::workbench
