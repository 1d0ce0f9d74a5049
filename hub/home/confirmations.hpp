// SPDX-License-Identifier: Apache-2.0
// Which messages to the broker make up a battery sensor's report, and when all of them have arrived.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hub::home {

/// One report of one boot of one board.
struct ReportName {
    std::string uid;
    std::int64_t boot = 0;
    std::uint16_t serial = 0;

    friend bool operator==(const ReportName&, const ReportName&) = default;
};

/// At most 256 reports; of more the oldest is forgotten, which only means that its board repeats it.
class Confirmations {
public:
    static constexpr std::size_t reports_max = 256;

    /// Whether all of it is on its way already.
    bool contains(const ReportName& report) const;

    /// These messages, at least one, are all of `report`. Forgets what other boots of its board still waited for.
    void add(ReportName report, std::set<int> mids);

    /// The broker has acknowledged a message. The report that is complete with it, if one is; what the broker has not
    /// taken belongs to none any more.
    std::optional<ReportName> acknowledged(int mid, bool taken);

    /// Nothing that was on its way is confirmed any more.
    void connection_lost() { waiting_.clear(); }

private:
    struct Waiting {
        ReportName report;
        std::set<int> mids;
    };
    std::vector<Waiting> waiting_; ///< the oldest first
};

} // namespace hub::home
