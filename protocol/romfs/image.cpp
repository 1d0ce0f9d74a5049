// SPDX-License-Identifier: Apache-2.0
#include "protocol/romfs/image.hpp"

#include <algorithm>
#include <cstring>

namespace protocol::romfs {
namespace {

using base::ErrorCode;

enum Kind : std::uint32_t {
    unused = 0,
    comment_kind = 1,
    bytes_kind = 2,
    place_kind = 3,
    folder_kind = 4,
    file_kind = 5
};
constexpr std::uint32_t image_kind = 0x14A6B1;
constexpr std::uint8_t more_follows = 0x80;

// --- Making

/// Counts what is put, and writes it if there is somewhere to write.
class Output {
public:
    Output() = default;
    explicit Output(std::span<std::uint8_t> target) : target_(target) {}

    std::size_t size() const { return size_; }

    void byte(std::uint8_t value) {
        if (size_ < target_.size()) target_[size_] = value;
        ++size_;
    }
    void number(std::size_t value) {
        int shift = 0;
        while ((value >> (shift + 7)) != 0) shift += 7;
        for (; shift > 0; shift -= 7) byte(static_cast<std::uint8_t>(((value >> shift) & 0x7FU) | more_follows));
        byte(static_cast<std::uint8_t>(value & 0x7FU));
    }
    void bytes(const void* data, std::size_t size) {
        if (size > 0 && size_ + size <= target_.size()) std::memcpy(target_.data() + size_, data, size);
        size_ += size;
    }
    void name(std::string_view text) {
        number(text.size());
        bytes(text.data(), text.size());
    }
    void record(std::uint32_t kind, std::size_t size) {
        number(kind);
        number(size);
    }

private:
    std::span<std::uint8_t> target_;
    std::size_t size_ = 0;
};

void put_file(std::string_view name, std::span<const std::uint8_t> content, Output& out) {
    Output inside;
    inside.name(name);
    inside.record(bytes_kind, content.size());
    out.record(file_kind, inside.size() + content.size());
    out.name(name);
    out.record(bytes_kind, content.size());
    out.bytes(content.data(), content.size());
}

/// `files` are those in one folder, whose path has `above` characters with its slash.
void put_files(std::span<const File> files, std::size_t above, Output& out) {
    while (!files.empty()) {
        const std::string_view rest = files.front().path.substr(above);
        const auto slash = rest.find('/');
        std::size_t count = 1;
        if (slash == std::string_view::npos) {
            put_file(rest, files.front().content, out);
        } else {
            const std::string_view folder = rest.substr(0, slash + 1);
            while (count < files.size() && files[count].path.substr(above).starts_with(folder)) ++count;
            Output inside;
            inside.name(rest.substr(0, slash));
            put_files(files.first(count), above + slash + 1, inside);
            out.record(folder_kind, inside.size());
            out.name(rest.substr(0, slash));
            put_files(files.first(count), above + slash + 1, out);
        }
        files = files.subspan(count);
    }
}

void put_content(std::span<const File> files, std::string_view comment, Output& out) {
    if (!comment.empty()) {
        out.record(comment_kind, comment.size());
        out.bytes(comment.data(), comment.size());
    }
    put_files(files, 0, out);
}

void put_image(std::span<const File> files, std::string_view comment, Output& out) {
    Output content;
    put_content(files, comment, content);
    Output header;
    header.record(image_kind, content.size());
    out.number(image_kind);
    if ((header.size() + content.size()) % 2 == 1) out.byte(more_follows); // zeros in front of a number mean nothing
    out.number(content.size());
    put_content(files, comment, out);
}

bool is_name(std::string_view name) noexcept {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
           name.find('\0') == std::string_view::npos;
}

bool is_path(std::string_view path) noexcept {
    std::size_t depth = 0;
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
        if (!is_name(path.substr(0, slash)) || ++depth > depth_max) return false;
        path.remove_prefix(slash + 1);
    }
    return is_name(path);
}

base::Result<> check(std::span<const File> files) noexcept {
    if (files.size() > entries_max) return base::fail(ErrorCode::too_large, "a ROMFS of more than 4096 files");
    std::size_t sum = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string_view path = files[i].path;
        sum += files[i].content.size();
        if (path.size() > path_size_max || files[i].content.size() > image_size_max || sum > image_size_max) {
            return base::fail(ErrorCode::too_large, "a ROMFS with a path beyond 255 bytes, or of more than 16 MiB");
        }
        const bool in_order = i == 0 || comes_before(files[i - 1].path, path);
        const std::string_view before = i == 0 ? "" : files[i - 1].path;
        const bool is_below =
            i > 0 && path.size() > before.size() && path.starts_with(before) && path[before.size()] == '/';
        if (!is_path(path) || !in_order || is_below) {
            return base::fail(ErrorCode::invalid_argument, "these paths can't be those of a ROMFS");
        }
    }
    return {};
}

