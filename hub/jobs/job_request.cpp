// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/job_request.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace hub::jobs {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::size_t name_size_max = 128;
constexpr std::size_t firmware_size_max = 64;
constexpr unsigned health_s_max = 120;
constexpr std::array rates{115200U, 230400U, 460800U, 921600U};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }

bool all(std::string_view text, bool (*fits)(char)) {
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

/// "esp32", "pico-w/circuitpython@9.2.8"; see FirmwareName in openapi.yaml.
bool is_firmware_name(std::string_view text) {
    if (text.size() > firmware_size_max || text.starts_with('-')) return false;
    const auto cut = [&text](char mark) {
        const auto at = text.find(mark);
        if (at == std::string_view::npos) return std::string_view();
        const auto rest = text.substr(at);
        text = text.substr(0, at);
        return rest;
    };
    const std::string_view version = cut('@');
    const std::string_view system = cut('/');
    return all(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; }) &&
           (system.empty() || all(system.substr(1), is_lower)) &&
           (version.empty() || all(version.substr(1), [](char c) { return is_word(c) || c == '.' || c == '-'; }));
}

bool is_upload_id(std::string_view text) {
    return text.size() == 16 && all(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

/// Names parted by slashes, none of which begins with a dot or a dash.
bool is_folder_name(std::string_view text) {
    if (text.empty() || text.size() > name_size_max) return false;
    char before = '/';
    for (const char c : text) {
        const bool begins = before == '/';
        const bool fits = begins ? is_word(c) || c == '_' : is_word(c) || c == '_' || c == '-' || c == '.' || c == '/';
        if (!fits) return false;
        before = c;
    }
    return before != '/';
}

bool is_printable(std::string_view text) {
    return text.size() <= name_size_max && std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
           });
}

/// A colon would make what stands before it a board's name.
bool is_board_path(std::string_view text) {
    return is_printable(text) && text.find_first_of(":\\") == std::string_view::npos && !text.starts_with("//");
}

bool is_board_name(std::string_view text) { return !text.empty() && text.front() != '-' && is_printable(text); }

/// Takes the fields of the body one by one; what is left at the end is not known.
class Fields {
public:
    explicit Fields(const Json& body) : left_(body) {}

    std::string text(const char* name, bool (*fits)(std::string_view), bool is_needed) {
        const Json value = take(name);
        if (value.is_null() && !is_needed) return {};
        if (!value.is_string() || !fits(value.get_ref<const std::string&>())) return wrong(name), std::string();
        return value;
    }
    bool flag(const char* name) {
        const Json value = take(name);
        if (!value.is_null() && !value.is_boolean()) wrong(name);
        return value == true;
    }
    std::optional<std::uint64_t> number(const char* name) {
        const Json value = take(name);
        if (value.is_number_unsigned()) return value.get<std::uint64_t>();
        if (!value.is_null()) wrong(name);
        return std::nullopt;
    }
    void wrong(std::string_view name) {
        if (wrong_.empty()) wrong_ = name;
    }
    base::Result<> end() const {
        const auto complain = [](const std::string& message) {
            return base::fail(ErrorCode::invalid_argument, message,
                              "hub/api/openapi.yaml, JobRequest, says what it may be.");
        };
        if (!wrong_.empty()) return complain("The job's " + wrong_ + " is missing, or is not what it may be");
        if (!left_.empty()) return complain("A job of this kind has no such field");
        return {};
    }

private:
    Json take(const char* name) {
        const auto found = left_.find(name);
        if (found == left_.end()) return nullptr;
        Json value = std::move(*found);
        left_.erase(found);
        if (value.is_null()) wrong(name);
        return value;
    }

    Json left_;
    std::string wrong_;
};

void read_flash(Fields& fields, JobRequest& request) {
    request.firmware = fields.text("firmware", is_firmware_name, false);
    request.upload = fields.text("upload", is_upload_id, false);
    if (request.firmware.empty() == request.upload.empty()) fields.wrong("firmware or upload");
    request.erase_all = fields.flag("erase_all");
    request.raw = fields.flag("raw");
    request.force = fields.flag("force");
    request.in_bootloader = fields.flag("in_bootloader");
    if (const auto baud = fields.number("baud")) {
        if (std::find(rates.begin(), rates.end(), *baud) == rates.end()) return fields.wrong("baud");
        request.baud = static_cast<unsigned>(*baud);
    }
}

void read_deploy(Fields& fields, JobRequest& request) {
    request.folder = fields.text("app", is_folder_name, true);
    request.roll_back = fields.flag("roll_back");
    if (const auto health = fields.number("health_s")) {
        if (*health > health_s_max) return fields.wrong("health_s");
        request.health_s = static_cast<unsigned>(*health);
    }
}

void read_kind(Fields& fields, JobRequest& request) {
    switch (request.kind) {
    case JobKind::flash: return read_flash(fields, request);
    case JobKind::erase: request.in_bootloader = fields.flag("in_bootloader"); return;
    case JobKind::fetch: request.firmware = fields.text("firmware", is_firmware_name, true); return;
    case JobKind::deploy: return read_deploy(fields, request);
    case JobKind::sync:
        request.folder = fields.text("folder", is_folder_name, true);
        request.path = fields.text("path", is_board_path, false);
        request.remove = fields.flag("remove");
        return;
    }
}

