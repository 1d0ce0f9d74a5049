// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/python_files.hpp"

#include "hub/workbench/repl/board_snippets.hpp"
#include "hub/workbench/repl/digest.hpp"
#include "hub/workbench/repl/python_literals.hpp"
#include "hub/workbench/repl/traceback.hpp"

#include <sodium/utils.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace hub::workbench {
namespace {

using base::ErrorCode;

constexpr std::size_t answer_max = std::size_t{4} * 1024 * 1024;
constexpr std::size_t manifest_files = 48; // a list that every board's memory takes
constexpr std::size_t hash_digits = 16;
constexpr int window_bits = 12; // as the snippet's

std::string_view words_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::not_found: return "there is no such file or folder on the board";
    case ErrorCode::already_exists: return "it exists already";
    case ErrorCode::invalid_argument: return "a file is where a folder should be, or a folder where a file should be";
    case ErrorCode::refused: return "the board's file system is read-only";
    case ErrorCode::full: return "the board has no room, or no memory";
    case ErrorCode::invalid_state: return "the folder is not empty";
    default: return "the board failed to read or write it";
    }
}

std::string_view hint_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::not_found: return "`ouro fs ls` shows what there is.";
    case ErrorCode::refused:
        return "With CircuitPython only the computer may write while it has the board's drive: eject it, or call "
               "storage.remount(\"/\", False) in boot.py.";
    case ErrorCode::full: return "`ouro fs df` shows the room; `ouro soft-reset` frees memory.";
    case ErrorCode::invalid_state: return "rm -r removes a folder with all that is in it.";
    case ErrorCode::io: return "Try once more; is the cable long, or the flash worn?";
    default: return "";
    }
}

base::Error error_of(const std::string& traceback, const std::string& about) {
    const PythonError error = parse_traceback(traceback);
    const ErrorCode code = error_code_of(error);
    const std::string what = about.empty() ? "the board" : ":" + about;
    if (error.type == "KeyboardInterrupt") {
        return {ErrorCode::invalid_state, std::string_view(what + ": interrupted"), "Nothing is half done."};
    }
    if (error.type == "ImportError") {
        return {ErrorCode::unsupported, std::string_view("the board's Python lacks what files need: " + error.message),
                "A firmware with hashlib and binascii has it; most have."};
    }
    if (code == ErrorCode::internal) {
        const std::string said = error.type.empty() ? traceback : error.type + ": " + error.message;
        return {code, std::string_view(what + ": the board's Python says " + said),
                "`ouro soft-reset`, then try again."};
    }
    return {code, std::string_view(what + ": " + std::string(words_of(code))), hint_of(code)};
}

base::Error strange_answer(const std::string& about) {
    return {ErrorCode::malformed, std::string_view(":" + about + ": the board's answer makes no sense"),
            "Does something else print? Try once more."};
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, std::max<std::size_t>(slash, 1));
}

// Raw deflate; nothing when it does not pay.
std::optional<std::string> deflated(std::string_view block) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string result(block.size(), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data())); // zlib only reads it
    stream.avail_in = static_cast<uInt>(block.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    const bool whole = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
    result.resize(stream.total_out);
    deflateEnd(&stream);
    if (!whole || result.size() + result.size() / 8 >= block.size()) return {};
    return result;
}

std::string hex_literal(std::string_view bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    text.pop_back();
    return "binascii.unhexlify('" + text + "')";
}

std::string all_bytes() {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    return all;
}

// `'name' 1 0`
std::optional<BoardEntry> entry_in(std::string_view line) {
    const auto name = parse_text_literal(line);
    if (!name) return std::nullopt;
    int folder = 0;
    unsigned long long size = 0;
    if (std::sscanf(std::string(line.substr(name->size)).c_str(), " %d %llu", &folder, &size) != 2) return std::nullopt;
    return BoardEntry{name->text, folder != 0, size};
}

