// SPDX-License-Identifier: Apache-2.0
// The console as boards have it: received by interrupt into a ring, so that a program can ask whether there is anything
// to read, and Ctrl-C ends one that does not ask. The linker puts these in front of the port's own.
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/runtime/interrupt_char.h"

enum { uart_data = 0x00, uart_state = 0x04, uart_control = 0x08, uart_interrupts = 0x0C };
enum { state_rx_full = 2, control_rx_interrupt = 8, interrupt_rx = 2, ring_size = 512, no_char = -1 };

static volatile uint16_t head;
static volatile uint16_t tail;
static uint8_t ring[ring_size];

static uint16_t after(uint16_t place) { return (place + 1) % ring_size; }

void board_uart0_rx(void) {
    BOARD_REG(BOARD_UART0 + uart_interrupts) = interrupt_rx; // before looking: a byte that comes meanwhile asks again
    while (BOARD_REG(BOARD_UART0 + uart_state) & state_rx_full) {
        if (after(head) == tail) { // what waits is taken when there is room; until then the other end is held back
            BOARD_REG(BOARD_UART0 + uart_control) &= ~control_rx_interrupt;
            return;
        }
        uint8_t byte = BOARD_REG(BOARD_UART0 + uart_data);
        if (byte == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else {
            ring[head] = byte;
            head = after(head);
        }
    }
}

void __real_uart_init(void);

// The first of the board that runs: its clock starts here, too.
void __wrap_uart_init(void) {
    __real_uart_init();
    BOARD_REG(BOARD_UART0 + uart_control) |= control_rx_interrupt;
    board_start_clock();
}

int __wrap_uart_rx_chr(void) {
    if (head == tail) mp_event_wait_indefinite();
    if (head == tail) return no_char;
    uint8_t byte = ring[tail];
    tail = after(tail);
    uint32_t before = board_hold_interrupts();
    if (!(BOARD_REG(BOARD_UART0 + uart_control) & control_rx_interrupt)) {
        BOARD_REG(BOARD_UART0 + uart_control) |= control_rx_interrupt;
        board_uart0_rx();
    }
    board_let_interrupts(before);
    return byte;
}

uintptr_t __wrap_mp_hal_stdio_poll(uintptr_t asked) {
    return asked & (MP_STREAM_POLL_WR | (head != tail ? MP_STREAM_POLL_RD : 0));
}
