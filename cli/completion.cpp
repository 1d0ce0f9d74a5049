// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.hpp"

#include "cli/habits.hpp"
#include "cli/outcome.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace cli {

namespace {

/// The commands below `app` and its options, as words of a shell.
std::string words_of(const CLI::App& app) {
    std::string words;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        words += command->get_name() + " ";
    }
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    }
    return words;
}

/// A case for each command: first the names below it, later its options; else files.
std::string bash_script(const CLI::App& app) {
    std::string cases;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        cases += "    " + command->get_name() + ") words=\"" + words_of(*command) + "\" ;;\n";
    }
    return "_ouro() {\n"
           "  local words=\"\" word=\"${COMP_WORDS[COMP_CWORD]}\"\n"
           "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "    words=\"" +
           words_of(app) + std::string(bare_file_commands()) +
           "\"\n"
           "  else\n"
           "    case \"${COMP_WORDS[1]}\" in\n" +
           cases +
           "    esac\n"
           "  fi\n"
           "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "}\n"
           "complete -o default -F _ouro ouro\n";
}

} // namespace

void add_completion(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("completion", "Print what completes commands in a shell");
    const auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash")->required()->check(CLI::IsMember({"bash"}));
    command->footer("In ~/.bashrc:\n  source <(ouro completion bash)");
    command->callback([&app, &invocation, shell] {
        invocation.run = [&app] {
            std::fputs(bash_script(app).c_str(), stdout);
            return int{exit_ok};
        };
    });
}

} // namespace cli
