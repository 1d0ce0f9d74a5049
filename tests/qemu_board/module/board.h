// SPDX-License-Identifier: Apache-2.0
// The parts of QEMU's mps2-an385 that this board uses, and what its files know of each other.
#pragma once

#include <stdint.h>

#define BOARD_REG(address) (*(volatile uint32_t*)(address))

#define BOARD_TIMER0 0x40000000u
#define BOARD_UART0 0x40004000u
#define BOARD_FPGA_IO 0x40028000u
#define BOARD_LEDS (BOARD_FPGA_IO + 0x00) // bits 0 and 1
#define BOARD_COUNTER (BOARD_FPGA_IO + 0x18)
#define BOARD_PRESCALE (BOARD_FPGA_IO + 0x1C)
#define BOARD_PSRAM 0x21000000u // 16 MiB, which stand for flash
#define BOARD_CLOCK_HZ 25000000u

// Starts the counter of microseconds and a tick each millisecond.
void board_start_clock(void);
