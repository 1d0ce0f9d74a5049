// SPDX-License-Identifier: Apache-2.0
// What this process asks of devices on USB, and how they answer: with 0 or with what errno is to be.
#pragma once

#include <linux/usbdevice_fs.h>

#include <vector>

namespace hub::workbench {

struct UsbCalls {
    std::vector<unsigned> claimed; ///< interfaces
    std::vector<usbdevfs_ctrltransfer> requests;
    int claim_answer = 0;
    int request_answer = 0;
};

/// One for the process, as the C library's ioctl is.
UsbCalls& usb_calls();

} // namespace hub::workbench
