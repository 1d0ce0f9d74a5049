// SPDX-License-Identifier: Apache-2.0
// Which values an entity of each kind can have, and which commands it takes.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

namespace hub::core {

/// The value as the hub keeps it: null for unknown, true/false for binary_sensor, switch and light, a finite number, a
/// text of at most `text_size_max` bytes, or one of the kind's words: a lock's LOCKED UNLOCKED LOCKING UNLOCKING
/// JAMMED, a cover's open opening closed closing stopped. Errors: `invalid_argument`, and the message says what was
/// expected.
base::Result<Json> check_state(const Entity& entity, const Json& value);

/// The command as the board gets it: LOCK UNLOCK, PRESS, true/false, OPEN CLOSE STOP, a number within its range, one of
/// a select's options, a text within its length. Errors: `invalid_argument`.
base::Result<Json> check_command(const Entity& entity, const Json& value);

} // namespace hub::core