/// A terminal that a board may be behind, and not the machine's own console or what merely looks like a device.
bool is_serial_port(const fs::path& path) {
    static constexpr std::array kinds{"ttyUSB", "ttyACM", "ttyAMA", "ttyS", "ttyXRUSB", "ttyTHS", "ttymxc"};
    const std::string name = path.filename().string();
    return path.parent_path() == "/dev" && std::any_of(kinds.begin(), kinds.end(), [&name](std::string_view kind) {
               return name.starts_with(kind) && all(std::string_view(name).substr(kind.size()), is_digit);
           });
}

bool is_address(std::string_view text) {
    static constexpr std::array schemes{"rfc2217://", "tcp://", "ws://", "http://"};
    return std::any_of(schemes.begin(), schemes.end(),
                       [text](std::string_view scheme) { return text.starts_with(scheme); });
}

tl::unexpected<base::Error> no_port(const std::string& board) {
    return base::fail(ErrorCode::not_found, "There is no board at \"" + board + "\"",
                      "`ouro ports` and `ouro sessions` list what there is.");
}

void append(std::vector<std::string>& words, std::initializer_list<std::string> more) {
    words.insert(words.end(), more);
}

void add_flash_words(std::vector<std::string>& words, const JobRequest& request, const Meant& meant) {
    if (request.kind == JobKind::flash) {
        append(words, {"flash", "--firmware", meant.file.empty() ? request.firmware : meant.file.string()});
    } else {
        append(words, {"erase-flash", "--yes"});
    }
    append(words, {"--port", meant.port, "--json"});
    if (request.baud != 0) append(words, {"--baud", std::to_string(request.baud)});
    if (request.in_bootloader) append(words, {"--before", "no-reset"});
    if (request.erase_all) words.emplace_back("--erase-all");
    if (request.raw) words.emplace_back("--raw");
    if (request.force) words.emplace_back("--force");
}

} // namespace

base::Result<JobRequest> read_request(const Json& body) {
    JobRequest request;
    if (!body.is_object()) {
        return base::fail(ErrorCode::invalid_argument, "A job is a JSON object",
                          R"(E.g. {"kind":"flash","board":"/dev/ttyUSB0","firmware":"esp32"})");
    }
    Fields fields(body);
    const auto kind = kind_of(fields.text(
        "kind", [](std::string_view text) { return kind_of(text).has_value(); }, true));
    if (kind) {
        request.kind = *kind;
        if (*kind != JobKind::fetch) request.board = fields.text("board", is_board_name, true);
        read_kind(fields, request);
    }
    if (const auto good = fields.end(); !good) return tl::unexpected(good.error());
    request.as_asked = body;
    return request;
}

base::Result<FoundBoard> find_board(const std::string& board, const std::vector<core::SessionInfo>& sessions) {
    for (const core::SessionInfo& session : sessions) {
        const fs::path port(session.port);
        if (board == session.id || board == session.uid || board == session.board || board == session.port ||
            board == port.filename()) {
            return FoundBoard{session.port, false};
        }
    }
    if (is_address(board)) {
        if (board.find('@') == std::string::npos) return FoundBoard{board, true};
        return base::fail(ErrorCode::invalid_argument, "An address of a job has no password in it: jobs are shown",
                          "OURO_WEBREPL_PASSWORD or OURO_WEB_PASSWORD in the hub's environment holds it.");
    }
    if (!board.starts_with('/')) return no_port(board);
    std::error_code error;
    const fs::path path = fs::canonical(board, error);
    if (error) return no_port(board);
    const auto same = std::find_if(sessions.begin(), sessions.end(), [&path](const core::SessionInfo& session) {
        std::error_code ignored;
        return fs::equivalent(session.port, path, ignored);
    });
    if (same != sessions.end()) return FoundBoard{same->port, false};
    if (is_serial_port(path)) return FoundBoard{path.string(), false};
    return base::fail(ErrorCode::invalid_argument, "\"" + board + "\" is no serial port",
                      "`ouro ports` lists those that are.");
}

base::Result<fs::path> find_folder(const fs::path& root, const std::string& name) {
    std::error_code error;
    const fs::path top = fs::canonical(root, error);
    const fs::path folder = error ? fs::path() : fs::canonical(top / name, error);
    if (error || !fs::is_directory(folder, error)) {
        return base::fail(ErrorCode::not_found, "There is no folder " + name + " in " + root.string(),
                          "The hub's apps_dir says where folders for boards are.");
    }
    const auto [end, ignored] = std::mismatch(top.begin(), top.end(), folder.begin(), folder.end());
    if (end == top.end() && folder != top) return folder;
    return base::fail(ErrorCode::refused, name + " leads out of " + root.string(), "Copy the folder into it.");
}

std::vector<std::string> arguments_of(const JobRequest& request, const Meant& meant) {
    std::vector<std::string> words;
    switch (request.kind) {
    case JobKind::flash:
    case JobKind::erase: add_flash_words(words, request, meant); break;
    case JobKind::fetch: append(words, {"firmware", "get", request.firmware, "--json"}); break;
    case JobKind::deploy:
        append(words, {"deploy", meant.folder.string(), "--board", meant.port, "--json"});
        append(words, {"--health", std::to_string(request.health_s)});
        if (request.roll_back) words.emplace_back("--rollback");
        break;
    case JobKind::sync:
        append(words, {"sync", meant.folder.string(), ":" + request.path, "--board", meant.port, "--json"});
        if (request.remove) words.emplace_back("--delete");
        break;
    }
    return words;
}

} // namespace hub::jobs
