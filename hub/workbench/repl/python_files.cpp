// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/python_files.hpp"

#include "hub/workbench/repl/base64.hpp"
#include "hub/workbench/repl/board_snippets.hpp"
#include "hub/workbench/repl/deflater.hpp"
#include "hub/workbench/repl/digest.hpp"
#include "hub/workbench/repl/download.hpp"
#include "hub/workbench/repl/python_literals.hpp"
#include "hub/workbench/repl/traceback.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace hub::workbench {
namespace {

using base::ErrorCode;

constexpr std::size_t answer_max = std::size_t{4} * 1024 * 1024;
constexpr std::size_t list_max = 2800; // of a program's text: a list that every board's memory takes
constexpr std::size_t list_room = 448;
constexpr std::size_t hash_digits = 12; // with the size, against what happens by accident
constexpr long long size_max = 1LL << 40;
constexpr std::size_t piece_min = 128; // less of a file is not worth a statement
constexpr base::Micros work_patience = base::from_ms(30'000);
constexpr base::Micros block_patience = base::from_ms(9000);
constexpr base::Micros hash_time = 50; // for a byte, on a slow board
constexpr std::string_view special_bytes("\x03\x04\x05\x06\x11\x13\x15\x1A\x1E");

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

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, std::max<std::size_t>(slash, 1));
}

std::string base64_literal(std::string_view bytes) { return "binascii.a2b_base64('" + base64_of(bytes) + "')"; }

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

} // namespace

