// SPDX-License-Identifier: Apache-2.0
// Attaching to a board's console: what whoever attaches, and the session that has the port, say to each other.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::core {

/// Bytes that are made once, however many viewers they go to.
using SharedBytes = std::shared_ptr<const std::string>;

/// What somebody attaches for.
enum class AttachMode : std::uint8_t {
    watch, ///< only looks
    type,  ///< types too, while nobody has a lease
    lease, ///< types alone, and gets every byte as it came
};

struct AttachRequest {
    std::string name; ///< for the others to see: "ouro fs put (pid 12)"
    AttachMode mode = AttachMode::watch;
};

/// The longest name, in bytes.
inline constexpr std::size_t viewer_name_size_max = 64;

/// Somebody who is attached. Nothing here may block, or attach or detach anybody.
class Viewer {
public:
    /// For a lease every byte of the board, else what is console text.
    virtual void on_output(const SharedBytes& bytes) = 0;
    /// A LineNotice of openapi.yaml, as text.
    virtual void on_notice(const SharedBytes& json) = 0;
    /// The session has ended this; nothing comes after it. The last notice has said why.
    virtual void on_cut() = 0;

protected:
    ~Viewer() = default;
};

/// The other end of it. Destroying it detaches; it may outlive the session.
class Attachment {
public:
    virtual ~Attachment() = default;

    /// Passes all of it on, or nothing and returns false: the board takes no more now, try again a little later. What
    /// this viewer may not type is not passed on, and a notice tells it so.
    [[nodiscard]] virtual bool type(std::string_view bytes) = 0;
    /// For a lease alone, as those of workbench::Port. The port is as it was when the lease ends. Errors: theirs, and
    /// `refused`.
    virtual base::Result<> set_baud(unsigned baud) = 0;
    virtual base::Result<> set_lines(bool dtr, bool rts) = 0;
};

/// What is told of a session.
struct SessionInfo {
    enum class State : std::uint8_t { open, absent, released };
    struct Watching {
        std::string name;
        Time since;
        bool typing = false;
    };
    struct Lease {
        std::string name;
        Time since;
    };

    std::string id; ///< the board's uid, or else its port's name without the folders
    std::string uid;
    std::string port;
    std::string board; ///< its name; empty while the hub does not know it
    Time since;
    std::vector<Watching> viewers; ///< without the one that has the lease
    std::optional<Lease> lease;
    std::size_t kept_bytes = 0; ///< printed since the last viewer left
    State state = State::absent;
};

} // namespace hub::core
