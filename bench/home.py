# SPDX-License-Identifier: Apache-2.0
"""How long a board's value takes to Home Assistant, and what announcing costs.

A real Home Assistant, Mosquitto, hub and boards on this machine. Each round takes one sample of each kind: a pin of the
virtual board until Home Assistant tells its WebSocket clients of the new state, and a line given to mosquitto_pub until
the same for an entity that has no hub in between. Then ten boards with 32 entities each are announced, and commands go
to a board by link frames and to one by MQTT.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))
import httpx  # noqa: E402
from conftest import House, program, temporary_house  # noqa: E402
from parts.home_assistant import HomeAssistant, Watch  # noqa: E402
from parts.stock_board import MqttStockBoard  # noqa: E402
from parts.waiting import eventually  # noqa: E402

ROUNDS = int(os.environ.get("OURO_BENCH_ROUNDS", "300"))
WARM_UP = 20
BOARDS = 10
ENTITIES = 32
HEALTH = 4
SWITCHES = 20
COMMANDS = 200
STOCK_UID = "stockbench"
BARE = "binary_sensor.bare_bare"
BARE_TOPIC = "bench/bare/state"


def percentile(samples: list[float], share: float) -> float:
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def line(what: str, samples: list[float]) -> None:
    p50, p99 = percentile(samples, 0.5) * 1000, percentile(samples, 0.99) * 1000
    print(f"  {what:44} p50 {p50:7.2f} ms   p99 {p99:7.2f} ms", flush=True)


class Publisher:
    """One mosquitto_pub that stays connected and sends each line."""

    def __init__(self, house: House):
        argv = ["stdbuf", "-i0", "mosquitto_pub", "-q", "1", "-t", BARE_TOPIC, "-l"]
        self._child = subprocess.Popen(argv, stdin=subprocess.PIPE, env=house.access.env)

    def send(self, text: str) -> float:
        assert self._child.stdin is not None
        sent = time.monotonic()
        self._child.stdin.write(text.encode() + b"\n")
        self._child.stdin.flush()
        return sent

    def close(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(10)


def announce_bare(house: House) -> None:
    document = {
        "name": "Bare",
        "unique_id": "bench_bare",
        "object_id": "bare_bare",
        "state_topic": BARE_TOPIC,
        "qos": 1,
        "device": {"identifiers": ["bench_bare"], "name": "Bare"},
    }
    house.access.publish("homeassistant/binary_sensor/bench_bare/config", json.dumps(document), retain=True)
    house.access.publish(BARE_TOPIC, "OFF", retain=True)


def measure_values(house: House, assistant: HomeAssistant, watch: Watch) -> tuple[list[float], list[float]]:
    """(through the hub, bare), in seconds."""
    rows = assistant.registry("entity")
    edge = next(str(e["entity_id"]) for e in rows if e["unique_id"] == f"ouro_{house.board.uid}_edge")
    publisher = Publisher(house)
    ours, bare = [], []

    def seen(entity: str, state: str, since: int) -> float:
        wanted = lambda c: (c.entity_id, c.state) == (entity, state) and c in watch.changes[since:]  # noqa: E731
        return watch.wait_for(f"{entity} is {state}", wanted, 10).at

    with house.board.watch() as pins:
        for number in range(ROUNDS + WARM_UP):
            on = number % 2 == 0
            state = "on" if on else "off"
            since, before = len(watch.changes), len(pins.changes)
            sent = publisher.send("ON" if on else "OFF")
            bare.append(seen(BARE, state, since) - sent)
            since = len(watch.changes)
            pins.ask("set", 4, 0 if on else 1)
            moved = pins.wait_level("call", 0 if on else 1, since=before).at
            ours.append(seen(edge, state, since) - moved)
            if len(watch.changes) > 200:
                del watch.changes[:100]
            time.sleep(0.01)
    publisher.close()
    return ours[WARM_UP:], bare[WARM_UP:]


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_announcing(house: House) -> tuple[float, float]:
    """(documents a second, microseconds of the hub's time for each)."""
    documents = BOARDS * (ENTITIES + HEALTH)
    before = cpu_seconds(house.hub.process.pid)
    with house.access.listen("homeassistant/+/+/config") as mqtt:
        mqtt.mark_end(5)
        since = len(mqtt.messages)
        for number in range(BOARDS):
            uid = f"played{number:02}"
            elements = [
                [f"n{i}", "sensor", f"Number {i}", {"device_class": "temperature", "unit_of_measurement": "°C"}]
                for i in range(ENTITIES)
            ]
            hello = {"uid": uid, "name": f"Played {number}", "link": "mqtt", "boot": 1, "decl": "00000001"}
            house.access.publish(f"ouro/{uid}/decl", json.dumps(elements), retain=True)
            house.access.publish(f"ouro/{uid}/status", "online", retain=True)
            house.access.publish(f"ouro/{uid}/hello", json.dumps(hello), retain=True)

        def played() -> list:
            return [m for m in mqtt.messages[since:] if "ouro_played" in m.topic]

        eventually(lambda: len(played()) >= documents, 120, "all are announced", every=0.05)
        spent = cpu_seconds(house.hub.process.pid) - before
        times = [m.at for m in played()]
    return len(times) / (times[-1] - times[0]), spent / len(times) * 1e6


def measure_commands(house: House, uid: str) -> list[float]:
    """From the request to its answer, with the board's word that it is done."""
    samples = []
    headers = {"Authorization": f"Bearer {house.hub.token}", "X-Ouro": "1"}
    with httpx.Client(base_url=house.hub.url, headers=headers, timeout=20) as client:
        for number in range(COMMANDS):
            path = f"/api/boards/{uid}/entities/led_{number % SWITCHES}/set"
            began = time.monotonic()
            answer = client.post(path, params={"wait": 1}, json={"value": number % 2 == 0}).json()
            samples.append(time.monotonic() - began)
            if answer["outcome"] != "done":
                sys.exit(f"home: a command to {uid} ended as {answer['outcome']}: {answer['text']}")
            time.sleep(max(0.0, 0.015 - samples[-1]))  # four a second for each switch are allowed
    return samples


def start_stock_board(house: House) -> None:
    app = house.folder / "stock_app"
    app.mkdir()
    (app / "app.py").write_text((ROOT / "bench/latency_app/app.py").read_text())
    access = house.broker.access
    settings = {"HA_ID": STOCK_UID, "HA_BROKER": access.host, "HA_PORT": str(access.port), "HA_USER": access.username,
                "HA_PASSWORD": access.password}  # fmt: skip
    MqttStockBoard(house.registry, program("unix-board"), house.folder / "stock", app, settings).start()
    house.hub.wait_online(STOCK_UID)


def main() -> None:
    with temporary_house() as house:
        broker = house.add_broker()
        house.add_board("bench", ROOT / "bench/latency_app")
        house.add_hub()
        broker.start()
        assistant = HomeAssistant(house.registry, house.folder / "ha", broker.access)
        assistant.start()
        house.start_all()
        assistant.wait_running()
        announce_bare(house)
        eventually(lambda: (s := assistant.state(BARE)) and s["state"] == "off", 30, "the bare entity is there")
        start_stock_board(house)
        with assistant.watch() as watch:
            ours, bare = measure_values(house, assistant, watch)
        line("pin → hub → Home Assistant's WebSocket", ours)
        line("mosquitto_pub → Home Assistant's WebSocket", bare)
        line("command and its end, USB link frames", measure_commands(house, house.board.uid))
        line("command and its end, MQTT", measure_commands(house, STOCK_UID))
        assistant.stop()  # what it costs the hub, and not what is left of the machine beside Home Assistant
        rate, cpu_us = measure_announcing(house)
    p50 = percentile(ours, 0.5) / percentile(bare, 0.5)
    p99 = percentile(ours, 0.99) / percentile(bare, 0.99)
    print(f"home: p50_ratio={p50:.2f} p99_ratio={p99:.2f} announce_per_s={rate:.1f} cpu_us_per_entity={cpu_us:.0f}")


if __name__ == "__main__":
    main()
