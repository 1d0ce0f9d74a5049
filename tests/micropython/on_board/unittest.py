# SPDX-License-Identifier: Apache-2.0
"""As much of unittest as MicroPython's own tests need; the summary reads as their runner wants it. Runs on a board."""

import sys


class SkipTest(Exception):
    pass


class _Raises:
    def __init__(self, expected):
        self.expected = expected

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        assert kind is not None, f"{self.expected!r} was not raised"
        self.exception = value
        return issubclass(kind, self.expected)


class _SubTest:
    def __enter__(self):
        pass

    def __exit__(self, kind, value, traceback):
        return False


class TestCase:
    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def fail(self, msg=None):
        raise AssertionError(msg or "failed")

    def skipTest(self, reason):
        raise SkipTest(reason)

    def subTest(self, msg=None, **params):
        return _SubTest()

    def assertTrue(self, x, msg=None):
        assert x, msg or f"{x!r} should be true"

    def assertFalse(self, x, msg=None):
        assert not x, msg or f"{x!r} should be false"

    def assertEqual(self, x, y, msg=None):
        assert x == y, msg or f"{x!r} should equal {y!r}"

    def assertNotEqual(self, x, y, msg=None):
        assert x != y, msg or f"{x!r} should not equal {y!r}"

    def assertLessEqual(self, x, y, msg=None):
        assert x <= y, msg or f"{x!r} should be at most {y!r}"

    def assertGreaterEqual(self, x, y, msg=None):
        assert x >= y, msg or f"{x!r} should be at least {y!r}"

    def assertAlmostEqual(self, x, y, places=7, msg=None, delta=None):
        assert x == y or abs(x - y) <= (10**-places / 2 if delta is None else delta), msg or f"{x!r} is far from {y!r}"

    def assertIs(self, x, y, msg=None):
        assert x is y, msg or f"{x!r} should be {y!r}"

    def assertIsNot(self, x, y, msg=None):
        assert x is not y, msg or f"{x!r} should not be {y!r}"

    def assertIsNone(self, x, msg=None):
        self.assertIs(x, None, msg)

    def assertIsNotNone(self, x, msg=None):
        self.assertIsNot(x, None, msg)

    def assertIn(self, x, y, msg=None):
        assert x in y, msg or f"{x!r} should be in {y!r}"

    def assertIsInstance(self, x, kind, msg=None):
        assert isinstance(x, kind), msg or f"{x!r} should be a {kind!r}"

    def assertRaises(self, expected, function=None, *args, **kwargs):
        if function is None:
            return _Raises(expected)
        with _Raises(expected):
            function(*args, **kwargs)


def skip(reason):
    def decorate(_):
        def skipped(*_):
            raise SkipTest(reason)

        return skipped

    return decorate


def skipIf(condition, reason):
    return skip(reason) if condition else lambda function: function


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


class _Result:
    def __init__(self):
        self.ran = self.skipped = self.failures = self.errors = 0

    def run(self, name, case, method):
        """Runs one test of a fresh `case` and counts how it ended."""
        self.ran += 1
        print(name, "... ", end="")
        try:
            case.setUp()
            try:
                method()
            finally:
                case.tearDown()
            print("ok")
        except SkipTest as reason:
            self.skipped += 1
            print("skipped:", reason)
        except Exception as error:
            if isinstance(error, AssertionError):
                self.failures += 1
            else:
                self.errors += 1
            print("FAIL")
            sys.print_exception(error)

    def run_class(self, kind):
        kind.setUpClass()
        for name in sorted(dir(kind)):
            if name.startswith("test"):
                case = kind()
                self.run(f"{name} ({kind.__name__})", case, getattr(case, name))
        kind.tearDownClass()

    def summary(self):
        if self.failures or self.errors:
            return f"FAILED (failures={self.failures}, errors={self.errors})"
        return f"OK (skipped={self.skipped})" if self.skipped else "OK"


def main(module="__main__"):
    module = __import__(module)
    result = _Result()
    for name in sorted(dir(module)):
        kind = getattr(module, name)
        if isinstance(kind, type) and issubclass(kind, TestCase) and kind is not TestCase:
            result.run_class(kind)
    print("-" * 70)
    print(f"Ran {result.ran} tests\n")
    print(result.summary())
    return result
