// SPDX-License-Identifier: Apache-2.0
// A scanner for one line at a time: nothing in this part of TOML goes over the end of a line.
#include "firmware/vm/app_manifest.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace firmware::vm {
namespace {

using base::ErrorCode;

constexpr std::size_t key_max = 32;
constexpr std::size_t text_max = 128; ///< of a text after its escapes; longer ones are cut, and every target is shorter
constexpr std::size_t word_max = 32;  ///< of a text in a list

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_bare(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-'; }
constexpr bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

using Text = base::FixedString<text_max>;
using Word = base::FixedString<word_max>;

struct Value {
    enum class Type : std::uint8_t { none, text, number, boolean, list };
    Type type = Type::none;
    Text text; ///< of a text
    base::FixedVector<Word, required_modules_max>
        list; ///< the texts of a list; its other elements are checked and forgotten
    bool all_texts = true;
    bool too_much = false; ///< a text of the list, or the list, was longer than fits
};

/// Why a line is refused; null while nothing is wrong.
using Refusal = const char*;

/// The rest of one line.
class Line {
public:
    explicit Line(std::string_view text) noexcept : rest_(text) {}

    bool at_end() noexcept {
        skip_space();
        return rest_.empty() || rest_.front() == '#';
    }
    bool take(char wanted) noexcept {
        skip_space();
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    Refusal end() noexcept {
        if (!at_end()) return "there is more after the value";
        return std::any_of(rest_.begin(), rest_.end(), is_control) ? "there is a control character" : nullptr;
    }

    Refusal key(Text& into) noexcept {
        skip_space();
        if (rest_.starts_with('"') || rest_.starts_with('\'')) return quoted(into);
        const auto bare = std::find_if_not(rest_.begin(), rest_.end(), is_bare);
        const auto size = static_cast<std::size_t>(bare - rest_.begin());
        if (size == 0) return "a line is name = value, or [table]";
        into.append(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return rest_.starts_with('.') ? "a key with a dot is not understood" : nullptr;
    }

    Refusal value(Value& into) noexcept {
        if (take('[')) return list(into);
        return single(into.type, into.text);
    }

private:
    void skip_space() noexcept {
        while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
    }

    Refusal single(Value::Type& type, Text& text) noexcept {
        skip_space();
        if (rest_.starts_with('"') || rest_.starts_with('\'')) {
            type = Value::Type::text;
            return quoted(text);
        }
        const auto ends = [](char c) { return c == ' ' || c == '\t' || c == ',' || c == ']' || c == '#'; };
        const auto word =
            rest_.substr(0, static_cast<std::size_t>(std::find_if(rest_.begin(), rest_.end(), ends) - rest_.begin()));
        rest_.remove_prefix(word.size());
        if (word == "true" || word == "false") {
            type = Value::Type::boolean;
            return nullptr;
        }
        type = Value::Type::number;
        if (word.empty()) return "a value is missing";
        return is_number(word) ? nullptr : "no number, true, false or text";
    }

    Refusal list(Value& into) noexcept {
        into.type = Value::Type::list;
        while (!take(']')) {
            Value::Type type{};
            Text text;
            if (take('[')) return "a list in a list is not understood";
            if (at_end()) return "a list ends with ] on its line";
            if (const Refusal refusal = single(type, text); refusal != nullptr) return refusal;
            if (type != Value::Type::text) {
                into.all_texts = false;
            } else if (text.size() > word_max || !into.list.push_back(text.view())) {
                into.too_much = true;
            }
            if (take(',')) continue;
            if (!take(']')) return "a list ends with ] on its line";
            break;
        }
        return nullptr;
    }

    Refusal quoted(Text& into) noexcept {
        const char quote = rest_.front();
        if (rest_.substr(1, 2) == std::string_view(quote == '"' ? "\"\"" : "''")) {
            return "a text over several lines is not understood";
        }
        rest_.remove_prefix(1);
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == quote) return nullptr;
            if (is_control(c)) return "there is a control character in a text";
            if (c == '\\' && quote == '"') {
                if (!escape(into)) return "an escape is one of \\b \\t \\n \\f \\r \\\" \\\\ \\u";
            } else {
                append(into, {&c, 1});
            }
        }
        return "a text has no end on its line";
    }

    bool escape(Text& into) noexcept {
        if (rest_.empty()) return false;
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        if (letter == 'u') return unicode(into, 4);
        if (letter == 'U') return unicode(into, 8);
        constexpr std::string_view letters = "btnfr\"\\";
        constexpr std::string_view meant = "\b\t\n\f\r\"\\";
        const std::size_t at = letters.find(letter);
        if (at == std::string_view::npos) return false;
        append(into, meant.substr(at, 1));
        return true;
    }

    bool unicode(Text& into, std::size_t digits) noexcept {
        std::uint32_t code = 0;
        if (rest_.size() < digits) return false;
        const auto read = std::from_chars(rest_.data(), rest_.data() + digits, code, 16);
        if (read.ec != std::errc{} || read.ptr != rest_.data() + digits) return false;
        rest_.remove_prefix(digits);
        if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        append_utf8(into, code);
        return true;
    }

    static void append_utf8(Text& into, std::uint32_t code) noexcept {
        std::array<char, 4> bytes{};
        std::size_t size = 1;
        if (code < 0x80) {
            bytes[0] = static_cast<char>(code);
        } else {
            size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
            for (std::size_t i = size - 1; i > 0; --i, code >>= 6U)
                bytes[i] = static_cast<char>(0x80U | (code & 0x3FU));
            bytes[0] = static_cast<char>((0xF00U >> size & 0xFFU) | code);
        }
        append(into, {bytes.data(), size});
    }

    /// Once something did not fit nothing more is added: else a short character could follow the gap of a long one.
    static void append(Text& into, std::string_view piece) noexcept {
        if (!into.truncated()) into.append(piece);
    }

    static bool is_number(std::string_view word) noexcept {
        if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
        if (word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'o' || word[1] == 'b')) {
            const int radix = word[1] == 'x' ? 16 : word[1] == 'o' ? 8 : 2;
            return all_digits(word.substr(2), radix);
        }
        const std::size_t exponent = word.find_first_of("eE");
        if (exponent != std::string_view::npos) {
            std::string_view digits = word.substr(exponent + 1);
            if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
            if (!all_digits(digits, 10)) return false;
            word = word.substr(0, exponent);
        }
        const std::size_t point = word.find('.');
        if (point != std::string_view::npos) {
            if (!all_digits(word.substr(point + 1), 10)) return false;
            word = word.substr(0, point);
        }
        return all_digits(word, 10);
    }

    /// At least one digit; an underscore stands between two.
    static bool all_digits(std::string_view word, int radix) noexcept {
        bool digit_before = false;
        for (const char c : word) {
            const int digit = is_digit(c) ? c - '0' : is_letter(c) ? (c | 0x20) - 'a' + 10 : 99;
            if (c == '_' ? !digit_before : digit >= radix) return false;
            digit_before = c != '_';
        }
        return digit_before;
    }

    std::string_view rest_;
};

bool is_module_name(std::string_view name) {
    return !name.empty() && !is_digit(name.front()) &&
           std::all_of(name.begin(), name.end(), [](char c) { return is_digit(c) || is_letter(c) || c == '_'; });
}

/// Puts the values of the table [app] where they belong.
class Filler {
public:
    explicit Filler(Manifest& manifest) noexcept : manifest_(manifest) {}

