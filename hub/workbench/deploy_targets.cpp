// SPDX-License-Identifier: Apache-2.0
// Our firmware has a folder for apps and finishes an install by itself; other boards start what main.py says.
#include "hub/workbench/deploy.hpp"
#include "hub/workbench/repl/python_literals.hpp"
#include "hub/workbench/repl/traceback.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <charconv>

namespace hub::workbench {

using base::ErrorCode;

namespace {

/// Prints what the board is, the folder that it starts in (an app may have gone elsewhere), the bytecode that it reads,
/// whether it has sockets, and by what name the hub knows it (see _uid in python/ha/_board.py).
constexpr std::string_view ask_kind = R"(import os,sys
m=getattr(sys.implementation,'_mpy',0)&255
u=''
try:
 import _badge,machine;print('ours');u=machine.unique_id().decode()
except ImportError:
 print(sys.implementation.name)
 if sys.implementation.name!='micropython':m=0
 try:
  import machine,binascii;u=binascii.hexlify(machine.unique_id()).decode()[-32:]
 except Exception:
  try:
   with open('.ouro_id')as f:u=f.read().strip()
  except OSError:pass
 try:
  with open('settings.toml')as f:
   for l in f:
    if l[:5]=='HA_ID':u=l.split('"')[1]
 except (OSError,IndexError):pass
print(os.getcwd())
print(m)
try:
 import socket;print(1)
except ImportError:print(0)
print(u)
)";

/// `_drm` removes a tree that may not be there.
constexpr std::string_view remove_tree = R"(import os
def _drm(p):
 try:d=os.stat(p)[0]&0xf000==0x4000
 except OSError:return
 if d:
  for n in os.listdir(p):_drm(p+'/'+n)
  os.rmdir(p)
 else:os.remove(p)
def _dmk(p):
 try:os.mkdir(p)
 except OSError as e:
  if e.args[0]!=17:raise
)";

/// From the first rename on our firmware would finish it after a power cut (firmware/vm/flash_image.hpp).
constexpr std::string_view switch_ours = R"(
_drm('/.ouro/previous/'+$0)
_dmk('/.ouro');_dmk('/.ouro/previous');_dmk('/pyapps')
os.rename('/.install/new','/.install/ready')
try:os.rename('/pyapps/'+$0,'/.ouro/previous/'+$0)
except OSError as e:
 if e.args[0]!=2:raise
os.rename('/.install/ready/'+$0,'/pyapps/'+$0)
_drm('/.install')
)";

/// What is left over; a switch that a cut line left half done can't be: it is one program.
constexpr std::string_view prepare_ours = "_drm('/.install/new')\n_dmk('/.install')\n_dmk('/.install/new')\n";

constexpr std::string_view take_back_ours = R"(
os.stat('/.ouro/previous/'+$0)
_drm('/.install/new');_dmk('/.install');_dmk('/.install/new')
os.rename('/.ouro/previous/'+$0,'/.install/new/'+$0)
)";

/// Keeps the versions whose names are in `$1`.
constexpr std::string_view tidy_stock = R"(
try:
 for n in os.listdir($0):
  if n not in $1:_drm($0+'/'+n)
except OSError:pass
)";

base::Result<std::string> ask(PythonRunner& runner, PythonFiles& files, const std::string& code) {
    files.release();
    std::string answer;
    const auto ended = runner.run(code, [&](std::string_view bytes) {
        constexpr std::size_t answer_max = 4096;
        if (answer.size() < answer_max) answer += bytes;
    });
    if (!ended) return tl::unexpected(ended.error());
    std::erase(answer, '\r');
    if (ended->empty()) return answer;
    const PythonError error = parse_traceback(*ended);
    return base::fail(error_code_of(error), "the board's Python says " + error.type + ": " + error.message,
                      error_code_of(error) == ErrorCode::refused ? "Its file system is read-only." : "");
}

