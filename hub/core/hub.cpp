// SPDX-License-Identifier: Apache-2.0
#include "hub/core/hub.hpp"

#include "hub/core/declaration.hpp"
#include "hub/core/hub_impl.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/core/values.hpp"
#include "protocol/link/frame_reader.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <charconv>

namespace hub::core {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;

constexpr auto silence_max = 35s;
constexpr auto up_period = 10s;
constexpr auto who_period = 3s;       // not to ask faster than a board can answer
constexpr auto who_period_slow = 30s; // what never answers may be a stock board, whose REPL we only disturb
constexpr unsigned who_slow_after = 5;
constexpr auto issued_ahead_max = 1s;
constexpr std::size_t log_text_max = 1024;

std::string base36(std::uint64_t number) {
    char digits[16];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number, 36);
    return {digits, error == std::errc() ? end : digits};
}

std::int64_t epoch_ms(Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

} // namespace

// --- Impl: boards -------------------------------------------------------------------------------------------------

Board* Hub::Impl::find(std::string_view uid) {
    const auto found = std::find_if(boards.begin(), boards.end(), [&](const Board& board) { return board.uid == uid; });
    return found == boards.end() ? nullptr : &*found;
}

Board* Hub::Impl::find_or_add(const std::string& uid) {
    if (Board* known = find(uid)) return known;
    if (!protocol::link::is_uid(uid)) return nullptr;
    if (boards.size() == boards_max) {
        emit(LogLine{uid, "error", "64 boards are known already; restart the hub to forget those that left",
                     clocks.wall()});
        return nullptr;
    }
    boards.emplace_back().uid = uid;
    boards.back().name = uid;
    links.emplace_back();
    return &boards.back();
}

void Hub::Impl::emit(const Change& change) {
    for (Observer* observer : observers) observer->on_change(change);
}

void Hub::Impl::emit_command(const Board& board, const SentCommand& command, std::string_view outcome,
                             std::string_view text) {
    emit(CommandChanged{board.uid, command.id, command.cmd_id, command.value, command.source, std::string(outcome),
                        std::string(text), clocks.wall()});
}

void Hub::Impl::complain(Board& board, std::string_view level, std::string_view text) {
    if (!link_of(board).complaints.may_speak(clocks.steady())) return;
    emit(LogLine{board.uid, std::string(level), printable(text, log_text_max), clocks.wall()});
}

void Hub::Impl::ask_who(Board& board) {
    Link& link = link_of(board);
    const Micros now = clocks.steady();
    const auto period = link.who_unanswered >= who_slow_after ? who_period_slow : who_period;
    if (link.line == nullptr || (link.last_who && now - *link.last_who < period)) return;
    link.last_who = now;
    ++link.who_unanswered;
    link.line->send(Json::array({"who"}));
}

void Hub::Impl::send_up(const Board& board) {
    Link& link = link_of(board);
    link.last_up = clocks.steady();
    link.line->send(Json::array({"up", epoch_ms(clocks.wall()), broker != BrokerState::away}));
}

void Hub::Impl::hear(Board& board, std::string what) {
    Link& link = link_of(board);
    link.last_heard = clocks.steady();
    std::string path = link.line == nullptr ? std::string() : link.line->path();
    board.evidence = Evidence{std::move(what), std::move(path), clocks.wall()};
}

void Hub::Impl::go_offline(Board& board, std::string_view reason) {
    link_of(board).greeted = false;
    if (!board.online) return;
    board.online = false;
    complain(board, "warning", "offline: " + std::string(reason));
    emit(BoardChanged{board.uid});
}

void Hub::Impl::tick(Board& board) {
    Link& link = link_of(board);
    const Micros now = clocks.steady();
    if (link.line != nullptr && (!link.last_up || now - *link.last_up >= up_period)) send_up(board);
    if (board.online && now - link.last_heard >= silence_max) go_offline(board, "nothing heard for 35 s");
    if (!link.greeted || link.declared != board.decl) ask_who(board);
    for (const SentCommand& command : link.ledger.take_timed_out(now)) {
        emit_command(board, command, "timeout", "the board did not answer");
    }
    if (const std::uint32_t held_back = link.complaints.take_held_back(now)) {
        complain(board, "warning", std::to_string(held_back) + " more lines about this board were not written");
    }
}

