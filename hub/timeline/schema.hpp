// SPDX-License-Identifier: Apache-2.0
// The tables of the timeline, and how an older file becomes a newer one.
#pragma once

#include "base/result.hpp"

namespace SQLite {
class Database;
}

namespace hub::timeline {

/// The version that this program writes; a file says its own in `user_version`.
int schema_version() noexcept;

/// Brings an open file to `schema_version()`, one transaction a step, so that a step cut short leaves the file at the
/// step before. Errors: `unsupported` for a newer schema and for a database that is not a timeline; anything that
/// SQLite reports is thrown as SQLite::Exception.
base::Result<> migrate(SQLite::Database& database);

} // namespace hub::timeline