base::Result<> tell(PythonRunner& runner, PythonFiles& files, const std::string& code) {
    const auto answer = ask(runner, files, code);
    if (!answer) return tl::unexpected(answer.error());
    return {};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

class OurTarget final : public DeployTarget {
public:
    OurTarget(BoardFacts facts, PythonRunner& runner, PythonFiles& files)
        : DeployTarget(std::move(facts)),
          runner_(runner),
          files_(files) {}

    std::string kind() const override { return "Ouroboard"; }

    base::Result<std::optional<std::string>> current(const std::string& app) override {
        const std::string folder = "/pyapps/" + app;
        const auto found = files_.look(folder);
        if (!found) return tl::unexpected(found.error());
        return *found ? std::optional(folder) : std::nullopt;
    }

    base::Result<std::string> prepare(const AppFolder& app) override {
        constexpr std::size_t files_max = 64; // firmware/vm/flash_image.hpp
        if (app.files.size() > files_max) {
            return base::fail(ErrorCode::too_large, "an app on this board has at most 64 files",
                              "Put several modules into one.");
        }
        if (!has_file(app, "app.py") && !has_file(app, "app.toml")) {
            return base::fail(ErrorCode::not_found, "there is no app.py in the app's folder",
                              "This board starts that.");
        }
        const auto made = tell(runner_, files_, std::string(remove_tree) + std::string(prepare_ours));
        if (!made) return tl::unexpected(made.error());
        return "/.install/new/" + app.name;
    }

    base::Result<> switch_to(const AppFolder& app) override { return run(switch_ours, app.name); }

    base::Result<> roll_back(const std::string& app, bool swap) override {
        const auto previous = files_.look("/.ouro/previous/" + app);
        if (!previous) return tl::unexpected(previous.error());
        if (!*previous && swap) {
            return base::fail(ErrorCode::not_found, "the board keeps no earlier version of " + app,
                              "Deploy the one that you want.");
        }
        if (!*previous) return run("_drm('/pyapps/'+$0)\n", app);
        const std::string both = std::string(take_back_ours) + std::string(switch_ours);
        return run(swap ? both : both + "_drm('/.ouro/previous/'+$0)\n", app);
    }

    std::string start_keys(const std::string& app) const override {
        return "import _badge;_badge.launch('" + app + "')\r";
    }

private:
    base::Result<> run(std::string_view code, const std::string& app) {
        return tell(runner_, files_, std::string(remove_tree) + filled(code, {text_literal(app)}));
    }

    PythonRunner& runner_;
    PythonFiles& files_;
};

/// Each version lies in a folder of its own, and main.py, which is replaced in one step, says which one is started.
class StockTarget final : public DeployTarget {
public:
    StockTarget(BoardFacts facts, PythonRunner& runner, PythonFiles& files, const std::string& kind,
                const std::string& root)
        : DeployTarget(std::move(facts)),
          runner_(runner),
          files_(files),
          kind_(kind),
          starter_(joined(root, kind == "circuitpython" ? "code.py" : "main.py")),
          ouro_(joined(root, ".ouro")),
          versions_(joined(ouro_, "apps")),
          previous_(joined(ouro_, "previous.py")) {}

    std::string kind() const override { return kind_ == "circuitpython" ? "CircuitPython" : "MicroPython"; }

    base::Result<std::optional<std::string>> current(const std::string& app) override {
        const auto starter = content_of(starter_);
        if (!starter) return tl::unexpected(starter.error());
        const std::string name = version_in(starter->value_or(""));
        if (!name.starts_with(app + "-") || name.size() != app.size() + 1 + version_size) return std::nullopt;
        const std::string folder = joined(versions_, name);
        const auto found = files_.look(folder);
        if (!found) return tl::unexpected(found.error());
        return *found ? std::optional(folder) : std::nullopt;
    }

    base::Result<std::string> prepare(const AppFolder& app) override {
        if (!has_file(app, "main.py") && !has_file(app, "app.py")) {
            return base::fail(ErrorCode::not_found, "there is neither main.py nor app.py in the app's folder",
                              "This board starts one of them.");
        }
        if (auto made = files_.make_folders({ouro_, versions_}); !made) return tl::unexpected(made.error());
        const std::string name = app.name + "-" + app.version;
        if (auto tidied = tidy(name); !tidied) return tl::unexpected(tidied.error());
        return joined(versions_, name);
    }

    base::Result<> switch_to(const AppFolder& app) override {
        const auto before = content_of(starter_);
        if (!before) return tl::unexpected(before.error());
        const std::string text = starter_text(app);
        if (*before == text) return {}; // a version that was mended: the one before it stays
        if (auto kept = write(previous_, before->value_or("")); !kept) return kept;
        return write(starter_, text);
    }

    base::Result<> roll_back(const std::string&, bool swap) override {
        const auto before = content_of(previous_);
        const auto now = content_of(starter_);
        if (!before) return tl::unexpected(before.error());
        if (!now) return tl::unexpected(now.error());
        if (!*before && swap) {
            return base::fail(ErrorCode::not_found, "the board keeps no earlier version",
                              "Deploy the one that you want.");
        }
        // An empty one says that there was none.
        auto done = before->value_or("").empty() ? files_.remove(starter_, false) : write(starter_, **before);
        if (done && swap) return write(previous_, now->value_or(""));
        if (done && *before) done = files_.remove(previous_, false);
        return done ? tidy("") : done;
    }

    std::string start_keys(const std::string&) const override { return "\x04"; }

private:
    static constexpr std::string_view signature = "# Written by `ouro deploy`; starts ";
    static constexpr std::size_t version_size = 12;

    /// "intercom-0123456789ab" in a main.py of ours; empty for another one.
    static std::string version_in(const std::string& starter) {
        if (!starter.starts_with(signature)) return "";
        const std::string name = starter.substr(signature.size(), starter.find('\n') - signature.size());
        const bool safe = name.size() > version_size && is_app_folder_name(name.substr(0, name.size() - version_size));
        return safe ? name : "";
    }

    std::string starter_text(const AppFolder& app) const {
        const std::string name = app.name + "-" + app.version;
        const std::string folder = text_literal(joined(versions_, name));
        const std::string entry = has_file(app, "main.py") ? "main.py" : "app.py";
        // Before a folder of that name in the board's files, which Python would look into first.
        const std::string library =
            app.board_library.empty() ? "" : "sys.path.insert(0," + text_literal(app.board_library) + ")\n";
        return filled(R"($0$1
import sys
$4sys.path.insert(0,$2)
__file__=$2+'/$3'
try:execfile
except NameError:
 def execfile(p):
  with open(p)as f:p=f.read()
  exec(p,globals())
execfile(__file__)
)",
                      {signature, name, folder, entry, library});
    }

    base::Result<std::optional<std::string>> content_of(const std::string& path) {
        constexpr std::uint64_t starter_max = 256 * 1024; // a person's main.py may be long
        const auto found = files_.look(path);
        if (!found) return tl::unexpected(found.error());
        if (!*found) return std::nullopt;
        if ((*found)->size > starter_max)
            return base::fail(ErrorCode::too_large, ":" + path + " is larger than 256 KiB");
        std::string content;
        const auto read = files_.read(path, [&](std::string_view bytes) -> base::Result<> {
            content += bytes;
            return {};
        });
        if (!read) return tl::unexpected(read.error());
        return content;
    }

    base::Result<> write(const std::string& path, const std::string& content) {
        auto done = files_.write(path, content);
        if (done) done = files_.flush();
        return done;
    }

    /// Removes the versions that neither main.py nor the one before it starts, but for `also`.
    base::Result<> tidy(const std::string& also) {
        std::string keep = "(" + text_literal(also) + ",";
        for (const std::string& path : {starter_, previous_}) {
            const auto starter = content_of(path);
            if (!starter) return tl::unexpected(starter.error());
            keep += text_literal(version_in(starter->value_or(""))) + ",";
        }
        return tell(runner_, files_,
                    std::string(remove_tree) + filled(tidy_stock, {text_literal(versions_), keep + ")"}));
    }

    PythonRunner& runner_;
    PythonFiles& files_;
    std::string kind_;
    std::string starter_;
    std::string ouro_;
    std::string versions_;
    std::string previous_;
};

} // namespace

base::Result<std::unique_ptr<DeployTarget>> find_deploy_target(PythonRunner& runner, PythonFiles& files) {
    const auto answer = ask(runner, files, std::string(ask_kind));
    if (!answer) return tl::unexpected(answer.error());
    const std::vector<std::string> lines = lines_of(*answer);
    constexpr std::size_t lines_said = 5;
    if (lines.size() < lines_said || lines[0].empty() || !lines[1].starts_with('/')) {
        return base::fail(ErrorCode::malformed, "the board does not say what it is", "Does something else print?");
    }
    BoardFacts facts;
    facts.is_ours = lines[0] == "ours";
    facts.is_circuitpython = lines[0] == "circuitpython";
    std::from_chars(lines[2].data(), lines[2].data() + lines[2].size(), facts.mpy_version);
    facts.has_network = lines[3] == "1";
    if (protocol::link::is_uid(lines[4])) facts.uid = lines[4];
    if (facts.is_ours) return std::make_unique<OurTarget>(std::move(facts), runner, files);
    return std::make_unique<StockTarget>(std::move(facts), runner, files, lines[0], lines[1]);
}

} // namespace hub::workbench
