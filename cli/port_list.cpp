// SPDX-License-Identifier: Apache-2.0
#include "cli/port_list.hpp"

#include "hub/workbench/port_holder.hpp"
#include "hub/workbench/port_rule.hpp"

#include <algorithm>
#include <cctype>

namespace cli {

namespace workbench = hub::workbench;

namespace {

std::string what_is(const workbench::UsbPort& port) {
    const workbench::KnownUsb* const known = workbench::known(port);
    if (workbench::is_second_circuitpython_port(port)) return "CircuitPython's second port, for data of its program";
    if (known != nullptr) return std::string(known->name) + ": " + known->likely;
    const std::string name = port.product_name.empty() ? port.manufacturer : port.product_name;
    return (name.empty() ? "USB device" : name) + " (" + workbench::usb_id(port) + ")";
}

std::string holder_of(const std::filesystem::path& path) {
    const auto holder = workbench::find_port_holder(path);
    return holder ? workbench::text_of(*holder) : std::string();
}

// "u0" is /dev/ttyUSB0, as mpremote has it.
std::string path_meant(const std::string& wish) {
    const bool is_short = wish.size() > 1 && std::all_of(wish.begin() + 1, wish.end(),
                                                         [](unsigned char c) { return std::isdigit(c) != 0; });
    if (is_short && wish[0] == 'u') return "/dev/ttyUSB" + wish.substr(1);
    if (is_short && wish[0] == 'a') return "/dev/ttyACM" + wish.substr(1);
    return wish.starts_with("port:") ? wish.substr(5) : wish;
}

bool is_meant(const ListedPort& port, const std::string& wish) {
    if (!port.uid.empty() && port.uid == wish) return true;
    const std::string name = wish.starts_with("id:") ? wish.substr(3) : path_meant(wish);
    return port.path == name || (port.usb && !name.empty() && workbench::means(name, *port.usb));
}

Outcome<std::optional<ListedPort>> wished(const std::vector<ListedPort>& ports, const std::string& wish) {
    std::vector<ListedPort> fitting;
    std::copy_if(ports.begin(), ports.end(), std::back_inserter(fitting),
                 [&](const ListedPort& port) { return is_meant(port, wish); });
    if (fitting.size() == 1) return std::optional(fitting.front());
    if (!fitting.empty()) {
        return fail(exit_usage, "\"" + wish + "\" means several ports, " + fitting[0].path + " and " + fitting[1].path,
                    "Name the one by its path.");
    }
    const std::string path = path_meant(wish);
    std::error_code ignored;
    if (path.starts_with('/') && std::filesystem::is_character_file(path, ignored)) {
        ListedPort port;
        port.path = path;
        port.identity = path;
        return std::optional(port);
    }
    return fail(exit_not_found, "There is no port \"" + wish + "\"", "`ouro ports` lists what there is.");
}

} // namespace

ListedPort listed(const workbench::UsbPort& port, const Json& boards) {
    using Rank = ListedPort::Rank;
    ListedPort result{port.path, what_is(port), workbench::identity(port), Rank::maybe, {}, {}, {}, port};
    if (workbench::known(port) != nullptr) result.rank = Rank::likely;
    if (workbench::is_second_circuitpython_port(port)) result.rank = Rank::never;
    for (const Json& board : boards) {
        const Json evidence = board.value("evidence", Json());
        const bool is_here = board.value("online", false) && evidence.is_object() &&
                             evidence.value("path", "") == "serial " + port.path.string();
        if (!is_here) continue;
        result.uid = board.value("uid", "");
        result.board = board.value("name", "");
    }
    result.held_by = holder_of(port.path);
    return result;
}

ListedPort listed(const workbench::BoardPort& virtual_board, const Json& boards) {
    const std::string& uid = virtual_board.uid;
    ListedPort result{virtual_board.path, "virtual board", uid, ListedPort::Rank::likely, uid, {}, {}, {}};
    for (const Json& board : boards) {
        if (board.value("uid", "") == uid) result.board = board.value("name", "");
    }
    if (!workbench::check_present(virtual_board)) {
        result.what = "virtual board that has ended";
        result.rank = ListedPort::Rank::never;
        return result; // its terminal may be another program's by now
    }
    const std::string holder = holder_of(virtual_board.path);
    if (!holder.starts_with("ouro-board ")) result.held_by = holder; // which is the board itself
    return result;
}

Json json_of(const ListedPort& port) {
    Json json{{"path", port.path},
              {"what", port.what},
              {"virtual", !port.usb.has_value()},
              {"identity", port.identity},
              {"uid", port.uid.empty() ? Json() : Json(port.uid)},
              {"board", port.board.empty() ? Json() : Json(port.board)},
              {"held_by", port.held_by.empty() ? Json() : Json(port.held_by)}};
    if (!port.usb) return json;
    json["usb"] = {{"id", workbench::usb_id(*port.usb)},      {"serial", port.usb->serial},
                   {"manufacturer", port.usb->manufacturer},  {"product", port.usb->product_name},
                   {"interface", port.usb->interface_number}, {"bus_path", port.usb->bus_path},
                   {"by_id", port.usb->by_id.string()},       {"by_path", port.usb->by_path.string()}};
    return json;
}

std::vector<ListedPort> candidates(const std::vector<ListedPort>& ports) {
    for (const auto rank : {ListedPort::Rank::likely, ListedPort::Rank::maybe}) {
        std::vector<ListedPort> found;
        std::copy_if(ports.begin(), ports.end(), std::back_inserter(found),
                     [&](const ListedPort& port) { return port.rank == rank; });
        if (!found.empty()) return found;
    }
    return {};
}

Outcome<std::optional<ListedPort>> choose_port(const std::vector<ListedPort>& ports, const PortWishes& wishes) {
    for (const std::string& wish : {wishes.option, wishes.environment}) {
        if (!wish.empty() && wish != "auto") return wished(ports, wish);
    }
    for (const ListedPort& port : ports) {
        if (!wishes.last.empty() && port.identity == wishes.last) return std::optional(port);
    }
    const std::vector<ListedPort> left = candidates(ports);
    if (left.empty()) {
        return fail(exit_not_found, "No board is plugged in",
                    "`ouro doctor` looks for reasons. A cable that only charges is the most frequent one.");
    }
    return left.size() == 1 ? std::optional(left.front()) : std::nullopt;
}

} // namespace cli
