// SPDX-License-Identifier: Apache-2.0
// A viewer that writes down what it is told.
#pragma once

#include "hub/core/console_session.hpp"

#include <string>
#include <vector>

namespace hub::workbench {

struct RecordedViewer final : core::Viewer {
    void on_output(const core::SharedBytes& bytes) override {
        output += *bytes;
        pieces.push_back(bytes);
    }
    void on_notice(const core::SharedBytes& json) override { notices.push_back(core::Json::parse(*json)); }
    void on_cut() override { cut = true; }

    /// The types of the notices, in their order.
    std::vector<std::string> types() const {
        std::vector<std::string> types;
        for (const core::Json& notice : notices) types.push_back(notice.at("type"));
        return types;
    }

    std::string output;
    std::vector<core::SharedBytes> pieces;
    std::vector<core::Json> notices;
    bool cut = false;
};

} // namespace hub::workbench
