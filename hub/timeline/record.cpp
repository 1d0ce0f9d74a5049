// SPDX-License-Identifier: Apache-2.0
// Turns changes into rows.
#include "hub/timeline/record.hpp"

#include "hub/core/json_parts.hpp"

#include <cmath>
#include <utility>

namespace hub::timeline {
namespace {

using core::text_at;

std::string cut(const std::string& text) {
    if (text.size() <= text_size_max) return text;
    std::size_t end = text_size_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

std::string json_text(const core::Json& json) {
    // Bytes that are not UTF-8 become U+FFFD: a row that cannot be written out would block all those behind it.
    std::string text = json.dump(-1, ' ', false, core::Json::error_handler_t::replace);
    return text.size() <= data_size_max ? text : "null";
}

std::string words_of(const core::Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_null() ? "unknown" : json_text(value);
}

class Recorder {
public:
    explicit Recorder(std::vector<Row>& rows) : rows_(rows) {}

    void operator()(const core::StateChanged& change) { value_of(change.uid, change.id, change.state); }
    void operator()(const core::PastValue& change) { value_of(change.uid, change.id, change.state); }
    void operator()(const core::ReportTaken&) {} // its values have come one by one
    void operator()(const core::EventFired& change) {
        line(change.uid, "event", change.id, change.at, change.type, change.data);
    }
    void operator()(const core::OutputChanged& change) {
        const core::Output& output = change.output;
        sample(change.uid, "output:" + change.name, output.at, output.on ? 1 : 0);
        const core::Json data = {{"cause", output.cause}};
        line(change.uid, "output", change.name, output.at, output.on ? "on" : "off", data);
    }
    void operator()(const core::LogLine& change) {
        line(change.uid, "log", change.level, change.at, change.text, nullptr);
    }
    void operator()(const core::Crashed& change) {
        line(change.uid, "crash", text_at(change.crash, "app"), change.at, text_at(change.crash, "message"),
             change.crash);
    }
    void operator()(const core::CommandChanged& change) {
        const core::Json data = {
            {"cmd_id", change.cmd_id}, {"value", change.value}, {"source", change.source}, {"text", change.text}};
        line(change.uid, "command", change.id, change.at, change.outcome, data);
    }
    void operator()(const core::Heartbeat& change) {
        const auto heap = change.figures.find("heap");
        if (heap != change.figures.end() && heap->is_number()) {
            sample(change.uid, "up:heap", change.at, heap->get<double>());
        }
    }
    void operator()(const core::BoardChanged&) {}
    void operator()(const core::EntitiesDeclared&) {}
    void operator()(const core::ConsoleText&) {}
    void operator()(const core::HomeWatched&) {}
    void operator()(const core::HomeCall& change) {
        line(change.uid, "log", "info", change.at, "asked Home Assistant: " + change.action + " " + change.target,
             change.data);
    }

private:
    void value_of(const std::string& uid, const std::string& id, const core::State& state) {
        const core::Json& value = state.value;
        if (value.is_number()) return sample(uid, id, state.at, value.get<double>());
        if (value.is_boolean()) sample(uid, id, state.at, value.get<bool>() ? 1 : 0);
        line(uid, "state", id, state.at, words_of(value), value);
    }

    void sample(const std::string& uid, std::string id, core::Time at, double value) {
        if (std::isfinite(value)) rows_.emplace_back(Sample{uid, std::move(id), at, value});
    }
    void line(const std::string& uid, const char* what, const std::string& id, core::Time at, const std::string& text,
              const core::Json& data) {
        rows_.emplace_back(Line{uid, what, cut(id), at, cut(text), json_text(data)});
    }

    std::vector<Row>& rows_;
};

} // namespace

std::size_t row_size(const Row& row) noexcept {
    if (const auto* sample = std::get_if<Sample>(&row)) return sizeof(Row) + sample->uid.size() + sample->id.size();
    const Line& line = std::get<Line>(row);
    return sizeof(Row) + line.uid.size() + line.id.size() + line.text.size() + line.data.size();
}

bool is_log(const Row& row) noexcept {
    const auto* line = std::get_if<Line>(&row);
    return line != nullptr && line->what == "log";
}

std::vector<Row> rows_of(const core::Change& change) {
    std::vector<Row> rows;
    std::visit(Recorder(rows), change);
    return rows;
}

} // namespace hub::timeline
