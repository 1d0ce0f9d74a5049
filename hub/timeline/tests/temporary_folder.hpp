// SPDX-License-Identifier: Apache-2.0
// A folder that a test has for itself, with a place for a timeline.
#pragma once

#include "base/tests/temporary_folder.hpp"

#include <filesystem>

namespace hub::timeline {

class TemporaryFolder : public base::tests::TemporaryFolder {
public:
    std::filesystem::path file() const { return path() / "timeline.db"; }
};

} // namespace hub::timeline
