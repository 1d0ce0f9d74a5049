// SPDX-License-Identifier: Apache-2.0
// umockdev's ioctl refuses what it was not told about: the pseudo terminal that stands for a port answers for itself.
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

int ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return (int)syscall(SYS_ioctl, fd, request, argument);
}
