// SPDX-License-Identifier: Apache-2.0
// ouro-board: runs one virtual board in a folder until it is told to stop.
#include "boards/all.hpp"
#include "firmware/ports/posix/app_files.hpp"
#include "firmware/ports/posix/board.hpp"
#include "firmware/ports/shared/micropython_program.hpp"
#include "firmware/ports/shared/strict_flash.hpp"
#include "protocol/link/names.hpp"

#include <getopt.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace {

namespace posix = firmware::ports::posix;
using firmware::boards::Profile;

constexpr const char* help_text =
    R"(ouro-board: a virtual board for Ouroboard

usage: ouro-board --dir DIR [--board NAME] [--app PATH] [--name TEXT] [--uid UID]

  --dir DIR     the board's folder, made if need be: uart0 (its serial port), control.sock (its pins and screen),
                board.json, flash.img, for a board with a screen settings.img, for a battery sensor kept.img
  --board NAME  which board, by its file in firmware/boards (default: intercom)
  --app PATH    a folder with app.py; it is put on the board's flash and started. Without it the last one is started
  --name TEXT   what people call the board (default: the board's title)
  --uid UID     its chip id, 4 to 32 of a-z and 0-9 (default: made once and kept in board.json)
  --heap-kb N   how much memory Python has, 64 to 65536 KiB (default: as much as the board has)
  --spin-us N   how long a thread stays awake before it sleeps, 0 to 1000 microseconds (default: 50)
  --help, --version

examples:
  ouro-board --dir ~/boards/door --app apps/intercom --name "Front door"
  ouro-board --dir ~/boards/badge --board badge
  mpremote connect ~/boards/door/uart0
  echo '["press","call",200]' | socat - UNIX:$HOME/boards/door/control.sock
)";

struct Options {
    std::string dir;
    std::string board = "intercom";
    std::string app;
    std::string name;
    std::string uid;
    std::uint32_t heap_kb = 0;
    base::Micros spin = posix::spin_default;
};

posix::Board* running_board = nullptr; // for the signal handler, which gets no argument

void on_signal(int) {
    if (running_board != nullptr) running_board->stop();
}

/// Only once there is a board to stop: until then a signal ends the process in the ordinary way, and none is lost.
void stop_on_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
}

int complain(const base::Error& error) {
    std::fprintf(stderr, "ouro-board: %s\n", error.message.c_str());
    if (!error.hint.empty()) std::fprintf(stderr, "  try: %s\n", error.hint.c_str());
    return 1;
}

int misused(const std::string& what) {
    std::fprintf(stderr, "ouro-board: %s\n  try: ouro-board --help\n", what.c_str());
    return 2;
}

/// Reads all of `text` as a number from `low` to `high`.
template <typename Number>
bool read_number(const char* text, Number low, Number high, Number& into) {
    const char* end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, into);
    return read.ec == std::errc() && read.ptr == end && into >= low && into <= high;
}

/// Fills `options`; a number is the exit code with which the program ends at once, -1 goes on.
int parse(int argc, char** argv, Options& options) {
    static const option known[] = {
        {"dir", required_argument, nullptr, 'd'},     {"board", required_argument, nullptr, 'b'},
        {"app", required_argument, nullptr, 'a'},     {"name", required_argument, nullptr, 'n'},
        {"uid", required_argument, nullptr, 'u'},     {"heap-kb", required_argument, nullptr, 'm'},
        {"spin-us", required_argument, nullptr, 's'}, {"help", no_argument, nullptr, 'h'},
        {"version", no_argument, nullptr, 'v'},       {nullptr, 0, nullptr, 0}};
    for (int letter = 0; (letter = ::getopt_long(argc, argv, "h", known, nullptr)) != -1;) {
        switch (letter) {
        case 'd': options.dir = optarg; break;
        case 'b': options.board = optarg; break;
        case 'a': options.app = optarg; break;
        case 'n': options.name = optarg; break;
        case 'u': options.uid = optarg; break;
        case 'm':
            if (!read_number(optarg, 64U, 65536U, options.heap_kb)) return misused("--heap-kb takes 64 to 65536");
            break;
        case 's':
            if (!read_number<base::Micros>(optarg, 0, 1000, options.spin)) return misused("--spin-us takes 0 to 1000");
            break;
        case 'h': std::fputs(help_text, stdout); return 0;
        case 'v': std::puts("ouro-board " OURO_VERSION); return 0;
        default: return 2; // getopt has said why
        }
    }
    if (optind < argc) return misused(std::string("unexpected argument ") + argv[optind]);
    if (options.dir.empty()) return misused("--dir is missing");
    if (!options.uid.empty() && !protocol::link::is_uid(options.uid)) {
        return misused("--uid takes 4 to 32 of a-z and 0-9, and not hub");
    }
    return -1;
}

