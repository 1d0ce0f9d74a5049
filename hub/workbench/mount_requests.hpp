// SPDX-License-Identifier: Apache-2.0
// Finds, in what a board prints, its requests for files of this machine.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hub::workbench {

/// A request is 0x18, a JSON array and a line feed: at most so many bytes.
inline constexpr std::size_t mount_request_max = 1024;

/// Splits a stream into what people read and requests; every byte that is no request comes out. One thread.
class MountReader {
public:
    class Sink {
    public:
        virtual void on_text(std::string_view bytes) = 0;
        /// `json` begins with "[" and ends with "]"; it is not parsed yet.
        virtual void on_request(std::string_view json) = 0;

    protected:
        ~Sink() = default;
    };

    explicit MountReader(Sink& sink) : sink_(sink) {}

    void feed(std::string_view bytes);
    /// What began like a request is none: nothing follows it.
    void end();

private:
    Sink& sink_;
    std::string held_; ///< from the 0x18 on
};

} // namespace hub::workbench
