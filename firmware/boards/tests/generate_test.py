# SPDX-License-Identifier: Apache-2.0
"""The generator takes the boards that we have and refuses every kind of mistake, by name."""

import copy
import importlib.util
import json
import re
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
generate = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(generate)
INTERCOM = json.loads((FOLDER / "intercom.json").read_text(encoding="utf-8"))


class GenerateTest(unittest.TestCase):
    def refuses(self, pattern: str, change) -> None:
        board = copy.deepcopy(INTERCOM)
        change(board)
        with self.assertRaisesRegex(generate.Mistake, pattern):
            generate.check_board(board, "intercom")

    def test_every_board_passes_and_names_its_pins(self) -> None:
        for file in FOLDER.glob("*.json"):
            board = generate.check_board(json.loads(file.read_text(encoding="utf-8")), file.stem)
            text = generate.to_cpp(board)
            for part in board["inputs"] + board["outputs"]:
                self.assertIn(f'{{"{part["name"]}", {part["pin"]}, ', text)

    def test_refuses_unknown_and_missing_keys(self) -> None:
        self.refuses("unknown keys: max_on$", lambda b: b["outputs"][0].update(max_on=5))
        self.refuses("lacks safe", lambda b: b["outputs"][0].pop("safe"))
        self.refuses("unknown keys: colour", lambda b: b.update(colour="red"))

    def test_refuses_a_pin_or_name_used_twice(self) -> None:
        self.refuses("uses 4 again; inputs", lambda b: b["outputs"][0].update(pin=4))
        self.refuses("uses 'call' again", lambda b: b["outputs"][0].update(name="call"))

    def test_refuses_values_beyond_both_ends(self) -> None:
        self.refuses("pin must be", lambda b: b["inputs"][0].update(pin=64))
        self.refuses("pin must be", lambda b: b["inputs"][0].update(pin=-1))
        self.refuses("safe must be", lambda b: b["outputs"][0].update(safe=True))
        self.refuses("pull must be", lambda b: b["inputs"][0].update(pull="sideways"))
        self.refuses("whole blocks", lambda b: b["flash"].update(bytes=1048577))
        self.refuses(r"at\[0\] must be", lambda b: b["inputs"][0].update(at=[301, 0]))

    def test_refuses_a_board_that_is_not_named_as_its_file(self) -> None:
        self.refuses("but the file is", lambda b: b.update(board="badge"))

    def test_refuses_a_key_given_twice(self) -> None:
        with self.assertRaisesRegex(generate.Mistake, "comes twice"):
            json.loads('{"a": 1, "a": 2}', object_pairs_hook=generate.no_duplicates)

    def test_an_interlock_group_gets_one_number(self) -> None:
        board = copy.deepcopy(INTERCOM)
        for part in board["outputs"][:2]:
            part["interlock"] = "relays"
        text = generate.to_cpp(generate.check_board(board, "intercom"))
        self.assertEqual(text.count(", 1},"), 2)

    def test_refuses_a_face_with_mistakes(self) -> None:
        self.refuses("button must be one of", lambda b: b["inputs"][0].update(button="c"))
        self.refuses("key must be", lambda b: b["inputs"][0].update(key="F1"))
        self.refuses("leds must be a list", lambda b: b.update(leds=[[0, 0]] * 65))
        self.refuses(r"leds\[0\]\[1\] must be", lambda b: b.update(leds=[[0, 201]]))
        self.refuses("screen lacks at", lambda b: b.update(screen={"width": 320, "height": 170}))

    def test_refuses_a_button_given_to_two_inputs(self) -> None:
        call = {"name": "again", "label": "Again", "kind": "button", "pin": 5, "pull": "up", "active": 0, "at": [1, 1]}

        def give_twice(board) -> None:
            board["inputs"][0]["button"] = "a"
            board["inputs"].append({**call, "button": "a"})

        self.refuses("uses 'button a' again", give_twice)

    def test_the_button_names_are_those_of_the_one_table(self) -> None:
        table = (FOLDER.parent / "contract/buttons.hpp").read_text(encoding="utf-8")
        bits = {name: int(bit, 16) for name, bit in re.findall(r"ButtonMask (\w+) = 0x(\w+);", table)}
        self.assertEqual(bits.pop("all"), sum(bits.values()))
        self.assertEqual(sorted(generate.BUTTONS), sorted(bits))
        self.assertEqual(sorted(bits.values()), [1 << i for i in range(9)])

    def test_the_badge_is_the_one_of_the_hardware_description(self) -> None:
        badge = json.loads((FOLDER / "badge.json").read_text(encoding="utf-8"))
        buttons = {part["button"]: (part["pin"], part["pull"], part["active"]) for part in badge["inputs"]}
        self.assertEqual(sorted(buttons), sorted(generate.BUTTONS))
        self.assertEqual(buttons.pop("select"), (45, "down", 1))
        self.assertEqual({(pull, active) for _, pull, active in buttons.values()}, {("up", 0)})
        pins = {"up": 11, "down": 1, "left": 21, "right": 2, "stick": 14, "a": 13, "b": 38, "start": 12}
        self.assertEqual({name: pin for name, (pin, _, _) in buttons.items()}, pins)
        text = generate.to_cpp(generate.check_board(badge, "badge"))
        self.assertIn("    {320, 170},\n    12,\n", text)


if __name__ == "__main__":
    unittest.main()
