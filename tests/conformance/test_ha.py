# SPDX-License-Identifier: Apache-2.0
"""One `ha`: the same apps say the same on our firmware, on MicroPython as released on Linux and on an emulated chip, on
CPython, and on what imitates CircuitPython."""

from __future__ import annotations

import pytest
from devices import Start

# --- who and what ---------------------------------------------------------------------------------


def test_a_hub_that_asks_hears_who_it_is_what_it_has_and_how_it_is(app: Start) -> None:
    device = app("ha.sensor('Air temperature', '°C', device_class='temperature')\nha.switch('Lamp')\n")
    device.wait_state("lamp", False)
    hello = device.wait("hello")[1]
    assert hello["runtime"] in ("ouroboard", "micropython", "cpython", "circuitpython")
    assert {"uid", "name", "board", "app", "runtime", "version", "boot", "t_ms", "decl"} <= set(hello)
    assert len(hello["decl"]) == 8 and int(hello["decl"], 16) >= 0
    options = {"unit_of_measurement": "°C", "device_class": "temperature"}
    assert device.heard("decl")[-1] == [
        [["air_temperature", "sensor", "Air temperature", options], ["lamp", "switch", "Lamp", {}]]
    ]
    assert device.heard("state") == [["air_temperature", None], ["lamp", False]]


def test_a_long_declaration_comes_in_parts(app: Start) -> None:
    device = app("for i in range(20): ha.sensor('Sensor number %d' % i, 'kWh', device_class='energy')\n")
    device.wait("decl", lambda m: len(m) > 2 and m[2] + len(m[1]) == m[3] == 20)
    parts = [m for m in device.heard("decl") if len(m) == 3]
    assert [part[1] for part in parts][0] == 0
    entities = [entity for part in parts for entity in part[0]]
    assert [e[0] for e in entities[:20]] == [f"sensor_number_{i}" for i in range(20)]


def test_an_app_with_no_entity_says_so(app: Start) -> None:
    assert app("").heard("decl")[-1] == [[]]


def test_what_happened_before_anybody_listened_is_told_then(app: Start) -> None:
    device = app(
        "e = ha.event('Bell', ('ring',))\ns = ha.sensor('S')\n"
        "def early():\n  for i in range(20): e.fire(n=i)\n  s.value = 1\n  s.value = 2\n"
        "  ha.after(0.4, lambda: print('ready'))\nha.after(0.1, early)\n",
        greet=False,
    )
    while b"ready" not in device.printed:
        device.run_for(0.1)
    device.greet()
    device.wait("event", lambda m: m[3] == {"n": 19})
    told = [data["n"] for _, _, data in device.heard("event")]
    assert told == list(range(4, 20)), "the newest 16, in their order"
    device.wait_state("s", 2)
    assert device.states("s") == [2], "the newest value alone"


def test_a_second_hub_hears_it_all_again(app: Start) -> None:
    device = app("ha.switch('Lamp', value=True)\n")
    device.wait_state("lamp", True)
    device.run_for(0.3)
    device.forget()
    device.tell("who")
    device.wait_state("lamp", True)
    assert device.heard("hello") and device.heard("decl")


# --- values ---------------------------------------------------------------------------------------


def test_a_sensor_is_read_every_so_often_and_says_changes_only(app: Start) -> None:
    device = app("n = [0]\n@ha.sensor('N', every=0.2)\ndef f():\n  n[0] += 1\n  return 1 + n[0] // 5\n")
    device.wait_state("n", 3)
    first = device.states("n")[0]
    assert device.states("n") == list(range(first, 4))


def test_a_sensor_that_raises_is_unknown_and_said_once(app: Start) -> None:
    device = app(
        "n = [0]\n@ha.sensor('N', every=0.2)\ndef f():\n  n[0] += 1\n"
        "  if 4 < n[0] < 8: raise ValueError('too hot')\n  return 7 if n[0] < 8 else 8\n"
    )
    device.wait_state("n", 8)
    assert device.states("n") == [7, None, 8]
    (line,) = device.heard("log")
    assert line[0] == "error" and line[1].startswith("N: ValueError: too hot")


