// SPDX-License-Identifier: Apache-2.0
// inotify says that something changed; looking at the folder says what.
#include "hub/workbench/board_finder.hpp"

#include "hub/core/safe_json.hpp"
#include "protocol/link/names.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
using boost::system::error_code;

// A board writes several files when it starts; one look a moment later sees them all.
constexpr std::chrono::milliseconds settle_time{20};
// While the folder itself is not there, there is nothing to watch: look for it now and then.
constexpr std::chrono::milliseconds absent_folder_pause{1'000};

constexpr std::uint32_t interesting =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_CLOSE_WRITE | IN_ONLYDIR;

std::optional<std::string> read_uid(const fs::path& board_file) {
    std::ifstream file(board_file, std::ios::binary);
    std::string text(board_file_size_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    const auto json = core::parse_json(text, board_file_size_max);
    if (!json || !json->is_object()) return std::nullopt;
    const auto uid = json->find("uid");
    if (uid == json->end() || !uid->is_string()) return std::nullopt;
    const auto& name = uid->get_ref<const std::string&>();
    return protocol::link::is_uid(name) ? std::optional(name) : std::nullopt;
}

std::optional<BoardPort> port_in(const fs::path& folder) {
    std::error_code error;
    const BoardPort port{{}, folder / "uart0", true, folder / "control.sock"};
    if (!fs::is_symlink(port.path, error) || !fs::is_socket(port.control_socket, error)) return std::nullopt;
    const auto uid = read_uid(folder / "board.json");
    return uid ? std::optional(BoardPort{*uid, port.path, true, port.control_socket}) : std::nullopt;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    while (!error && entry != fs::directory_iterator() && found.size() < virtual_boards_max) {
        if (entry->is_directory(error) && !entry->is_symlink(error)) found.push_back(entry->path());
        entry.increment(error);
    }
    return found;
}

} // namespace

std::vector<BoardPort> list_virtual_boards(const fs::path& folder) {
    std::vector<BoardPort> boards;
    for (const fs::path& path : folders_in(folder)) {
        if (auto port = port_in(path)) boards.push_back(std::move(*port));
    }
    std::sort(boards.begin(), boards.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return boards;
}

struct BoardFinder::Impl final : UsbPortWatcher::Listener, std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& io, fs::path watched, BoardFinder::Listener& to, std::optional<PortRule> usb_rule)
        : folder(std::move(watched)),
          rule(std::move(usb_rule)),
          listener(&to),
          events(io),
          timer(io),
          usb(io, *this) {}

    void wait_for_events() {
        const auto self = shared_from_this();
        events.async_read_some(boost::asio::buffer(event_bytes), [self](error_code error, std::size_t) {
            if (error || self->listener == nullptr) return;
            self->look_in(settle_time);
            self->wait_for_events();
        });
    }

    void look_in(std::chrono::milliseconds pause) {
        if (std::exchange(look_planned, true)) return;
        const auto self = shared_from_this();
        timer.expires_after(pause);
        timer.async_wait([self](error_code error) {
            self->look_planned = false;
            if (!error && self->listener != nullptr) self->look();
        });
    }

    bool watch(const fs::path& path) {
        return ::inotify_add_watch(events.native_handle(), path.c_str(), interesting) >= 0;
    }

    // Watches first and looks then: what changes in between is seen by one of the two.
    void look() {
        if (!watch(folder)) look_in(absent_folder_pause);
        std::map<fs::path, BoardPort> now;
        for (const fs::path& path : folders_in(folder)) {
            watch(path);
            if (auto port = port_in(path)) now.emplace(path, std::move(*port));
        }
        const std::map<fs::path, BoardPort> before = std::exchange(known, now);
        for (const auto& [path, port] : before) {
            const auto still = now.find(path);
            if (listener != nullptr && (still == now.end() || still->second != port)) listener->on_gone(port);
        }
        for (const auto& [path, port] : now) {
            const auto already = before.find(path);
            if (listener != nullptr && (already == before.end() || already->second != port)) listener->on_found(port);
        }
    }

    void on_usb_port(const UsbPort& port) override {
        if (listener != nullptr && rule->opens(port)) listener->on_found(board_port(port));
    }
    void on_usb_port_gone(const UsbPort& port) override {
        if (listener != nullptr && rule->opens(port)) listener->on_gone(board_port(port));
    }
    static BoardPort board_port(const UsbPort& port) {
        return {{}, port.path, false, {}, wiring(port), identity(port)};
    }

    const fs::path folder;
    const std::optional<PortRule> rule; ///< absent: USB is not watched
    BoardFinder::Listener* listener;    ///< null once stopped
    boost::asio::posix::stream_descriptor events;
    boost::asio::steady_timer timer;
    alignas(inotify_event) std::array<char, 4096> event_bytes{};
    bool look_planned = false;
    std::map<fs::path, BoardPort> known; ///< by folder
    UsbPortWatcher usb;
};

BoardFinder::BoardFinder(boost::asio::io_context& io, fs::path folder, Listener& listener, std::optional<PortRule> usb)
    : impl_(std::make_shared<Impl>(io, std::move(folder), listener, std::move(usb))) {}

BoardFinder::~BoardFinder() { stop(); }

base::Result<> BoardFinder::start() {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        return base::fail(base::ErrorCode::io, std::string("cannot watch for boards: ") + std::strerror(errno),
                          "Raise fs.inotify.max_user_instances.");
    }
    impl_->events.assign(fd);
    impl_->wait_for_events();
    impl_->look_in(std::chrono::milliseconds(0));
    return impl_->rule ? impl_->usb.start() : base::Result<>();
}

void BoardFinder::stop() {
    impl_->listener = nullptr;
    impl_->usb.stop();
    error_code ignored;
    impl_->events.close(ignored);
    impl_->timer.cancel();
}

} // namespace hub::workbench
