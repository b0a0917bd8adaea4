"""How far a long run is, with the time left, for who sits at a terminal or before a notebook."""

from __future__ import annotations

from typing import Any


def shown(*steps: Any, disable: bool | None = None, leave: bool = False, **words: Any) -> Any:
    """The steps with tqdm's bar, once they take more than a second: in a notebook a widget, which a
    saved one does not keep; elsewhere on standard error, if `disable` is None only where that is a
    terminal.
    """
    from tqdm.auto import tqdm  # a quarter of a second

    return tqdm(*steps, delay=1.0, disable=disable, leave=leave, **words)
