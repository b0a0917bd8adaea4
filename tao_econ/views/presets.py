"""Named states that every live view can start from."""

from __future__ import annotations

from ..inputs.record import unknown
from ..inputs.rules import Scenario, Snapshot

PRESETS = {  # name → snapshot, scenario
    "the article": ("article", "article"),
    "publication day": ("2023-11-20", "article"),
    "September 2026": ("2026-09-11", "base"),
    "bear": ("2026-09-11", "bear"),
    "bull": ("2026-09-11", "bull"),
    "only dilution": ("2026-09-11", "dilution-only"),
}


def preset(name: str, records: dict) -> dict[str, str]:
    """What a preset sets of a view's records: argument → name of a record.

    A view of two days keeps both. {} where the view takes neither a snapshot nor a scenario.

    Raises
    ------
    ValueError
        for a preset that does not exist
    """
    if name not in PRESETS:
        raise ValueError(unknown("preset", name, PRESETS))
    named = {}
    for kind, record in zip((Snapshot, Scenario), PRESETS[name], strict=True):
        places = [argument for argument, it in records.items() if isinstance(it, kind)]
        if len(places) == 1:
            named[places[0]] = record
    return named
