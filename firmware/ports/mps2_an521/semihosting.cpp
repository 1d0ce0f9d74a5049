// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/mps2_an521/semihosting.hpp"

#include <array>
#include <cstring>

namespace firmware::ports::mps2_an521 {
namespace {

enum class Call : std::uint32_t { open = 0x01, write = 0x05, read = 0x06, seek = 0x0A, length = 0x0C, line = 0x15 };
enum Mode : std::uintptr_t { read_binary = 1, update_binary = 3, create_binary = 7 };

std::int32_t ask(Call call, const void* arguments) noexcept {
    register auto result asm("r0") = static_cast<std::uint32_t>(call);
    register auto block asm("r1") = arguments;
    asm volatile("bkpt 0xAB" : "+r"(result) : "r"(block) : "memory");
    return static_cast<std::int32_t>(result);
}

template <typename... Words>
std::array<std::uintptr_t, sizeof...(Words)> words(Words... values) noexcept {
    return {static_cast<std::uintptr_t>(values)...};
}

std::uintptr_t address(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

} // namespace

bool HostFile::open(const char* name, bool create) noexcept {
    const auto mode = create ? create_binary : update_binary;
    handle_ = ask(Call::open, words(address(name), mode, std::strlen(name)).data());
    if (handle_ < 0 && !create) handle_ = ask(Call::open, words(address(name), read_binary, std::strlen(name)).data());
    return is_open();
}

std::size_t HostFile::size() const noexcept {
    const std::int32_t size = is_open() ? ask(Call::length, words(handle_).data()) : 0;
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

bool HostFile::read(std::size_t offset, std::span<std::uint8_t> into) const noexcept {
    return is_open() && ask(Call::seek, words(handle_, offset).data()) == 0 &&
           ask(Call::read, words(handle_, address(into.data()), into.size()).data()) == 0;
}

bool HostFile::write(std::size_t offset, std::span<const std::uint8_t> bytes) const noexcept {
    return is_open() && ask(Call::seek, words(handle_, offset).data()) == 0 &&
           ask(Call::write, words(handle_, address(bytes.data()), bytes.size()).data()) == 0;
}

std::string_view command_line(std::span<char> buffer) noexcept {
    auto arguments = words(address(buffer.data()), buffer.size());
    if (ask(Call::line, arguments.data()) != 0) return {};
    const std::string_view text(buffer.data(), buffer.size());
    return text.substr(0, text.find(char{}));
}

std::string_view setting(std::string_view line, std::string_view key) noexcept {
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(word.size() < line.size() ? word.size() + 1 : word.size());
        if (word.starts_with(key) && word.substr(key.size()).starts_with('=')) return word.substr(key.size() + 1);
    }
    return {};
}

} // namespace firmware::ports::mps2_an521