template <typename Line>
bool each_line(std::string_view text, Line line) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (one.ends_with('\r')) one.remove_suffix(1);
        if (!one.empty() && !line(one)) return false;
    }
    return true;
}

// Base64 lines, then "=" and the hash: decoded as they come.
class Download {
public:
    explicit Download(const PythonFiles::Sink& sink) : sink_(sink) {}

    void feed(std::string_view bytes) {
        for (const char c : bytes) {
            if (c == '\n') {
                line();
                line_.clear();
            } else if (c != '\r' && line_.size() < line_max) {
                line_ += c;
            }
        }
    }

    base::Result<> end(const std::string& path) {
        if (!stopped_) return tl::unexpected(stopped_.error());
        if (broken_ || said_hash_ != digest_.hex()) return tl::unexpected(strange_answer(path));
        return {};
    }

private:
    static constexpr std::size_t line_max = 1100;

    void line() {
        if (line_.empty() || broken_ || !stopped_) return;
        if (line_[0] == '=') {
            said_hash_ = line_.substr(1);
            return;
        }
        std::array<unsigned char, line_max> bytes{};
        std::size_t size = 0;
        broken_ = sodium_base642bin(bytes.data(), bytes.size(), line_.data(), line_.size(), nullptr, &size, nullptr,
                                    sodium_base64_VARIANT_ORIGINAL) != 0;
        if (broken_) return;
        const std::string_view piece(reinterpret_cast<const char*>(bytes.data()), size);
        digest_.add(piece);
        stopped_ = sink_(piece);
    }

    const PythonFiles::Sink& sink_;
    Digest digest_;
    std::string line_;
    std::string said_hash_;
    bool broken_ = false;
    base::Result<> stopped_;
};

} // namespace

