// SPDX-License-Identifier: Apache-2.0
// `ouro deploy`: an app to a board, watched for a moment, and taken back if it crashes.
#include "hub/workbench/deploy.hpp"
#include "cli/board_python.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/deploy_air.hpp"
#include "cli/reach.hpp"
#include "cli/rom_write.hpp"
#include "cli/terminal.hpp"
#include "hub/daemon/secret_store.hpp"
#include "hub/workbench/deploy_health.hpp"
#include "hub/workbench/deploy_parts.hpp"
#include "hub/workbench/deploy_rom.hpp"
#include "hub/workbench/python_caches.hpp"
#include "hub/workbench/repl/python_files.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace cli {

namespace workbench = hub::workbench;
using workbench::AppFile;
using workbench::AppFolder;
using workbench::DeployPlan;
using workbench::DeployTarget;
using workbench::FileChange;
using workbench::PortPython;
using workbench::RomPlan;

namespace {

constexpr base::Micros restart_span = base::from_ms(500);

struct Words {
    std::string app;
    std::string board;
    std::string name;
    double health_s = 10;
    bool dry_run = false;
    bool roll_back = false;
    bool romfs = true;
};

const char* word_of(FileChange change) {
    switch (change) {
    case FileChange::added: return "added";
    case FileChange::changed: return "changed";
    case FileChange::same: return "same";
    }
    return "";
}

/// Says what happens: a line for people, or a JSON line.
class Teller {
public:
    explicit Teller(bool json) : json_(json) {}
    /// What begins now, for whoever reads the JSON and would know whether stopping does harm.
    void phase(const char* word) const {
        if (json_) (*this)({{"type", "phase"}, {"phase", word}}, "");
    }
    void operator()(const Json& facts, const std::string& text) const { tell(json_, facts, text); }

private:
    bool json_;
};

/// "812 B"; of what holds secrets, their names.
std::string weight_of(const AppFile& file) {
    if (file.secrets.empty()) return std::to_string(file.size) + " B";
    std::string names;
    for (const std::string& name : file.secrets) names += (names.empty() ? "" : ", ") + name;
    return "(" + names + ")";
}

Json facts_of(const AppFile& file) {
    if (file.secrets.empty()) return {{"path", file.path}, {"size", file.size}};
    return {{"path", file.path}, {"secrets", file.secrets}};
}

/// One run of the command, with a board that is at its prompt.
class Run {
public:
    Run(const Invocation& invocation, const Words& words, PortPython& python, DeployTarget& target,
        workbench::PythonFiles& files, const workbench::Secrets& secrets, const RomPlan& rom)
        : invocation_(invocation),
          words_(words),
          python_(python),
          target_(target),
          files_(files),
          tell_(invocation.json),
          secrets_(secrets),
          mask_(secrets),
          rom_(rom) {}

    int deploy(const AppFolder& app) {
        const auto plan = workbench::plan_deploy(target_, files_, app);
        if (!plan) return give_up(plan.error());
        show(app, *plan);
        if (words_.dry_run) return start_again();
        const bool writes_rom = rom_.ha == RomPlan::Ha::to_write;
        if (plan->is_nothing() && !writes_rom) return start_unchanged(app);
        if (!plan->is_nothing()) {
            if (const auto staged = stage(app, *plan); !staged) return give_up(staged.error());
        }
        if (writes_rom) {
            if (const auto written = put_ha_in_rom(); !written) return give_up_rom(written.error());
        }
        if (plan->is_nothing()) return start_unchanged(app);
        tell_.phase("switch");
        if (const auto switched = target_.switch_to(app); !switched) return give_up(switched.error());
        tell_({{"type", "switched"}, {"version", app.version}}, "version " + app.version + " takes its place");
        return watch(app.name, true);
    }

    int roll_back(const std::string& app) {
        tell_.phase("switch");
        if (const auto back = target_.roll_back(app, true); !back) return give_up(back.error());
        tell_({{"type", "rolled_back"}}, "the version before takes its place");
        return watch(app, false);
    }

