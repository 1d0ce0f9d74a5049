// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy_rom.hpp"

#include "base/expect.hpp"
#include "hub/workbench/deploy_kit.hpp"
#include "hub/workbench/repl/digest.hpp"

namespace hub::workbench {
namespace {

/// Of every version, so that a later one knows whose image it is.
constexpr std::string_view mark = "Made by `ouro deploy`: ha";

/// By its first bytes: the header, then the comment.
bool is_ours(const RomPartition& partition) {
    constexpr std::size_t header_max = 10;
    const auto at = partition.beginning.find(mark);
    return partition.image_size().has_value() && at <= header_max;
}

/// Somebody's image without anything in it.
bool is_empty(const RomPartition& partition) {
    constexpr std::uint64_t empty_size_max = 6;
    const auto size = partition.image_size();
    return !size || *size <= empty_size_max;
}

/// Whether others have put the same `ha` into their image.
base::Result<bool> is_among_others(PythonFiles& files) {
    std::vector<WantedFile> wanted;
    for (const RomFile& file : ha_rom_files()) {
        wanted.push_back({"/rom/" + file.path, file.content.size(), sha256_hex(file.content)});
    }
    const auto differing = files.differing(wanted);
    if (!differing) return tl::unexpected(differing.error());
    return differing->empty();
}

} // namespace

std::vector<RomFile> ha_rom_files() {
    std::vector<RomFile> files;
    for (const auto& [path, content] : kit_compiled()) {
        files.push_back({"lib/" + std::string(path), std::string(content)});
    }
    return files;
}

const std::string& ha_rom_image() {
    static const std::string image = [] {
        auto made = make_rom_image(ha_rom_files(), mark);
        expect(made.has_value());
        return std::move(*made);
    }();
    return image;
}

base::Result<RomPlan> plan_rom(RomFlash& rom, PythonFiles& files, const BoardFacts& board) {
    RomPlan plan;
    if (board.is_ours || board.is_circuitpython || board.mpy_version != kit_mpy_version()) return plan;
    files.release();
    auto partitions = rom.partitions();
    if (!partitions &&
        (partitions.error().code == base::ErrorCode::io || partitions.error().code == base::ErrorCode::malformed)) {
        plan.why_not = "the board's ROM can't be looked at, " + std::string(partitions.error().message.view());
        plan.hint = "ha goes beside the app.";
        return plan;
    }
    if (!partitions) return tl::unexpected(partitions.error());
    if (partitions->empty() || partitions->front().number != 0) return plan;
    plan.partition = std::move(partitions->front());
    if (is_empty(plan.partition) || is_ours(plan.partition)) {
        if (plan.partition.size < ha_rom_image().size()) {
            plan.why_not = "the board's ROM has " + std::to_string(plan.partition.size) + " bytes, and ha needs " +
                           std::to_string(ha_rom_image().size());
            plan.hint = "It goes beside the app, into the board's files.";
            return plan;
        }
        const auto there = rom.holds(plan.partition, ha_rom_image());
        rom.release();
        if (!there) return tl::unexpected(there.error());
        plan.ha = *there ? RomPlan::Ha::there : RomPlan::Ha::to_write;
        plan.replaces_ours = is_ours(plan.partition);
        return plan;
    }
    const auto among = is_among_others(files);
    if (!among) return tl::unexpected(among.error());
    if (*among) {
        plan.ha = RomPlan::Ha::there;
        return plan;
    }
    plan.why_not = "the board's ROM holds other files, which stay";
    plan.hint = "ha goes beside the app; `ouro romfs deploy --ha FOLDER` puts it into the ROM with them.";
    return plan;
}

} // namespace hub::workbench