def test_a_value_that_is_not_a_number_is_unknown(app: Start) -> None:
    device = app("s = ha.sensor('S')\ns.value = 1.5\nha.after(0.5, lambda: setattr(s, 'value', float('nan')))\n")
    device.wait_state("s", None)
    assert device.states("s")[-1] is None


def test_a_sensor_rounds_and_keeps_small_changes_to_itself(app: Start) -> None:
    device = app(
        "v = iter((1.04, 1.06, 1.34, 1.64))\n"
        "@ha.sensor('V', every=0.3, digits=1, delta=0.2)\ndef f(): return next(v, 1.64)\n"
    )
    device.wait("state", lambda m: m[1] == "v" and abs(m[2] - 1.6) < 0.01)
    assert [round(value, 3) for value in device.states("v")][-2:] == [1.3, 1.6]


def test_a_binary_sensor_goes_off_by_itself(app: Start) -> None:
    device = app("b = ha.binary_sensor('Ringing', off_delay=0.4)\nha.after(0.3, lambda: setattr(b, 'value', True))\n")
    device.wait_states("ringing", True, False)


def test_an_event_carries_its_type_and_data(app: Start) -> None:
    device = app(
        "e = ha.event('Bell', ('ring', 'long'))\nha.after(0.3, lambda: e.fire('long', seconds=3, by='ü'))\n"
        "ha.after(0.4, lambda: e.fire('other'))\n"
    )
    device.wait("log")
    assert device.heard("event") == [["bell", "long", {"seconds": 3, "by": "ü"}]]
    assert "Bell has no type 'other'; it has ring, long" in device.heard("log")[0][1]


def test_letters_beyond_ascii_and_quotes_come_through(app: Start) -> None:
    device = app("t = ha.text('Tür')\nt.value = 'a \"b\" \\\\ ü\\n€'\n")
    device.wait_state("t_r", 'a "b" \\ ü\n€')


# --- commands -------------------------------------------------------------------------------------

LAMP = "@ha.switch('Lamp')\ndef lamp(on): print('lamp', on)\n"


def test_a_switch_obeys_and_answers(app: Start) -> None:
    device = app(LAMP)
    assert device.end_of(device.command("lamp", True)) == (True, "")
    device.wait_state("lamp", True)
    assert b"lamp True" in device.printed


def test_a_handler_that_raises_answers_and_the_next_call_still_comes(app: Start) -> None:
    device = app("@ha.switch('Lamp')\ndef lamp(on):\n  if on: raise ValueError('too bright')\n")
    assert device.end_of(device.command("lamp", True)) == (False, "ValueError: too bright")
    assert device.end_of(device.command("lamp", False)) == (True, "")
    assert device.states("lamp") == [False]
    assert any("Lamp: ValueError: too bright" in text for _, text in device.heard("log"))


@pytest.mark.parametrize(
    ("entity", "value"),
    [
        ("lamp", "ON"),
        ("lamp", 1),
        ("gain", 11),
        ("gain", True),
        ("mode", "noon"),
        ("door", "OPEN"),
        ("go", "GO"),
        ("title", 5),
    ],
)
def test_a_value_that_is_not_the_kinds_is_refused(app: Start, entity: str, value: object) -> None:
    device = app(
        LAMP + "ha.number('Gain', min=0, max=10)\nha.select('Mode', ['day', 'night'])\nha.lock('Door')\n"
        "ha.button('Go')\nha.text('Title')\n"
    )
    assert device.end_of(device.command(entity, value)) == (False, "invalid_argument")


def test_what_takes_no_commands_or_does_not_exist_is_not_found(app: Start) -> None:
    device = app("ha.sensor('S')\n")
    assert device.end_of(device.command("s", 1)) == (False, "not_found")
    assert device.end_of(device.command("nobody", 1)) == (False, "not_found")


