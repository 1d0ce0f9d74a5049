// SPDX-License-Identifier: Apache-2.0
// `ouro doctor`: what flashes boards, what keeps their ports from working, and what to do about it.
#include "cli/commands.hpp"
#include "cli/outcome.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/flash/stub.hpp"
#include "hub/workbench/port_doctor.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace cli {

namespace workbench = hub::workbench;

namespace {

void print(const workbench::PortFinding& finding, bool as_json) {
    if (as_json) {
        std::puts(json_text({{"check", finding.check},
                             {"level", finding.is_wrong ? "wrong" : "note"},
                             {"port", finding.port.empty() ? nlohmann::json() : nlohmann::json(finding.port)},
                             {"message", finding.message},
                             {"fix", finding.fix}})
                      .c_str());
        return;
    }
    std::printf("%s %s\n    %s\n", finding.is_wrong ? "✗" : "·", printable(finding.message).c_str(),
                printable(finding.fix).c_str());
}

/// Nothing beside this program; only a build may lack what makes it quick.
workbench::PortFinding flasher() {
    if (workbench::flash::find_stub(protocol::esp::Chip::esp8266) != nullptr) {
        return {"flasher", false, "", "ouro " OURO_VERSION " flashes boards by itself, with Espressif's stub",
                "Nothing else is to be installed: no esptool, no Python. docs/flashing.md says how."};
    }
    return {"flasher", true, "", "ouro " OURO_VERSION " was built without Espressif's stub, and flashes slowly",
            "`npm --prefix web ci` fetches it; then build again."};
}

int run_doctor(const Invocation& invocation) {
    std::vector<workbench::ExaminedPort> ports;
    for (workbench::UsbPort& port : workbench::list_usb_ports()) {
        auto holder = workbench::find_port_holder(port.path);
        ports.push_back({std::move(port), std::move(holder)});
    }
    auto findings = workbench::examine_ports(workbench::Machine::here(), ports, workbench::list_usb_without_port());
    findings.insert(findings.begin(), flasher());
    for (const workbench::PortFinding& finding : findings) print(finding, invocation.json);
    const bool is_wrong =
        std::any_of(findings.begin(), findings.end(), [](const auto& finding) { return finding.is_wrong; });
    if (invocation.json) return is_wrong ? exit_failed : exit_ok;
    if (ports.empty()) {
        std::puts("· no serial port on USB; if a board is plugged in, its cable may be one that only charges");
    } else if (!is_wrong) {
        std::printf("✓ nothing is wrong with %zu %s; `ouro ports` lists them\n", ports.size(),
                    ports.size() == 1 ? "port" : "ports");
    }
    return is_wrong ? exit_failed : exit_ok;
}

} // namespace

void add_doctor(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("doctor", "Look for what keeps ports from working, with a fix for each");
    add_json_option(*command, invocation);
    const auto rules = std::make_shared<bool>(false);
    command->add_flag("--rules", *rules, "Print udev's rules for boards, to be installed (docs/ports.md)");
    command->footer("Exit code 0: nothing is wrong; 1: something is.");
    command->callback([&invocation, rules] {
        invocation.run = [&invocation, rules] {
            if (!*rules) return run_doctor(invocation);
            std::fputs(workbench::udev_rules().c_str(), stdout);
            return static_cast<int>(exit_ok);
        };
    });
}

} // namespace cli
