// SPDX-License-Identifier: Apache-2.0
// Puts finder, sessions, control clients and the hub together.
#include "hub/workbench/workbench.hpp"

#include "hub/core/safe_json.hpp"
#include "hub/workbench/board_finder.hpp"
#include "hub/workbench/control_client.hpp"
#include "hub/workbench/face_watcher.hpp"
#include "hub/workbench/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace hub::workbench {

struct Workbench::Impl final : BoardFinder::Listener, Session::Dependencies {
    struct Bench {
        Bench(boost::asio::io_context& io, const BoardPort& port, Session::Dependencies& dependencies)
            : session(io, port, dependencies) {}
        Session session;
        std::optional<ControlClient> control; ///< of a virtual board
        std::optional<FaceWatcher> watcher;   ///< of a virtual board
    };

    Impl(boost::asio::io_context& context, core::Hub& core, WorkbenchConfig settings)
        : io(context),
          hub(core),
          config(std::move(settings)),
          finder(context, config.boards_dir, *this, config.usb_ports) {}

    Bench* find(const std::string& uid) {
        for (Bench& bench : benches) {
            if (bench.session.uid() == uid) return &bench;
        }
        return nullptr;
    }

    // The one that this board had when it was here before.
    Bench* find_absent(const BoardPort& port) {
        for (Bench& bench : benches) {
            if (bench.session.is_plugged_in()) continue;
            const bool same_usb = !port.usb_identity.empty() && bench.session.port().usb_identity == port.usb_identity;
            if (same_usb || (port.is_virtual && bench.session.uid() == port.uid)) return &bench;
        }
        return nullptr;
    }

    void on_found(const BoardPort& found) override {
        BoardPort port = found;
        if (const auto before = uids.find(port.usb_identity); before != uids.end()) port.uid = before->second;
        Bench* const before = find_absent(port);
        if (before == nullptr && port.is_virtual && find(port.uid) != nullptr) {
            return note(port.uid, "error",
                        "Another folder says that it is this board; it is left alone: " +
                            port.path.parent_path().string());
        }
        Bench& bench = before == nullptr ? benches.emplace_back(io, port, *this) : *before;
        if (port.is_virtual) {
            bench.control.emplace(io, port.control_socket);
            watch_face(bench, port);
        }
        if (before == nullptr) {
            bench.session.start();
        } else {
            bench.session.plug_in(port);
        }
    }
    void watch_face(Bench& bench, const BoardPort& port) {
        // Every watcher's versions are beyond those of the ones before it: who looks on notices that all is new.
        face_version += face_versions_max;
        auto changed = [this, uid = port.uid] {
            if (config.on_face) config.on_face(uid);
        };
        bench.watcher.emplace(io, port.control_socket, face_version, std::move(changed));
        bench.watcher->start();
    }
    // What is plugged in again is known before it has said a word.
    void remember(const BoardPort& port, const std::string& uid) {
        if (port.usb_identity.empty() || uid.empty()) return;
        if (uids.size() >= core::Hub::boards_max) uids.clear();
        uids[port.usb_identity] = uid;
    }
    void on_gone(const BoardPort& port) override {
        for (auto bench = benches.begin(); bench != benches.end();) {
            Session& session = bench->session;
            const auto here = bench++;
            if (!session.is_plugged_in() || session.port().path != port.path) continue;
            remember(port, session.uid());
            session.unplug();
            here->watcher.reset();
            here->control.reset();
            // A virtual board's folder is gone for good, most often.
            if (port.is_virtual && session.info().viewers.empty()) benches.erase(here);
        }
        forget_absent();
    }
    void forget_absent() {
        const auto is_absent = [](const Bench& bench) { return !bench.session.is_plugged_in(); };
        auto absent = static_cast<std::size_t>(std::count_if(benches.begin(), benches.end(), is_absent));
        for (auto bench = benches.begin(); bench != benches.end() && absent > absent_max;) {
            const auto here = bench++;
            if (!is_absent(*here) || !here->session.info().viewers.empty()) continue;
            benches.erase(here);
            --absent;
        }
    }

