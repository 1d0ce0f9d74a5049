// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/firmware_check.hpp"

#include "hub/workbench/flash/digests.hpp"
#include "protocol/esp/partition_table.hpp"
#include "protocol/uf2/uf2.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace hub::workbench::flash {

namespace esp = protocol::esp;
using Bytes = std::span<const std::uint8_t>;

namespace {

constexpr const char* fetch_again = "Fetch the file again, and compare its size and hash with those of its source.";

bool begins_with(Bytes file, std::string_view text) {
    if (file.size() < text.size()) return false;
    return std::equal(text.begin(), text.end(), file.begin(), [](char wanted, std::uint8_t byte) {
        return std::tolower(byte) == std::tolower(static_cast<unsigned char>(wanted));
    });
}

/// What a file plainly is instead of firmware; empty if nothing.
std::string other_kind(Bytes file) {
    if (begins_with(file, "\x7F"
                          "ELF"))
        return "an .elf, which still holds what a linker put around the program";
    if (begins_with(file, "PK\x03\x04")) return "a .zip archive";
    if (begins_with(file, "\x1F\x8B")) return "a .gz archive";
    while (!file.empty() && std::isspace(file[0]) != 0) file = file.subspan(1);
    if (begins_with(file, "<!doctype") || begins_with(file, "<html") || begins_with(file, "<?xml")) {
        return "a web page, such as a download that failed";
    }
    return {};
}

std::optional<Complaint> check_uf2(Bytes file) {
    if (!begins_with(file, "UF2\n")) return std::nullopt;
    const auto contents = protocol::uf2::parse_file(file);
    const std::string family =
        contents && contents->family ? protocol::uf2::family_name(*contents->family) : "no known family";
    return Complaint{"the file is a UF2, for " + family, "Copy it to the board's boot drive, or fetch the .bin.",
                     false};
}

/// Whether the image runs on a chip of this revision; `where` names it.
void check_revision(const esp::Image& image, const Target& target, const std::string& where,
                    std::vector<Complaint>& found) {
    constexpr std::uint16_t no_limit = 0xFFFF;
    if (!target.revision) return;
    const std::string chip = target.chip->name;
    const std::string has = ", but the board has " + chip + " " + revision_text(*target.revision);
    if (*target.revision < image.revision_min) {
        found.push_back({where + " needs " + chip + " " + revision_text(image.revision_min) + " or newer" + has,
                         "Fetch firmware that supports older chips, or use a newer board.", true});
    } else if (image.revision_max != 0 && image.revision_max != no_limit && *target.revision > image.revision_max) {
        found.push_back({where + " is for " + chip + " up to " + revision_text(image.revision_max) + has,
                         "Fetch newer firmware.", true});
    }
}

/// Whether the image is whole, and for this chip; `where` names it.
void check_image(Bytes bytes, const Target& target, const std::string& where, std::vector<Complaint>& found) {
    const esp::ChipFacts& chip = *target.chip;
    const bool extended = chip.chip != esp::Chip::esp8266;
    const auto image = esp::parse_image(bytes, extended);
    if (!image || !image->is_intact()) {
        // Read by the other kind's header it may be whole: then that is the better thing to say.
        const auto other = esp::parse_image(bytes, !extended);
        if (other && other->is_intact()) {
            const std::string name = extended ? esp::facts_of(esp::Chip::esp8266).name : esp::chip_name(other->chip_id);
            found.push_back({where + " is for " + name + ", but the board has " + chip.name,
                             std::string("Fetch the firmware for ") + chip.name + ".", true});
            return;
        }
    }
    if (!image) {
        found.push_back({where + ": " + std::string(image.error().message.view()), fetch_again, false});
        return;
    }
    if (extended && image->chip_id != chip.id) {
        found.push_back({where + " is for " + esp::chip_name(image->chip_id) + ", but the board has " + chip.name,
                         std::string("Fetch the firmware for ") + chip.name + ".", true});
        return;
    }
    if (!image->is_intact()) {
        found.push_back({where + " is damaged: its checksum is " + hex_text(image->computed) + ", and should be " +
                             hex_text(image->checksum),
                         fetch_again, false});
        return;
    }
    if (extended) check_revision(*image, target, where, found);
    if (!image->has_hash) return;
    const auto digest = sha256_of(bytes.first(image->hash_size));
    if (!std::equal(digest.begin(), digest.end(), bytes.begin() + image->hash_size)) {
        found.push_back({where + " is damaged: its SHA-256 is not the one in it", fetch_again, false});
    }
}

void check_esp8266_firmware(Bytes file, std::vector<Complaint>& found) {
    const auto firmware = esp::find_esp8266_firmware(file);
    if (!firmware) return;
    if (firmware->size > file.size()) {
        found.push_back({"the firmware is cut off: it has " + std::to_string(file.size()) + " bytes, and should have " +
                             std::to_string(firmware->size),
                         fetch_again, false});
        return;
    }
    const auto digest = md5_of(file.subspan(4, firmware->hash_offset - 4));
    if (!std::equal(digest.begin(), digest.end(), file.begin() + firmware->hash_offset)) {
        found.push_back({"the firmware is damaged: its MD5 is not the one in it", fetch_again, false});
    }
}

/// The programs of a merged image, by its partition table. `base`: where in the flash the file begins.
void check_partitions(Bytes file, std::uint32_t base, const Target& target, std::vector<Complaint>& found) {
    if (base > esp::partition_table_address) return;
    const std::size_t at = esp::partition_table_address - base;
    if (file.size() <= at || file[at] != 0xAA) return;
    const auto table = esp::parse_partition_table(file.subspan(at));
    if (!table) {
        found.push_back({std::string(table.error().message.view()), fetch_again, false});
        return;
    }
    if (table->digest && md5_of(file.subspan(at, table->hashed_size)) != *table->digest) {
        found.push_back({"the partition table is damaged: its MD5 is not the one in it", fetch_again, false});
        return;
    }
    bool has_program = false;
    for (const esp::Partition& partition : table->partitions) {
        const std::string name = "the partition \"" + std::string(partition.label.view()) + "\"";
        const std::uint64_t end = std::uint64_t{partition.address} + partition.size;
        if (target.flash_size != 0 && end > target.flash_size) {
            found.push_back({name + " ends at " + hex_text(end) + ", but the flash at " + hex_text(target.flash_size),
                             "Fetch the firmware for a flash of this size.", true});
        }
        if (!partition.is_program() || partition.address < base) continue;
        const std::size_t offset = partition.address - base;
        if (offset < file.size() && file[offset] != 0xFF) {
            check_image(file.subspan(offset), target, "the program in " + name, found);
            has_program = true;
        }
    }
    if (!has_program) {
        found.push_back({"the file ends before the program that its partition table names", fetch_again, true});
    }
}

void check_part(const FlashPart& part, const Target& target, std::vector<Complaint>& found) {
    const Bytes file = part.bytes;
    const esp::ChipFacts& chip = *target.chip;
    if (file.empty()) {
        found.push_back({"the file is empty", fetch_again, false});
        return;
    }
    if (const std::string kind = other_kind(file); !kind.empty()) {
        found.push_back({"the file is " + kind, "Flash the .bin for this board.", true});
        return;
    }
    if (const auto uf2 = check_uf2(file)) {
        found.push_back(*uf2);
        return;
    }
    const std::uint64_t end = std::uint64_t{part.address} + file.size();
    if (target.flash_size != 0 && end > target.flash_size) {
        found.push_back(
            {"the file would end at " + hex_text(end) + ", but the flash has " + hex_text(target.flash_size) + " bytes",
             "Fetch the firmware for a flash of this size.", false});
    }
    if (part.address != chip.bootloader_offset) {
        if (file[0] == esp::image_magic) check_image(file, target, "the image at " + hex_text(part.address), found);
        return;
    }
    if (file[0] != esp::image_magic) {
        found.push_back(
            {"the file begins with " + hex_text(file[0]) + ", and firmware at " + hex_text(part.address) + " with 0xe9",
             "Is this the firmware for this board, and the address right?", true});
        return;
    }
    const std::size_t before = found.size();
    check_image(file, target, "the firmware", found);
    if (found.size() > before) return; // that says enough
    if (chip.chip == esp::Chip::esp8266) {
        check_esp8266_firmware(file, found);
    } else {
        check_partitions(file, part.address, target, found);
    }
}

void check_security(const std::vector<FlashPart>& parts, const Target& target, std::vector<Complaint>& found) {
    if (!target.security || parts.empty()) return;
    constexpr std::uint32_t bootloader_end = 0x8000;
    const bool touches_bootloader =
        std::any_of(parts.begin(), parts.end(), [](const FlashPart& part) { return part.address < bootloader_end; });
    if (target.security->secure_boot() && touches_bootloader) {
        found.push_back({"secure boot is on: the chip starts only a bootloader that its owner has signed",
                         "This chip can't be given other firmware; use another one.", false});
    }
    if (target.security->flash_encryption()) {
        found.push_back({"flash encryption is on: what is written plainly would not be understood",
                         "This chip can't be given other firmware; use another one.", false});
    }
}

void check_overlaps(const std::vector<FlashPart>& parts, std::vector<Complaint>& found) {
    const auto end_of = [](const FlashPart& part) {
        return (std::uint64_t{part.address} + part.bytes.size() + sector_size - 1) / sector_size * sector_size;
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (std::size_t j = i + 1; j < parts.size(); ++j) {
            if (parts[i].address < end_of(parts[j]) && parts[j].address < end_of(parts[i])) {
                found.push_back({"the parts at " + hex_text(parts[i].address) + " and " + hex_text(parts[j].address) +
                                     " share a sector",
                                 "Move one of them, or leave it out.", false});
            }
        }
    }
}

} // namespace