std::string joined(const std::string& folder, std::string_view name) {
    if (folder.empty()) return std::string(name);
    return folder + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

base::Result<std::string> PythonFiles::ask(const std::string& code, const std::string& about) {
    std::string answer;
    const auto ended = runner_.run(code, [&](std::string_view bytes) {
        if (answer.size() < answer_max) answer += bytes;
    });
    if (!ended) return tl::unexpected(ended.error());
    if (!ended->empty()) return tl::unexpected(error_of(*ended, about));
    return answer;
}

base::Result<> PythonFiles::tell(const std::string& code, const std::string& about) {
    const auto answer = ask(code, about);
    if (!answer) return tl::unexpected(answer.error());
    return {};
}

base::Result<std::vector<BoardEntry>> PythonFiles::entries(const std::string& code, const std::string& about) {
    const auto answer = ask(code, about);
    if (!answer) return tl::unexpected(answer.error());
    std::vector<BoardEntry> found;
    const bool understood = each_line(*answer, [&](std::string_view line) {
        auto entry = entry_in(line);
        if (entry && found.size() <= board_entries_max) found.push_back(std::move(*entry));
        return entry.has_value();
    });
    if (answer->size() >= answer_max || found.size() > board_entries_max) {
        return base::fail(ErrorCode::too_large, ":" + about + " has too many files", "Name a folder in it.");
    }
    if (!understood) return tl::unexpected(strange_answer(about));
    return found;
}

base::Result<std::vector<BoardEntry>> PythonFiles::list(const std::string& path) {
    return entries(filled(snippets::list, {text_literal(path)}), path);
}

base::Result<std::vector<BoardEntry>> PythonFiles::walk(const std::string& path) {
    return entries(filled(snippets::walk, {text_literal(path)}), path);
}

base::Result<std::optional<BoardEntry>> PythonFiles::look(const std::string& path) {
    auto found = entries(filled(snippets::look, {text_literal(path)}), path);
    if (!found) return tl::unexpected(found.error());
    if (found->empty()) return std::nullopt;
    found->front().path = path;
    return found->front();
}

base::Result<BoardSpace> PythonFiles::space(const std::string& path) {
    const auto answer = ask(filled(snippets::space, {text_literal(path)}), path);
    if (!answer) return tl::unexpected(answer.error());
    unsigned long long total = 0;
    unsigned long long free = 0;
    if (std::sscanf(answer->c_str(), "%llu %llu", &total, &free) != 2) return tl::unexpected(strange_answer(path));
    return BoardSpace{total, free};
}

base::Result<> PythonFiles::prepare() {
    if (prepared_) return {};
    const auto answer = ask(filled(snippets::helpers, {bytes_literal(all_bytes())}), "");
    if (!answer) return tl::unexpected(answer.error());
    int has_deflate = 0;
    int takes_any_byte = 0;
    unsigned long long memory = 0;
    if (std::sscanf(answer->c_str(), "%d %d %llu", &has_deflate, &takes_any_byte, &memory) != 3) {
        return tl::unexpected(strange_answer(""));
    }
    has_deflate_ = has_deflate != 0;
    takes_any_byte_ = takes_any_byte != 0;
    // The text, the literal and what is unpacked of it lie in memory at the same time.
    constexpr unsigned long long kib = 1024;
    block_ = memory >= 64 * kib ? 4096 : memory >= 32 * kib ? 2048 : 1024;
    prepared_ = true;
    return {};
}

base::Result<std::string> PythonFiles::sha256(const std::string& path) {
    if (const auto ready = prepare(); !ready) return tl::unexpected(ready.error());
    auto answer = ask(filled(snippets::sha256, {text_literal(path)}), path);
    if (answer) answer->erase(std::min(answer->find_first_of("\r\n"), answer->size()));
    return answer;
}

base::Result<> PythonFiles::read(const std::string& path, const Sink& sink) {
    if (const auto ready = prepare(); !ready) return ready;
    Download download(sink);
    const auto ended = runner_.run(filled(snippets::read, {text_literal(path)}),
                                   [&](std::string_view bytes) { download.feed(bytes); });
    if (!ended) return tl::unexpected(ended.error());
    if (!ended->empty()) return tl::unexpected(error_of(*ended, path));
    return download.end(path);
}

base::Result<> PythonFiles::write(const std::string& path, std::string_view content) {
    if (const auto ready = prepare(); !ready) return ready;
    if (content.size() > board_file_max) {
        return base::fail(ErrorCode::too_large, ":" + path + " would be larger than 64 MB", "Split it.");
    }
    const std::string part = joined(folder_of(path), part_name);
    const std::string hash = sha256_hex(content);
    open_path_ = path;
    do {
        const std::string_view block = content.substr(0, block_);
        content.remove_prefix(block.size());
        if (const auto added = add_block(block, part); !added) return added;
    } while (!content.empty());
    batch_ += filled("_oe($0,$1,'$2')\n", {text_literal(part), text_literal(path), hash});
    batch_paths_.push_back(path);
    open_path_.clear();
    return {};
}

base::Result<> PythonFiles::add_block(std::string_view block, const std::string& part) {
    if (batch_size_ + block.size() > block_ && !batch_.empty()) {
        if (const auto sent = flush(); !sent) return sent;
    }
    const auto packed = has_deflate_ ? deflated(block) : std::nullopt;
    const std::string_view bytes = packed ? std::string_view(*packed) : block;
    const std::string literal = takes_any_byte_ ? bytes_literal(bytes) : hex_literal(bytes);
    batch_ += filled("_ow($0,$1$2)\n", {text_literal(part), literal, packed ? ",1" : ""});
    // What it costs to say which file it is counts too, or a thousand empty files were one program.
    constexpr std::size_t statement_size = 160;
    batch_size_ += block.size() + statement_size;
    batch_part_ = part;
    return {};
}

base::Result<> PythonFiles::flush() {
    if (batch_.empty()) return {};
    const std::string program = std::exchange(batch_, {});
    std::vector<std::string> paths = std::exchange(batch_paths_, {});
    batch_size_ = 0;
    std::size_t done = 0;
    const auto ended = runner_.run(program, [&](std::string_view bytes) {
        const auto dots = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '.'));
        for (std::size_t i = 0; i < dots && done < paths.size(); ++i, ++done) {
            if (written_) written_(paths[done]);
        }
    });
    if (!ended) return tl::unexpected(ended.error());
    if (ended->empty()) return {};
    clean_up(batch_part_);
    return tl::unexpected(error_of(*ended, done < paths.size() ? paths[done] : open_path_));
}

