// SPDX-License-Identifier: Apache-2.0
// What battery sensors report: taken once, said by the broker, and only then answered.
#include "hub/core/datapoints.hpp"
#include "hub/core/declaration.hpp"
#include "hub/core/hub_impl.hpp"
#include "hub/core/values.hpp"

#include <algorithm>
#include <utility>

namespace hub::core {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t reports_max = 16; // twice what a board has on its way
constexpr auto repeated_within = 120s;  // a board gives a report up after 60 s
constexpr auto late_after = 30s;
constexpr auto past_max = 366 * 24h; // an MCU whose clock is further off than this does not know the time

} // namespace

void Hub::Impl::on_report(Board& board, const Json& message) {
    auto report = read_report(message);
    if (!report) return malformed(board, report.error().message);
    Link& link = link_of(board);
    // Its serial is of which boot, its datapoints are of which entities? It comes again once that is known.
    if (!link.greeted || board.decl.empty() || link.declared != board.decl) return ask_who(board);
    if (KnownReport* known = known_report(link, report->serial, report->said)) {
        if (known->confirmed) return confirm(link, *known);
        if (broker == BrokerState::connected) emit(known->taken);
        return;
    }
    if (broker == BrokerState::away) return;
    const Time now = clocks.wall();
    report->at = board_time(board, at(message, 4));
    if (report->time && *report->time <= now && now - *report->time < past_max) {
        report->at = *report->time;
    } else {
        report->time.reset();
    }
    if (link.reports.size() == reports_max) link.reports.pop_front();
    KnownReport& known = link.reports.emplace_back();
    known.said = report->said;
    known.heard = clocks.steady();
    known.taken = take_report(board, *report);
    const bool nothing_to_confirm = known.taken.values.empty() && known.taken.events.empty();
    if (nothing_to_confirm || broker == BrokerState::none) return confirm(link, known);
    emit(known.taken);
}

/// A repetition of this one, if it is one: another boot, which a line may have swallowed the hello of, counts its
/// serials from the beginning.
KnownReport* Hub::Impl::known_report(Link& link, std::uint16_t serial, std::string_view said) {
    const auto found = std::find_if(link.reports.begin(), link.reports.end(),
                                    [&](const KnownReport& report) { return report.taken.serial == serial; });
    if (found == link.reports.end()) return nullptr;
    if (found->said == said && clocks.steady() - found->heard < repeated_within) return &*found;
    link.reports.erase(found);
    return nullptr;
}

/// Tells observers, and returns what the broker has to confirm.
ReportTaken Hub::Impl::take_report(Board& board, const Report& report) {
    ReportTaken taken{board.uid, board.boot, report.serial, {}, {}};
    protocol::tuya::DatapointReader reader(report.datapoints);
    while (const auto datapoint = reader.next()) {
        bool is_read = false;
        for (const Entity& entity : board.entities) {
            if (!reads_datapoint(entity, datapoint->id)) continue;
            is_read = true;
            take_value(board, entity, value_of(entity, *datapoint), report, taken);
        }
        if (is_read || link_of(board).unread.test(datapoint->id)) continue;
        link_of(board).unread.set(datapoint->id);
        complain(board, "info", "datapoint " + std::to_string(datapoint->id) + " is read by no entity");
    }
    if (reader.skipped() > 0 || reader.truncated()) {
        complain(board, "warning", "a report had a datapoint that is none; the others were kept");
    }
    return taken;
}

void Hub::Impl::take_value(Board& board, const Entity& entity, Json value, const Report& report, ReportTaken& taken) {
    if (entity.kind == Kind::event) {
        if (value.is_null()) return;
        if (!value.is_string() || !lists(entity, "event_types", value.get_ref<const std::string&>())) {
            return refused(board, entity.id + ": its datapoint has a value that is no event type");
        }
        // One that an earlier boot could not deliver waited for a minute at least.
        const bool is_late = report.late || clocks.wall() - report.at > late_after;
        const EventFired event{board.uid, entity.id, value.get<std::string>(), Json::object(), report.at,
                               is_late,   true};
        if (!is_late) taken.events.push_back(event);
        return emit(event);
    }
    auto checked = check_state(entity, value);
    if (!checked) return refused(board, "value refused: " + std::string(checked.error().message));
    State state{std::move(*checked), report.at};
    State& known = entry(board.states, entity.id);
    // A door that was opened an hour ago is open, unless something newer is known.
    if (report.time && state.at < known.at) return emit(PastValue{board.uid, entity.id, std::move(state)});
    known = state;
    taken.values.emplace_back(entity.id, state.value);
    emit(StateChanged{board.uid, entity.id, std::move(state), true});
}

void Hub::Impl::confirm(Link& link, KnownReport& report) {
    report.confirmed = true;
    if (link.line != nullptr) link.line->send(Json::array({"reported", report.taken.serial}));
}

void Hub::set_broker(BrokerState state) {
    if (std::exchange(impl_->broker, state) == state) return;
    for (const Board& board : impl_->boards) {
        if (impl_->link_of(board).line != nullptr) impl_->send_up(board);
    }
}

void Hub::reported(const std::string& uid, std::int64_t boot, std::uint16_t serial) {
    const Board* board = impl_->find(uid);
    if (board == nullptr || board->boot != boot) return;
    Link& link = impl_->link_of(*board);
    for (KnownReport& report : link.reports) {
        if (report.taken.serial == serial) impl_->confirm(link, report);
    }
}

} // namespace hub::core