def test_number_select_text_cover_and_button_take_theirs(app: Start) -> None:
    device = app(
        "ha.number('Gain', min=0, max=10)\nha.select('Mode', ['day', 'night'])\nha.text('Title', max=5)\n"
        "@ha.cover('Blind')\ndef blind(wanted): return 'open' if wanted == 'OPEN' else 'closed'\n"
        "@ha.button('Go')\ndef go(): print('gone')\n"
    )
    for entity, value in (("gain", 2.5), ("mode", "night"), ("title", "short"), ("blind", "OPEN"), ("go", "PRESS")):
        assert device.end_of(device.command(entity, value)) == (True, ""), entity
    assert device.end_of(device.command("title", "too long")) == (
        False,
        "Title takes a text of 0 to 5 characters",
    )
    ends = [device.states(entity)[-1] for entity in ("gain", "mode", "title", "blind")]
    assert ends == [2.5, "night", "short", "open"] and b"gone" in device.printed


def test_the_same_command_again_moves_nothing(app: Start) -> None:
    device = app(LAMP)
    device.command("lamp", True, "once")
    device.command("lamp", True, "once")
    device.wait("done", lambda m: m[2] is False)
    device.wait("done", lambda m: m[2] is True)
    assert sorted(device.heard("done")) == [["once", False, "duplicate"], ["once", True, ""]]
    assert device.printed.count(b"lamp True") == 1


def test_a_late_command_and_one_for_another_start_are_expired(app: Start) -> None:
    device = app(LAMP)
    up = device.wait("up")[1]
    assert device.end_of(device.command("lamp", True, "future", 5000, up + 600_000)) == (False, "expired")
    device.run_for(0.2)
    assert device.end_of(device.command("lamp", True, "late", 100, up)) == (False, "expired")
    assert device.end_of(device.command("lamp", True, "good", 60_000, up)) == (True, "")
    assert device.end_of(device.command("lamp", True, "eternal", 60_001, up)) == (False, "invalid_argument")


def test_the_fifth_command_in_a_second_is_too_fast(app: Start) -> None:
    device = app(LAMP)
    ids = [device.command("lamp", i % 2 == 0) for i in range(5)]
    assert [device.end_of(cmd_id) for cmd_id in ids] == [(True, "")] * 4 + [(False, "rate_limited")]
    device.run_for(1.1)
    assert device.end_of(device.command("lamp", True)) == (True, "")


def test_a_lock_that_blocks_does_not_run_a_second_time_after_it(app: Start) -> None:
    device = app("@ha.lock('Door')\ndef door(open):\n  print('open', open)\n  time.sleep(1)\n")
    first = device.command("door", "UNLOCK")
    device.run_for(0.4)
    second = device.command("door", "UNLOCK")
    assert (device.end_of(first), device.end_of(second)) == ((True, ""), (False, "busy"))
    assert device.printed.count(b"open True") == 1
    assert device.states("door") == ["LOCKED", "UNLOCKED"]


def test_a_handler_that_returns_no_value_has_failed_and_ends_nothing(app: Start) -> None:
    device = app(
        LAMP + "@ha.sensor('Air', every=0.1)\ndef air(): return 20, 50\n"
        "@ha.switch('Fan')\ndef fan(on): return 'x' * 256 if on else None\n"
        "@ha.switch('Pump')\nasync def pump(on): return [on]\n"
        "ha.button('Say')(lambda: print(air.value, fan.value, pump.value, fan.problem))\n"
    )
    too_long = "ValueError: a value takes 256 bytes, and 255 fit"
    assert device.end_of(device.command("fan", True)) == (False, too_long)
    ok, why = device.end_of(device.command("pump", True))
    assert not ok and why.startswith("TypeError: ")
    assert device.asked() == b"None False False " + too_long.encode()
    assert device.end_of(device.command("fan", False)) == (True, "")
    device.run_for(0.5)
    said = [text for level, text in device.heard("log") if text.startswith("Air: ")]
    assert len(said) == 1, "once, not at every reading"