// As well as it goes: the error that led here is the one to tell.
void PythonFiles::clean_up(const std::string& part) {
    batch_.clear();
    batch_paths_.clear();
    batch_size_ = 0;
    (void)tell(filled("_oc($0)\n", {text_literal(part)}), "");
}

base::Result<std::vector<std::size_t>> PythonFiles::differing(const std::vector<WantedFile>& wanted) {
    if (const auto ready = prepare(); !ready) return tl::unexpected(ready.error());
    std::vector<std::size_t> places;
    for (std::size_t first = 0; first < wanted.size(); first += manifest_files) {
        std::string manifest = "[";
        for (std::size_t i = first; i < std::min(first + manifest_files, wanted.size()); ++i) {
            manifest += filled("($0,$1,'$2'),", {text_literal(wanted[i].path), std::to_string(wanted[i].size),
                                                 wanted[i].sha256.substr(0, hash_digits)});
        }
        const auto answer = ask(filled(snippets::differing, {manifest + "]"}), "");
        if (!answer) return tl::unexpected(answer.error());
        const bool understood = each_line(*answer, [&](std::string_view line) {
            unsigned long long place = 0;
            if (std::sscanf(std::string(line).c_str(), "%llu", &place) != 1) return false;
            if (first + place >= wanted.size()) return false;
            places.push_back(first + place);
            return true;
        });
        if (!understood) return tl::unexpected(strange_answer(""));
    }
    return places;
}

base::Result<> PythonFiles::remove(const std::string& path, bool recursive) {
    if (path.find_first_not_of("/.") == std::string::npos) {
        return base::fail(ErrorCode::refused, ":" + path + " is a whole file system, or the folder above",
                          "Name what is to be removed.");
    }
    return tell(filled(recursive ? snippets::remove_all : snippets::remove, {text_literal(path)}), path);
}

base::Result<> PythonFiles::make_folder(const std::string& path) {
    return tell(filled(snippets::make_folder, {text_literal(path)}), path);
}

base::Result<> PythonFiles::make_folders(const std::vector<std::string>& paths) {
    for (std::size_t first = 0; first < paths.size(); first += manifest_files) {
        std::string list = "[";
        for (std::size_t i = first; i < std::min(first + manifest_files, paths.size()); ++i) {
            list += text_literal(paths[i]) + ",";
        }
        if (const auto made = tell(filled(snippets::make_folders, {list + "]"}), paths[first]); !made) return made;
    }
    return {};
}

base::Result<> PythonFiles::remove_folder(const std::string& path) {
    return tell(filled(snippets::remove_folder, {text_literal(path)}), path);
}

base::Result<> PythonFiles::move(const std::string& from, const std::string& to) {
    return tell(filled(snippets::move, {text_literal(from), text_literal(to)}), from);
}

base::Result<> PythonFiles::copy(const std::string& from, const std::string& to) {
    if (const auto ready = prepare(); !ready) return ready;
    const std::string part = joined(folder_of(to), part_name);
    const auto copied = tell(filled(snippets::copy, {text_literal(from), text_literal(to), text_literal(part)}), from);
    if (!copied) clean_up(part);
    return copied;
}

base::Result<> PythonFiles::touch(const std::string& path) {
    return tell(filled(snippets::touch, {text_literal(path)}), path);
}

} // namespace hub::workbench
