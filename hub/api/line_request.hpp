// SPDX-License-Identifier: Apache-2.0
// What a client of a board's console asks for: in the address, and in the text frames that it sends.
#pragma once

#include "base/result.hpp"
#include "hub/api/request.hpp"
#include "hub/core/console_session.hpp"

#include <string_view>

namespace hub::api {

/// From the query: `name`, `lease=1`, `watch=1`. Without a name it is where the caller comes from. Errors:
/// `invalid_argument` (a name that is empty, too long or not printable, both modes at once), `refused` (whoever may
/// type or lease is an operator).
base::Result<core::AttachRequest> attach_request_of(const Request& request);

/// Does what a text frame says: `{"type":"baud","baud":…}` or `{"type":"lines","dtr":…,"rts":…}`. Errors: `malformed`,
/// and those of the attachment.
base::Result<> apply_control(std::string_view text, core::Attachment& attachment);

} // namespace hub::api
