// SPDX-License-Identifier: Apache-2.0
// The board's flash as MicroPython's file system.
#pragma once

namespace firmware::vm {

/// Mounts LittleFS2 at `/`, and ends an install that a power cut interrupted. Blank flash is formatted. A FAT volume of
/// the badge's first firmware is mounted at `/pyapps`, to be read only. Anything else is damaged: it is reported on the
/// console and to the home and left alone, and the VM goes on without files. May raise MemoryError.
void mount_file_system();

} // namespace firmware::vm
