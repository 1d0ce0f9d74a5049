// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/partition_table.hpp"

#include "protocol/esp/bytes.hpp"

#include <algorithm>
#include <string_view>

namespace protocol::esp {
namespace {

constexpr std::size_t entry_size = 32;
constexpr std::size_t label_size = 16;
constexpr std::uint16_t entry_mark = 0x50AA;
constexpr std::uint16_t digest_mark = 0xEBEB;
constexpr std::uint16_t end_mark = 0xFFFF;

Partition read_entry(std::span<const std::uint8_t> entry) noexcept {
    Partition partition{.type = entry[2], .subtype = entry[3], .address = u32_at(entry, 4), .size = u32_at(entry, 8)};
    const std::string_view label(reinterpret_cast<const char*>(entry.data()) + 12, label_size);
    partition.label.append(label.substr(0, label.find('\0')));
    partition.flags = u32_at(entry, 28);
    return partition;
}

} // namespace

base::Result<PartitionTable> parse_partition_table(std::span<const std::uint8_t> bytes) noexcept {
    PartitionTable table;
    const std::size_t size = std::min(bytes.size(), partition_table_size_max);
    for (std::size_t at = 0; at + entry_size <= size; at += entry_size) {
        const auto entry = bytes.subspan(at, entry_size);
        const std::uint16_t mark = u16_at(entry, 0);
        if (mark == end_mark && !table.partitions.empty()) return table;
        if (mark == digest_mark && !table.partitions.empty()) {
            table.hashed_size = at;
            table.digest.emplace();
            std::copy_n(entry.begin() + 16, table.digest->size(), table.digest->begin());
            return table;
        }
        if (mark != entry_mark) {
            return base::fail(base::ErrorCode::malformed, "an entry of the partition table does not begin with AA 50");
        }
        expect(table.partitions.push_back(read_entry(entry)));
    }
    return base::fail(base::ErrorCode::malformed, "the partition table has no end");
}

} // namespace protocol::esp
