// SPDX-License-Identifier: Apache-2.0
// As plain_ioctl.c, and a Pico with a program of the Pico SDK: asked right on USB it is gone, and its boot drive is at
// OURO_BOOT_DRIVE.
#include <errno.h>
#include <linux/ioctl.h>
#include <linux/usbdevice_fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int claimed = -1;

static int reset(const struct usbdevfs_ctrltransfer *asked) {
    const int good = asked->bRequestType == 0x21 && asked->bRequest == 1 && asked->wIndex == claimed &&
                     asked->wValue == 0 && asked->wLength == 0;
    const char *drive = getenv("OURO_BOOT_DRIVE");
    errno = good && drive != NULL ? ENODEV : EPIPE;
    if (errno == EPIPE) return -1;
    char path[4096];
    snprintf(path, sizeof path, "%s/INFO_UF2.TXT", drive);
    mkdir(drive, 0755);
    FILE *file = fopen(path, "w");
    fputs("UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n", file);
    fclose(file);
    errno = ENODEV;
    return -1;
}

int ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == USBDEVFS_CLAIMINTERFACE) {
        claimed = (int)*(unsigned *)argument;
        return 0;
    }
    if (request == USBDEVFS_CONTROL) return reset(argument);
    return (int)syscall(SYS_ioctl, fd, request, argument);
}