    /// Before anything was changed for good.
    int give_up(const base::Error& error) {
        start_again();
        Failure failure = failure_of(error);
        failure.message += ". The version so far is untouched";
        return report(failure);
    }

private:
    base::Result<> stage(const AppFolder& app, const DeployPlan& plan) {
        std::size_t count = 0;
        tell_.phase("copy");
        return workbench::stage_deploy(target_, files_, app, plan, [&](const AppFile& file, FileChange change) {
            const std::string place = "[" + std::to_string(++count) + "/" + std::to_string(app.files.size()) + "] ";
            const bool sent = change != FileChange::same;
            Json facts = facts_of(file);
            facts["type"] = "file";
            facts["sent"] = sent;
            tell_(facts, place + file.path + "  " + weight_of(file) + (sent ? "  sent" : "  was there") + ", verified");
        });
    }

    /// The board's Python is a new one then, and knows nothing of what was sent to it for files.
    base::Result<> put_ha_in_rom() {
        tell_.phase("write");
        files_.release();
        const std::string& image = workbench::ha_rom_image();
        auto written = write_rom(invocation_, python_, rom_.partition, image);
        files_.forget();
        if (!written) return written;
        wrote_rom_ = true;
        tell_({{"type", "rom"}, {"size", image.size()}},
              "/rom/lib/ha  " + std::to_string(image.size()) + " B  sent, verified");
        return {};
    }

    int give_up_rom(const base::Error& error) {
        start_again();
        Failure failure = failure_of(error);
        failure.message = "`ha` could not be written to the board's ROM: " + failure.message +
                          ". The version so far is in its place" +
                          (rom_.replaces_ours ? ", but the `ha` that it may need is gone" : "");
        failure.hint = "Deploy once more: that writes it anew. --no-romfs puts `ha` beside the app.";
        return report(failure);
    }

    void show_rom() const {
        if (!rom_.why_not.empty()) {
            tell_({{"type", "note"}, {"text", rom_.why_not}, {"hint", rom_.hint}}, rom_.why_not + ": " + rom_.hint);
        }
        if (rom_.ha != RomPlan::Ha::to_write || invocation_.json) return;
        std::printf("%8s  /rom/lib/ha  %zu B\n", rom_.replaces_ours ? "changed" : "added",
                    workbench::ha_rom_image().size());
    }

    void show(const AppFolder& app, const DeployPlan& plan) const {
        Json files = Json::array();
        for (std::size_t i = 0; i < app.files.size(); ++i) {
            const AppFile& file = app.files[i];
            files.push_back(facts_of(file));
            files.back()["change"] = word_of(plan.changes[i]);
            if (!invocation_.json && plan.changes[i] != FileChange::same) {
                std::printf("%8s  %s  %s\n", word_of(plan.changes[i]), printable(file.path).c_str(),
                            weight_of(file).c_str());
            }
        }
        for (const std::string& path : plan.removed) {
            if (!invocation_.json) std::printf("%8s  %s\n", "removed", printable(path).c_str());
        }
        show_rom();
        const bool writes_rom = rom_.ha == RomPlan::Ha::to_write;
        const std::uint64_t bytes = plan.bytes + (writes_rom ? workbench::ha_rom_image().size() : 0);
        const Json rom = rom_.ha == RomPlan::Ha::none ? Json() : Json(writes_rom ? "write" : "there");
        const Json facts = {{"type", "plan"},          {"app", app.name},         {"version", app.version},
                            {"board", target_.kind()}, {"files", files},          {"removed", plan.removed},
                            {"bytes", bytes},          {"free", plan.bytes_free}, {"ha_in_rom", rom}};
        tell_(facts, app.name + " " + app.version + " for " + target_.kind() + ": " + std::to_string(bytes) +
                         " B to send, " + std::to_string(plan.bytes_free) + " B free" +
                         (plan.is_nothing() && !writes_rom ? "; the board has it already" : ""));
    }

    /// The board was interrupted for the question: it goes on with what it had.
    int start_again() {
        workbench::HealthWatch nobody;
        files_.release();
        (void)python_.type_and_listen("\x04", restart_span, nobody);
        return exit_ok;
    }

