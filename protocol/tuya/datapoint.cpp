// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/datapoint.hpp"

#include <algorithm>
#include <array>

namespace protocol::tuya {
namespace {

constexpr std::uint8_t type_last = static_cast<std::uint8_t>(DatapointType::bitmap);

bool fits(DatapointType type, std::size_t size) noexcept {
    switch (type) {
    case DatapointType::raw:
    case DatapointType::string: return true;
    case DatapointType::boolean:
    case DatapointType::enumeration: return size == 1;
    case DatapointType::value: return size == 4;
    case DatapointType::bitmap: return size == 1 || size == 2 || size == 4;
    }
    return false;
}

} // namespace

std::string_view datapoint_type_name(DatapointType type) noexcept {
    switch (type) {
    case DatapointType::raw: return "raw";
    case DatapointType::boolean: return "bool";
    case DatapointType::value: return "value";
    case DatapointType::string: return "string";
    case DatapointType::enumeration: return "enum";
    case DatapointType::bitmap: return "bitmap";
    }
    return "unknown";
}

std::optional<std::int64_t> Datapoint::number() const noexcept {
    if (type == DatapointType::raw || type == DatapointType::string) return std::nullopt;
    std::uint32_t bits = 0;
    for (const std::uint8_t byte : bytes) bits = bits << 8 | byte;
    if (type == DatapointType::value) return static_cast<std::int32_t>(bits);
    // Some MCUs say 0xFF for true.
    if (type == DatapointType::boolean) return bits != 0 ? 1 : 0;
    return bits;
}

std::string_view Datapoint::text() const noexcept {
    if (type != DatapointType::string) return {};
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Datapoint> DatapointReader::next() noexcept {
    while (rest_.size() >= datapoint_overhead) {
        const std::size_t size = std::size_t{rest_[2]} << 8 | rest_[3];
        if (size > rest_.size() - datapoint_overhead) break;
        const std::uint8_t type = rest_[1];
        const Datapoint found{rest_[0], static_cast<DatapointType>(type), rest_.subspan(datapoint_overhead, size)};
        rest_ = rest_.subspan(datapoint_overhead + size);
        if (type <= type_last && fits(found.type, size)) return found;
        ++skipped_;
    }
    truncated_ = truncated_ || !rest_.empty();
    rest_ = {};
    return std::nullopt;
}

DatapointWriter& DatapointWriter::put(const Datapoint& datapoint) noexcept {
    const std::size_t size = datapoint.bytes.size();
    if (!ok_ || size > 0xFFFF || datapoint_overhead + size > buffer_.size() - size_) {
        ok_ = false;
        return *this;
    }
    buffer_[size_] = datapoint.id;
    buffer_[size_ + 1] = static_cast<std::uint8_t>(datapoint.type);
    buffer_[size_ + 2] = static_cast<std::uint8_t>(size >> 8);
    buffer_[size_ + 3] = static_cast<std::uint8_t>(size);
    std::copy(datapoint.bytes.begin(), datapoint.bytes.end(), buffer_.subspan(size_ + datapoint_overhead).begin());
    size_ += datapoint_overhead + size;
    return *this;
}

DatapointWriter& DatapointWriter::number(std::uint8_t id, DatapointType type, std::uint32_t value,
                                         std::size_t size) noexcept {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
    return put({id, type, std::span(bytes).first(size)});
}

DatapointWriter& DatapointWriter::raw(std::uint8_t id, std::span<const std::uint8_t> bytes) noexcept {
    return put({id, DatapointType::raw, bytes});
}

DatapointWriter& DatapointWriter::boolean(std::uint8_t id, bool value) noexcept {
    return number(id, DatapointType::boolean, value ? 1 : 0, 1);
}

DatapointWriter& DatapointWriter::value(std::uint8_t id, std::int32_t value) noexcept {
    return number(id, DatapointType::value, static_cast<std::uint32_t>(value), 4);
}

DatapointWriter& DatapointWriter::string(std::uint8_t id, std::string_view text) noexcept {
    return put({id, DatapointType::string, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}});
}

DatapointWriter& DatapointWriter::enumeration(std::uint8_t id, std::uint8_t value) noexcept {
    return number(id, DatapointType::enumeration, value, 1);
}

DatapointWriter& DatapointWriter::bitmap(std::uint8_t id, std::uint32_t flags) noexcept {
    const std::size_t size = flags <= 0xFF ? 1 : flags <= 0xFFFF ? 2 : 4;
    return number(id, DatapointType::bitmap, flags, size);
}

std::span<const std::uint8_t> DatapointWriter::bytes() const noexcept {
    if (!ok_) return {};
    return buffer_.first(size_);
}

} // namespace protocol::tuya
