// SPDX-License-Identifier: Apache-2.0
// How MicroPython waits, and what it looks at before it does (core.hpp).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Takes over what came for the VM: Ctrl-C, abort, edges. Never raises; mp_handle_pending acts on it.
void ouro_vm_service(void);
/// Waits until something comes for the VM, or for `timeout_ms`; below 0 for as long as it takes. Never raises.
void ouro_vm_wait_ms(int64_t timeout_ms);
void mp_hal_set_interrupt_char(int c);

#ifdef __cplusplus
}
#endif

#define MICROPY_INTERNAL_EVENT_HOOK ouro_vm_service()
#define MICROPY_INTERNAL_WFE(timeout_ms) ouro_vm_wait_ms((int32_t)(timeout_ms))
