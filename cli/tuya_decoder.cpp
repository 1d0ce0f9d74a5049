// SPDX-License-Identifier: Apache-2.0
#include "cli/tuya_decoder.hpp"

#include "cli/terminal.hpp"
#include "protocol/tuya/commands.hpp"
#include "protocol/tuya/datapoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cli {

namespace tuya = protocol::tuya;
using nlohmann::json;
using tuya::Command;

struct TuyaDecoder::Side final : tuya::FrameSink {
    Side(TuyaDecoder& whole, TuyaSide which) : decoder(whole), side(which) {}

    void on_frame(const tuya::Frame& frame) override {
        ++decoder.good_;
        decoder.found_(made(frame));
    }
    void on_bad_sum(const tuya::Frame& frame, std::uint8_t found, std::uint8_t right) override {
        ++decoder.bad_;
        TuyaFrame bad = made(frame);
        bad.wrong_sum = found;
        bad.right_sum = right;
        decoder.found_(bad);
    }
    TuyaFrame made(const tuya::Frame& frame) const {
        return {side, at_ms, frame.version, frame.command, {frame.data.begin(), frame.data.end()}, std::nullopt, 0};
    }

    TuyaDecoder& decoder;
    TuyaSide side;
    std::optional<double> at_ms;
    base::Micros now = 0;
    tuya::FrameReader reader{*this, tuya::frame_data_max};
};

TuyaDecoder::TuyaDecoder(std::function<void(const TuyaFrame&)> found) : found_(std::move(found)) {
    for (std::size_t i = 0; i < sides_.size(); ++i) sides_[i] = std::make_unique<Side>(*this, static_cast<TuyaSide>(i));
}

TuyaDecoder::~TuyaDecoder() = default;

TuyaDecoder::Side& TuyaDecoder::side(TuyaSide side) { return *sides_[static_cast<std::size_t>(side)]; }

void TuyaDecoder::feed(const TuyaBytes& bytes) {
    Side& from = side(bytes.side);
    from.at_ms = bytes.at_ms;
    if (bytes.at_ms) from.now = std::max(from.now, static_cast<base::Micros>(std::llround(*bytes.at_ms * 1000)));
    from.reader.feed(bytes.bytes, from.now);
}

void TuyaDecoder::finish() {
    for (const auto& from : sides_) {
        from->now += tuya::half_frame_timeout;
        from->reader.flush(from->now);
    }
}

std::uint64_t TuyaDecoder::skipped() const {
    std::uint64_t bytes = 0;
    for (const auto& from : sides_) bytes += from->reader.skipped();
    return bytes;
}

bool is_tuya_mains(const std::vector<TuyaFrame>& frames) {
    const auto good_version = [&](bool mains) {
        return std::count_if(frames.begin(), frames.end(), [mains](const TuyaFrame& frame) {
            return !frame.wrong_sum && frame.side != TuyaSide::module && (frame.version != 0) == mains;
        });
    };
    return good_version(true) > 0 && good_version(true) >= good_version(false) / 2;
}

namespace {

std::string hex_of(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) text += fmt::format("{}{:02X}", text.empty() ? "" : " ", byte);
    return text;
}

/// Where the datapoints begin; nothing when the frame has none.
std::optional<std::size_t> datapoints_at(const TuyaFrame& frame, bool mains) {
    const std::size_t size = frame.data.size();
    if (mains) {
        const bool has = frame.command == 0x06 || frame.command == 0x07 || frame.command == 0x22;
        return has && size >= tuya::datapoint_overhead ? std::optional<std::size_t>(0) : std::nullopt;
    }
    switch (static_cast<Command>(frame.command)) {
    case Command::report:
    case Command::fast_report:
    case Command::issue: return size > 1 ? std::optional<std::size_t>(0) : std::nullopt;
    case Command::record:
    case Command::fast_record: return size > 1 ? std::optional(std::min(size, tuya::record_time_size)) : std::nullopt;
    case Command::cached_datapoints:
        return size > 6 && frame.side != TuyaSide::mcu ? std::optional<std::size_t>(2) : std::nullopt;
    default: return std::nullopt;
    }
}

