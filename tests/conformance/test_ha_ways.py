# SPDX-License-Identifier: Apache-2.0
"""One `ha`, run in each way that there is, with settings and without tasks."""

from __future__ import annotations

from devices import Start


def test_a_loop_of_ones_own_ticks(app: Start) -> None:
    device = app(
        "@ha.button('Go')\nasync def go():\n  await asyncio.sleep(0.2)\n  print('gone')\n",
        last_line="while True:\n  ha.tick()\n  time.sleep(0.02)\n",
    )
    assert device.end_of(device.command("go", "PRESS")) == (True, "")
    assert b"gone" in device.printed


def test_it_runs_beside_other_tasks(app: Start) -> None:
    device = app(
        "lamp = ha.switch('Lamp')\nasync def other():\n  await asyncio.sleep(0.5)\n  lamp.value = True\n"
        "async def main():\n  task = asyncio.create_task(other())\n  await ha.arun()\n",
        last_line="asyncio.run(main())\n",
    )
    device.wait_state("lamp", True)


def test_settings_come_from_the_file_of_the_app(app: Start) -> None:
    device = app(
        "c = ha.config(pin=4, on=False, seconds=1.5, topic='a/b')\n"
        "ha.button('Say')(lambda: print('c', c.pin, c.on, c.seconds, c.topic))\n",
        toml="[app]\ntitle = \"T\"\n[config]\npin = 0x05 # five\non = true\nseconds = 2\ntopic = 'c # d'\n",
    )
    assert device.asked() == b"c 5 True 2.0 c # d"


def test_an_async_handler_needs_no_import_of_asyncio(app_alone: Start) -> None:
    device = app_alone(
        "import ha\nlamp = ha.switch('Lamp')\n@ha.button('Go')\nasync def go():\n"
        "  await ha.call('light.turn_on', 'light.hall')\n  lamp.value = True\n"
        "@ha.sensor('N', every=0.2)\ndef n(): return 1\nha.run()\n"
    )
    device.wait_state("n", 1)
    end = device.command("go", "PRESS")
    device.tell("answer", device.wait("call")[1], True, "")
    assert device.end_of(end) == (True, "")
    device.wait_state("lamp", True)


def test_an_app_without_tasks_runs_obeys_and_counts_its_passes(app_alone: Start) -> None:
    device = app_alone(
        "import ha\npasses = [0]\ndef counted():\n  passes[0] += 1\n  if passes[0] < 20: ha.after(0, counted)\n"
        "  raise ValueError('always')\nha.after(0, counted)\nha.run(test_mode=True, max_iterations=10)\n"
        "were = passes[0]\nha.button('Say')(lambda: print('passes', were))\nha.run()\n"
    )
    assert device.asked() == b"passes 10"
