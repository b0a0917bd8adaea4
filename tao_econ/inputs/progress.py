"""How far a long run is, with the time left, for who sits at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

SHOW_AFTER_S = 1.0  # a progress bar for anything longer


def shown(steps: range, unit: str) -> Iterator[int]:
    """The steps, with a bar where standard error is a terminal; nothing is written elsewhere."""
    from tqdm import tqdm  # a quarter of a second

    yield from tqdm(steps, unit=unit, delay=SHOW_AFTER_S, disable=None, leave=False)
