// SPDX-License-Identifier: Apache-2.0
// Reads /proc.
#include "hub/workbench/port_holder.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;

std::optional<int> to_pid(const std::string& text) {
    int pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    return error == std::errc() && end == text.data() + text.size() && pid > 0 ? std::optional(pid) : std::nullopt;
}

// A line is "1: FLOCK  ADVISORY  WRITE 1234 00:19:5 0 EOF": type, mode, access, pid, device in hex and inode.
std::optional<int> lock_holder(const struct stat& port) {
    std::array<char, 64> wanted{};
    std::snprintf(wanted.data(), wanted.size(), "%02x:%02x:%lu", major(port.st_dev), minor(port.st_dev),
                  static_cast<unsigned long>(port.st_ino));
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, type, mode, access, pid, file;
        words >> number >> type >> mode >> access >> pid >> file;
        if (type == "FLOCK" && file == wanted.data()) return to_pid(pid);
    }
    return std::nullopt;
}

bool has_open(const fs::path& process, const struct stat& port) {
    std::error_code error;
    fs::directory_iterator file(process / "fd", error);
    for (; !error && file != fs::directory_iterator(); file.increment(error)) {
        struct stat other {};
        if (::stat(file->path().c_str(), &other) == 0 && S_ISCHR(other.st_mode) && other.st_rdev == port.st_rdev) {
            return true;
        }
    }
    return false;
}

std::optional<int> opener(const struct stat& port) {
    std::error_code error;
    fs::directory_iterator process("/proc", error);
    for (; !error && process != fs::directory_iterator(); process.increment(error)) {
        const auto pid = to_pid(process->path().filename().string());
        if (pid && *pid != ::getpid() && has_open(process->path(), port)) return pid;
    }
    return std::nullopt;
}

std::optional<PortHolder> holder_of(std::optional<int> pid) {
    if (!pid) return std::nullopt;
    std::ifstream file("/proc/" + std::to_string(*pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return PortHolder{name.empty() ? "a program" : name, *pid};
}

} // namespace

std::optional<PortHolder> find_port_opener(const fs::path& port) {
    struct stat status {};
    return ::stat(port.c_str(), &status) == 0 ? holder_of(opener(status)) : std::nullopt;
}

std::optional<PortHolder> find_port_holder(const fs::path& port) {
    struct stat status {};
    if (::stat(port.c_str(), &status) != 0) return std::nullopt;
    const auto pid = lock_holder(status);
    return holder_of(pid ? pid : opener(status));
}

std::string text_of(const PortHolder& holder) { return holder.program + " (pid " + std::to_string(holder.pid) + ")"; }

std::string port_holder(const fs::path& port) {
    const auto holder = find_port_holder(port);
    return holder ? text_of(*holder) : "another program";
}

} // namespace hub::workbench