json value_of(const tuya::Datapoint& datapoint) {
    if (const auto number = datapoint.number()) return *number;
    if (datapoint.type == tuya::DatapointType::string) return printable(datapoint.text());
    return hex_of({datapoint.bytes.begin(), datapoint.bytes.end()});
}

struct Datapoints {
    json list = json::array();
    std::string text;
};

Datapoints datapoints_of(std::span<const std::uint8_t> units) {
    Datapoints all;
    tuya::DatapointReader reader(units);
    while (const auto datapoint = reader.next()) {
        const std::string type(tuya::datapoint_type_name(datapoint->type));
        const json value = value_of(*datapoint);
        all.list.push_back({{"id", datapoint->id}, {"type", type}, {"value", value}});
        all.text += fmt::format("{}{} {} {}", all.text.empty() ? "" : ", ", datapoint->id, type,
                                value.is_string() ? "\"" + value.get<std::string>() + "\"" : value.dump());
    }
    if (reader.skipped() > 0) all.text += fmt::format(" ({} not understood)", reader.skipped());
    if (reader.truncated()) all.text += " (cut off)";
    return all;
}

std::string time_text(const std::optional<tuya::LocalTime>& time) {
    if (!time) return "time unknown";
    return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}", 2000 + time->year, time->month, time->day, time->hour,
                       time->minute, time->second);
}

std::string product_text(const std::vector<std::uint8_t>& data) {
    if (data.empty()) return "?";
    const auto product = tuya::read_product(data);
    if (!product) return "no JSON object";
    return fmt::format("{} version {}", product->id.empty() ? "unnamed" : product->id.view(),
                       product->version.empty() ? "unknown" : product->version.view());
}

std::string done_text(std::uint8_t answer) {
    return answer == tuya::report_done ? "done" : answer == tuya::report_failed ? "failed" : "unknown answer";
}

std::string_view upgrade_text(std::uint8_t answer) {
    switch (static_cast<tuya::UpgradeAnswer>(answer)) {
    case tuya::UpgradeAnswer::checking: return "checking";
    case tuya::UpgradeAnswer::latest: return "already the latest";
    case tuya::UpgradeAnswer::updating: return "updating";
    case tuya::UpgradeAnswer::success: return "success";
    case tuya::UpgradeAnswer::failed: return "failed";
    }
    return "unknown answer";
}

std::string signal_text(const std::vector<std::uint8_t>& data) {
    if (data.size() != 2) return "?";
    if (data[0] == 1) return fmt::format("{} %", data[1]);
    return data[1] == 1 ? "not authorised" : "no connection";
}

std::uint32_t number_of(const std::vector<std::uint8_t>& data) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | data[i];
    return number;
}

/// What the small messages say; empty when the name says it all.
std::string low_power_text(const TuyaFrame& frame) {
    const std::vector<std::uint8_t>& data = frame.data;
    switch (static_cast<Command>(frame.command)) {
    case Command::product: return product_text(data);
    case Command::network_status:
        return data.size() == 1 ? fmt::format("{} {}", data[0], tuya::network_status_name(data[0])) : "acknowledged";
    case Command::reset_wifi: return frame.side == TuyaSide::module ? "acknowledged" : "the button was held";
    case Command::select_mode:
        return data.size() == 1 ? std::string(tuya::network_status_name(data[0])) : "acknowledged";
    case Command::report:
    case Command::fast_report:
    case Command::record:
    case Command::fast_record: return data.size() == 1 ? done_text(data[0]) : "";
    case Command::local_time: return data.empty() ? "?" : time_text(tuya::read_record_time(data));
    case Command::wifi_test:
    case Command::signal_strength: return signal_text(data);
    case Command::module_upgrade:
    case Command::mcu_upgrade: return data.size() == 1 ? std::string(upgrade_text(data[0])) : "?";
    case Command::mcu_upgrade_start:
        if (data.size() == 4) return fmt::format("{} bytes", number_of(data));
        return fmt::format("{} at a time", tuya::read_upgrade_block_size(data).value_or(0));
    case Command::mcu_upgrade_block:
        if (data.size() < 4) return "taken";
        return fmt::format("{} bytes at {}", data.size() - 4, number_of(data));
    case Command::cached_datapoints:
        if (data.size() == 2 && data[0] == 1 && data[1] == 0) return "none";
        return frame.side == TuyaSide::module && data.size() == 1 ? "failed" : "?";
    case Command::issue: return "";
    }
    return hex_of(data);
}

