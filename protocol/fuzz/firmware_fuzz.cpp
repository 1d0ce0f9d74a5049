// SPDX-License-Identifier: Apache-2.0
// Any file that calls itself firmware: what is read from it lies inside it.
#include "base/expect.hpp"
#include "protocol/esp/image.hpp"
#include "protocol/esp/partition_table.hpp"
#include "protocol/uf2/uf2.hpp"

#include <vector>

namespace {

using namespace protocol;

void check_image(std::span<const std::uint8_t> bytes, bool extended) {
    const auto image = esp::parse_image(bytes, extended);
    if (!image) return;
    expect(image->size <= bytes.size() && image->checksum_offset < image->size && image->hash_size <= image->size);
    for (const auto& segment : image->segments) {
        expect(std::uint64_t{segment.offset} + segment.size <= image->checksum_offset);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes(data, size);
    check_image(bytes, false);
    check_image(bytes, true);
    if (const auto firmware = esp::find_esp8266_firmware(bytes)) expect(firmware->hash_offset + 16 == firmware->size);
    if (const auto table = esp::parse_partition_table(bytes)) expect(table->hashed_size <= size);
    if (const auto contents = uf2::parse_file(bytes)) {
        expect(contents->bytes <= size && contents->begin < contents->end);
    }
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    if (esp::apply_settings(copy, esp::Chip::esp32, {.size = 4U << 20U})) expect(copy[0] == esp::image_magic);
    return 0;
}
