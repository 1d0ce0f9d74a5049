// SPDX-License-Identifier: Apache-2.0
// One function a check.
#include "hub/workbench/port_doctor.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;

constexpr const char* install_rules =
    "ouro doctor --rules | sudo tee /etc/udev/rules.d/60-ouroboard.rules && sudo udevadm control --reload && "
    "sudo udevadm trigger --subsystem-match=tty --subsystem-match=usb";

fs::path below(const Machine& machine, const fs::path& path) { return machine.root / path.relative_path(); }

/// "dialout" and its members.
struct Group {
    std::string name;
    std::vector<std::string> members;
};

// A line is "dialout:x:20:ada,bob".
Group group_of(const Machine& machine, unsigned gid) {
    std::ifstream file(below(machine, "/etc/group"));
    for (std::string line; std::getline(file, line);) {
        std::array<std::string, 4> field;
        std::istringstream fields(line);
        for (std::string& text : field) std::getline(fields, text, ':');
        if (field[2] != std::to_string(gid)) continue;
        Group group{field[0], {}};
        std::istringstream members(field[3]);
        for (std::string member; std::getline(members, member, ',');) group.members.push_back(member);
        return group;
    }
    return {std::to_string(gid), {}};
}

bool may_open(const Machine& machine, const struct stat& port) {
    if (machine.uid == 0) return true;
    constexpr unsigned both = 06;
    unsigned rights = port.st_mode & both;
    if (std::find(machine.groups.begin(), machine.groups.end(), port.st_gid) != machine.groups.end()) {
        rights = (port.st_mode >> 3U) & both;
    }
    if (machine.uid == port.st_uid) rights = (port.st_mode >> 6U) & both;
    return rights == both;
}

// udev may have given the right to the person at the screen by an access list, which `stat` does not show.
bool may_open_by_list(const Machine& machine, const fs::path& path) {
    return machine.root == "/" && ::access(path.c_str(), R_OK | W_OK) == 0;
}

void check_rights(const Machine& machine, const UsbPort& port, std::vector<PortFinding>& findings) {
    const fs::path path = below(machine, port.path);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        findings.push_back({"rights", true, port.path, port.path.string() + " is not in this machine's /dev",
                            "In a container, pass it in: docker run --device " + port.path.string() + " …"});
        return;
    }
    if (may_open(machine, status) || may_open_by_list(machine, path)) return;
    const Group group = group_of(machine, status.st_gid);
    const bool group_may = (status.st_mode & 060U) == 060U && status.st_gid != 0;
    const bool is_member = std::find(group.members.begin(), group.members.end(), machine.user) != group.members.end();
    const std::string message = "you may not open " + port.path.string();
    if (!group_may) {
        findings.push_back({"rights", true, port.path, message + ": only its owner may", install_rules});
    } else if (is_member && !machine.user.empty()) {
        findings.push_back({"rights", true, port.path,
                            message + ": you are in group " + group.name + ", but were not yet when you logged in",
                            "Log out and in again, or for one shell: newgrp " + group.name});
    } else {
        findings.push_back({"rights", true, port.path, message + ": you are not in group " + group.name,
                            "sudo usermod -aG " + group.name + " " + (machine.user.empty() ? "$USER" : machine.user) +
                                ", then log out and in again"});
    }
}

void check_holder(const ExaminedPort& examined, std::vector<PortFinding>& findings) {
    // Our own hub shares what it holds.
    if (!examined.holder || examined.holder->program == "ouro") return;
    const std::string pid = std::to_string(examined.holder->pid);
    findings.push_back({"holder", true, examined.port.path,
                        examined.port.path.string() + " is held by " + text_of(*examined.holder),
                        "Close that program, or end it: kill " + pid});
}

std::optional<int> find_process(const Machine& machine, std::string_view name) {
    std::error_code error;
    fs::directory_iterator entry(below(machine, "/proc"), error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const std::string number = entry->path().filename().string();
        int pid = 0;
        const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), pid);
        if (problem != std::errc() || end != number.data() + number.size()) continue;
        std::ifstream file(entry->path() / "comm");
        std::string comm;
        if (std::getline(file, comm) && comm == name) return pid;
    }
    return std::nullopt;
}

