# SPDX-License-Identifier: Apache-2.0
"""That our unittest sees what goes wrong, and that the tree's runner can read what it says."""

import unittest


def four_ways():
    class FourWays(unittest.TestCase):
        def test_fails(self):
            self.assertEqual(1, 2)

        def test_passes(self):
            self.assertRaises(ValueError, int, "x")

        def test_raises(self):
            raise ValueError("unexpected")

        @unittest.skipIf(True, "not here")
        def test_skips(self):
            self.fail()

    return FourWays


class Counting(unittest.TestCase):
    def setUp(self):
        self.result = unittest._Result()
        self.result.run_class(four_ways())

    def test_each_end_is_counted_as_what_it_is(self):
        result = self.result
        self.assertEqual((result.ran, result.failures, result.errors, result.skipped), (4, 1, 1, 1))

    def test_a_failure_is_said_in_the_summary(self):
        self.assertEqual(self.result.summary(), "FAILED (failures=1, errors=1)")

    def test_nothing_raised_is_a_failure(self):
        with self.assertRaises(AssertionError):
            self.assertRaises(ValueError, int, "1")

    def test_another_exception_passes_through(self):
        with self.assertRaises(ZeroDivisionError):
            self.assertRaises(ValueError, lambda: 1 // 0)

    def test_comparisons_fail_when_untrue(self):
        untrue = [
            (self.assertIn, 1, [2]),
            (self.assertIs, [], []),
            (self.assertIsInstance, 1, str),
            (self.assertLessEqual, 2, 1),
            (self.assertAlmostEqual, 1.0, 1.1),
            (self.assertNotEqual, 1, 1),
        ]
        for check, x, y in untrue:
            with self.assertRaises(AssertionError):
                check(x, y)

    @unittest.skip("a skipped test is no failure")
    def test_skipped(self):
        self.fail()


if __name__ == "__main__":
    unittest.main()
