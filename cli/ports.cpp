// SPDX-License-Identifier: Apache-2.0
// `ouro ports`: where boards are plugged in, with or without a hub.
#include "cli/commands.hpp"
#include "cli/port_choice.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/board_finder.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <memory>
#include <set>

namespace cli {

namespace workbench = hub::workbench;

namespace {

struct Words {
    bool watch = false;
    bool choose = false;
    std::string port;
};

std::string name_of(const ListedPort& port) {
    if (port.uid.empty()) return "-";
    return port.board.empty() ? port.uid : port.board + " (" + port.uid + ")";
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

int list(const Invocation& invocation) {
    const std::vector<ListedPort> ports = all_ports(invocation);
    if (invocation.json) {
        Json all = Json::array();
        for (const ListedPort& port : ports) all.push_back(json_of(port));
        std::puts(json_text(all).c_str());
        return exit_ok;
    }
    if (ports.empty()) {
        std::puts("No board is plugged in, and no virtual one runs. `ouro doctor` looks for reasons.");
        return exit_ok;
    }
    std::vector<std::vector<std::string>> rows{{"PORT", "WHAT", "SERIAL", "BOARD", "HELD BY"}};
    for (const ListedPort& port : ports) {
        rows.push_back({port.path, port.what, or_dash(port.usb ? port.usb->serial : ""), name_of(port),
                        port.held_by.empty() ? "free" : port.held_by});
    }
    std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    return exit_ok;
}

/// Prints what comes and goes, until nobody reads it.
class Watch final : workbench::UsbPortWatcher::Listener, workbench::BoardFinder::Listener {
public:
    explicit Watch(const Invocation& invocation)
        : invocation_(invocation),
          finder_(io_, boards_dir(invocation), *this) {
        for (const ListedPort& port : all_ports(invocation)) here_.insert(port.path);
    }
    int run() {
        if (auto started = usb_.start(); !started) return report(failure_of(started.error()));
        if (auto started = finder_.start(); !started) return report(failure_of(started.error()));
        io_.run();
        return exit_ok;
    }

private:
    void on_usb_port(const workbench::UsbPort& port) override { found(listed(port, boards_of_hub(invocation_))); }
    void on_usb_port_gone(const workbench::UsbPort& port) override { gone(port.path); }
    void on_found(const workbench::BoardPort& port) override { found(listed(port, boards_of_hub(invocation_))); }
    void on_gone(const workbench::BoardPort& port) override { gone(port.path); }

    void found(const ListedPort& port) {
        const char* const event = here_.erase(port.path) == 0 ? "new" : "here";
        print(event, port.path, port.what, json_of(port));
    }
    void gone(const std::string& path) { print("gone", path, "", {{"path", path}}); }
    void print(const char* event, const std::string& path, const std::string& what, const Json& port) {
        const std::string line = invocation_.json ? json_text({{"event", event}, {"port", port}})
                                                  : clock_time(now_ms()) + "  " + std::string(event) +
                                                        std::string(6 - std::string(event).size(), ' ') +
                                                        printable(path + (what.empty() ? "" : "  " + what));
        if (std::puts(line.c_str()) < 0 || std::fflush(stdout) != 0) io_.stop();
    }

    const Invocation& invocation_;
    boost::asio::io_context io_{1};
    std::set<std::string> here_; ///< paths from before, that have not been told yet
    workbench::UsbPortWatcher usb_{io_, *this};
    workbench::BoardFinder finder_;
};

int choose(const Invocation& invocation, const Words& words) {
    const auto port = choose_one(invocation, words.port);
    if (!port) return report(port.error());
    std::puts(invocation.json ? json_text(json_of(*port)).c_str() : printable(port->path).c_str());
    return exit_ok;
}

int run_ports(const Invocation& invocation, const Words& words) {
    if (words.watch) return Watch(invocation).run();
    return words.choose || !words.port.empty() ? choose(invocation, words) : list(invocation);
}

} // namespace

void add_ports(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("ports", "List the ports where boards are, and who holds them");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    auto* watch = command->add_flag("--watch", words->watch, "Print what comes and goes, until Ctrl-C");
    command->add_flag("--choose", words->choose, "Print the one that commands take when none is named")
        ->excludes(watch);
    command->add_option("--port", words->port, "With --choose: the one that is meant (OURO_PORT, ESPTOOL_PORT)")
        ->type_name("PORT")
        ->excludes(watch);
    command->footer("Examples:\n  ouro ports\n  ouro ports --watch\n  picocom -b 115200 \"$(ouro ports --choose)\"\n\n"
                    "A PORT is a path, u0 or a0 (/dev/ttyUSB0, /dev/ttyACM0), a serial number or a board's uid. Chosen "
                    "is:\nthe one named, the one used last in this directory, or else the only one.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_ports(invocation, *words); }; });
}

} // namespace cli