// --- Reading

tl::unexpected<base::Error> malformed(std::string_view what) noexcept { return base::fail(ErrorCode::malformed, what); }

struct Record {
    std::uint32_t kind;
    std::span<const std::uint8_t> content;
};

/// Takes numbers and records from the front of what is left.
class Input {
public:
    explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    bool is_empty() const noexcept { return bytes_.empty(); }
    std::size_t size() const noexcept { return bytes_.size(); }

    base::Result<std::uint32_t> number() noexcept {
        constexpr std::size_t digits_max = 10; // with zeros in front
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes_.size() && i < digits_max; ++i) {
            value = value << 7U | (bytes_[i] & 0x7FU);
            if (value > image_size_max) break;
            if ((bytes_[i] & more_follows) != 0) continue;
            bytes_ = bytes_.subspan(i + 1);
            return static_cast<std::uint32_t>(value);
        }
        return malformed("the ROMFS has a number without an end, or a too large one");
    }
    base::Result<std::span<const std::uint8_t>> take(std::size_t size) noexcept {
        if (size > bytes_.size()) return malformed("something in the ROMFS is longer than what it is in");
        const auto taken = bytes_.first(size);
        bytes_ = bytes_.subspan(size);
        return taken;
    }
    base::Result<std::span<const std::uint8_t>> take_counted() noexcept {
        const auto size = number();
        if (!size) return tl::unexpected(size.error());
        return take(*size);
    }
    base::Result<Record> take_record() noexcept {
        const auto kind = number();
        if (!kind) return tl::unexpected(kind.error());
        const auto content = take_counted();
        if (!content) return tl::unexpected(content.error());
        if (*kind == unused) return malformed("the ROMFS has a record of no kind");
        return Record{*kind, *content};
    }

private:
    std::span<const std::uint8_t> bytes_;
};