    Refusal put(std::string_view key, const Value& value) noexcept {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i].name != key) continue;
            if ((seen_ & (1U << i)) != 0) return "this key comes twice";
            seen_ |= 1U << i;
            return (this->*keys[i].put)(value);
        }
        complain("there is no key ", key);
        return nullptr;
    }

private:
    struct Key {
        std::string_view name;
        Refusal (Filler::*put)(const Value&) noexcept;
    };

    template <auto member>
    Refusal text(const Value& value) noexcept {
        if (value.type != Value::Type::text) return "this key takes a text in quotes";
        auto& target = manifest_.*member;
        target.clear();
        target.append(value.text);
        if (target.truncated() || value.text.truncated()) complain("too long: ", target);
        return nullptr;
    }
    Refusal title(const Value& value) noexcept { return text<&Manifest::name>(value); }
    Refusal icon(const Value& value) noexcept {
        const Refusal refusal = text<&Manifest::icon>(value);
        if (refusal != nullptr || is_app_path(manifest_.icon)) return refusal;
        manifest_.icon.clear();
        complain("icon is no file in the app's folder");
        return nullptr;
    }
    Refusal entry(const Value& value) noexcept {
        const Refusal refusal = text<&Manifest::entry>(value);
        if (refusal != nullptr) return refusal;
        const bool fits = is_app_path(manifest_.entry) && manifest_.entry.view().ends_with(".py");
        return fits ? nullptr : "entry is a .py file in the app's folder";
    }
    /// A board's name: for people and tools, no business of the board itself.
    Refusal board(const Value& value) noexcept {
        return value.type == Value::Type::text ? nullptr : "this key takes a text in quotes";
    }
    Refusal modules(const Value& value) noexcept {
        if (!is_list_of_texts(value)) return "requires is a list of up to 8 texts";
        for (const Word& name : value.list) {
            if (!is_module_name(name)) return "requires lists names of modules";
            if (!manifest_.required_modules.push_back(name)) return "requires is a list of up to 8 texts";
        }
        return nullptr;
    }
    Refusal permissions(const Value& value) noexcept {
        constexpr std::array<std::string_view, 4> words = {"home", "files", "outputs", "settings"};
        if (!is_list_of_texts(value)) return "permissions is a list of up to 8 texts";
        for (const Word& word : value.list) {
            const auto found = std::find(words.begin(), words.end(), word.view());
            if (found == words.end()) {
                complain("there is no permission ", word);
            } else {
                manifest_.permissions |= static_cast<std::uint8_t>(1U << (found - words.begin()));
            }
        }
        return nullptr;
    }

    static bool is_list_of_texts(const Value& value) noexcept {
        return value.type == Value::Type::list && value.all_texts && !value.too_much;
    }

    void complain(std::string_view what, std::string_view subject = {}) noexcept {
        if (!manifest_.complaint.empty()) return;
        manifest_.complaint.append("app.toml: ");
        manifest_.complaint.append(what);
        manifest_.complaint.append(subject);
    }

    static constexpr std::array<Key, 10> keys = {{
        {"name", &Filler::title},
        {"title", &Filler::title},
        {"version", &Filler::text<&Manifest::version>},
        {"author", &Filler::text<&Manifest::author>},
        {"description", &Filler::text<&Manifest::description>},
        {"icon", &Filler::icon},
        {"entry", &Filler::entry},
        {"board", &Filler::board},
        {"requires", &Filler::modules},
        {"permissions", &Filler::permissions},
    }};

    Manifest& manifest_;
    std::uint32_t seen_ = 0;
};

