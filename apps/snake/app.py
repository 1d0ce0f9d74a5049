# SPDX-License-Identifier: Apache-2.0
"""Snake. The rules are in game.py beside this file; here they get a screen and buttons."""

import badge
from badge import buttons, display, leds, settings
from game import DOWN, LEFT, RIGHT, UP, Game

CELL = 10  # pixels
TOP = 20  # pixels above the field, for the score
STEP_MS = 150
BEST = "snake.best"  # where the best score is kept

GREEN = display.rgb(80, 220, 80)
RED = display.rgb(240, 60, 60)
GRAY = display.rgb(90, 90, 90)
TURNS = {buttons.UP: UP, buttons.DOWN: DOWN, buttons.LEFT: LEFT, buttons.RIGHT: RIGHT}


def cell(place, color):
    display.rect(place[0] * CELL, TOP + place[1] * CELL, CELL - 1, CELL - 1, color)


def draw_score(game):
    display.rect(0, 0, display.width, TOP - 2, 0)
    display.text(4, 1, f"Score {game.score}   Best {settings.get(BEST, 0)}")


def draw_all(game):
    display.clear()
    display.line(0, TOP - 1, display.width - 1, TOP - 1, GRAY)
    for place in game.body:
        cell(place, GREEN)
    cell(game.food, RED)
    draw_score(game)
    display.show()


def play():
    game = Game(display.width // CELL, (display.height - TOP) // CELL)
    draw_all(game)
    while not game.over:
        badge.delay_ms(STEP_MS)
        # All presses since the last step, in their order. event() gives None when there are no more.
        event = buttons.event()
        while event:
            button, pressed, _ = event
            if pressed and button == buttons.B:
                badge.exit()
            if pressed and button in TURNS:
                game.turn(TURNS[button])
            event = buttons.event()
        food = game.food
        left = game.step()
        # Only what changed is drawn again.
        if left:
            cell(left, 0)
        cell(game.body[0], GREEN)
        if game.food != food:
            cell(game.food, RED)
            draw_score(game)
        display.show()
    return game.score


def show_end(score):
    leds.fill(60, 0, 0)
    if score > settings.get(BEST, 0):
        settings.set(BEST, score)
    display.text(60, 70, "Game over", RED, size=3)
    display.text(60, 125, "A: again   B: back")
    display.show()
    while True:
        button = buttons.wait()
        if button == buttons.B:
            badge.exit()
        if button == buttons.A:
            leds.clear()
            return


while True:
    show_end(play())
