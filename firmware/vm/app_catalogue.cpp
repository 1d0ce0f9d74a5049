// SPDX-License-Identifier: Apache-2.0
// Reads through MicroPython's own file system, so that it finds what an app would find, whatever is mounted.
#include "firmware/vm/app_catalogue.hpp"

#include "firmware/vm/app_manifest.hpp"
#include "firmware/vm/core.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <algorithm>
#include <cctype>

extern "C" {
#include "py/frozenmod.h"
}

namespace firmware::vm {
namespace {

using Path = AppPath;

constexpr std::string_view apps_folder = "/pyapps";

/// Runs `body`; false when an exception ended it. An abort passes through.
template <typename Body>
bool completed(const Body& body) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        body();
        nlr_pop();
        return true;
    }
    return false;
}

Path path_of(std::string_view app, std::string_view file = {}) {
    Path path(apps_folder);
    for (const std::string_view name : {app, file}) {
        if (name.empty()) continue;
        path.append("/");
        path.append(name);
    }
    return path;
}

bool is_file(const Path& path) { return !path.truncated() && mp_import_stat(path.c_str()) == MP_IMPORT_STAT_FILE; }
bool is_folder(const Path& path) { return !path.truncated() && mp_import_stat(path.c_str()) == MP_IMPORT_STAT_DIR; }

/// Memory of Python's for one file at a time. May raise MemoryError.
class FileBuffer {
public:
    explicit FileBuffer(std::size_t size) : bytes_(m_new(std::uint8_t, size + 1)), size_max_(size) {}
    void free() { m_del(std::uint8_t, bytes_, size_max_ + 1); }

    /// The file's content; more than the maximum when there is more. Empty when it can't be read.
    std::span<const std::uint8_t> read(const Path& path) {
        std::size_t size = 0;
        completed([&] {
            const mp_obj_t args[] = {mp_obj_new_str_from_cstr(path.c_str()), MP_OBJ_NEW_QSTR(MP_QSTR_rb)};
            const mp_obj_t file = mp_vfs_open(2, args, const_cast<mp_map_t*>(&mp_const_empty_map));
            int error = 0;
            const std::size_t got = mp_stream_rw(file, bytes_, size_max_ + 1, &error, MP_STREAM_RW_READ);
            mp_stream_close(file);
            if (error == 0) size = got;
        });
        return {bytes_, size};
    }

private:
    std::uint8_t* bytes_;
    std::size_t size_max_;
};

bool is_built_in(std::string_view name) {
    const qstr known = qstr_find_strn(name.data(), name.size());
    if (known == MP_QSTRnull) return false;
    const mp_obj_t key = MP_OBJ_NEW_QSTR(known);
    const auto has = [key](const mp_map_t& map) {
        return mp_map_lookup(const_cast<mp_map_t*>(&map), key, MP_MAP_LOOKUP) != nullptr;
    };
    return has(mp_builtin_module_map) || has(mp_builtin_extensible_module_map);
}

bool is_frozen(std::string_view name) {
    int type = 0;
    void* data = nullptr;
    Path path(name);
    if (mp_find_frozen_module(path.c_str(), &type, &data) == MP_IMPORT_STAT_DIR) return true;
    path.append(".py");
    return mp_find_frozen_module(path.c_str(), &type, &data) == MP_IMPORT_STAT_FILE;
}

bool lies_in(const Path& folder, std::string_view name) {
    Path path = folder;
    path.append("/");
    path.append(name);
    if (is_folder(path)) return true;
    Path source = path;
    source.append(".py");
    path.append(".mpy");
    return is_file(source) || is_file(path);
}

/// Whether `import name` would find something for this app.
bool can_import(std::string_view app, std::string_view name) {
    return is_built_in(name) || is_frozen(name) || lies_in(path_of(app), name) || lies_in(Path("/lib"), name);
}

/// What is in a folder of /pyapps.
struct Found {
    Manifest manifest;
    base::FixedString<64> problem;
    bool is_app = false;
    bool startable = false;
};

