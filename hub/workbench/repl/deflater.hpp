// SPDX-License-Identifier: Apache-2.0
// Packs what a board unpacks: raw deflate.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hub::workbench {

/// One stream, of which each piece can be unpacked as soon as it is there.
class Deflater {
public:
    /// `window_bits`: 9 to 15, of the window that the other side has.
    explicit Deflater(int window_bits);
    ~Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    /// The next piece, at most 64 KiB, packed; never more than 16 bytes longer than it is.
    std::string pack(std::string_view piece);

private:
    struct Stream;
    std::unique_ptr<Stream> stream_;
};

/// A stream of its own. Nothing when it would not save an eighth.
std::optional<std::string> deflated(std::string_view bytes, int window_bits);

} // namespace hub::workbench
