// SPDX-License-Identifier: Apache-2.0
#include "hub/api/broadcast.hpp"

#include "hub/api/answers.hpp"
#include "hub/api/views.hpp"

#include <algorithm>

namespace hub::api {

namespace {

constexpr std::size_t batch_size = std::size_t{64} * 1024;

void append(Batch& batch, std::string_view message) {
    if (batch.messages > 0) batch.text += ',';
    batch.text += message;
    ++batch.messages;
}

std::string board_to_tell(const core::Change& change) {
    if (const auto* changed = std::get_if<core::BoardChanged>(&change)) return changed->uid;
    if (const auto* declared = std::get_if<core::EntitiesDeclared>(&change)) return declared->uid;
    return {};
}

} // namespace

void Broadcast::note(const core::Change& change) {
    std::string uid = board_to_tell(change);
    if (uid.empty()) {
        noted_.push_back({text_of(message_of(change)), {}});
        return;
    }
    const bool noted =
        std::any_of(noted_.begin(), noted_.end(), [&](const Noted& other) { return other.board == uid; });
    if (!noted) noted_.push_back({{}, std::move(uid)});
}

std::vector<SharedBatch> Broadcast::flush() {
    std::vector<SharedBatch> batches;
    auto batch = std::make_shared<Batch>();
    for (const Noted& noted : noted_) {
        if (noted.board.empty()) {
            append(*batch, noted.text);
        } else {
            const auto& boards = boards_();
            const auto found =
                std::find_if(boards.begin(), boards.end(), [&](const auto& board) { return board.uid == noted.board; });
            if (found != boards.end()) append(*batch, text_of(board_message(*found)));
        }
        if (batch->text.size() >= batch_size) batches.push_back(std::exchange(batch, std::make_shared<Batch>()));
    }
    if (batch->messages > 0) batches.push_back(std::move(batch));
    noted_.clear();
    return batches;
}

SharedBatch Broadcast::snapshot(std::string_view more) const {
    auto batch = std::make_shared<Batch>();
    append(*batch, text_of({{"type", "boards"}, {"boards", view_of(boards_())}}));
    append(*batch, more);
    return batch;
}

} // namespace hub::api
