// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/tests/usb_calls.hpp"

#include <linux/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

namespace hub::workbench {
namespace {

int answer(int problem) {
    errno = problem;
    return problem == 0 ? 0 : -1;
}

} // namespace

UsbCalls& usb_calls() {
    static UsbCalls calls;
    return calls;
}

} // namespace hub::workbench

// umockdev's own would refuse what it was not told about: the pty that stands for a port answers for itself.
extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    auto& calls = hub::workbench::usb_calls();
    if (request == USBDEVFS_CLAIMINTERFACE) {
        calls.claimed.push_back(*static_cast<unsigned*>(argument));
        return hub::workbench::answer(calls.claim_answer);
    }
    if (request == USBDEVFS_CONTROL) {
        calls.requests.push_back(*static_cast<usbdevfs_ctrltransfer*>(argument));
        return hub::workbench::answer(calls.request_answer);
    }
    return static_cast<int>(::syscall(SYS_ioctl, fd, request, argument));
}
