"""What the tests of hostile files and words share: the words, and the form of a refusal."""

import pytest

HUGE = 200_000_000
FORMULAS = (
    '=HYPERLINK("http://x")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3+cmd",
    "\t=1+1",
    "\r=1",
)
ESCAPES = (
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    "a/b",
    "a\\b",
    "a\0b",
    "\n",
    "x" * 100_000,
    "%2e%2e%2f",
    "ナ" * 300,
    "\udcff",
)
DEEP = "[" * 100_000


def one_line(call, *words):
    """What is refused, in one line of a plain ValueError or TypeError that is short enough to be
    read.
    """
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    line = str(caught.value)
    assert type(caught.value) in (ValueError, TypeError), repr(caught.value)
    assert "\n" not in line and len(line) < 2_500, line[:300]
    for word in words:
        assert word in line, line[:300]
    return line


def sparse(path, size=HUGE):
    """A file of that many zero bytes that takes no room."""
    with path.open("wb") as file:
        file.truncate(size)
    return path
