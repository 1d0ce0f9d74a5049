# SPDX-License-Identifier: Apache-2.0
"""A door intercom: rings in the home, and opens the door.

Two relays do what a hand would do: one picks up the conversation line, one presses the door opener.
The settings below can be changed in app.toml.
"""

import asyncio
import gc

import ha
from machine import Pin

config = ha.config(
    call_pin=4,
    call_active=0,  # the level while somebody rings
    door_pin=13,
    conversation_pin=12,
    answer_seconds=1.0,  # from picking up to opening
    open_seconds=5.0,
    cooldown_seconds=5.0,  # at most one ring in this time
    ringing_seconds=5.0,
    auto_unlock=False,
    ring_topic="pyntercom/intercom/call_detected",
    ring_payload="call_detected",
    unlock_topic="pyntercom/intercom/unlock",
    unlock_payload="open",
)

call = Pin(config.call_pin, Pin.IN, Pin.PULL_UP if config.call_active == 0 else None)

# The board lets go of both after this time, whatever has become of this program.
door = ha.output(config.door_pin, max_on=config.open_seconds + 0.25)
conversation = ha.output(config.conversation_pin, max_on=config.answer_seconds + config.open_seconds + 0.5)

bell = ha.event("Doorbell", ["ring"], device_class="doorbell", mqtt_publish=(config.ring_topic, config.ring_payload))
ringing = ha.binary_sensor("Ringing", off_delay=config.ringing_seconds)
auto_unlock = ha.switch("Auto unlock", value=config.auto_unlock)


@ha.lock("Door", mqtt_command=(config.unlock_topic, config.unlock_payload))
async def lock(open):
    if not open:
        return  # it locks by itself
    lock.value = "UNLOCKING"
    try:
        conversation.on()
        await asyncio.sleep(config.answer_seconds)
        door.on()
        lock.value = "UNLOCKED"
        await asyncio.sleep(config.open_seconds)
    finally:
        lock.value = "LOCKING"
        door_closed = turn_off(door)
        line_closed = turn_off(conversation)
        lock.value = "LOCKED" if door_closed and line_closed else "JAMMED"


def turn_off(output):
    try:
        output.off()
        return True
    except Exception as error:
        ha.log(f"{output} does not turn off: {error}", "error")
        return False


@ha.button("Open door", enabled_by_default=False)
def open_door():
    lock.command("UNLOCK")


cooling_down = False
pressed_again = False


@ha.on_press(call, active=config.call_active)
def pressed():
    global pressed_again
    if cooling_down:
        pressed_again = True
    else:
        ring()


def ring():
    global cooling_down, pressed_again
    cooling_down = True
    pressed_again = False
    ha.after(config.cooldown_seconds, cooled_down)
    bell.fire("ring")
    ringing.value = True
    if auto_unlock.value and lock.value == "LOCKED":
        lock.command("UNLOCK")


def cooled_down():
    global cooling_down
    cooling_down = False
    if pressed_again and call.value() == config.call_active:
        ring()


@ha.sensor("Free memory", "kB", every=2, digits=1, device_class="data_size", entity_category="diagnostic")
def free_memory():
    return gc.mem_free() / 1000


ha.run()