def test_relock_locks_by_itself(app: Start) -> None:
    device = app("@ha.lock('Door', relock=0.5)\ndef door(open): print('open', open)\n")
    assert device.end_of(device.command("door", "UNLOCK")) == (True, "")
    device.wait_states("door", "LOCKED", "UNLOCKED", "LOCKED")
    assert b"open False" in device.printed


def test_relock_locks_after_a_handler_that_says_the_state_itself(app: Start) -> None:
    device = app(
        "@ha.lock('Door', relock=0.3)\nasync def door(open):\n  door.value = 'UNLOCKING' if open else 'LOCKING'\n"
        "  await asyncio.sleep(0.1)\n  door.value = 'UNLOCKED' if open else 'LOCKED'\n"
    )
    assert device.end_of(device.command("door", "UNLOCK")) == (True, "")
    device.wait_states("door", "LOCKED", "UNLOCKING", "UNLOCKED", "LOCKING", "LOCKED")


def test_relock_counts_from_the_last_unlocking(app: Start) -> None:
    device = app("@ha.lock('Door', relock=0.6)\ndef door(open): print('open' if open else 'shut')\n")
    for _ in range(3):
        assert device.end_of(device.command("door", "UNLOCK")) == (True, "")
        device.run_for(0.4)
    device.wait_states("door", "LOCKED", "UNLOCKED", "LOCKED")
    assert device.printed.split() == [b"open"] * 3 + [b"shut"]


def test_relock_waits_for_a_handler_that_is_busy_and_then_fails(app: Start) -> None:
    device = app(
        "n = [0]\n@ha.lock('Door', relock=0.3)\nasync def door(open):\n  n[0] += 1\n  print(n[0], open)\n"
        "  if n[0] == 2:\n    await asyncio.sleep(0.6)\n    raise OSError('stuck')\n"
    )
    assert device.end_of(device.command("door", "UNLOCK")) == (True, "")
    assert device.end_of(device.command("door", "UNLOCK")) == (False, "OSError: stuck")
    device.wait_states("door", "LOCKED", "UNLOCKED", "LOCKED")
    assert b"3 False" in device.printed


def test_an_async_handler_answers_when_it_has_ended_and_holds_up_nothing(app: Start) -> None:
    device = app(
        "@ha.button('Slow')\nasync def slow(): await asyncio.sleep(0.6)\n"
        "@ha.button('Bad')\nasync def bad():\n  await asyncio.sleep(0.1)\n  raise ValueError('no')\n" + LAMP
    )
    slow, bad, fast = device.command("slow", "PRESS"), device.command("bad", "PRESS"), device.command("lamp", True)
    assert device.end_of(slow) == (True, "") and device.end_of(bad) == (False, "ValueError: no")
    assert [cmd_id for cmd_id, _, _ in device.heard("done")] == [fast, bad, slow]


def test_an_output_is_switched_off_when_its_time_is_up(app: Start) -> None:
    device = app("ha.switch('Lamp', pin=ha.output(5, max_on=0.5))\n")
    assert device.end_of(device.command("lamp", True)) == (True, "")
    device.wait("output", lambda m: m[2] is False and m[4] == "guard")
    device.command("lamp", True)
    device.wait("log", lambda m: m[1] == "warning")
    moves = [m for m in device.heard("output") if m[0] == "pin_5"]
    assert moves == [["pin_5", False, "safe"], ["pin_5", True, "app"], ["pin_5", False, "guard"]]


