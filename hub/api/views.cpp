// SPDX-License-Identifier: Apache-2.0
#include "hub/api/views.hpp"

#include "hub/core/declaration.hpp"

namespace hub::api {

using core::Json;
using core::ms_of;

namespace {

struct MessageOf {
    Json operator()(const core::BoardChanged&) const { return nullptr; }
    Json operator()(const core::EntitiesDeclared&) const { return nullptr; }
    Json operator()(const core::HomeWatched&) const { return nullptr; }
    Json operator()(const core::HomeCall&) const { return nullptr; }
    Json operator()(const core::StateChanged& c) const {
        return {
            {"type", "state"}, {"uid", c.uid}, {"id", c.id}, {"value", c.state.value}, {"at_ms", ms_of(c.state.at)}};
    }
    Json operator()(const core::PastValue&) const { return nullptr; }
    Json operator()(const core::ReportTaken&) const { return nullptr; }
    Json operator()(const core::EventFired& c) const {
        const Json data = c.data.is_object() ? c.data : Json::object();
        return {{"type", "event"}, {"uid", c.uid},         {"id", c.id},    {"event_type", c.type},
                {"data", data},    {"at_ms", ms_of(c.at)}, {"late", c.late}};
    }
    Json operator()(const core::OutputChanged& c) const {
        return {{"type", "output"},        {"uid", c.uid},
                {"name", c.name},          {"on", c.output.on},
                {"cause", c.output.cause}, {"at_ms", ms_of(c.output.at)}};
    }
    Json operator()(const core::LogLine& c) const {
        return {{"type", "log"}, {"uid", c.uid}, {"level", c.level}, {"text", c.text}, {"at_ms", ms_of(c.at)}};
    }
    Json operator()(const core::Crashed& c) const {
        const Json crash = c.crash.is_object() ? c.crash : Json::object();
        return {{"type", "crash"}, {"uid", c.uid}, {"crash", crash}, {"at_ms", ms_of(c.at)}};
    }
    Json operator()(const core::CommandChanged& c) const { return {{"type", "command"}, {"command", view_of(c)}}; }
    Json operator()(const core::ConsoleText& c) const {
        return {{"type", "console"}, {"uid", c.uid}, {"text", c.bytes}, {"at_ms", ms_of(c.at)}};
    }
    Json operator()(const core::Heartbeat& c) const {
        const Json figures = c.figures.is_object() ? c.figures : Json::object();
        return {{"type", "heartbeat"},
                {"uid", c.uid},
                {"uptime_ms", c.uptime_ms},
                {"figures", figures},
                {"at_ms", ms_of(c.at)}};
    }
};

Json view_of(const core::Entity& entity) {
    const Json options = entity.options.is_object() ? entity.options : Json::object();
    return {{"id", entity.id}, {"kind", kind_name(entity.kind)}, {"name", entity.name}, {"options", options}};
}

const char* name_of(core::SessionInfo::State state) noexcept {
    switch (state) {
    case core::SessionInfo::State::open: return "open";
    case core::SessionInfo::State::absent: return "absent";
    case core::SessionInfo::State::released: return "released";
    }
    return "absent";
}

} // namespace

Json view_of(const core::Board& board) {
    Json view = {{"uid", board.uid},          {"name", board.name},        {"profile", board.profile},
                 {"app", board.app},          {"runtime", board.runtime},  {"version", board.version},
                 {"boot", board.boot},        {"online", board.online},    {"virtual", board.is_virtual},
                 {"evidence", nullptr},       {"entities", Json::array()}, {"states", Json::object()},
                 {"outputs", Json::object()}, {"heap_free", nullptr},      {"counters", board.counters},
                 {"product", nullptr}};
    if (!board.product.empty() || !board.product_version.empty()) {
        view["product"] = {{"id", board.product}, {"version", board.product_version}};
    }
    if (board.evidence) {
        view["evidence"] = {
            {"what", board.evidence->what}, {"path", board.evidence->path}, {"at_ms", ms_of(board.evidence->at)}};
    }
    for (const core::Entity& entity : board.entities) view["entities"].push_back(view_of(entity));
    for (const auto& [id, state] : board.states) {
        view["states"][id] = {{"value", state.value}, {"at_ms", ms_of(state.at)}};
    }
    for (const auto& [name, output] : board.outputs) {
        view["outputs"][name] = {{"on", output.on}, {"cause", output.cause}, {"at_ms", ms_of(output.at)}};
    }
    if (board.heap_free) view["heap_free"] = *board.heap_free;
    return view;
}

Json view_of(const std::vector<core::Board>& boards) {
    Json view = Json::array();
    for (const core::Board& board : boards) view.push_back(view_of(board));
    return view;
}

Json view_of(const core::CommandChanged& command) {
    return {{"uid", command.uid},     {"id", command.id},          {"cmd_id", command.cmd_id},
            {"value", command.value}, {"source", command.source},  {"outcome", command.outcome},
            {"text", command.text},   {"at_ms", ms_of(command.at)}};
}

Json view_of(const core::SessionInfo& session) {
    Json view = {{"id", session.id},
                 {"uid", session.uid},
                 {"port", session.port},
                 {"board", session.board},
                 {"since_ms", ms_of(session.since)},
                 {"viewers", Json::array()},
                 {"lease", nullptr},
                 {"kept_bytes", session.kept_bytes},
                 {"state", name_of(session.state)}};
    for (const auto& viewer : session.viewers) {
        view["viewers"].push_back(
            {{"name", viewer.name}, {"since_ms", ms_of(viewer.since)}, {"typing", viewer.typing}});
    }
    if (session.lease) {
        view["lease"] = {{"name", session.lease->name}, {"since_ms", ms_of(session.lease->since)}};
    }
    return view;
}

Json view_of(const core::HomeReport& report, const std::vector<core::Board>& boards) {
    Json view = {{"broker", {{"state", report.broker}, {"address", report.broker_address}}},
                 {"websocket", {{"state", report.websocket}, {"version", report.version}}},
                 {"discovery", report.discovery},
                 {"running", report.running},
                 {"birth_ms", nullptr},
                 {"boards", Json::array()},
                 {"orphans", Json::array()}};
    if (report.birth) view["birth_ms"] = ms_of(*report.birth);
    for (const core::Board& board : boards) {
        Json row = {
            {"uid", board.uid}, {"name", board.name}, {"online", board.online}, {"entities", board.entities.size()},
            {"documents", 0},   {"waiting", 0},       {"deleted", 0},           {"remarks", Json::array()}};
        for (const core::Announced& announced : report.announced) {
            if (announced.uid != board.uid) continue;
            row.update(
                {{"documents", announced.documents}, {"waiting", announced.waiting}, {"deleted", announced.deleted}});
        }
        for (const core::Remark& remark : board.remarks) row["remarks"].push_back(core::json_of(remark));
        view["boards"].push_back(std::move(row));
    }
    for (const core::DiscoveryOrphan& orphan : report.orphans) {
        view["orphans"].push_back(
            {{"topic", orphan.topic}, {"uid", orphan.uid}, {"id", orphan.id}, {"name", orphan.name}});
    }
    return view;
}

Json view_of(const timeline::Entry& entry) {
    return {{"seq", entry.seq}, {"at_ms", ms_of(entry.at)}, {"uid", entry.uid},  {"what", entry.what},
            {"id", entry.id},   {"text", entry.text},       {"data", entry.data}};
}

Json view_of(const timeline::Health& health) {
    return {{"rows_written", health.rows_written},
            {"rows_waiting", health.rows_waiting},
            {"rows_dropped", health.rows_dropped},
            {"problem", health.problem}};
}

Json message_of(const core::Change& change) { return std::visit(MessageOf{}, change); }

Json board_message(const core::Board& board) { return {{"type", "board"}, {"board", view_of(board)}}; }

} // namespace hub::api
