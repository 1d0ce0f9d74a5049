// SPDX-License-Identifier: Apache-2.0
// A board's console through the hub that has its port.
#pragma once

#include "hub/workbench/port.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace cli {

/// Where a session is, and as whom it is attached to.
struct HubSession {
    std::filesystem::path socket; ///< the hub's
    std::string id;
};

/// See hub/api/openapi.yaml, /api/sessions/{id}/line. As any port; destroying it detaches.
class HubLine final : public hub::workbench::Port {
public:
    enum class Mode : std::uint8_t { watch, type, lease };
    /// Hears the LineNotices. Must not destroy the line.
    using OnNotice = std::function<void(const nlohmann::json& notice)>;

    /// Runs `io` until the hub has answered, 5 s at most. Errors: what the hub says (`busy` with who has the lease and
    /// since when, `not_found`, `disconnected`), `timeout`.
    static base::Result<std::unique_ptr<HubLine>> open(boost::asio::io_context& io, const HubSession& session,
                                                       const std::string& name, Mode mode, Listener& listener,
                                                       OnNotice on_notice = {});
    ~HubLine() override;
    HubLine(const HubLine&) = delete;
    HubLine& operator=(const HubLine&) = delete;

    bool write(std::string_view bytes) override;
    std::size_t waiting() const noexcept override;
    /// With a lease only. Both run the io_context until the hub has answered, 5 s at most; what the board says in the
    /// meantime is told later. Errors also: `timeout`, `disconnected`.
    base::Result<> set_baud(unsigned baud) override;
    base::Result<> set_lines(hub::workbench::ControlLines lines) override;

private:
    struct Impl;
    explicit HubLine(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace cli