/// Goes through the lines and knows in which table it is.
class Reader {
public:
    explicit Reader(Manifest& manifest) noexcept : filler_(manifest) {}

    Refusal read(std::string_view text) noexcept {
        Line line(text);
        if (line.at_end()) return line.end();
        if (line.take('[')) return table(line);
        Text key;
        if (const Refusal refusal = line.key(key); refusal != nullptr) return refusal;
        if (key.size() > key_max) return "a key has at most 32 bytes";
        if (!line.take('=')) return "a line is name = value, or [table]";
        value_ = {};
        if (const Refusal refusal = line.value(value_); refusal != nullptr) return refusal;
        if (const Refusal refusal = line.end(); refusal != nullptr) return refusal;
        return in_app_ ? filler_.put(key, value_) : nullptr;
    }

private:
    Refusal table(Line& line) noexcept {
        Text name;
        if (line.take('[')) return "a list of tables is not understood";
        if (const Refusal refusal = line.key(name); refusal != nullptr) return refusal;
        if (!line.take(']') || !line.at_end()) return "a table is written [name]";
        in_app_ = name.view() == "app";
        if (in_app_ && app_seen_) return "[app] comes twice";
        app_seen_ = app_seen_ || in_app_;
        return line.end();
    }

    Filler filler_;
    Value value_;
    bool in_app_ = true;
    bool app_seen_ = false;
};

auto refused(unsigned number, Refusal refusal) noexcept {
    std::array<char, 12> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    base::FixedString<128> message = "app.toml, line ";
    message.append({digits.data(), static_cast<std::size_t>(end - digits.data())});
    message.append(": ");
    message.append(refusal);
    return base::fail(ErrorCode::malformed, message);
}

/// The next number of a bitmap's header, behind white space and comments; -1 if there is none.
int header_number(std::string_view& rest) noexcept {
    const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!rest.empty() && (is_space(rest.front()) || rest.front() == '#')) {
        const std::size_t line_end = std::min(rest.find('\n'), rest.size() - 1);
        rest.remove_prefix(rest.front() == '#' ? line_end + 1 : 1);
    }
    int number = -1;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (read.ec != std::errc{} || number < 0) return -1;
    rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
    return number;
}

} // namespace

base::Result<Manifest> parse_manifest(std::string_view text) noexcept {
    if (text.size() > manifest_bytes_max) return base::fail(ErrorCode::too_large, "app.toml is over 4,096 bytes");
    Manifest manifest;
    Reader reader(manifest);
    for (unsigned number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (const Refusal refusal = reader.read(line); refusal != nullptr) return refused(number, refusal);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return manifest;
}

base::Result<Icon> parse_icon(std::span<const std::uint8_t> file) noexcept {
    std::string_view rest(reinterpret_cast<const char*>(file.data()), file.size());
    if (!rest.starts_with("P4")) return base::fail(ErrorCode::malformed, "the icon is no portable bitmap (P4)");
    rest.remove_prefix(2);
    const int width = header_number(rest);
    const int height = header_number(rest);
    if (width != bridge::icon_side || height != bridge::icon_side) {
        return base::fail(ErrorCode::malformed, "the icon is not 24 by 24 pixels");
    }
    // One white space, then the rows.
    if (rest.size() != 1 + bridge::icon_bytes) {
        return base::fail(ErrorCode::malformed, "the icon's file has not 72 bytes of pixels");
    }
    Icon icon{};
    std::copy(file.end() - bridge::icon_bytes, file.end(), icon.begin());
    return icon;
}

bool is_app_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= bridge::app_name_max && std::all_of(name.begin(), name.end(), is_bare);
}

bool is_app_path(std::string_view path) noexcept {
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (path.empty() || path.size() > app_path_max || std::any_of(path.begin(), path.end(), is_odd)) return false;
    for (std::size_t depth = 1; depth <= app_depth_max; ++depth) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string_view name = path.substr(0, slash);
        if (name.empty() || name == "." || name == "..") return false;
        if (slash == path.size()) return true;
        path.remove_prefix(slash + 1);
    }
    return false;
}

} // namespace firmware::vm