def test_an_output_reads_as_it_is_also_after_a_limit(app: Start) -> None:
    device = app(
        "pin = ha.output(5, max_on=0.3)\nha.switch('Lamp', pin=pin)\n"
        "ha.button('Say')(lambda: print('is', pin.value()))\n"
    )
    assert device.asked() == b"is 0"
    assert device.end_of(device.command("lamp", True)) == (True, "")
    assert device.end_of(device.command("say", "PRESS")) == (True, "")
    device.wait("output", lambda m: m[2] is False and m[4] == "guard")
    assert device.end_of(device.command("say", "PRESS")) == (True, "")
    device.run_for(0.2)
    assert [line for line in device.printed.split() if line in (b"0", b"1")] == [b"0", b"1", b"0"]


# --- the home -------------------------------------------------------------------------------------


def test_an_app_reads_the_home(app: Start) -> None:
    device = app(
        "@ha.on('light.hall')\ndef f(state): print('hall', state, ha.attributes('light.hall'))\n"
        "was = ha.state('light.hall')\nha.button('Say')(lambda: print('was', was))\n"
    )
    assert device.asked() == b"was None"
    assert device.wait("watch")[1] == ["light.hall"]
    device.tell("ha", "light.hall", "on", {"brightness": 3})
    device.tell("ha", "sensor.other", "5", {})
    device.run_for(0.3)
    device.tell("ha", "light.hall", None, {})
    device.run_for(0.3)
    assert b"hall on {'brightness': 3}" in device.printed
    assert b"hall None {}" in device.printed


def test_an_app_asks_for_an_action_and_hears_how_it_ended(app: Start) -> None:
    device = app(
        "async def main():\n  await ha.call('light.turn_on', 'light.hall', brightness=80)\n  print('done')\n"
        "  try:\n    await ha.call('lock.unlock', 'lock.front')\n  except OSError as e:\n    print('no:', e)\n"
        "ha.after(0.3, main)\n"
    )
    number = device.wait("call")[1]
    assert device.heard("call") == [[number, "light.turn_on", "light.hall", {"brightness": 80}]]
    device.tell("answer", number, True, "")
    second = device.wait("call", lambda m: m[1] != number)[1]
    device.tell("answer", second, False, "refused")
    device.wait("log", lambda m: "refused" in m[2])
    device.run_for(0.3)
    assert b"done" in device.printed and b"no: refused" in device.printed


def test_an_app_asks_the_home_and_gets_its_answer(app: Start) -> None:
    device = app(
        "async def main():\n"
        "  r = await ha.ask('weather.get_forecasts', 'weather.home', type='daily')\n"
        "  print('tomorrow', r['weather.home']['forecast'][1]['temperature'])\n"
        "  try:\n    await ha.ask('weather.get_forecasts', 'weather.home', type='hourly')\n"
        "  except OSError as e:\n    print('no:', e)\n"
        "  print('empty', await ha.ask('todo.get_items', 'todo.shopping'), await ha.call('light.toggle'))\n"
        "ha.after(0.3, main)\n"
    )
    number = device.wait("call")[1]
    assert device.heard("call") == [[number, "weather.get_forecasts", "weather.home", {"type": "daily"}, True]]
    days = [{"temperature": n, "condition": "cloudy"} for n in (11, 12.5)]
    device.tell("answer", number, True, "", {"weather.home": {"forecast": days, "why": "x" * 700}})
    second = device.wait("call", lambda m: m[1] == number + 1)
    device.tell("answer", second[1], False, "too large: ask for less", {"not": "looked at"})
    device.wait("call", lambda m: m[1] == number + 2)
    device.tell("answer", number + 2, True, "", {})
    assert len(device.wait("call", lambda m: m[1] == number + 3)) == 5, "an action that is not asked for an answer"
    device.tell("answer", number + 3, True, "")
    device.run_for(0.3)
    assert b"tomorrow 12.5" in device.printed and b"no: too large: ask for less" in device.printed
    assert b"empty {} None" in device.printed


def test_a_board_knows_the_time_once_it_is_told(app: Start) -> None:
    device = app("print('before', ha.epoch_ms())\nha.after(0.8, lambda: print('after', ha.epoch_ms() > 1e12))\n")
    device.run_for(1.2)
    assert b"after True" in device.printed