    int start_unchanged(const AppFolder& app) {
        tell_.phase("watch");
        const auto span = static_cast<base::Micros>(words_.health_s * 1e6);
        const std::string keys = target_.start_keys(app.name);
        workbench::HealthWatch health = watcher(keys);
        files_.release();
        const auto heard = python_.type_and_listen(keys, span, health);
        end_output();
        if (!heard) return report(failure_of(heard.error()));
        if (health.has_crashed()) return crashed(health, "It is the version that was there before");
        return done(health);
    }

    workbench::HealthWatch watcher(const std::string& keys) {
        return workbench::HealthWatch([this](std::string_view bytes) { output_(mask_(bytes)); }, keys);
    }

    void end_output() {
        output_(mask_.end());
        output_.end();
    }

    /// Starts what was switched to. After a crash the version before comes back, if `may_roll_back`.
    int watch(const std::string& app, bool may_roll_back) {
        tell_.phase("watch");
        const auto span = static_cast<base::Micros>(words_.health_s * 1e6);
        const std::string keys = target_.start_keys(app);
        workbench::HealthWatch health = watcher(keys);
        files_.release();
        const auto heard = python_.type_and_listen(keys, span, health);
        end_output();
        if (!heard) {
            Failure failure = failure_of(heard.error());
            failure.message = "The new version is on the board, but while it started " + failure.message;
            failure.hint = "`ouro deploy --rollback` goes back to the version before.";
            return report(failure);
        }
        if (!health.has_crashed()) return done(health);
        if (!may_roll_back) return crashed(health, "`ouro deploy --rollback` returns to the other version");
        tell_.phase("roll_back");
        auto back = python_.enter();
        if (back) back = take_back(app);
        if (!back) {
            Failure failure = failure_of(back.error());
            failure.message = "The new version crashes, and it could not be taken back: " + failure.message;
            failure.hint = "`ouro deploy --rollback` tries once more.";
            return report(failure);
        }
        start_again();
        const std::string but = wrote_rom_ ? ", but for the `ha` in its ROM" : "";
        return crashed(health, "The board is back at what it had before" + but);
    }

    /// A board that has started anew knows nothing of what was sent to it for files.
    base::Result<> take_back(const std::string& app) {
        workbench::PythonFiles files(python_);
        const auto target = workbench::find_deploy_target(python_, files);
        return target ? (*target)->roll_back(app, false) : tl::unexpected(target.error());
    }

    int done(const workbench::HealthWatch& health) const {
        const std::string end =
            health.has_ended() ? "it has ended by itself, without an exception" : "it runs, and has not crashed";
        tell_({{"type", "ok"}, {"ended", health.has_ended()}}, "ok: " + end);
        return exit_ok;
    }

    int crashed(const workbench::HealthWatch& health, const std::string& consequence) const {
        if (invocation_.json) {
            workbench::SecretMask mask(secrets_);
            const std::string traceback = mask(health.traceback()) + mask.end();
            tell_({{"type", "crashed"}, {"traceback", traceback}, {"consequence", consequence}}, "");
        }
        return report({exit_failed, "The app crashes. " + consequence + ".", "Mend it, then deploy it again."});
    }

