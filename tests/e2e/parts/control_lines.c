// SPDX-License-Identifier: Apache-2.0
// Gives a pseudo terminal the control lines that it has not: what moves DTR and RTS is told to the board behind it, at
// the socket that OURO_CONTROL_LINES names (tests/rom/fake_rom.cpp).
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int lines;

static int tell(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    const char message[2] = {lines & TIOCM_DTR ? '1' : '0', lines & TIOCM_RTS ? '1' : '0'};
    int socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ssize_t sent = sendto(socket_fd, message, sizeof message, 0, (struct sockaddr *)&address, sizeof address);
    close(socket_fd);
    return sent == (ssize_t)sizeof message ? 0 : -1;
}

int ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    int result = (int)syscall(SYS_ioctl, fd, request, argument);
    const char *path = getenv("OURO_CONTROL_LINES");
    if (result == 0 || path == NULL || (request != TIOCMBIS && request != TIOCMBIC)) return result;
    const int moved = *(const int *)argument;
    lines = request == TIOCMBIS ? lines | moved : lines & ~moved;
    return tell(path);
}
