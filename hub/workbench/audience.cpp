// SPDX-License-Identifier: Apache-2.0
// Seats, one lease, and notices as JSON.
#include "hub/workbench/audience.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <iterator>
#include <utility>

namespace hub::workbench {
namespace {

using core::AttachMode;
using core::Json;
using core::SessionInfo;

core::SharedBytes shared(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

core::SharedBytes notice(const Json& json) { return shared(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

core::SharedBytes notice_of(const SessionInfo::Lease& lease) {
    return notice({{"type", "lease"}, {"name", lease.name}, {"since_ms", core::ms_of(lease.since)}});
}

core::SharedBytes refusal(const std::string& why) {
    return notice({{"type", "refused"}, {"message", why + "; what was typed was not passed on"}});
}

} // namespace

struct Audience::Impl {
    struct Member {
        core::Viewer* viewer;
        std::string name;
        AttachMode mode;
        core::Time since;
    };

    Impl(Board& outward, std::function<core::Time()> clock) : board(outward), wall(std::move(clock)) {}

    const Member* find(const core::Viewer& viewer) const {
        const auto found =
            std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.viewer == &viewer; });
        return found == members.end() ? nullptr : &*found;
    }
    std::size_t watching() const {
        return members.size() - static_cast<std::size_t>(std::count_if(members.begin(), members.end(),
                                                                       [](const Member& m) { return has_lease(m); }));
    }
    static bool has_lease(const Member& member) { return member.mode == AttachMode::lease; }

    void tell_viewers(const core::SharedBytes& text) {
        for (const Member& member : members) {
            if (!has_lease(member)) member.viewer->on_notice(text);
        }
    }

    void keep(std::string_view text) {
        history.append(text);
        if (history.size() > console_history_max) history.erase(0, history.size() - console_history_max);
        if (watching() == 0) kept = std::min(kept + text.size(), history.size());
    }

    // The bytes that one who attaches now has not seen, or a little of what others have.
    void replay_to(core::Viewer& viewer) {
        std::size_t begin = history.size() - kept;
        if (kept == 0 && !history.empty()) {
            begin = history.size() - std::min(history.size(), replay_seen_max);
            const std::size_t line = begin == 0 ? 0 : history.find('\n', begin);
            if (line != std::string::npos && begin != 0) begin = line + 1;
        }
        const std::size_t size = history.size() - begin;
        viewer.on_notice(notice({{"type", "replay"}, {"bytes", size}, {"seen", kept == 0}}));
        if (size > 0) viewer.on_output(shared(history.substr(begin)));
        kept = 0;
    }

    void end_lease() {
        lease.reset();
        tell_viewers(notice({{"type", "lease_end"}}));
        board.on_lease(nullptr);
    }

    void detach(const core::Viewer& viewer) {
        const Member* const member = find(viewer);
        if (member == nullptr) return; // was cut
        const bool had_lease = has_lease(*member);
        std::erase_if(members, [&](const Member& m) { return m.viewer == &viewer; });
        if (had_lease) end_lease();
    }

    // Takes away the members that `chosen` says, and tells them why.
    template <typename Chosen>
    void cut(Chosen chosen, const core::SharedBytes& why) {
        std::vector<Member> leaving;
        std::copy_if(members.begin(), members.end(), std::back_inserter(leaving), chosen);
        std::erase_if(members, chosen);
        for (const Member& member : leaving) {
            member.viewer->on_notice(why);
            member.viewer->on_cut();
        }
        if (std::any_of(leaving.begin(), leaving.end(), has_lease)) end_lease();
    }

    Board& board;
    std::function<core::Time()> wall;
    std::vector<Member> members;
    std::optional<SessionInfo::Lease> lease;
    std::string history;
    std::size_t kept = 0; ///< how much of the history nobody has seen
};

/// One who is attached; outlives the audience without harm.
class Audience::Seat final : public core::Attachment {
public:
    Seat(std::weak_ptr<Impl> audience, core::Viewer& viewer) : audience_(std::move(audience)), viewer_(viewer) {}
    ~Seat() override {
        if (const auto audience = audience_.lock()) audience->detach(viewer_);
    }

    bool type(std::string_view bytes) override {
        const auto audience = audience_.lock();
        const Impl::Member* const member = audience ? audience->find(viewer_) : nullptr;
        if (member == nullptr) return true; // was cut, and has been told
        if (member->mode == AttachMode::watch) {
            viewer_.on_notice(refusal("You only watch"));
        } else if (member->mode == AttachMode::type && audience->lease) {
            viewer_.on_notice(refusal(text_of(*audience->lease)));
        } else {
            return audience->board.write(bytes);
        }
        return true;
    }

