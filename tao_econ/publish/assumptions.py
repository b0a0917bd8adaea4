"""ASSUMPTIONS.md, written from the records themselves so that it cannot drift."""

from __future__ import annotations

import dataclasses

from ..incentives.query_market_record import QueryMarket
from ..inputs.files import WORKPLACE
from ..inputs.record import about
from ..inputs.rules import Scenario, load_scenario, scenario_names

FILE = WORKPLACE / "ASSUMPTIONS.md"

HEAD = """# Assumptions

What we choose, as against what the chain prescribes (`data/eras.toml`) and what was observed
(`data/snapshots.toml`, `data/*.csv`). Written by `./run assumptions` from the fields of `Scenario` in
`tao_econ/inputs/scenario.py` and of `QueryMarket` in `tao_econ/incentives/query_market_record.py`; a test fails when they differ. To try
another value: `dataclasses.replace(load_scenario("base"), discount_rate=0.1)`, a slider, or
`./run figures NAME --set discount_rate=0.1`.
"""

MARKET = """## The market for queries

What `query_market_path` takes as given, in a record of its own: no other model reads it.
"""


def text() -> str:
    """The whole page as Markdown."""
    base = Scenario()
    parts = [HEAD, *_fields(base, "##"), MARKET, *_fields(QueryMarket(), "###")]
    parts.append(
        "## Scenarios\n\nEach varies the defaults above; a scenario is a question, not a "
        "forecast.\n"
    )
    rows = ["| scenario | what it changes |", "| --- | --- |"]
    for name in scenario_names():
        given = load_scenario(name)
        changed = [
            f"`{f.name}` = {getattr(given, f.name):,.10g}"
            for f in dataclasses.fields(base)
            if f.name != "name" and getattr(given, f.name) != getattr(base, f.name)
        ]
        rows.append(f"| {name} | {', '.join(changed) or 'nothing'} |")
    return "\n".join(parts) + "\n" + "\n".join(rows) + "\n"


def _fields(record, mark: str):
    """A part for each field of a record, under a heading with its default."""
    for field in dataclasses.fields(record):
        if field.name == "name":
            continue
        it = about(record, field.name)
        yield (
            f"{mark} `{field.name}` = "
            f"{getattr(record, field.name):,.10g}\n\n"
            f"{it['meaning'][0].upper()}{it['meaning'][1:]}.\n\n"
            f"- Unit: {it['unit'] or 'none'}; allowed: {it['rule']}\n- Why: {it['reason']}\n- "
            f"Source: {it['source']}\n"
            f"- To change it: the field `{field.name}` of `{type(record).__name__}`\n"
        )
