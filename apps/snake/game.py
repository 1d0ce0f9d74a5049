# SPDX-License-Identifier: Apache-2.0
"""The rules of snake. Nothing here draws: so the rules can be tried without a badge."""

import random

UP, DOWN, LEFT, RIGHT = (0, -1), (0, 1), (-1, 0), (1, 0)


class Game:
    def __init__(self, width, height):
        self.width = width
        self.height = height
        x, y = width // 2, height // 2
        self.body = [(x, y), (x - 1, y), (x - 2, y)]  # the head comes first
        self.direction = RIGHT
        self.heading = RIGHT  # of the last step: to turn straight back would be to bite oneself
        self.over = False
        self.food = None
        self.place_food()

    @property
    def score(self):
        return len(self.body) - 3

    def place_food(self):
        free = self.width * self.height - len(self.body)
        if free == 0:
            self.over = True  # the snake is everywhere: won
            return
        # Each free cell is as likely as any other.
        number = random.randrange(free)
        for y in range(self.height):
            for x in range(self.width):
                if (x, y) in self.body:
                    continue
                if number == 0:
                    self.food = (x, y)
                    return
                number -= 1

    def turn(self, direction):
        if direction != (-self.heading[0], -self.heading[1]):
            self.direction = direction

    def step(self):
        """Moves by one cell. Returns the cell that the tail left, or None when the snake grew."""
        self.heading = self.direction
        x, y = self.body[0][0] + self.direction[0], self.body[0][1] + self.direction[1]
        grows = (x, y) == self.food
        tail = None if grows else self.body.pop()
        if not (0 <= x < self.width and 0 <= y < self.height) or (x, y) in self.body:
            self.over = True
            if tail:
                self.body.append(tail)  # it stays as it was when it hit
            return None
        self.body.insert(0, (x, y))
        if grows:
            self.place_food()
        return tail
