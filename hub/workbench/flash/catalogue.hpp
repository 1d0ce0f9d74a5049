// SPDX-License-Identifier: Apache-2.0
// Which firmware exists for which board, and where it is fetched from. Knows addresses; fetches nothing.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench::flash {

inline constexpr std::size_t catalogue_boards_max = 1000;
inline constexpr std::size_t catalogue_text_max = 512;

struct CatalogueEntry {
    std::string board;   ///< "esp8266"
    std::string title;   ///< "ESP8266, also as a raw module"
    std::string system;  ///< "micropython" or "circuitpython"
    std::string version; ///< "1.25.0"
    std::string url;

    /// What it is called once it is here: the last part of its address.
    std::string file_name() const;
};

class Catalogue {
public:
    /// Error: `malformed`, with what is wrong.
    static base::Result<Catalogue> parse(std::string_view json);
    /// The one that this program was built with.
    static const Catalogue& built_in();

    /// Boards in order, and of each system the newest first.
    const std::vector<CatalogueEntry>& entries() const { return entries_; }

    /// "esp32", "esp32@1.25.0", "pico/circuitpython", "pico/circuitpython@9.2.8": the newest MicroPython, or else the
    /// newest of what there is, unless more is said. Error: `not_found`, with what there is.
    base::Result<CatalogueEntry> find(std::string_view wish) const;

private:
    std::vector<CatalogueEntry> entries_;
};

/// The same address at a mirror: scheme and host of `mirror` and its path, then the path of `url`.
std::string at_mirror(const std::string& url, const std::string& mirror);

} // namespace hub::workbench::flash
