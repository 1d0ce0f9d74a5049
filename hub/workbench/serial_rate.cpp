// SPDX-License-Identifier: Apache-2.0
// The kernel's own structure, whose header can't stand beside termios.h.
#include "hub/workbench/serial_rate.hpp"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace hub::workbench {
namespace {

constexpr unsigned input_shift = 16; // IBSHIFT: where the input's rate stands in c_cflag

bool is_about(unsigned rate, unsigned wanted) noexcept {
    const unsigned long long tolerance = wanted * 3ULL;
    return rate * 100ULL + tolerance >= wanted * 100ULL && rate * 100ULL <= wanted * 100ULL + tolerance;
}

} // namespace

int set_serial_rate(int descriptor, unsigned baud) noexcept {
    termios2 settings{};
    if (::ioctl(descriptor, TCGETS2, &settings) != 0) return errno;
    settings.c_cflag &= ~static_cast<tcflag_t>(CBAUD | CBAUD << input_shift);
    settings.c_cflag |= BOTHER | BOTHER << input_shift;
    settings.c_ispeed = baud;
    settings.c_ospeed = baud;
    if (::ioctl(descriptor, TCSETS2, &settings) != 0) return errno;
    return is_about(serial_rate(descriptor), baud) ? 0 : EINVAL;
}

unsigned serial_rate(int descriptor) noexcept {
    termios2 settings{};
    return ::ioctl(descriptor, TCGETS2, &settings) == 0 ? settings.c_ospeed : 0;
}

} // namespace hub::workbench
