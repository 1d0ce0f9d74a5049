// SPDX-License-Identifier: Apache-2.0
// The hub's API over its Unix socket, as the commands use it: blocking, with deadlines.
#pragma once

#include "cli/outcome.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace cli {

using Json = nlohmann::json;

class Client {
public:
    /// `data` is the hub's data folder.
    explicit Client(const std::filesystem::path& data);

    /// Failures: `exit_no_hub`; what the hub says, by its error word.
    Outcome<Json> get(const std::string& target) const;
    /// The bytes of a file, as they are.
    Outcome<std::string> download(const std::string& target) const;
    Outcome<Json> post(const std::string& target, const Json& body) const;
    Outcome<> remove(const std::string& target) const;

    /// Calls `heard` with each WebSocket message until it returns false or the hub ends. Failure: `exit_no_hub`.
    Outcome<> watch(const std::function<bool(const Json& message)>& heard) const;

private:
    Outcome<std::string> ask(const std::string& method, const std::string& target, const std::string& body) const;
    Failure no_hub() const;

    std::filesystem::path socket_;
};

/// A part of an address, percent-encoded.
std::string encoded(std::string_view text);

} // namespace cli
