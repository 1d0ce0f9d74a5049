// SPDX-License-Identifier: Apache-2.0
// The golden vectors, as the tests of every language read them.
#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace protocol::tests {

/// A file of protocol/vectors; the tests run in the project's root.
inline nlohmann::json read_vectors(const std::string& name) {
    std::ifstream file("protocol/vectors/" + name);
    return nlohmann::json::parse(file);
}

} // namespace protocol::tests
