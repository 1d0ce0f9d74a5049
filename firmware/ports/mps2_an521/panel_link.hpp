// SPDX-License-Identifier: Apache-2.0
// A client of the panel: whoever holds the other end of a serial line.
#pragma once

#include "firmware/ports/mps2_an521/uart.hpp"
#include "firmware/ports/shared/panel.hpp"

#include <array>
#include <span>
#include <string_view>

namespace firmware::ports::mps2_an521 {

/// On the hardware core. A line has no beginning and no end, so a byte (docs/protocol.md, section 3) begins the
/// conversation anew and is answered by itself; it comes unasked when the client has broken the rules.
class PanelLink {
public:
    /// `frame` as PanelClient wants it. All outlive this.
    PanelLink(Uart& port, Panel& panel, std::span<contract::Color> frame) noexcept
        : port_(port),
          client_(panel, queue_, frame) {}

    /// Carries out what has come and sends some lines, as far as there is room.
    void step() noexcept;

    /// Whether another step would do something now.
    bool wants_step() const noexcept;

private:
    void exchange() noexcept;
    void begin_anew() noexcept;
    void send() noexcept;

    Uart& port_;
    std::array<char, 4 * PanelClient::line_max> queue_{};
    PanelClient client_;
    std::array<std::uint8_t, 256> in_{};
    std::string_view unfed_; ///< lies in in_
    std::array<char, PanelClient::line_max> out_{};
    std::string_view unsent_; ///< lies in out_
    bool blocked_ = false;
};

} // namespace firmware::ports::mps2_an521