// udev reads a file of the same name in the first of these folders only; an empty one, or a link to /dev/null, is how
// one takes a rule out.
constexpr std::array rule_folders{"/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d",
                                  "/lib/udev/rules.d"};

std::vector<fs::path> rule_files(const Machine& machine) {
    std::vector<fs::path> files;
    for (const char* folder : rule_folders) {
        std::error_code error;
        fs::directory_iterator entry(below(machine, folder), error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
            const auto has_name = [&](const fs::path& file) { return file.filename() == entry->path().filename(); };
            if (std::none_of(files.begin(), files.end(), has_name)) files.push_back(entry->path());
        }
    }
    return files;
}

bool is_rule_in_use(const fs::path& file, std::string_view word) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with('#') && line.find(word) != std::string::npos) return true;
    }
    return false;
}

// brltty, which reads Braille displays, takes adapters for one: the port is there for a second, and then gone.
void check_brltty(const Machine& machine, std::vector<PortFinding>& findings) {
    for (const fs::path& file : rule_files(machine)) {
        if (file.filename().string().find("brltty") == std::string::npos) continue;
        std::string taken;
        for (const auto& [number, name] :
             {std::pair{"1a86/7523", "CH340"}, {"10c4/ea60", "CP2102"}, {"403/6001", "FT232R"}}) {
            if (is_rule_in_use(file, number)) taken += (taken.empty() ? "" : ", ") + std::string(name);
        }
        if (taken.empty()) continue;
        findings.push_back({"brltty", true, "", "brltty takes these adapters for Braille displays: " + taken,
                            "sudo ln -s /dev/null /etc/udev/rules.d/" + file.filename().string() +
                                " && sudo udevadm control --reload, or, if nobody here reads Braille: "
                                "sudo apt remove brltty"});
    }
}

bool has_our_rules(const Machine& machine) {
    const auto files = rule_files(machine);
    return std::any_of(files.begin(), files.end(), [](const fs::path& file) {
        return file.filename() == "60-ouroboard.rules" && is_rule_in_use(file, "ID_MM_PORT_IGNORE");
    });
}

void check_modem_manager(const Machine& machine, std::vector<PortFinding>& findings) {
    if (has_our_rules(machine)) return;
    const auto pid = find_process(machine, "ModemManager");
    if (!pid) return;
    findings.push_back({"modemmanager", true, "",
                        "ModemManager (pid " + std::to_string(*pid) +
                            ") asks new ports whether they are modems, and boards read that as typed",
                        install_rules});
}

void check_links(const Machine& machine, std::vector<PortFinding>& findings) {
    std::error_code ignored;
    if (fs::exists(below(machine, "/dev/serial"), ignored)) return;
    findings.push_back(
        {"links", false, "",
         "there is no /dev/serial: names that stay the same are missing, as udev's daemon does not run",
         "Name ports by their serial number; in a container, pass in -v /dev:/dev -v /run/udev:/run/udev:ro"});
}

} // namespace

Machine Machine::here() {
    Machine machine;
    machine.uid = ::geteuid();
    std::array<gid_t, 256> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    if (count > 0) machine.groups.assign(groups.begin(), groups.begin() + count);
    machine.groups.push_back(::getegid());
    if (const passwd* entry = ::getpwuid(machine.uid)) machine.user = entry->pw_name;
    return machine;
}

std::vector<PortFinding> examine_ports(const Machine& machine, const std::vector<ExaminedPort>& ports,
                                       const std::vector<std::string>& without_port) {
    std::vector<PortFinding> findings;
    for (const std::string& device : without_port) {
        findings.push_back({"driver", true, "", device + " is plugged in, but has got no port",
                            "Look at the end of `sudo dmesg`: brltty may have taken it, or its driver is missing."});
    }
    for (const ExaminedPort& examined : ports) {
        check_rights(machine, examined.port, findings);
        check_holder(examined, findings);
    }
    check_brltty(machine, findings);
    check_modem_manager(machine, findings);
    if (!ports.empty()) check_links(machine, findings);
    return findings;
}

} // namespace hub::workbench
