"""How far a long run is, with the time left, for who sits at a terminal or before a notebook."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

SHOW_AFTER_S = 1.0  # a progress bar for anything longer


def bar(*steps: range, **words: Any) -> Any:
    """A bar of tqdm's that appears after a second: on standard error, or in a notebook as a widget,
    which a saved notebook does not keep.
    """
    if in_notebook():
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm  # a quarter of a second

    return tqdm(*steps, delay=SHOW_AFTER_S, **words)


def shown(steps: range, unit: str) -> Iterator[int]:
    """The steps, with a bar where standard error is a terminal or in a notebook; nothing is written
    elsewhere.
    """
    yield from bar(steps, unit=unit, disable=False if in_notebook() else None, leave=False)


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook."""
    started = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(started(), "kernel")