std::string_view text_of(std::span<const std::uint8_t> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Reader {
public:
    Reader(std::span<const std::uint8_t> content, Visitor& visitor) : all_(content), visitor_(visitor) {}

    /// `path` is the folder's, with a slash behind it, or empty.
    base::Result<> read_folder(Input records, std::string_view path, std::size_t depth) noexcept {
        while (!records.is_empty()) {
            const auto record = records.take_record();
            if (!record) return tl::unexpected(record.error());
            if (record->kind == comment_kind && depth == 0) visitor_.on_comment(text_of(record->content));
            if (record->kind != folder_kind && record->kind != file_kind) continue;
            if (++entries_ > entries_max) return base::fail(ErrorCode::too_large, "the ROMFS has more than 4096 files");
            if (auto read = read_entry(record->kind, Input(record->content), path, depth); !read) return read;
        }
        return {};
    }

private:
    base::Result<> read_entry(std::uint32_t kind, Input content, std::string_view above, std::size_t depth) noexcept {
        const auto name = content.take_counted();
        if (!name) return tl::unexpected(name.error());
        if (!is_name(text_of(*name))) return malformed("the ROMFS has a name that nothing can have");
        base::FixedString<path_size_max + 1> path(above);
        path.append(text_of(*name));
        if (path.truncated() || path.size() > path_size_max || (kind == folder_kind && depth >= depth_max)) {
            return base::fail(ErrorCode::too_large, "the ROMFS has a path that is too long or too deep");
        }
        if (kind == file_kind) return read_file(content, path);
        visitor_.on_folder(path);
        path.push_back('/');
        return read_folder(content, path, depth + 1);
    }

    base::Result<> read_file(Input records, std::string_view path) noexcept {
        while (!records.is_empty()) {
            const auto record = records.take_record();
            if (!record) return tl::unexpected(record.error());
            if (record->kind != bytes_kind && record->kind != place_kind) continue;
            const auto bytes = bytes_of(*record);
            if (!bytes) return tl::unexpected(bytes.error());
            visitor_.on_file(path, *bytes);
            return {};
        }
        return malformed("the ROMFS has a file without content");
    }

    base::Result<std::span<const std::uint8_t>> bytes_of(const Record& record) const noexcept {
        if (record.kind == place_kind) return at_place(Input(record.content));
        return record.content;
    }

    base::Result<std::span<const std::uint8_t>> at_place(Input place) const noexcept {
        const auto size = place.number();
        if (!size) return tl::unexpected(size.error());
        const auto begin = place.number();
        if (!begin) return tl::unexpected(begin.error());
        Input all(all_);
        if (const auto before = all.take(*begin); !before) return before;
        return all.take(*size);
    }

    std::span<const std::uint8_t> all_;
    Visitor& visitor_;
    std::size_t entries_ = 0;
};

/// What is in the image, of which `bytes` may have the beginning alone: its size.
base::Result<std::size_t> read_header(Input& bytes) noexcept {
    const auto kind = bytes.number();
    if (!kind || *kind != image_kind) return malformed("this is no ROMFS: it does not begin with D2 CD 31");
    const auto size = bytes.number();
    if (!size) return tl::unexpected(size.error());
    return *size;
}

} // namespace

bool comes_before(std::string_view a, std::string_view b) noexcept {
    const auto rank = [](char c) { return c == '/' ? 0U : static_cast<unsigned char>(c) + 1U; };
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [&](char one, char other) { return rank(one) < rank(other); });
}

base::Result<std::size_t> image_size(std::span<const File> files, std::string_view comment) noexcept {
    if (const auto checked = check(files); !checked) return tl::unexpected(checked.error());
    Output count;
    put_image(files, comment, count);
    if (count.size() > image_size_max) return base::fail(ErrorCode::too_large, "a ROMFS of more than 16 MiB");
    return count.size();
}

base::Result<std::size_t> write_image(std::span<const File> files, std::string_view comment,
                                      std::span<std::uint8_t> image) noexcept {
    const auto size = image_size(files, comment);
    if (!size) return size;
    if (*size > image.size()) return base::fail(ErrorCode::full, "the ROMFS is larger than the room for it");
    Output out(image);
    put_image(files, comment, out);
    return size;
}

base::Result<std::size_t> read_image_size(std::span<const std::uint8_t> beginning) noexcept {
    Input bytes(beginning);
    const auto content = read_header(bytes);
    if (!content) return content;
    const std::size_t size = beginning.size() - bytes.size() + *content;
    if (size > image_size_max) return malformed("the ROMFS says that it is larger than any");
    return size;
}

base::Result<> read_image(std::span<const std::uint8_t> bytes, Visitor& visitor) noexcept {
    Input input(bytes);
    const auto size = read_header(input);
    if (!size) return tl::unexpected(size.error());
    const auto content = input.take(*size);
    if (!content) return tl::unexpected(content.error());
    return Reader(*content, visitor).read_folder(Input(*content), "", 0);
}

} // namespace protocol::romfs