    Bench* find_session(std::string_view id) {
        for (const bool by_uid : {true, false}) {
            for (Bench& bench : benches) {
                const BoardPort& port = bench.session.port();
                const auto file = port.is_virtual ? port.path.parent_path().filename() : port.path.filename();
                if ((by_uid ? bench.session.uid() : file.string()) == id) return &bench;
            }
        }
        return nullptr;
    }
    static tl::unexpected<base::Error> no_session(std::string_view id) {
        return base::fail(base::ErrorCode::not_found,
                          "there is no session " + core::printable(id, core::viewer_name_size_max),
                          "`ouro sessions` lists them.");
    }

    void line_opened(const std::string& uid, core::BoardLine& line, bool is_virtual) override {
        hub.line_opened(uid, line, is_virtual);
    }
    void line_closed(const std::string& uid, std::string_view reason) override { hub.line_closed(uid, reason); }
    void on_message(const std::string& uid, std::string_view json) override { hub.on_message(uid, json); }
    void on_console(const std::string& uid, std::string_view bytes) override { hub.on_console(uid, bytes); }
    // The hub may be in the middle of sending: its turn comes later.
    void note(const std::string& uid, std::string_view level, std::string_view text) override {
        if (config.log) config.log(uid, level, text);
        auto tell = [this, here = std::weak_ptr<const bool>(alive), uid, level = std::string(level),
                     text = std::string(text)] {
            if (!here.expired() && hub.find(uid) != nullptr) hub.log(uid, level, text);
        };
        boost::asio::post(io, std::move(tell));
    }

    void refuse(ControlAnswer done, base::ErrorCode code, std::string_view message) {
        auto call = [done = std::move(done), error = base::Error{code, message, {}}] { done(tl::unexpected(error)); };
        boost::asio::post(io, std::move(call));
    }

    static constexpr std::uint64_t face_versions_max = std::uint64_t{1} << 40U;

    boost::asio::io_context& io;
    core::Hub& hub;
    const WorkbenchConfig config;
    const std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
    BoardFinder finder;
    std::uint64_t face_version = 0;
    std::map<std::string, std::string> uids; // by usb_identity, of boards that were here
    std::list<Bench> benches;                // a list: the hub holds references to the sessions
};

Workbench::Workbench(boost::asio::io_context& io, core::Hub& hub, WorkbenchConfig config)
    : impl_(std::make_unique<Impl>(io, hub, std::move(config))) {}

Workbench::~Workbench() { stop(); }

base::Result<> Workbench::start() { return impl_->finder.start(); }

void Workbench::stop() {
    impl_->finder.stop();
    impl_->benches.clear();
}

void Workbench::control(const std::string& uid, const core::Json& request, ControlAnswer done) {
    if (request.is_array() && !request.empty() && (request.front() == "watch" || request.front() == "quit")) {
        return impl_->refuse(std::move(done), base::ErrorCode::refused, "watch and quit are not passed on");
    }
    Impl::Bench* const bench = impl_->find(uid);
    if (bench == nullptr || !bench->control) {
        return impl_->refuse(std::move(done), base::ErrorCode::not_found, "there is no virtual board " + uid);
    }
    bench->control->request(request, std::move(done));
}

const core::Face* Workbench::face(const std::string& uid) const {
    const Impl::Bench* const bench = impl_->find(uid);
    return bench != nullptr && bench->watcher ? bench->watcher->face() : nullptr;
}

std::string Workbench::console_history(const std::string& uid) const {
    const Impl::Bench* const bench = impl_->find(uid);
    return bench == nullptr ? std::string() : bench->session.console_history();
}

std::vector<core::SessionInfo> Workbench::sessions() const {
    std::vector<core::SessionInfo> sessions;
    for (const Impl::Bench& bench : impl_->benches) {
        core::SessionInfo info = bench.session.info();
        const core::Board* const board = impl_->hub.find(info.uid);
        if (board != nullptr) info.board = board->name;
        sessions.push_back(std::move(info));
    }
    return sessions;
}

base::Result<std::unique_ptr<core::Attachment>>
Workbench::attach(std::string_view id, const core::AttachRequest& request, core::Viewer& viewer) {
    Impl::Bench* const bench = impl_->find_session(id);
    return bench == nullptr ? Impl::no_session(id) : bench->session.attach(request, viewer);
}

base::Result<> Workbench::release(std::string_view id) {
    Impl::Bench* const bench = impl_->find_session(id);
    if (bench == nullptr) return Impl::no_session(id);
    bench->session.release("the session was ended by `ouro sessions kill`, or from the hub's page");
    return {};
}

} // namespace hub::workbench
