// SPDX-License-Identifier: Apache-2.0
// A board with CircuitPython's web workflow, one request at a time.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/net/port_address.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace hub::workbench {

struct WebRequest {
    std::string method;
    std::string target;        ///< encoded as in a URL, e.g. "/fs/lib/a%20b.py"
    bool json = false;         ///< asks for JSON, where there would be a page
    std::string destination{}; ///< of MOVE, encoded
    std::string_view body{};   ///< of PUT; valid until the answer is there
};

/// Something that answers such requests.
class WebBoard {
public:
    /// Gets the body of an answer of success as it comes; an error ends it.
    using Sink = std::function<base::Result<>(std::string_view piece)>;

    /// The status. Errors: `disconnected`, `timeout`, `malformed` (no HTTP, cut off), `too_large`, `refused` (it sends
    /// us to a stranger), those of `sink`. Waits until it is done.
    virtual base::Result<unsigned> ask(const WebRequest& request, const Sink& sink) = 0;

protected:
    ~WebBoard() = default;
};

/// Over the network: a connection a request, as the board wants it. Where it is sent on to the board's own name, as
/// circuitpython.local does, it stays there, with its password; but only to a name of the local network. One thread.
class HttpBoard final : public WebBoard {
public:
    explicit HttpBoard(PortAddress address) : address_(std::move(address)) {}

    base::Result<unsigned> ask(const WebRequest& request, const Sink& sink) override;

    const PortAddress& address() const noexcept { return address_; }

private:
    base::Result<> move_to(std::string_view location);

    PortAddress address_;
};

} // namespace hub::workbench
