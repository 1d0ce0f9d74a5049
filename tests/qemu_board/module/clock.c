// SPDX-License-Identifier: Apache-2.0
// The clock: the board's counter of microseconds, made longer than its 32 bits by a tick each millisecond, which also
// ends every wait and keeps machine.Timer's times.
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/softtimer.c"

enum { timer_control = 0x00, timer_value = 0x04, timer_reload = 0x08, timer_interrupts = 0x0C };
enum { timer_on = 1, timer_interrupt = 8, irq_uart0_rx = 0, irq_timer0 = 8, irqs = 16 };
#define NVIC_ENABLE 0xE000E100u

void Default_Handler(void);
void board_uart0_rx(void);
void board_timer0(void);

// Behind the processor's own sixteen.
__attribute__((section(".irq_vector"), used)) static void (*const irq_vector[irqs])(void) = {
    [0 ... irqs - 1] = Default_Handler,
    [irq_uart0_rx] = board_uart0_rx,
    [irq_timer0] = board_timer0,
};

static uint32_t rounds;
static uint32_t counted;
static volatile bool timer_is_set;
static volatile uint32_t timer_at_ms;

static uint64_t micros(void) {
    uint32_t before = board_hold_interrupts();
    uint32_t now = BOARD_REG(BOARD_COUNTER);
    if (now < counted) ++rounds;
    counted = now;
    uint64_t all = (uint64_t)rounds << 32 | now;
    board_let_interrupts(before);
    return all;
}

void board_start_clock(void) {
    BOARD_REG(BOARD_PRESCALE) = BOARD_CLOCK_HZ / 1000000 - 1;
    BOARD_REG(BOARD_TIMER0 + timer_value) = BOARD_CLOCK_HZ / 1000;
    BOARD_REG(BOARD_TIMER0 + timer_reload) = BOARD_CLOCK_HZ / 1000;
    BOARD_REG(BOARD_TIMER0 + timer_control) = timer_on | timer_interrupt;
    BOARD_REG(NVIC_ENABLE) = 1 << irq_uart0_rx | 1 << irq_timer0;
}

uint32_t soft_timer_get_ms(void) { return micros() / 1000; }

void soft_timer_schedule_at_ms(uint32_t at_ms) {
    timer_at_ms = at_ms;
    timer_is_set = true;
}

void board_timer0(void) {
    BOARD_REG(BOARD_TIMER0 + timer_interrupts) = 1;
    if (!timer_is_set || soft_timer_ticks_diff(timer_at_ms, soft_timer_get_ms()) > 0) return;
    timer_is_set = false;
    soft_timer_handler();
}

mp_uint_t mp_hal_ticks_ms(void) { return micros() / 1000; }

mp_uint_t mp_hal_ticks_us(void) { return micros(); }

mp_uint_t mp_hal_ticks_cpu(void) { return micros(); }

// LittleFS marks files with the time of day, which this board does not know.
uint64_t mp_hal_time_ns(void) { return 0; }

void mp_hal_delay_us(mp_uint_t us) {
    uint64_t end = micros() + us;
    while (micros() < end) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    uint64_t end = micros() + (uint64_t)ms * 1000;
    while (micros() < end) mp_event_wait_ms(1);
}