const Profile* find_profile(const std::string& name) {
    for (const Profile* profile : firmware::boards::all) {
        if (profile->name == name) return profile;
    }
    return nullptr;
}

std::string profile_names() {
    std::string names;
    for (const Profile* profile : firmware::boards::all) {
        names += (names.empty() ? "" : ", ") + std::string(profile->name);
    }
    return names;
}

base::Result<posix::BoardRecord> prepare_record(const posix::BoardFolder& folder, const Options& options) {
    auto record = folder.load();
    if (!record) return record;
    if (!options.uid.empty()) record->uid = options.uid;
    if (record->uid.empty()) {
        auto uid = posix::make_uid();
        if (!uid) return tl::unexpected(uid.error());
        record->uid = *uid;
    }
    record->board = options.board;
    ++record->boot;
    return record;
}

int run_board(const Profile& profile, const Options& options) {
    posix::BoardFolder folder;
    if (const auto opened = folder.open(options.dir); !opened) return complain(opened.error());
    auto record = prepare_record(folder, options);
    if (!record) return complain(record.error());

    posix::MappedFile image;
    if (const auto opened = image.open(folder.path("flash.img"), profile.flash_bytes); !opened) {
        return complain(opened.error());
    }
    firmware::ports::StrictFlash flash(
        image.bytes(),
        {profile.flash_block_bytes, profile.flash_bytes / profile.flash_block_bytes, profile.flash_program_bytes},
        [&image] { return image.sync(); });
    if (!options.app.empty()) {
        const auto app = posix::install(flash, options.app);
        if (!app) return complain(app.error());
        record->app = *app;
    }
    if (const auto saved = folder.save(*record); !saved) return complain(saved.error());

    firmware::runtime::Identity identity;
    identity.uid = std::string_view(record->uid);
    identity.name = options.name.empty() ? std::string_view(profile.title) : std::string_view(options.name);
    identity.board = profile.name;
    identity.version = OURO_VERSION;
    identity.boot = record->boot;
    posix::UptimeClock clock;
    posix::MappedFile settings;
    firmware::ports::FaceSetup face;
    if (profile.has_face()) {
        const auto opened =
            settings.open(folder.path("settings.img"), firmware::ports::SimulatedSmallFlash::medium_bytes);
        if (!opened) return complain(opened.error());
        face.settings = settings.bytes();
        face.sync = [&settings] { return settings.sync(); };
    }
    posix::MappedFile kept;
    firmware::ports::SensorSetup sensor;
    if (!profile.sensor.empty()) {
        const auto opened = kept.open(folder.path("kept.img"), firmware::ports::SimulatedSmallFlash::medium_bytes);
        if (!opened) return complain(opened.error());
        sensor.kept = kept.bytes();
        sensor.sync = [&kept] { return kept.sync(); };
    }
    posix::Board board(profile, folder, flash, clock, identity,
                       firmware::ports::micropython(profile, record->app, record->uid), options.spin, face, sensor);
    if (const auto opened = board.open(); !opened) return complain(opened.error());
    running_board = &board;
    stop_on_signals();
    std::printf("board %s is running in %s\n", record->uid.c_str(), options.dir.c_str());
    std::fflush(stdout);
    const bool ended = board.run();
    running_board = nullptr;
    if (!ended) {
        // A thread that is stuck still uses what would be torn down now.
        ::unlink(folder.path("uart0").c_str());
        ::unlink(folder.path("control.sock").c_str());
        std::_Exit(0);
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    if (const int code = parse(argc, argv, options); code >= 0) return code;
    const Profile* known = find_profile(options.board);
    if (known == nullptr) return misused("there is no board " + options.board + "; there are: " + profile_names());
    Profile profile = *known;
    if (options.heap_kb != 0) profile.heap_bytes = options.heap_kb * 1024;
    ::signal(SIGPIPE, SIG_IGN);
    return run_board(profile, options);
}
