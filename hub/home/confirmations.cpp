// SPDX-License-Identifier: Apache-2.0
#include "hub/home/confirmations.hpp"

#include <algorithm>
#include <utility>

namespace hub::home {

bool Confirmations::contains(const ReportName& report) const {
    return std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& each) { return each.report == report; });
}

void Confirmations::add(ReportName report, std::set<int> mids) {
    std::erase_if(waiting_, [&](const Waiting& each) {
        return each.report.uid == report.uid && each.report.boot != report.boot;
    });
    if (waiting_.size() == reports_max) waiting_.erase(waiting_.begin());
    waiting_.push_back({std::move(report), std::move(mids)});
}

std::optional<ReportName> Confirmations::acknowledged(int mid, bool taken) {
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& each) { return each.mids.contains(mid); });
    if (found == waiting_.end()) return std::nullopt;
    found->mids.erase(mid);
    if (taken && !found->mids.empty()) return std::nullopt;
    ReportName report = std::move(found->report);
    waiting_.erase(found);
    return taken ? std::optional(std::move(report)) : std::nullopt;
}

} // namespace hub::home