    base::Result<> set_baud(unsigned baud) override {
        auto allowed = check_lease();
        return allowed ? audience_.lock()->board.set_baud(baud) : allowed;
    }

    base::Result<> set_lines(bool dtr, bool rts) override {
        auto allowed = check_lease();
        return allowed ? audience_.lock()->board.set_lines(dtr, rts) : allowed;
    }

private:
    base::Result<> check_lease() const {
        const auto audience = audience_.lock();
        const Impl::Member* const member = audience ? audience->find(viewer_) : nullptr;
        if (member != nullptr && Impl::has_lease(*member)) return {};
        return base::fail(base::ErrorCode::refused, "only the one who has the lease may change how the port works");
    }

    std::weak_ptr<Impl> audience_;
    core::Viewer& viewer_;
};

Audience::Audience(Board& board, std::function<core::Time()> wall)
    : impl_(std::make_shared<Impl>(board, std::move(wall))) {}

Audience::~Audience() { cut("the hub let go of the board"); }

base::Result<std::unique_ptr<core::Attachment>> Audience::attach(const core::AttachRequest& request,
                                                                 core::Viewer& viewer) {
    Impl& audience = *impl_;
    const bool wants_lease = request.mode == AttachMode::lease;
    if (wants_lease && audience.lease) {
        return base::fail(base::ErrorCode::busy, text_of(*audience.lease),
                          "Wait until it has ended, or end it: `ouro sessions` shows it.");
    }
    if (audience.members.size() >= viewers_max) {
        return base::fail(base::ErrorCode::full, std::to_string(viewers_max) + " are attached to this board already",
                          "`ouro sessions` shows them.");
    }
    const core::Time now = audience.wall();
    if (wants_lease) {
        audience.lease = SessionInfo::Lease{request.name, now};
        audience.tell_viewers(notice_of(*audience.lease));
        audience.members.push_back({&viewer, request.name, request.mode, now});
        audience.board.on_lease(&*audience.lease);
    } else {
        if (audience.lease) viewer.on_notice(notice_of(*audience.lease));
        audience.replay_to(viewer);
        audience.members.push_back({&viewer, request.name, request.mode, now});
    }
    return std::make_unique<Seat>(impl_, viewer);
}

void Audience::on_bytes(std::string_view bytes) {
    if (!impl_->lease) return;
    for (const Impl::Member& member : impl_->members) {
        if (Impl::has_lease(member)) member.viewer->on_output(shared(std::string(bytes)));
    }
}

void Audience::on_console(std::string_view text) {
    if (!impl_->lease) impl_->keep(text);
    if (impl_->watching() == 0) return;
    const core::SharedBytes bytes = shared(std::string(text));
    for (const Impl::Member& member : impl_->members) {
        if (!Impl::has_lease(member)) member.viewer->on_output(bytes);
    }
}

void Audience::keep(std::string_view text) { impl_->keep(text); }

void Audience::on_gone(std::string_view reason) {
    const core::SharedBytes gone = notice({{"type", "gone"}, {"reason", reason}});
    impl_->cut(Impl::has_lease, gone);
    impl_->tell_viewers(gone);
}

void Audience::on_back() { impl_->tell_viewers(notice({{"type", "back"}})); }

void Audience::cut(std::string_view reason) {
    impl_->cut([](const Impl::Member&) { return true; }, notice({{"type", "cut"}, {"reason", reason}}));
}

const std::optional<SessionInfo::Lease>& Audience::lease() const noexcept { return impl_->lease; }

std::vector<SessionInfo::Watching> Audience::viewers() const {
    std::vector<SessionInfo::Watching> viewers;
    for (const Impl::Member& member : impl_->members) {
        if (!Impl::has_lease(member)) {
            viewers.push_back({member.name, member.since, member.mode == AttachMode::type});
        }
    }
    return viewers;
}

const std::string& Audience::history() const noexcept { return impl_->history; }

std::size_t Audience::kept_bytes() const noexcept { return impl_->kept; }

std::string text_of(const SessionInfo::Lease& lease) {
    const std::time_t seconds =
        std::chrono::duration_cast<std::chrono::seconds>(lease.since.time_since_epoch()).count();
    std::tm local{};
    ::localtime_r(&seconds, &local);
    std::array<char, 16> clock{};
    const std::size_t size = std::strftime(clock.data(), clock.size(), "%H:%M:%S", &local);
    return lease.name + " has had the board's prompt since " + std::string(clock.data(), size);
}

} // namespace hub::workbench