std::vector<Complaint> check_firmware(const std::vector<FlashPart>& parts, const Target& target) {
    std::vector<Complaint> found;
    check_security(parts, target, found);
    check_overlaps(parts, found);
    for (const FlashPart& part : parts) check_part(part, target, found);
    std::stable_partition(found.begin(), found.end(), [](const Complaint& complaint) { return !complaint.can_insist; });
    return found;
}

const esp::ChipFacts* chip_of_firmware(std::span<const std::uint8_t> file) {
    if (const auto image = esp::parse_image(file, true); image && image->has_hash && image->is_intact()) {
        return esp::chip_by_id(image->chip_id);
    }
    if (const auto image = esp::parse_image(file, false); image && image->is_intact()) {
        return &esp::facts_of(esp::Chip::esp8266);
    }
    return nullptr;
}

const char* later_chip_of_firmware(std::span<const std::uint8_t> file) {
    const auto image = esp::parse_image(file, true);
    if (!image || !image->has_hash || !image->is_intact() || esp::chip_by_id(image->chip_id) != nullptr) return nullptr;
    return esp::chip_name(image->chip_id);
}

std::string revision_text(std::uint16_t revision) {
    return "v" + std::to_string(revision / 100) + "." + std::to_string(revision % 100);
}

std::string describe_firmware(std::span<const std::uint8_t> file) {
    const std::string size = std::to_string(file.size()) + " bytes";
    if (const std::string kind = other_kind(file); !kind.empty()) return kind + ", " + size;
    if (const auto contents = protocol::uf2::parse_file(file)) {
        return std::string("a UF2 for ") +
               (contents->family ? protocol::uf2::family_name(*contents->family) : "an unnamed family") + ", " + size;
    }
    const esp::ChipFacts* const chip = chip_of_firmware(file);
    if (chip == nullptr) return "no firmware that is known here, " + size;
    const bool python = chip->chip == esp::Chip::esp8266 && esp::find_esp8266_firmware(file).has_value();
    const auto complaints = check_firmware({{chip->bootloader_offset, {file.begin(), file.end()}}}, {chip, 0, {}});
    return std::string(python ? "MicroPython or CircuitPython for " : "an image for ") + chip->name + ", " + size +
           ", " + (complaints.empty() ? "intact" : complaints.front().message);
}

base::Result<> patch_header(FlashPart& part, const esp::ChipFacts& chip, const esp::FlashSettings& settings) {
    const bool is_bootloader =
        part.address == chip.bootloader_offset && part.bytes.size() >= 8 && part.bytes[0] == esp::image_magic;
    if (settings.empty() || !is_bootloader) return {};
    const std::array before{part.bytes[2], part.bytes[3]};
    if (const auto applied = esp::apply_settings(part.bytes, chip.chip, settings); !applied) return applied;
    if (before == std::array{part.bytes[2], part.bytes[3]}) return {};
    part.packed = {};
    // An ESP8266's image has code where later ones say whether they have a hash.
    if (chip.chip == esp::Chip::esp8266) return {};
    const auto image = esp::parse_image(part.bytes, true);
    if (!image || !image->has_hash) return {};
    const auto digest = sha256_of(std::span(part.bytes).first(image->hash_size));
    std::copy(digest.begin(), digest.end(), part.bytes.begin() + image->hash_size);
    return {};
}

} // namespace hub::workbench::flash
