# SPDX-License-Identifier: Apache-2.0
"""The home behind a broker: the board speaks for itself on its topics (docs/protocol.md, 2)."""

import gc
import json

from ._board import Board, parse
from ._console import Link
from ._gate import is_cmd_id
from ._mqtt_client import UP, Client
from ._platform import dumps
from ._wifi import Wifi

_UP_EVERY_MS = 10_000
_LATE_MS = 30_000  # an older event is for the record, and rings no bell
_IN_FLIGHT_MAX = 12
_WAITING_MAX = 24
_COMMAND_MAX = 1024
_WORDS = {"lock": "UNLOCK", "button": "PRESS", "cover": "OPEN", "switch": True, "light": True}


class Mqtt(Board):
    def __init__(self, settings):
        if not settings.get("HA_BROKER"):
            raise ValueError("settings.toml: HA_BROKER is missing, the address of the MQTT broker")
        Board.__init__(self, settings)
        self._root = "ouro/" + self.uid + "/"
        self._wifi = Wifi(settings, self.log)
        tls = settings.get("HA_TLS")
        if tls:
            from ._tls import wrapper

            tls = wrapper(settings.get("HA_CA"))
        self._client = Client(
            str(settings["HA_BROKER"]),
            int(settings.get("HA_PORT") or (8883 if tls else 1883)),
            settings.get("HA_USER"),
            settings.get("HA_PASSWORD"),
            "ouro-" + self.uid,
            self._root + "status",
            tls,
            self._hear,
            self._acknowledged,
        )
        self.link = Link(self._client.readable)
        self._update = None
        if settings.get("HA_UPDATE_KEY"):
            from ._update import Update

            self._update = Update(self.uid, settings["HA_UPDATE_KEY"], self._say_updating, self._restart)
        self._in_flight = {}  # packet id: a message that is to be said again if it gets lost, or None
        self._commanded = []  # (command, entity) of the newest that are not done yet
        self._cleared = []  # topics of retained commands
        self._next_up = 0
        self._made_ids = 0
        self._reason = ""

    @property
    def listened_to(self):
        # While the broker takes nothing, messages wait where their number is limited.
        return self.up and self._declared and self._client.waiting < _WAITING_MAX

    def serve(self):
        """Hears and says what there is; returns the milliseconds until it has to be called again."""
        self.link.stirred = False
        now = self.now()
        wait_ms = self.keep_limits()
        if self._update:
            wait_ms = min(wait_ms, self._update.step(now, self.listened_to))
        if self._client.state != UP:
            self._go_down()  # it broke when something was sent at last
            if not self._wifi.step(now):
                return min(wait_ms, self._wifi.wait_ms)
        if self._client.step(now):
            self._came_up()
        elif self._client.state != UP:
            self._go_down()
        if self._client.reason != self._reason:
            self._reason = self._client.reason
            if self._reason:
                print("MQTT:", self._reason)
        if self.listened_to:
            if self._kept:
                self.say_kept()
            self.say_states()
            if now >= self._next_up:
                self._next_up = now + _UP_EVERY_MS
                self._say_up(now)
            self._client.step(now)  # what was said goes out now
        if self.busy:
            return 0
        until = self._client.due(now)
        if self.up:
            until = min(until, self._next_up)
        return max(0, min(wait_ms, until - now))

    def _came_up(self):
        self.up = True
        self._cleared = []
        topics = [self._root + leaf for leaf in ("+/set", "answer", "ha/+", "clock", "who", "update")]
        topics += [topic for topic, _, _ in self._further("mqtt_command")]
        self._client.subscribe(topics)
        if self._declared:
            self.introduce()

    def _go_down(self):
        if not self.up:
            return
        self.up = False
        # What was on its way goes before what waited already, and the same limits hold.
        lost = [self._in_flight[packet_id] for packet_id in sorted(self._in_flight)]
        kept, self._kept = [message for message in lost if message] + self._kept, []
        self._in_flight.clear()
        for message in kept:
            self._say(message)

    def _further(self, option):
        """(topic, payload, entity) of those that have a topic of an older system besides their own."""
        found = []
        for entity in self.entities:
            if option in entity.options:
                topic, payload = json.loads(entity.options)[option]
                found.append((topic, payload, entity))
        return found

    # --- saying -----------------------------------------------------------------------------------

    def introduce(self):
        if not self.listened_to:
            return
        hello = self.hello()
        del hello["t_ms"]  # it is kept, and would be wrong a moment later
        hello["link"] = "mqtt"
        self._publish("hello", dumps(hello), retain=True)
        parts = [b"["]
        for entity in self.entities:
            start = "[" if len(parts) == 1 else ",["
            text = f"{start}{dumps(entity.id)},{dumps(entity.kind)},{dumps(entity.name)},{entity.options}]"
            parts.append(text.encode())
        self._client.publish(self._root + "decl", parts + [b"]"], 1, True)
        self._publish("status", "online", retain=True)
        self.say_again()

    def _publish(self, leaf, text, qos=1, retain=False, message=None):
        packet_id = self._client.publish(self._root + leaf, text.encode(), qos, retain)
        if packet_id:
            self._in_flight[packet_id] = message

    def _acknowledged(self, packet_id):
        self._in_flight.pop(packet_id, None)

    def say_state(self, entity):
        entity.unsaid = len(self._in_flight) >= _IN_FLIGHT_MAX  # then the newest follows when there is room
        if entity.unsaid:
            return
        value = entity.value
        if isinstance(value, bool):
            text = "ON" if value else "OFF"
        elif isinstance(value, str):
            text = value if value or entity.kind == "text" else "None"
        else:
            text = "None" if value is None else dumps(value)
        # Kept, a value that expires would start its clock again.
        self._publish(entity.id + "/state", text, retain="expire_after" not in entity.options)

    def say_output(self, output):
        said = {"name": output.name, "on": output.is_on, "cause": output.cause}
        self._publish("output", dumps(said), qos=0)

    def say_watched(self):
        self._publish("watch", dumps(self.watched), retain=True)

    def say(self, message):
        word = message[0]
        if word == "event":
            self._say_event(message)
        elif word == "done":
            self._say_done(message)
        elif word == "call":
            _, number, action, target, data, asks, _ = message
            end = ',"ask":true}' if asks else "}"
            said = f'{{"n":{number},"action":{dumps(action)},"target":{dumps(target)},"data":{data}'
            self._publish("call", said + end)
        elif word == "log":
            self._publish("log", dumps({"level": message[1], "text": message[2]}), qos=0)

    def _say_event(self, message):
        _, id, type, data, at = message
        if self.now() - at > _LATE_MS:
            return self._publish("past", f'["event",{dumps(id)},{dumps(type)},{data},{at}]', message=message)
        said = json.loads(data)
        said["event_type"] = type
        self._publish(id + "/event", dumps(said), message=message)
        for topic, payload, entity in self._further("mqtt_publish"):
            if entity.id == id:
                self._client.publish(topic, payload.encode())

    def _say_done(self, message):
        _, cmd_id, ok, text = message
        for commanded in self._commanded:
            if commanded[0] == cmd_id:
                self._commanded.remove(commanded)
                self._publish(commanded[1] + "/done", dumps({"id": cmd_id, "ok": ok, "text": text}))
                return

    def _say_up(self, now):
        figures = {"t_ms": now, "dropped": self.dropped}
        if hasattr(gc, "mem_free"):
            figures["heap"] = gc.mem_free()
        signal = self._wifi.signal()
        if signal is not None:
            figures["rssi"] = signal
        self._publish("up", dumps(figures), qos=0)

    def _say_updating(self, said):
        self._publish("updating", dumps(said))

    def _restart(self):
        self.stop()
        from ._hardware import reset

        reset()

    def log(self, level, text):
        Board.log(self, level, text)
        print(level + ":", text)

    def stop(self):
        Board.stop(self)
        if self.up:
            self._publish("status", "offline", retain=True)
            self._client.goodbye()

    # --- hearing ----------------------------------------------------------------------------------

    def _hear(self, topic, payload, retained):
        if not topic.startswith(self._root):
            return self._hear_further(topic, payload, retained)
        leaf = topic[len(self._root) :]
        if leaf.endswith("/set"):
            return self._hear_set(topic, leaf[:-4], payload, retained)
        if leaf == "clock":
            return self.hear_time(_number(payload))
        if leaf == "who":
            return self.introduce()
        said = parse(payload, dict)
        if leaf == "update":
            if self._update and said and not retained:
                self._update.hear(said, self.now())
        elif said is not None and leaf == "answer":
            self.hear_answer(said.get("n"), said.get("ok"), said.get("text"), said.get("response"))
        elif said is not None and leaf.startswith("ha/"):
            self.hear_state(leaf[3:], said.get("state"), said.get("attributes"))
        return None

    def _refuse_kept(self, topic, payload):
        if payload:
            self.log("warning", f"MQTT {topic}: a retained command was ignored and cleared")
            self._client.publish(topic, b"", 1, True)
            self._cleared.append(topic)

    def _is_echo(self, topic, payload):
        """Whether this is our own clearing of a retained command."""
        if payload or topic not in self._cleared:
            return False
        self._cleared.remove(topic)
        return True

    def _hear_set(self, topic, id, payload, retained):
        if retained:
            return self._refuse_kept(topic, payload)
        if self._is_echo(topic, payload):
            return None
        entity = self.find(id)
        command = None if entity is None else self._read_command(entity, payload)
        if command is None:
            return self.log("warning", f"MQTT {topic}: command ignored: {payload[:40]}")
        return self._obey(id, *command)

    def _hear_further(self, topic, payload, retained):
        if retained:
            return self._refuse_kept(topic, payload)
        if self._is_echo(topic, payload):
            return
        for wanted, exactly, entity in self._further("mqtt_command"):
            if wanted == topic:
                if payload == exactly.encode():
                    self._obey(entity.id, _WORDS.get(entity.kind), None, None, None)
                else:
                    self.log("warning", f"MQTT {topic}: not the payload that it takes: {payload[:40]}")

    def _obey(self, id, value, cmd_id, ttl_ms, sent_ms):
        if cmd_id is None:
            self._made_ids += 1
            cmd_id = f"m-{self.boot % 0xFFFF:x}-{self._made_ids}"
        if is_cmd_id(cmd_id):
            self._commanded.append((cmd_id, id))
        if len(self._commanded) > 32:
            self._commanded.pop(0)
        self.hear_set(["set", id, value, cmd_id, ttl_ms, sent_ms])

    def _read_command(self, entity, payload):
        """(value, cmd_id, ttl_ms, sent_ms), or None for what cannot be read."""
        if len(payload) > _COMMAND_MAX or (not payload and entity.kind != "text"):
            return None
        try:
            text = payload.decode()
        except UnicodeError:
            return None
        said = parse(payload, dict) if text[:1] == "{" else None
        if said is None or "value" not in said:
            return _value(entity.kind, text), None, None, None
        value = said["value"]
        if isinstance(value, str):
            value = _value(entity.kind, value)
        sent_ms = None
        if said.get("t") is not None and self.epoch_ms() is not None:
            # Digit by digit, for the floats of most chips know it to two minutes only.
            seconds, _, part = text.partition('"t":')[2].split(",")[0].split("}")[0].strip().partition(".")
            try:
                sent_at = int(seconds) * 1000 + int((part + "000")[:3])
            except ValueError:
                return None
            # What is older than this start has a negative time, which the gate takes for late.
            sent_ms = self.now() - (self.epoch_ms() - sent_at)
        return value, said.get("id"), said.get("ttl_ms"), sent_ms


def _value(kind, text):
    """A word as Home Assistant sends it."""
    if kind in ("switch", "light") and text in ("ON", "OFF"):
        return text == "ON"
    if kind == "number":
        number = _number(text)
        return text if number is None else number
    return text


def _number(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return None
