# SPDX-License-Identifier: Apache-2.0
"""The nine buttons: what is held, what happened, and who wants to hear of it."""

import sys as _sys
from time import ticks_add as _ticks_add
from time import ticks_diff as _ticks_diff
from time import ticks_ms as _ticks_ms

import _badge
from _badge import event, is_pressed  # noqa: F401

A = 0x001
B = 0x002
UP = 0x004
DOWN = 0x008
LEFT = 0x010
RIGHT = 0x020
SELECT = 0x040
START = 0x080
STICK = 0x100
ALL = 0x1FF

_NAMES = ("a", "b", "up", "down", "left", "right", "select", "start", "stick")

_callbacks = []  # (mask, pressed, callback)
_awaited = False


def get():
    """Which buttons were pressed since the last call, by name; releases are passed over."""
    pressed = {name: False for name in _NAMES}
    happened = event()
    while happened:
        if happened[1]:
            for place, name in enumerate(_NAMES):
                if happened[0] == 1 << place:
                    pressed[name] = True
        happened = event()
    return pressed


def wait(timeout_ms=0):
    """Waits for a press and returns its button, or None when the time is over; 0 waits as long as it takes."""
    deadline = _ticks_add(_ticks_ms(), timeout_ms) if timeout_ms > 0 else None
    while True:
        happened = event()
        if happened:
            if happened[1]:
                return happened[0]
            continue
        left = -1 if deadline is None else _ticks_diff(deadline, _ticks_ms())
        if deadline is not None and left <= 0:
            return None
        _badge.pause(left)


def on_button(mask, callback=None, pressed=True):
    """Calls `callback(button)` at each press of a button in `mask`, or at each release when `pressed` is False.

    Without a callback it decorates one.
    """
    if isinstance(mask, bool) or not isinstance(mask, int):
        raise TypeError(f"a mask of buttons is an int, not {type(mask).__name__}")
    if not 0 < mask <= ALL:
        raise ValueError(f"a mask of buttons is 1 to {ALL}")
    if callback is None:
        return lambda function: on_button(mask, function, pressed)
    if not callable(callback):
        raise TypeError("a callback is a function")
    _callbacks.append((mask, bool(pressed), callback))
    _badge.on_event(_dispatch)
    return callback


def off_button(callback):
    """Takes back all that on_button() was told of this callback."""
    _callbacks[:] = [entry for entry in _callbacks if entry[2] is not callback]


def _dispatch(button, pressed):
    for mask, edge, callback in list(_callbacks):
        if mask & button and edge == pressed:
            try:
                callback(button)
            except Exception as error:
                _sys.print_exception(error)


async def pressed(mask=ALL):
    """Waits for the next press of a button in `mask`, beside other tasks of asyncio; returns the button."""
    async for button, down, _ in events():
        if down and button & mask:
            return button


def events():
    """For `async for button, pressed, t_ms in badge.buttons.events()`."""
    return _Events()


class _Events:
    def __aiter__(self):
        return self

    async def __anext__(self):
        happened = event()
        while not happened:
            await _something()
            happened = event()
        return happened


async def _something():
    global _awaited
    if _awaited:
        raise RuntimeError("another task waits for the buttons already; let one wait and tell the others")
    _awaited = True
    try:
        await _readable()
    finally:
        _awaited = False


async def _readable():
    import asyncio

    yield asyncio.core._io_queue.queue_read(_badge.events)