// --- Impl: commands -----------------------------------------------------------------------------------------------

base::Result<> Hub::Impl::check(const Board& board, const CommandRequest& request, int& ttl_ms) {
    const Link& link = link_of(board);
    if (!request.cmd_id.empty() && !protocol::link::is_cmd_id(request.cmd_id)) {
        return base::fail(ErrorCode::invalid_argument, "not a command id",
                          "use A to Z, a to z, 0 to 9, _ and -, at most 24");
    }
    if (request.ttl_ms < 1 || request.ttl_ms > 60000) {
        return base::fail(ErrorCode::invalid_argument, "a time to live is 1 to 60000 ms");
    }
    if (!board.online || link.line == nullptr) {
        return base::fail(ErrorCode::disconnected, "board " + board.uid + " is offline", "see that it is plugged in");
    }
    if (const std::string holder = link.line->held_by(); !holder.empty()) {
        return base::fail(ErrorCode::busy, holder, "try again when that has ended");
    }
    if (!request.cmd_id.empty() && link.ledger.is_repeat(request.cmd_id)) {
        return base::fail(ErrorCode::duplicate, "command " + request.cmd_id + " was sent before");
    }
    ttl_ms = request.ttl_ms;
    if (request.issued) {
        const auto age = clocks.wall() - *request.issued;
        if (age < -issued_ahead_max) {
            return base::fail(ErrorCode::expired, "the command was issued in the future", "compare the clocks");
        }
        if (age >= std::chrono::milliseconds(request.ttl_ms)) {
            return base::fail(ErrorCode::expired, "the command is older than its time to live");
        }
        const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
        ttl_ms -= static_cast<int>(std::max<std::int64_t>(0, used));
    }
    return link.ledger.check_rate(request.id, clocks.steady());
}

base::Result<std::string> Hub::Impl::send(Board& board, const CommandRequest& request, Json value, int ttl_ms) {
    Link& link = link_of(board);
    const Micros now = clocks.steady();
    const std::string cmd_id = request.cmd_id.empty() ? id_prefix + base36(ids_made++) : request.cmd_id;
    Json message = Json::array({"set", request.id, value, cmd_id, ttl_ms});
    if (const auto uptime_ms = link.clock.uptime_ms(now)) message.push_back(*uptime_ms);
    if (message.dump().size() + 2 > protocol::link::frame_size_max) {
        return base::fail(ErrorCode::invalid_argument,
                          request.id + ": the text is too long once it is written as JSON");
    }
    link.line->send(message); // first of all: people wait for the door, not for the log
    const auto deadline = now + std::chrono::milliseconds(ttl_ms) + Hub::handler_time_max;
    SentCommand command{request.id, cmd_id, std::move(value), request.source, deadline};
    emit_command(board, command, "sent", "");
    link.ledger.add(std::move(command), now);
    return cmd_id;
}

// --- Hub ----------------------------------------------------------------------------------------------------------

Hub::Hub(Clocks clocks) : impl_(std::make_unique<Impl>(std::move(clocks))) {
    impl_->id_prefix = base36(static_cast<std::uint64_t>(epoch_ms(impl_->clocks.wall()))) + "-";
}

Hub::~Hub() = default;

void Hub::add_observer(Observer& observer) { impl_->observers.push_back(&observer); }

void Hub::line_opened(const std::string& uid, BoardLine& line, bool is_virtual) {
    Board* board = impl_->find_or_add(uid);
    if (board == nullptr) return;
    Link& link = impl_->link_of(*board);
    link.line = &line;
    link.greeted = false;
    link.last_heard = impl_->clocks.steady();
    link.last_who.reset();
    link.who_unanswered = 0;
    board->is_virtual = is_virtual;
    impl_->ask_who(*board);
    impl_->send_up(*board);
    impl_->emit(BoardChanged{uid});
}

