// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/banner.hpp"

namespace hub::workbench::flash {

Banner parse_banner(std::string_view text) {
    constexpr std::string_view names[] = {"Adafruit CircuitPython ", "MicroPython "};
    for (const std::string_view name : names) {
        const auto begin = text.rfind(name);
        if (begin == std::string_view::npos) continue;
        const auto end = text.find_first_of("\r\n", begin);
        if (end == std::string_view::npos) continue; // it is still coming
        Banner banner;
        banner.line = text.substr(begin, end - begin);
        banner.name = name == names[0] ? "CircuitPython" : "MicroPython";
        std::string_view version = std::string_view(banner.line).substr(name.size());
        if (version.starts_with('v')) version.remove_prefix(1);
        banner.version = version.substr(0, version.find_first_of(" ;"));
        return banner;
    }
    return {};
}

base::Result<Banner> wait_for_banner(LoaderLink& link, base::Micros patience) {
    constexpr base::Micros step = base::from_ms(100);
    constexpr std::uint8_t ctrl_c_and_b[] = {0x03, 0x03, 0x02};
    Line& line = link.line();
    const base::Micros ask_at = line.now() + patience / 2;
    const base::Micros until = line.now() + patience;
    for (bool asked = false; line.now() < until;) {
        if (const auto heard = link.pause(step); !heard) return tl::unexpected(heard.error());
        Banner banner = parse_banner(link.heard());
        if (!banner.line.empty()) return banner;
        if (asked || line.now() < ask_at) continue;
        if (const auto sent = line.write(ctrl_c_and_b); !sent) return tl::unexpected(sent.error());
        asked = true;
    }
    Banner nothing;
    nothing.heard = link.heard();
    return nothing;
}

} // namespace hub::workbench::flash