std::string mains_text(const TuyaFrame& frame) {
    const std::vector<std::uint8_t>& data = frame.data;
    const bool status = frame.command == 0x03 && data.size() == 1;
    if (frame.command == 0x01) return product_text(data);
    if (status) return fmt::format("{} {}", data[0], tuya::network_status_name(data[0]));
    if (frame.command == 0x00 && data.size() == 1) return data[0] == 0 ? "the first since it started" : "alive";
    return hex_of(data);
}

std::string_view side_name(TuyaSide side) {
    switch (side) {
    case TuyaSide::unknown: return "";
    case TuyaSide::mcu: return "mcu";
    case TuyaSide::module: return "module";
    }
    return "";
}

std::string name_of(const TuyaFrame& frame, bool mains) {
    const std::string_view name =
        tuya::command_name(mains ? tuya::version_mains : tuya::version_low_power, frame.command);
    return name.empty() ? fmt::format("unknown command 0x{:02X}", frame.command) : std::string(name);
}

} // namespace

std::string tuya_meaning(const TuyaFrame& frame, bool mains) {
    std::string text = name_of(frame, mains);
    const auto at = datapoints_at(frame, mains);
    std::string details;
    if (at) {
        const bool record = *at == tuya::record_time_size;
        details = datapoints_of(std::span(frame.data).subspan(*at)).text;
        if (record) details = time_text(tuya::read_record_time(frame.data)) + ": " + details;
    } else {
        details = mains ? mains_text(frame) : low_power_text(frame);
    }
    if (!details.empty()) text += (details == "?" ? "" : ": ") + details;
    if (!mains && frame.version != tuya::version_low_power)
        text += fmt::format(" (version {}: the mains protocol's)", frame.version);
    if (frame.wrong_sum)
        text += fmt::format("  WRONG SUM: {:02X} instead of {:02X}", *frame.wrong_sum, frame.right_sum);
    return text;
}

json tuya_json(const TuyaFrame& frame, bool mains) {
    json object{{"at_ms", frame.at_ms ? json(std::round(*frame.at_ms * 1000) / 1000) : json()},
                {"from", frame.side == TuyaSide::unknown ? json() : json(side_name(frame.side))},
                {"protocol", mains ? "mains" : "low-power"},
                {"version", frame.version},
                {"command", frame.command},
                {"name", name_of(frame, mains)},
                {"data", hex_of(frame.data)},
                {"text", tuya_meaning(frame, mains)},
                {"ok", !frame.wrong_sum.has_value()}};
    if (const auto at = datapoints_at(frame, mains))
        object["datapoints"] = datapoints_of(std::span(frame.data).subspan(*at)).list;
    if (frame.wrong_sum) object["sum"] = {{"found", *frame.wrong_sum}, {"right", frame.right_sum}};
    return object;
}

std::string tuya_line(const TuyaFrame& frame, bool mains) {
    constexpr std::array<std::string_view, 3> ways{"", "MCU to module", "module to MCU"};
    const std::string time = frame.at_ms ? fmt::format("{:.1f} ms", *frame.at_ms) : "";
    return fmt::format("{:>14}  {:<13}  {}", time, ways[static_cast<std::size_t>(frame.side)],
                       tuya_meaning(frame, mains));
}

} // namespace cli