std::string joined(const std::string& folder, std::string_view name) {
    if (folder.empty()) return std::string(name);
    return folder + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

// Through the link if it is up; what is too long for a block goes as a program of its own.
base::Result<std::string> PythonFiles::run(const std::string& code, const PythonRunner::Output& output) {
    if (!link_.is_alive()) return runner_.run(code, output);
    if (code.size() <= abilities_.block) return link_.ask(code, {}, output, work_patience);
    link_.stop();
    return runner_.run(code, output);
}

base::Result<std::string> PythonFiles::ask(const std::string& code, const std::string& about) {
    std::string answer;
    const auto ended = run(code, [&](std::string_view bytes) {
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
    if (link_.is_alive()) return {};
    if (takes_blocks_) {
        const auto started = link_.start();
        if (!started) return tl::unexpected(started.error());
        takes_blocks_ = *started;
        if (*started) abilities_ = link_.abilities();
    }
    return takes_blocks_ ? base::Result<>() : prepare_literals();
}

base::Result<> PythonFiles::prepare_literals() {
    if (prepared_) return {};
    const std::string program = std::string(snippets::helpers) + std::string(snippets::about) +
                                filled(snippets::literals, {bytes_literal(all_bytes())});
    const auto answer = ask(program, "");
    if (!answer) return tl::unexpected(answer.error());
    const auto end = answer->find('\n');
    int has_deflate = 0;
    int takes_any_byte = 0;
    if (end == std::string::npos || !read_abilities(answer->substr(0, end), abilities_) ||
        std::sscanf(answer->c_str() + end, "%d %d", &has_deflate, &takes_any_byte) != 2) {
        return tl::unexpected(strange_answer(""));
    }
    has_deflate_ = has_deflate != 0;
    takes_any_byte_ = takes_any_byte != 0;
    prepared_ = true;
    return {};
}

base::Result<BoardAbilities> PythonFiles::abilities() {
    if (const auto ready = prepare(); !ready) return tl::unexpected(ready.error());
    return abilities_;
}

base::Result<std::string> PythonFiles::sha256(const std::string& path) {
    if (const auto ready = prepare(); !ready) return tl::unexpected(ready.error());
    if (!abilities_.has_sha256) {
        return base::fail(ErrorCode::unsupported, "the board's Python has no hashlib",
                          "`ouro fs get` brings the file.");
    }
    auto answer = ask(filled(snippets::sha256, {text_literal(path)}), path);
    if (answer) answer->erase(std::min(answer->find_first_of("\r\n"), answer->size()));
    return answer;
}

// Some consoles change line ends, or swallow what they take for a command.
base::Result<bool> PythonFiles::passes_bytes() {
    if (!passes_bytes_) {
        std::string sample;
        for (const char c : all_bytes())
            sample += std::string_view(special_bytes).find(c) < special_bytes.size() ? '.' : c;
        const auto answer =
            link_.is_alive() ? ask(std::string(snippets::all_bytes), "") : base::Result<std::string>("");
        if (!answer) return tl::unexpected(answer.error());
        passes_bytes_ = *answer == sample;
    }
    return *passes_bytes_;
}

base::Result<> PythonFiles::read(const std::string& path, const Sink& sink) {
    if (const auto ready = prepare(); !ready) return ready;
    const auto plain = passes_bytes();
    if (!plain) return tl::unexpected(plain.error());
    Download download(sink, *plain ? Download::Coding::bytes : Download::Coding::base64, abilities_.has_sha256);
    const auto ended = run(filled(*plain ? snippets::read_bytes : snippets::read, {text_literal(path)}),
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
    const std::string hash = abilities_.has_sha256 ? sha256_hex(content).substr(0, hash_digits) : crc32_hex(content);
    open_path_ = path;
    const std::size_t size = content.size();
    do {
        const std::size_t statement = text_literal(part).size() + 40;
        if (auto room = make_room(statement + std::min<std::size_t>(content.size(), piece_min)); !room) return room;
        const std::string_view piece = content.substr(0, abilities_.block - batch_size_ - statement);
        content.remove_prefix(piece.size());
        add_piece(piece, part);
        batch_size_ += statement + piece.size();
    } while (!content.empty());
    const std::string end = filled("_oe($0,$1,'$2')\n", {text_literal(part), text_literal(path), hash});
    if (auto room = make_room(end.size()); !room) return room;
    batch_ += end;
    batch_size_ += end.size();
    batch_hashed_ += size;
    batch_part_ = part;
    batch_paths_.push_back(path);
    open_path_.clear();
    return {};
}

// What it costs to say which file it is counts too, or a thousand empty files were one program.
base::Result<> PythonFiles::make_room(std::size_t size) {
    if (size > abilities_.block) {
        return base::fail(ErrorCode::too_large, "the path is too long for the board: " + open_path_,
                          "Use shorter names.");
    }
    if (batch_size_ + size <= abilities_.block) return {};
    return send_batch();
}

void PythonFiles::add_piece(std::string_view piece, const std::string& part) {
    batch_part_ = part;
    if (link_.is_alive()) {
        const std::size_t begin = batch_data_.size();
        batch_data_ += piece;
        batch_ += filled("_ow($0,_ob[$1:$2])\n",
                         {text_literal(part), std::to_string(begin), std::to_string(batch_data_.size())});
        return;
    }
    constexpr int window_bits = 12; // as the snippet's
    const auto packed = has_deflate_ ? deflated(piece, window_bits) : std::nullopt;
    const std::string_view bytes = packed ? std::string_view(*packed) : piece;
    const std::string literal = takes_any_byte_ ? bytes_literal(bytes) : base64_literal(bytes);
    batch_ += filled("_ow($0,_ol($1,$2))\n", {text_literal(part), literal, packed ? "1" : "0"});
}

base::Result<> PythonFiles::flush() {
    if (batch_.empty()) return {};
    return send_batch();
}

base::Result<std::string> PythonFiles::send_block(const std::string& code, const PythonRunner::Output& output) {
    const std::string data = std::exchange(batch_data_, {});
    const auto hashing = static_cast<base::Micros>(std::exchange(batch_hashed_, 0)) * hash_time;
    if (data.empty() && !link_.is_alive()) return runner_.run(code, output);
    return link_.ask(code, data, output, block_patience + hashing);
}

base::Result<> PythonFiles::send_batch() {
    const std::string program = std::exchange(batch_, {});
    std::vector<std::string> paths = std::exchange(batch_paths_, {});
    batch_size_ = 0;
    std::size_t done = 0;
    const auto ended = send_block(program, [&](std::string_view bytes) {
        const auto dots = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '.'));
        for (std::size_t i = 0; i < dots && done < paths.size(); ++i, ++done) {
            if (written_) written_(paths[done]);
        }
    });
    if (!ended) return tl::unexpected(ended.error());
    if (!ended->empty()) {
        clean_up(batch_part_);
        return tl::unexpected(error_of(*ended, done < paths.size() ? paths[done] : open_path_));
    }
    for (; done < paths.size(); ++done) {
        if (written_) written_(paths[done]);
    }
    return {};
}

// As well as it goes: the error that led here is the one to tell.
void PythonFiles::clean_up(const std::string& part) {
    batch_.clear();
    batch_data_.clear();
    batch_hashed_ = 0;
    batch_paths_.clear();
    batch_size_ = 0;
    (void)tell(filled("_oc($0)\n", {text_literal(part)}), "");
}

namespace {

// The last line is -1 less the count, and the sum.
bool read_differences(std::string_view answer, std::size_t first, std::size_t count, std::vector<Difference>& found) {
    long long lines = 0;
    long long sum = 0;
    bool ended = false;
    const bool understood = each_line(answer, [&](std::string_view line) {
        long long place = 0;
        long long number = 0;
        if (ended || std::sscanf(std::string(line).c_str(), "%lld %lld", &place, &number) != 2) return false;
        if (place < 0) {
            ended = true;
            return -1 - place == lines && number == sum;
        }
        if (place >= static_cast<long long>(count) || number < -1 || number > size_max) return false;
        found.push_back(
            {first + static_cast<std::size_t>(place), number >= 0, static_cast<std::uint64_t>(std::max(number, 0LL))});
        ++lines;
        sum += place + number;
        return true;
    });
    return understood && ended;
}

} // namespace

base::Result<std::vector<Difference>> BoardFiles::compare(const std::vector<WantedFile>& wanted) {
    const auto places = differing(wanted);
    if (!places) return tl::unexpected(places.error());
    std::vector<Difference> found;
    for (const std::size_t place : *places) {
        const auto there = look(wanted[place].path);
        if (!there) return tl::unexpected(there.error());
        found.push_back({place, there->has_value(), *there ? (*there)->size : 0});
    }
    return found;
}

base::Result<std::vector<std::size_t>> PythonFiles::differing(const std::vector<WantedFile>& wanted) {
    const auto found = compare(wanted);
    if (!found) return tl::unexpected(found.error());
    std::vector<std::size_t> places;
    for (const Difference& difference : *found) places.push_back(difference.place);
    return places;
}

base::Result<bool> PythonFiles::is_read_only() {
    if (const auto ready = prepare(); !ready) return tl::unexpected(ready.error());
    return abilities_.is_read_only;
}

// A list that fits into a block with what is done with it, as long as its paths are not too long.
std::size_t PythonFiles::list_size() const { return std::min(list_max, abilities_.block - list_room); }

base::Result<std::vector<Difference>> PythonFiles::compare(const std::vector<WantedFile>& wanted) {
    if (const auto ready = prepare(); !ready) return tl::unexpected(ready.error());
    std::vector<Difference> found;
    for (std::size_t first = 0; first < wanted.size();) {
        std::string manifest = "[";
        std::size_t next = first;
        while (next < wanted.size() && (next == first || manifest.size() < list_size())) {
            const WantedFile& file = wanted[next++];
            const std::string hash = abilities_.has_sha256 ? file.sha256.substr(0, hash_digits) : file.crc32;
            manifest += filled("($0,$1,'$2'),",
                               {text_literal(file.path), std::to_string(file.size), hash.empty() ? "?" : hash});
        }
        const auto answer = ask(filled(snippets::compare, {manifest + "]"}), "");
        if (!answer) return tl::unexpected(answer.error());
        if (!read_differences(*answer, first, next - first, found)) return tl::unexpected(strange_answer(""));
        first = next;
    }
    return found;
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
    for (std::size_t first = 0; first < paths.size();) {
        const std::string& about = paths[first];
        std::string list = "[";
        do {
            list += text_literal(paths[first++]) + ",";
        } while (first < paths.size() && list.size() < list_size());
        if (const auto made = tell(filled(snippets::make_folders, {list + "]"}), about); !made) return made;
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
