// SPDX-License-Identifier: Apache-2.0
// What the C++ library expects of a system, for a system that never allocates after boot and never throws.
#include "firmware/ports/mps2_an521/runtime_support.hpp"

#include "base/expect.hpp"
#include "firmware/ports/mps2_an521/cpu.hpp"
#include "firmware/ports/mps2_an521/registers.hpp"
#include "firmware/ports/mps2_an521/startup.hpp"
#include "firmware/ports/mps2_an521/uart.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

namespace firmware::ports::mps2_an521 {
namespace {

/// For the containers of simulated parts: the glass of a screen and the colours of its LEDs.
constexpr std::size_t boot_memory_bytes = std::size_t{160} * 1024;
alignas(std::max_align_t) std::array<std::byte, boot_memory_bytes> boot_memory;
std::size_t boot_memory_used = 0;
bool booted = false;

void shout(std::string_view text) noexcept { Uart::shout(uart::uart0, text); }

void shout(std::uint32_t number, int base) noexcept {
    std::array<char, 12> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    shout({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

} // namespace

void boot_complete() noexcept { booted = true; }

void last_words(const char* condition, const char* file, int line) noexcept {
    shout("\r\n");
    shout(file);
    shout(":");
    shout(static_cast<std::uint32_t>(line), 10);
    shout(": expected ");
    shout(condition);
    shout("; the board starts again\r\n");
    reset_chip();
}

void unexpected_interrupt() {
    shout("\r\nexception ");
    shout(active_exception(), 10);
    shout(", status ");
    shout(reg(core::fault_status), 16);
    shout("; the board starts again\r\n");
    reset_chip();
}

} // namespace firmware::ports::mps2_an521

using namespace firmware::ports::mps2_an521;

void* operator new(std::size_t size) {
    expect(!booted);
    const std::size_t room =
        (size + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
    expect(room <= boot_memory_bytes - boot_memory_used);
    void* const memory = boot_memory.data() + boot_memory_used;
    boot_memory_used += room;
    return memory;
}

// What was made at boot stays.
void operator delete(void*) noexcept { expect(!"memory was given back"); }
void operator delete(void*, std::size_t) noexcept { expect(!"memory was given back"); }

namespace std {

// The library would throw here, and bring all that throwing needs into the image.
void __throw_bad_function_call() {
    expect(!"an empty function was called");
    __builtin_unreachable();
}
void __throw_length_error(const char* what) { base::expect_failed(what, "std", 0); }
void __throw_logic_error(const char* what) { base::expect_failed(what, "std", 0); }
void __throw_bad_alloc() { base::expect_failed("memory", "std", 0); }
void __throw_bad_array_new_length() { base::expect_failed("an array's length", "std", 0); }
void __throw_out_of_range_fmt(const char* what, ...) { base::expect_failed(what, "std", 0); }

} // namespace std

extern "C" {

void __cxa_pure_virtual() { base::expect_failed("no call of a pure virtual function", "std", 0); }
[[noreturn]] void abort() { base::expect_failed("no abort", "std", 0); }
int atexit(void (*)()) { return 0; } // static objects live as long as the board

void __assert_func(const char* file, int line, const char*, const char* condition) {
    base::expect_failed(condition, file, line);
}

// What the library's own code names in its unwinding tables, which nobody reads.
void __gxx_personality_v0() { base::expect_failed("no exception", "std", 0); }
void __aeabi_unwind_cpp_pr0() { base::expect_failed("no exception", "std", 0); }
void __aeabi_unwind_cpp_pr1() { base::expect_failed("no exception", "std", 0); }
void __cxa_end_cleanup() { base::expect_failed("no exception", "std", 0); }

} // extern "C"
