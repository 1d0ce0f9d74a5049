// SPDX-License-Identifier: Apache-2.0
#include "cli/rom_write.hpp"

#include "cli/sizes.hpp"
#include "cli/terminal.hpp"

#include <unistd.h>

#include <cstdio>

namespace cli {

namespace workbench = hub::workbench;

workbench::RomFlash::Progress rom_progress(const Invocation& invocation) {
    const bool on_terminal = ::isatty(STDERR_FILENO) != 0;
    return [json = invocation.json, on_terminal](std::uint64_t done, std::uint64_t total) {
        if (json) {
            const nlohmann::json line = {{"type", "progress"}, {"phase", "write"}, {"done", done}, {"total", total}};
            std::puts(json_text(line).c_str());
            std::fflush(stdout);
        } else if (on_terminal) {
            const auto text = [](std::uint64_t bytes) { return size_text(static_cast<double>(bytes)); };
            std::fprintf(stderr, "\r%s of %s\033[K", text(done).c_str(), text(total).c_str());
            if (done == total) std::fputs("\r\033[K", stderr);
        }
    };
}

base::Result<> write_rom(const Invocation& invocation, workbench::PortPython& python,
                         const workbench::RomPartition& partition, std::string_view image) {
    if (auto renewed = python.renew(); !renewed) return renewed;
    workbench::RomFlash rom(python);
    return rom.write(partition, image, rom_progress(invocation));
}

} // namespace cli