/// app.toml or, where it is missing or wrong, what holds without one. A wrong one keeps no app from running.
void read_manifest(std::string_view app, FileBuffer& buffer, Found& found) {
    const Path path = path_of(app, "app.toml");
    if (!is_file(path)) return;
    const auto bytes = buffer.read(path);
    const auto read = parse_manifest({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (read) {
        found.manifest = *read;
        found.problem = found.manifest.complaint;
    } else {
        found.problem = read.error().message.view();
    }
}

void check_start(std::string_view app, Found& found) {
    const std::string_view entry = found.manifest.entry;
    const bool has_entry = is_file(path_of(app, entry));
    found.is_app = has_entry || is_file(path_of(app, "app.py"));
    if (!has_entry) {
        found.problem = "there is no file ";
        found.problem.append(entry);
        return;
    }
    for (const auto& name : found.manifest.required_modules) {
        if (can_import(app, name)) continue;
        found.problem = "needs the module ";
        found.problem.append(name);
        return;
    }
    if (!is_app_name(app)) {
        found.problem = "a folder's name has 1 to 32 of A-Z a-z 0-9 _ -";
        return;
    }
    found.startable = true;
}

void look_at(std::string_view app, FileBuffer& buffer, Found& found) {
    found = {};
    if (path_of(app, "app.toml").truncated()) return;
    read_manifest(app, buffer, found);
    check_start(app, found);
}

void add_icon(std::string_view app, FileBuffer& buffer, const Found& found, bridge::AppEntry& entry) {
    if (found.manifest.icon.empty()) return;
    const Path path = path_of(app, found.manifest.icon);
    const auto icon = parse_icon(is_file(path) ? buffer.read(path) : std::span<const std::uint8_t>());
    entry.has_icon = icon.has_value();
    if (icon) {
        entry.icon = *icon;
    } else if (entry.problem.empty()) {
        entry.problem = is_file(path) ? icon.error().message.view() : std::string_view("the icon's file is missing");
    }
}

std::string_view title_of(std::string_view app, const Found& found) {
    return found.manifest.name.empty() ? app : found.manifest.name.view();
}

bool send_entry(std::string_view app, FileBuffer& buffer, Found& found) {
    look_at(app, buffer, found);
    bridge::AppEntry entry;
    entry.name = app;
    entry.title = title_of(app, found);
    entry.version = found.manifest.version;
    entry.author = found.manifest.author;
    entry.description = found.manifest.description;
    entry.problem = found.problem;
    entry.startable = found.startable;
    add_icon(app, buffer, found, entry);
    return core().send(entry);
}

/// A text that sorts as the title does; the folder's name decides between two equal ones.
mp_obj_t sort_key(std::string_view title) {
    base::FixedString<bridge::app_name_max> lower;
    for (const char c : title) lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    return mp_obj_new_bytes(reinterpret_cast<const byte*>(lower.c_str()), lower.size());
}

/// The folders with an app, as a sorted Python list of (sort key, name, title, startable).
mp_obj_t find_apps(FileBuffer& buffer, Found& found) {
    constexpr mp_int_t folder_type = 0x4000;
    const mp_obj_t apps = mp_obj_new_list(0, nullptr);
    const mp_obj_t folder = mp_obj_new_str(apps_folder.data(), apps_folder.size());
    mp_obj_iter_buf_t iterator_buffer;
    const mp_obj_t iterator = mp_getiter(mp_vfs_ilistdir(1, &folder), &iterator_buffer);
    for (mp_obj_t each = mp_iternext(iterator); each != MP_OBJ_STOP_ITERATION; each = mp_iternext(iterator)) {
        std::size_t size = 0;
        mp_obj_t* fields = nullptr;
        mp_obj_get_array(each, &size, &fields);
        std::size_t name_size = 0;
        const char* name = mp_obj_str_get_data(fields[0], &name_size);
        if (mp_obj_get_int(fields[1]) != folder_type || name[0] == '.') continue;
        look_at({name, name_size}, buffer, found);
        if (!found.is_app) continue;
        if (static_cast<const mp_obj_list_t*>(MP_OBJ_TO_PTR(apps))->len == listed_apps_max) {
            core().log(2, "there are more than 64 apps in /pyapps; not all are listed");
            break;
        }
        const std::string_view title = title_of({name, name_size}, found);
        const mp_obj_t app[] = {sort_key(title), fields[0], mp_obj_new_str(title.data(), title.size()),
                                mp_obj_new_bool(found.startable)};
        mp_obj_list_append(apps, mp_obj_new_tuple(MP_ARRAY_SIZE(app), app));
    }
    mp_obj_list_sort(1, &apps, const_cast<mp_map_t*>(&mp_const_empty_map));
    return apps;
}

/// Everything between `begin` and `end`. May raise.
void send_apps() {
    FileBuffer buffer(manifest_bytes_max);
    auto* found = m_new(Found, 1);
    std::size_t count = 0;
    mp_obj_t* apps = nullptr;
    mp_obj_get_array(find_apps(buffer, *found), &count, &apps);
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t fields_count = 0;
        mp_obj_t* fields = nullptr;
        mp_obj_get_array(apps[i], &fields_count, &fields);
        std::size_t size = 0;
        const char* name = mp_obj_str_get_data(fields[1], &size);
        if (!send_entry({name, size}, buffer, *found)) break;
    }
    m_del(Found, found, 1);
    buffer.free();
}

bridge::AppEntry mark(bridge::AppEntry::Op op) {
    bridge::AppEntry entry;
    entry.op = op;
    return entry;
}

} // namespace

void send_catalogue() {
    auto& bridge = core().inputs.bridge();
    bridge.apps_wanted = false;
    bridge::AppEntry begin = mark(bridge::AppEntry::Op::begin);
    if (MP_STATE_VM(vfs_mount_table) == nullptr) begin.problem = "the file system is damaged; erase the flash";
    if (!core().send(begin)) return;
    if (is_folder(path_of({})) && !completed(send_apps)) core().log(2, "the list of apps is not complete");
    core().send(mark(bridge::AppEntry::Op::end));
}

void offer_catalogue() {
    auto& bridge = core().inputs.bridge();
    if (bridge.apps_wanted || bridge.app_entries.empty()) send_catalogue();
}

mp_obj_t startable_apps() {
    const mp_obj_t startable = mp_obj_new_list(0, nullptr);
    if (!is_folder(path_of({}))) return startable;
    FileBuffer buffer(manifest_bytes_max);
    std::size_t count = 0;
    mp_obj_t* apps = nullptr;
    mp_obj_get_array(find_apps(buffer, *m_new(Found, 1)), &count, &apps);
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t fields_count = 0;
        mp_obj_t* fields = nullptr;
        mp_obj_get_array(apps[i], &fields_count, &fields);
        if (fields[3] == mp_const_true) mp_obj_list_append(startable, mp_obj_new_tuple(2, fields + 1));
    }
    return startable;
}

AppStart find_start(std::string_view app) {
    AppStart start;
    start.file = path_of(app, "app.py");
    start.problem = "not enough memory to read app.toml";
    completed([&] {
        FileBuffer buffer(manifest_bytes_max);
        auto* found = m_new(Found, 1);
        look_at(app, buffer, *found);
        start.file = path_of(app, found->manifest.entry);
        start.problem.clear();
        if (!found->startable) start.problem = found->problem;
        m_del(Found, found, 1);
        buffer.free();
    });
    return start;
}

} // namespace firmware::vm
