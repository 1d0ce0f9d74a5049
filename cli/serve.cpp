// SPDX-License-Identifier: Apache-2.0
// `ouro serve`: the hub.
#include "cli/commands.hpp"
#include "cli/outcome.hpp"
#include "hub/daemon/daemon.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace cli {

namespace {

int run_serve(const hub::daemon::Settings& flags) {
    const auto config = hub::daemon::load_config(flags, std::getenv);
    if (!config) return report(failure_of(config.error()));
    const auto served = hub::daemon::serve(*config, [](const hub::daemon::Ready& ready) {
        // The token stands behind a #: browsers keep that part to themselves.
        std::printf("Open %s#token=%s\n", ready.url.c_str(), ready.token.c_str());
        std::fflush(stdout);
    });
    if (!served) return report(failure_of(served.error()));
    return exit_ok;
}

} // namespace

void add_serve(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("serve", "Run the hub until Ctrl-C");
    const auto flags = std::make_shared<hub::daemon::Settings>();
    add_data_option(*command, invocation);
    command->add_option("--config", flags->config, "Settings (OURO_CONFIG; default ouro.toml in the data folder)")
        ->type_name("FILE");
    command->add_option("--listen", flags->listen, "Where the web page is (OURO_LISTEN; default 127.0.0.1:8321)")
        ->type_name("ADDRESS:PORT");
    command
        ->add_option("--boards-dir", flags->boards_dir,
                     "Virtual boards (OURO_BOARDS_DIR; default boards in the data folder)")
        ->type_name("DIR");
    command
        ->add_option("--apps-dir", flags->apps_dir,
                     "Folders that jobs may bring to boards (OURO_APPS_DIR; default apps in the data folder)")
        ->type_name("DIR");
    auto* broker = command->add_option("--broker", flags->broker,
                                       "mqtt://user:password@host:port (OURO_BROKER; default: its own Mosquitto)");
    broker->type_name("URL");
    command
        ->add_flag_callback(
            "--no-broker", [flags] { flags->broker = "none"; }, "Without MQTT and Home Assistant")
        ->excludes(broker);
    command
        ->add_option("--allowed-hosts", flags->allowed_hosts, "More names of this hub, by commas (OURO_ALLOWED_HOSTS)")
        ->type_name("NAMES");
    command
        ->add_option("--ports", flags->ports,
                     "USB ports to open beside the boards that are known, by commas (OURO_PORTS; docs/ports.md)")
        ->type_name("PORTS");
    command->add_option("--log-level", flags->log_level, "debug, info, warning, error (OURO_LOG_LEVEL; default info)")
        ->type_name("LEVEL");
    command->footer("Example:\n  ouro serve --listen 127.0.0.1:9000 --broker mqtt://me:secret@192.0.2.10");
    command->callback([&invocation, flags] {
        invocation.run = [&invocation, flags] {
            flags->data = invocation.data;
            return run_serve(*flags);
        };
    });
}

} // namespace cli