def test_row_2_24_a_number_of_passes_is_exactly_that_whatever_fails(app: Start) -> None:
    device = app(
        "n = []\nasync def count():\n  while True:\n    n.append(1)\n    await asyncio.sleep(0)\n"
        "@ha.sensor('Bad', every=0)\ndef bad(): raise ValueError('always')\n"
        "async def main():\n  task = asyncio.create_task(count())\n"
        "  await ha.arun(test_mode=True, max_iterations=10)\n  task.cancel()\n  return len(n)\n"
        "passes = asyncio.run(main())\nha.button('Say')(lambda: print('there were', passes))\n"
    )
    assert device.asked() in (b"there were 10", b"there were 11")


def test_a_timer_that_would_be_due_too_late_is_refused(app: Start) -> None:
    device = app(
        "def why(make):\n  try: return make()\n  except ValueError as error: return error\n"
        "late = lambda: ha.after(6 * 86400 + 1, print)\nseldom = lambda: ha.sensor('S', every=7 * 86400)(print)\n"
        "ha.after(6 * 86400, print)\nha.button('Say')(lambda: print(why(late), why(seldom)))\n"
    )
    assert device.asked() == b"a timer reaches six days at most a timer reaches six days at most"


@pytest.mark.parametrize("app", ["circuitpython"], indirect=True)
def test_a_timer_reaches_six_days_on_a_clock_that_goes_round_in_as_many(app: Start) -> None:
    device = app(
        "import microcontroller, supervisor\nreal, later, restarted, rang = supervisor.ticks_ms, [0], [], []\n"
        "supervisor.ticks_ms = lambda: (real() + later[0]) & 0x1FFFFFFF\n"
        "microcontroller.reset = lambda: restarted.append(later[0] // 3600000)\n"
        "import ha\nha.restart_every(100)\nha.after(144 * 3600, lambda: rang.append(later[0] // 3600000))\n"
        "for _ in range(300):\n  later[0] += 3600000\n  ha.tick()\n"
        "print('after', restarted, rang)\nha.run()\n",
        whole=True,
        greet=False,
    )
    device.wait_printed(b"after [100] [144]")


def test_an_attribute_that_is_no_number_ends_nothing(app: Start) -> None:
    device = app("ha.state('sensor.x')\nha.button('Say')(lambda: print('is', ha.state('sensor.x')))\n")
    device.wait("watch")
    device.send(b'\x1e["ha","sensor.x","1",{"a":1e999}]\n')
    assert device.asked() in (b"is 1", b"is None")  # our firmware takes no such frame


@pytest.mark.parametrize("noise", [b'["set","\xff\xfe"]', b"[" * 1000 + b"]", b"[]", b"[5]", b'[["who"]]', b"[,]"])
def test_noise_on_the_line_ends_nothing(app: Start, noise: bytes) -> None:
    device = app("ha.button('Say')(lambda: print('alive'))\n")
    device.send(b"\x1e" + noise + b"\n")
    assert device.asked() == b"alive"


@pytest.mark.parametrize("app", ["circuitpython"], indirect=True)
def test_pins_of_board_and_pins_that_were_opened_are_outputs_when_something_is_written(app: Start) -> None:
    device = app(
        "import board, digitalio, ha\nopened = digitalio.DigitalInOut(board.D4)\n"
        "ha.switch('Lamp', pin=ha.output(board.D13, max_on=600))\nha.switch('Fan', pin=board.D5)\n"
        "ha.switch('Pump', pin=opened)\nha.button('Say')(lambda: print('is', opened.value))\nha.run()\n",
        whole=True,
    )
    for entity in ("lamp", "fan", "pump"):
        assert device.end_of(device.command(entity, True)) == (True, ""), entity
    assert device.heard("output") == [["pin_13", False, "safe"], ["pin_13", True, "app"]]
    assert device.asked() == b"is True"