void Hub::line_closed(const std::string& uid, std::string_view reason) {
    Board* board = impl_->find(uid);
    if (board == nullptr) return;
    impl_->link_of(*board).line = nullptr;
    impl_->go_offline(*board, reason);
}

void Hub::on_message(const std::string& uid, std::string_view json) {
    Board* board = impl_->find(uid);
    if (board == nullptr) {
        ++impl_->counters.messages_malformed;
        return;
    }
    const auto message = parse_json(json, protocol::link::frame_size_max);
    if (!message) {
        impl_->malformed(*board, message.error().message);
        return;
    }
    impl_->on_message(*board, *message);
}

void Hub::on_console(const std::string& uid, std::string_view bytes) {
    Board* board = impl_->find(uid);
    if (board == nullptr || bytes.empty()) return;
    impl_->hear(*board, "console");
    impl_->emit(ConsoleText{uid, std::string(bytes), impl_->clocks.wall()});
}

base::Result<std::string> Hub::command(const CommandRequest& request) {
    Board* board = impl_->find(request.uid);
    const auto refuse = [&](const base::Error& error) -> base::Result<std::string> {
        ++impl_->counters.commands_refused;
        // A repeat must not look like the end of the command that it repeats.
        if (board != nullptr && error.code != ErrorCode::duplicate && error.code != ErrorCode::not_found) {
            const SentCommand refused{request.id, request.cmd_id, request.value, request.source};
            impl_->emit_command(*board, refused, "refused", error.message.view());
        }
        return tl::unexpected(error);
    };
    if (board == nullptr) return refuse({ErrorCode::not_found, "no such board", "see `ouro boards`"});
    const auto entity = std::find_if(board->entities.begin(), board->entities.end(),
                                     [&](const Entity& candidate) { return candidate.id == request.id; });
    if (entity == board->entities.end()) return refuse({ErrorCode::not_found, "no such entity on this board", ""});
    auto value = check_command(*entity, request.value);
    if (!value) return refuse(value.error());
    int ttl_ms = 0;
    if (const auto allowed = impl_->check(*board, request, ttl_ms); !allowed) return refuse(allowed.error());
    auto sent = impl_->send(*board, request, std::move(*value), ttl_ms);
    return sent ? sent : refuse(sent.error());
}

void Hub::overheard(const CommandRequest& request) {
    Board* board = impl_->find(request.uid);
    if (board == nullptr) return;
    CommandLedger& ledger = impl_->link_of(*board).ledger;
    if (!request.cmd_id.empty() && ledger.is_repeat(request.cmd_id)) return;
    const Micros now = impl_->clocks.steady();
    if (const auto allowed = ledger.check_rate(request.id, now); !allowed) {
        return impl_->complain(*board, "warning", "not on the record: " + std::string(allowed.error().message));
    }
    const bool is_named = protocol::link::is_cmd_id(request.cmd_id);
    SentCommand command{request.id, is_named ? request.cmd_id : impl_->id_prefix + base36(impl_->ids_made++),
                        request.value, request.source,
                        now + std::chrono::milliseconds(request.ttl_ms) + handler_time_max};
    command.overheard = !is_named;
    impl_->emit_command(*board, command, "sent", "");
    ledger.add(std::move(command), now);
}

void Hub::tick() {
    for (Board& board : impl_->boards) impl_->tick(board);
}

const std::vector<Board>& Hub::boards() const { return impl_->boards; }
const Board* Hub::find(std::string_view uid) const { return impl_->find(uid); }
const Counters& Hub::counters() const { return impl_->counters; }

void Hub::log(const std::string& uid, std::string_view level, std::string_view text) {
    if (Board* board = impl_->find(uid)) impl_->complain(*board, level, text);
}

} // namespace hub::core
