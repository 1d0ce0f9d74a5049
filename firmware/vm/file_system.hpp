// SPDX-License-Identifier: Apache-2.0
// The board's flash as MicroPython's file system.
#pragma once

namespace firmware::vm {

/// Mounts LittleFS2 at `/`. Blank flash is formatted; a damaged file system is reported and left alone, and the VM goes
/// on without files. May raise MemoryError.
void mount_file_system();

} // namespace firmware::vm
