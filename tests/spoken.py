"""Numbers as a sentence says them."""

WORDS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def word(count) -> str:
    """A whole count in words up to twelve, in figures beyond; raises ValueError for one that is
    not whole.
    """
    if count != int(count):
        raise ValueError(f"count must be whole, got {count!r}")
    return WORDS[int(count)] if count <= 12 else f"{int(count):,}"


def percent(share, digits: int = 0) -> str:
    """A share as "23.0 %"."""
    return f"{100 * share:.{digits}f} %"
