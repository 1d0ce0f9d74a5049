# SPDX-License-Identifier: Apache-2.0
"""One thing of your home on the badge: shows whether it is on, and switches it with A.

Which one, app.toml says. The hub must know your Home Assistant: [home_assistant] in its ouro.toml.
"""

import badge
import ha
from badge import buttons, display, leds

settings = ha.config(entity="light.hall")
entity = settings.entity
domain = entity.split(".")[0]

GRAY = display.rgb(130, 130, 130)
YELLOW = display.rgb(255, 200, 60)

note = ""


def say(text):
    global note
    note = text
    draw()


def draw():
    state = ha.state(entity)
    name = ha.attributes(entity).get("friendly_name") or entity
    lit = state == "on"
    display.clear()
    display.rect(20, 20, 280, 100, YELLOW if lit else GRAY, lit)
    ink = 0 if lit else 0xFFFF
    display.text(36, 34, name[:16], ink, size=2)
    display.text(36, 74, (state or "unknown")[:16], ink, size=2)
    display.text(20, 128, note, GRAY)
    display.text(20, 150, "A switch   B leave", GRAY)
    display.show()
    leds.fill(*((60, 40, 8) if lit else (0, 0, 0)))


@ha.on(entity)
def changed(_state):
    say("")


async def toggle():
    say("asking ...")
    try:
        await ha.call(domain + ".toggle", entity)
    except OSError as error:
        say(str(error)[:35])


@badge.on_button(buttons.A)
def switch(_button):
    ha.after(0, toggle)  # asks and waits for the answer beside all else


@badge.on_button(buttons.B)
def leave(_button):
    badge.exit()


draw()
ha.run()
