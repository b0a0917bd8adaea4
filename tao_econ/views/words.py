"""Words of titles, of read-outs and of the line of sources."""

import re

from ..analysis.uncertainty import errors_in_95

HYPHEN = re.compile(r"(^|[\s(+±])-(?=\d)")  # that stands for a minus


def in_words(count: int) -> str:
    """A small whole number as a word of a title."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if 0 <= count < len(words) else f"{count:,}"


def plus_minus(replicas: int | None = None, of: str = "replicas") -> str:
    """What ± means in a picture: 95%, as everywhere."""
    counted = f" of {replicas} {of}" if replicas else ""
    return f"± is 95%: {errors_in_95(replicas):.2f} standard errors{counted}"


def signed(text: str) -> str:
    """A text in which a minus is as long as a plus.

    Examples
    --------
    >>> signed("-33.31% from 2026-09-11")
    '−33.31% from 2026-09-11'
    """
    return HYPHEN.sub(r"\1−", text)
