// SPDX-License-Identifier: Apache-2.0
// The inside of Hub, shared by the files that implement it; not for others.
#pragma once

#include "hub/core/board_clock.hpp"
#include "hub/core/command_ledger.hpp"
#include "hub/core/complaints.hpp"
#include "hub/core/hub.hpp"
#include "hub/core/reports.hpp"

#include <algorithm>
#include <bitset>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hub::core {

using Micros = std::chrono::microseconds;

/// A part of a board's message; null beyond its end.
inline const Json& at(const Json& message, std::size_t index) {
    static const Json nothing;
    return index < message.size() ? message[index] : nothing;
}

/// A battery sensor's report that was taken, to know a repetition by.
struct KnownReport {
    std::string said; ///< datapoints and options, as they came
    Micros heard{};   ///< for the first time
    ReportTaken taken;
    bool confirmed = false;
};

/// The item of `list` with this key, made when there is none.
template <typename T>
T& entry(std::vector<std::pair<std::string, T>>& list, const std::string& key) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.first == key; });
    return found != list.end() ? found->second : list.emplace_back(key, T{}).second;
}

/// What the hub keeps about its conversation with a board, beside what everybody may see in `Board`.
struct Link {
    BoardLine* line = nullptr;
    BoardClock clock;
    CommandLedger ledger;
    Complaints complaints;
    Micros last_heard{};
    std::optional<Micros> last_who;
    unsigned who_unanswered = 0;
    std::optional<Micros> last_up; ///< of ours
    bool greeted = false;          ///< said hello on this line
    std::string declared;          ///< hello's `decl` when the last whole declaration came
    Json parts = Json::array();    ///< elements of a declaration that is still coming
    std::size_t parts_received = 0;
    std::vector<std::string> watched; ///< of Home Assistant's entities
    std::vector<Micros> calls;        ///< of the last second
    std::deque<KnownReport> reports;  ///< of this boot, the newest last
    std::bitset<256> unread;          ///< datapoints that no entity reads, and that was logged
};

/// What Home Assistant last said of an entity; a null state is unknown.
struct HomeState {
    Json state;
    Json attributes;
};

struct Hub::Impl {
    explicit Impl(Clocks source) : clocks(std::move(source)) {
        boards.reserve(boards_max);
        links.reserve(boards_max);
    }

    // hub.cpp
    Board* find(std::string_view uid);
    Link& link_of(const Board& board) { return links[static_cast<std::size_t>(&board - boards.data())]; }
    Board* find_or_add(const std::string& uid);
    void emit(const Change& change);
    void emit_command(const Board& board, const SentCommand& command, std::string_view outcome, std::string_view text);
    void complain(Board& board, std::string_view level, std::string_view text);
    void ask_who(Board& board);
    void send_up(const Board& board);
    void hear(Board& board, std::string what);
    void go_offline(Board& board, std::string_view reason);
    base::Result<> check(const Board& board, const CommandRequest& request, int& ttl_ms);
    base::Result<std::string> send(Board& board, const CommandRequest& request, Json value, int ttl_ms);
    void tick(Board& board);

    // hub_messages.cpp
    void on_message(Board& board, const Json& message);
    void malformed(Board& board, std::string_view what);
    void refused(Board& board, std::string_view why);
    void on_hello(Board& board, const Json& message);
    void forget_last_boot(Board& board);
    void on_decl(Board& board, const Json& message);
    void add_parts(Board& board, const Json& elements);
    void finish_declaration(Board& board);
    void on_state(Board& board, const Json& message);
    void on_event(Board& board, const Json& message);
    void on_output(Board& board, const Json& message);
    void on_done(Board& board, const Json& message);
    void on_log(Board& board, const Json& message);
    void on_crash(Board& board, const Json& message);
    void on_up(Board& board, const Json& message);
    // hub_reports.cpp
    void on_report(Board& board, const Json& message);
    KnownReport* known_report(Link& link, std::uint16_t serial, std::string_view said);
    ReportTaken take_report(Board& board, const Report& report);
    void take_value(Board& board, const Entity& entity, Json value, const Report& report, ReportTaken& taken);
    void confirm(Link& link, KnownReport& report);
    // hub_home.cpp
    void on_watch(Board& board, const Json& message);
    void on_call(Board& board, const Json& message);
    void answer(Board& board, std::int64_t number, bool ok, std::string_view text, const Json& response = nullptr);
    void tell_home_state(Link& link, const std::string& entity, const HomeState& state);

    void set_state(Board& board, const std::string& id, State state);
    Time board_time(Board& board, const Json& t_ms);

    Clocks clocks;
    std::vector<Observer*> observers;
    std::vector<Board> boards;
    std::vector<Link> links; ///< of the board with the same index
    Counters counters;
    BrokerState broker = BrokerState::none;
    HomeAccess access;
    bool home_connected = false;
    std::map<std::string, HomeState> home; ///< of every watched entity that Home Assistant has told
    std::string id_prefix;                 ///< of made-up command ids: differs from one run of the hub to the next
    std::uint64_t ids_made = 0;
};

} // namespace hub::core
