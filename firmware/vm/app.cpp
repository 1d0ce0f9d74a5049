// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/app.hpp"

#include "base/fixed_string.hpp"
#include "firmware/vm/app_catalogue.hpp"
#include "firmware/vm/core.hpp"
#include "firmware/vm/mp/micropython.hpp"
#include "protocol/json/writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace firmware::vm {
namespace {

using Path = AppPath;

Path app_folder(std::string_view app) {
    Path path = "/pyapps/";
    path.append(app);
    return path;
}

/// Takes text that Python prints and keeps the end of it.
class Tail {
public:
    static void print(void* self, const char* text, std::size_t size) {
        static_cast<Tail*>(self)->append({text, size});
    }

    std::string_view view() const { return {bytes_.data(), size_}; }

private:
    void append(std::string_view text) {
        if (text.size() > bytes_.size()) text.remove_prefix(text.size() - bytes_.size());
        const std::size_t over = size_ + text.size() > bytes_.size() ? size_ + text.size() - bytes_.size() : 0;
        std::memmove(bytes_.data(), bytes_.data() + over, size_ - over);
        size_ -= over;
        std::memcpy(bytes_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }

    std::array<char, bridge::value_text_max> bytes_{};
    std::size_t size_ = 0;
};

/// Runs `body`, shows nothing, and returns the exception that ended it, or none. An abort passes through.
template <typename Body>
mp_obj_t caught(Body body) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        body();
        nlr_pop();
        return MP_OBJ_NULL;
    }
    return MP_OBJ_FROM_PTR(nlr.ret_val);
}

bool is_a(mp_obj_t exception, const mp_obj_type_t& type) {
    return mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&type));
}

struct Place {
    std::string_view file;
    std::int64_t line = 0;
};

/// Where it happened: the innermost frame in a file of the user's, rather than in what is part of the firmware.
Place place_of(mp_obj_t exception) {
    constexpr std::size_t fields = 3; // file, line, function
    std::size_t count = 0;
    std::size_t* frames = nullptr;
    mp_obj_exception_get_traceback(exception, &count, &frames);
    Place place;
    for (std::size_t i = 0; i + fields <= count; i += fields) {
        const std::string_view file = qstr_str(static_cast<qstr>(frames[i]));
        const bool own = file.starts_with('/');
        if (place.file.empty() || own) place = {file, static_cast<std::int64_t>(frames[i + 1])};
        if (own) break;
    }
    return place;
}

void send_crash(const Place& place, std::string_view message, std::string_view traceback) {
    bridge::HomeMessage crash = core().message(bridge::HomeMessage::Op::crash);
    std::array<char, bridge::json_max> buffer{};
    protocol::json::Writer json(buffer);
    json.begin_object().key("file").text(place.file.substr(0, Path::capacity()));
    json.key("line").integer(place.line).key("message").text(message.substr(0, 200)).end_object();
    crash.json = json.view();
    crash.text = traceback;
    core().send(crash);
}

void report_crash(mp_obj_t exception) {
    Tail traceback;
    // Printing calls the exception's own code, which may raise; what was printed until then is better than nothing.
    caught([&] {
        const mp_print_t print{&traceback, Tail::print};
        mp_obj_print_exception(&print, exception);
    });
    // The last line of a traceback is the exception itself: "ValueError: no such pin".
    std::string_view last = traceback.view();
    while (last.ends_with('\n') || last.ends_with('\r')) last.remove_suffix(1);
    if (const auto line_end = last.rfind('\n'); line_end != std::string_view::npos) last.remove_prefix(line_end + 1);

    send_crash(place_of(exception), last, traceback.view());
}

/// Why nothing starts.
base::FixedString<160> refusal_of(std::string_view app, const AppStart& start) {
    base::FixedString<160> text;
    if (mp_import_stat(start.file.c_str()) != MP_IMPORT_STAT_FILE) {
        text = "no app: there is no ";
        text.append(start.file);
        return text;
    }
    text.append(app);
    text.append(" can't be started: ");
    text.append(start.problem);
    return text;
}

void report_refusal(const Path& file, std::string_view text, bool was_asked_for) {
    core().write_console(text);
    core().write_console("\r\n");
    core().log(2, text);
    if (was_asked_for) send_crash({file, 0}, text, text);
}

void report_end(mp_obj_t exception) {
    if (exception == MP_OBJ_NULL || is_a(exception, mp_type_SystemExit)) return;
    caught([&] { mp_obj_print_exception(&mp_plat_print, exception); });
    if (is_a(exception, mp_type_KeyboardInterrupt)) {
        core().log(1, "the app was stopped with Ctrl-C");
        return;
    }
    report_crash(exception);
}

void execute(const Path& file) {
    const qstr name = qstr_from_str(file.c_str());
    mp_obj_dict_store(MP_OBJ_FROM_PTR(mp_globals_get()), MP_OBJ_NEW_QSTR(MP_QSTR___file__), MP_OBJ_NEW_QSTR(name));
    mp_lexer_t* lexer = mp_lexer_new_from_file(name);
    mp_parse_tree_t tree = mp_parse(lexer, MP_PARSE_FILE_INPUT);
    mp_obj_t module = mp_compile(&tree, name, false);
    mp_hal_set_interrupt_char(3);
    mp_call_function_0(module);
    mp_hal_set_interrupt_char(-1);
    mp_handle_pending(true);
}

} // namespace

void prepare_path(std::string_view app) {
    mp_obj_list_append(mp_sys_path, mp_obj_new_str_from_cstr("/lib"));
    if (app.empty()) return;
    const Path folder = app_folder(app);
    mp_obj_list_append(mp_sys_path, mp_obj_new_str_from_cstr(folder.c_str()));
}

void run_app(std::string_view app, bool was_asked_for) {
    const AppStart start = find_start(app);
    if (!start.problem.empty()) return report_refusal(start.file, refusal_of(app, start), was_asked_for);
    bridge::HomeMessage started = core().message(bridge::HomeMessage::Op::app_started);
    started.text = app;
    core().app_running = true;
    core().app = app;
    core().send(started);
    core().state = contract::VmState::app;
    const mp_obj_t exception = caught([&] { execute(start.file); });
    mp_hal_set_interrupt_char(-1);
    mp_handle_pending(false); // a Ctrl-C that came too late must not hit the prompt
    report_end(exception);
    end_app();
}

void report_overflow() noexcept {
    constexpr std::string_view text = "stack overflow: something is nested too deeply";
    core().write_console(text);
    core().write_console("\r\n");
    core().prompt_wanted = true;
    if (core().app_running) send_crash({}, text, text);
}

void end_app() noexcept {
    core().app_running = false;
    core().app.clear();
    core().send(core().message(bridge::HomeMessage::Op::app_stopped));
}

} // namespace firmware::vm