    const Invocation& invocation_;
    const Words& words_;
    PortPython& python_;
    DeployTarget& target_;
    workbench::PythonFiles& files_;
    Teller tell_;
    const workbench::Secrets& secrets_;
    workbench::SecretMask mask_;
    const RomPlan& rom_;
    bool wrote_rom_ = false;
    BoardOutput output_{invocation_.json};
};

base::Result<AppFolder> clean_app(const Invocation& invocation, const Words& words) {
    std::error_code ignored;
    if (std::filesystem::is_directory(words.app, ignored)) {
        const auto removed = workbench::remove_python_caches(words.app);
        if (!removed) return tl::unexpected(removed.error());
        for (const auto& path : *removed) {
            tell(invocation.json, {{"type", "cleaned"}, {"path", path.string()}}, "cleaned " + path.string());
        }
    }
    return workbench::read_app_folder(words.app, words.name);
}

/// For --rollback the folder need not exist: it only names the app.
base::Result<AppFolder> named_app(const Words& words) {
    AppFolder app;
    app.name =
        words.name.empty() ? std::filesystem::absolute(words.app).lexically_normal().filename().string() : words.name;
    if (workbench::is_app_folder_name(app.name)) return app;
    return base::fail(base::ErrorCode::invalid_argument, "\"" + app.name + "\" can't be an app's name",
                      "--name gives it.");
}

base::Result<RomPlan> find_rom(const Words& words, PortPython& python, const DeployTarget& target,
                               workbench::PythonFiles& files) {
    workbench::RomFlash rom(python);
    auto plan = workbench::plan_rom(rom, files, target.facts());
    // Writing needs a new Python, and that ends the connection there.
    if (plan && plan->ha == RomPlan::Ha::to_write && words.board.starts_with("ws://")) {
        plan->ha = RomPlan::Ha::none;
        plan->why_not = "the board's ROM is not written over WebREPL";
        plan->hint = "ha goes beside the app. Deploy over USB once, and it goes into the ROM.";
    }
    return plan;
}

int run_deploy(const Invocation& invocation, const Words& words) {
    auto app = words.roll_back ? named_app(words) : clean_app(invocation, words);
    if (!app) return report(failure_of(app.error()));
    const auto needs = workbench::app_needs(*app);
    if (!needs) return report(failure_of(needs.error()));
    if (const auto board = find_air_board(invocation, words.board)) {
        if (!words.roll_back) return deploy_over_the_air(invocation, {words.health_s, words.dry_run}, *board, *app);
        return report({exit_usage, "A board goes back by itself when an update over the air fails",
                       "Deploy the version that you want."});
    }
    auto python = open_python(invocation, words.board);
    if (!python) {
        Failure failure = python.error();
        // Nothing was named that could be "not found": there is just no board, which is a deploy that failed.
        if (words.board.empty() && failure.exit == exit_not_found) failure.exit = exit_failed;
        return report(failure);
    }
    (*python)->limit_silence(file_silence_max);
    workbench::PythonFiles files(**python);
    const auto target = workbench::find_deploy_target(**python, files);
    if (!target) return report(failure_of(target.error()));
    using hub::daemon::SecretStore;
    const auto store = SecretStore::open(invocation.data_folder(), SecretStore::Purpose::read);
    if (!store) return report(failure_of(store.error()));
    const auto secrets = store->for_board((*target)->facts().uid);
    const bool wants_rom = needs->ha && words.romfs && !words.roll_back;
    const auto rom = wants_rom ? find_rom(words, **python, **target, files) : base::Result<RomPlan>(RomPlan{});
    const RomPlan plan = rom ? *rom : RomPlan{};
    Run run(invocation, words, **python, **target, files, secrets, plan);
    if (!rom) return run.give_up(rom.error());
    if (words.roll_back) return run.roll_back(app->name);
    workbench::BoardFacts facts = (*target)->facts();
    facts.ha_in_rom = rom->ha != RomPlan::Ha::none;
    if (const auto whole = workbench::add_parts(*app, *needs, facts, secrets, store->salt()); !whole) {
        return run.give_up(whole.error());
    }
    return run.deploy(*app);
}

} // namespace

void add_deploy(CLI::App& app, Invocation& invocation) {
    constexpr double health_max_s = 3600;
    auto* command = app.add_subcommand("deploy", "Bring an app to a board, start it, and take it back if it crashes");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("APP", words->app, "The app's folder, with app.py or main.py")->required();
    add_board_argument(*command, words->board);
    command->add_option("--name", words->name, "What it is called on the board (default: the folder's name)");
    command->add_option("--health", words->health_s, "How many seconds it must not crash")
        ->check(CLI::Range(0.0, health_max_s))
        ->capture_default_str();
    command->add_flag("--dry-run", words->dry_run, "Only say what would be done");
    command->add_flag("--rollback", words->roll_back, "Go back to the version before, and start it");
    command->add_flag("!--no-romfs", words->romfs,
                      "Put `ha` beside the app, also where the board's ROM has room for it");
    command->footer(
        "Example:\n  ouro deploy apps/intercom /dev/ttyUSB0\n"
        "Removes __pycache__ and *.pyc from the folder first. The version before is kept on the board.\n"
        "A board without our firmware gets `ha` too (into its ROM, if it has one), and of `ouro secrets` what "
        "the app needs.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_deploy(invocation, *words); }; });
}

} // namespace cli
