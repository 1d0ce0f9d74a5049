// SPDX-License-Identifier: Apache-2.0
#include "hub/api/line_request.hpp"

#include "hub/core/safe_json.hpp"

#include <cstdint>

namespace hub::api {

using base::ErrorCode;
using core::AttachMode;
using core::Json;

namespace {

constexpr std::size_t control_size_max = 256;
constexpr std::int64_t baud_max = 10'000'000;

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= core::viewer_name_size_max && core::printable(text, text.size()) == text &&
           text.find_first_of("\t\n") == std::string_view::npos;
}

} // namespace

base::Result<core::AttachRequest> attach_request_of(const Request& request) {
    const bool lease = request.find_query("lease").value_or("0") == "1";
    const bool watch = request.find_query("watch").value_or("0") == "1";
    const std::string_view name = request.find_query("name").value_or(request.caller.source);
    if (!is_name(name)) {
        return base::fail(ErrorCode::invalid_argument, "The query's name must be 1 to 64 bytes of printable text",
                          "For example name=anna.");
    }
    if (lease && watch) {
        return base::fail(ErrorCode::invalid_argument, "Who only watches has no lease",
                          "Ask for lease=1 or for watch=1.");
    }
    if (!watch && request.caller.role < Role::operator_) {
        return base::fail(ErrorCode::refused, "Your role may only watch a board's console",
                          "Ask with watch=1, or sign in with a token of the role operator.");
    }
    return core::AttachRequest{std::string(name), lease   ? AttachMode::lease
                                                  : watch ? AttachMode::watch
                                                          : AttachMode::type};
}

base::Result<> apply_control(std::string_view text, core::Attachment& attachment) {
    const auto message = core::parse_json(text, control_size_max);
    if (!message) return tl::unexpected(message.error());
    const auto wrong = [] {
        return base::fail(ErrorCode::malformed,
                          "a text frame of this connection is {\"type\":\"baud\",…} or "
                          "{\"type\":\"lines\",…}",
                          "What is typed goes in binary frames.");
    };
    if (!message->is_object()) return wrong();
    const auto member = [&](const char* name) { return message->value(name, Json()); };
    if (member("type") == "baud") {
        const Json baud = member("baud");
        if (!baud.is_number_unsigned() || baud > baud_max) return wrong();
        return attachment.set_baud(baud.get<unsigned>());
    }
    const Json dtr = member("dtr");
    const Json rts = member("rts");
    if (member("type") != "lines" || !dtr.is_boolean() || !rts.is_boolean()) return wrong();
    return attachment.set_lines(dtr.get<bool>(), rts.get<bool>());
}

} // namespace hub::api
