"""The board: the article's valuation arguments, judged again as its numbers are moved."""

from __future__ import annotations

import textwrap
from typing import Any

from ..claims import VERDICTS
from ..claims import board as states
from ..claims.board import Numbers, Row
from ..claims.rule import world
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREY,
    LIGHT,
    ORANGE,
    RED,
    Axis,
    Bars,
    Mark,
    Panel,
    Points,
    Text,
    View,
)
from .verdicts import VERDICT_MARKS

SEPTEMBER = "September 2026"
# holds, with conditions, fails, undecided within error, cannot be checked
COLOURS = dict(zip(VERDICTS, (BLUE, ORANGE, RED, GREY, LIGHT), strict=True))
SIGNS = dict(zip(VERDICTS, VERDICT_MARKS, strict=True))
PLURAL = dict(
    zip(
        VERDICTS,
        ("hold", "hold with conditions", "fail", "are undecided", "cannot be checked"),
        strict=True,
    )
)
ONE = {VERDICTS[3]: "is undecided"}  # where it differs from the verdict's name
JUDGED = "on its own inputs"  # heading of the verdicts
COLUMNS = {  # heading → where it begins
    "its number": 0.0,
    "recomputed": 2.05,
    "by September 2026": 4.35,
    JUDGED: 7.0,
    "what turns it": 9.35,
}
END = 11.7
STILL = (0.0, 2.6, 5.2)  # where the columns of the still table begin
LETTERS = 19  # in a line of a cell
WIDER = 6  # letters more in a line of the still table
WORDED = {"C38": "the lowest", "C39": "its cause"}  # where the article gives words, no number


@view(
    numbers="the article",
    menus={"numbers": states.presets},
    sliders=states.MOVED,
    published=False,
)
def board(numbers: Numbers) -> View:
    """Eight valuation arguments of the article, each recomputed and judged again as one of its
    numbers is moved; `numbers` names the state to start from. Rows that turn are striped, and each
    says which smallest change of one number would turn it.
    """
    rows = states.rows(numbers)
    return View(title=_title(rows), **_table(numbers, rows))


@view(numbers="the article", menus={"numbers": states.presets}, sliders=())
def arguments_judged(numbers: Numbers) -> View:
    """The article's eight valuation arguments: its number, what its own inputs give, and what
    September 2026 gives. A square's colour and the sign beside it are the verdict: ✓ holds, ◐ holds
    with conditions, ✗ fails.
    """
    rows = states.rows(numbers)
    later = {row.claim: row for row in states.rows(states.presets()[SEPTEMBER])}
    at_its_date = [(row.recomputed, row.verdict) for row in rows]
    today = [(later[row.claim].recomputed, later[row.claim].verdict) for row in rows]
    said: list[Mark] = []
    for at, judged in ((STILL[1], at_its_date), (STILL[2], today)):
        words = [f"{SIGNS[verdict]} {value}" for value, verdict in judged]
        said += [*_coloured([verdict for _, verdict in judged], at - 0.2), _told(at, words)]
    heads = Text(
        x=STILL,
        y=[-0.85] * len(STILL),
        text=("THE ARTICLE", "ITS OWN INPUTS GIVE", SEPTEMBER.upper()),
        colour=GREY,
        size=9,
    )
    names = [textwrap.fill(row.says, 42) for row in rows]
    stated = [WORDED.get(row.claim, row.stated) for row in rows]
    held = sum(verdict == VERDICTS[0] for _, verdict in at_its_date)
    still = sum(verdict == VERDICTS[0] for _, verdict in today)
    return View(
        title=f"{held} of the article's {len(rows)} arguments hold on its own inputs",
        caption=f"By {SEPTEMBER} {still} hold. The last column asks whether the sentence would be "
        "true with that month's numbers; a date that had passed is judged by what came.",
        panels=[
            Panel(
                marks=[*said, _told(STILL[0], stated), heads],
                x=Axis(low=-0.1, high=7.6, names=("",)),
                y=Axis(names=tuple(names), low=-1.1, high=len(rows) - 0.5),
                columns=0,
            )
        ],
        size=(10.0, 4.6),
        sources=_sources(numbers),
    )


def _told(at: float, words: list[str]) -> Text:
    """A column of words."""
    lines = [textwrap.fill(text, LETTERS + WIDER) for text in words]
    return Text(x=[at] * len(words), y=range(len(words)), text=lines, colour=BLACK, size=10)


def _table(numbers: Numbers, rows: tuple[Row, ...]) -> dict[str, Any]:
    """The eight arguments at one state as a table: all of a View but its title."""
    later = {row.claim: row for row in states.rows(states.presets()[SEPTEMBER])}
    turns = {row.claim: states.what_turns(numbers, row.claim) for row in rows}
    cells = {
        "its number": [row.stated for row in rows],
        "recomputed": [row.recomputed for row in rows],
        "by September 2026": [
            f"{SIGNS[later[row.claim].verdict]} {later[row.claim].recomputed}" for row in rows
        ],
        JUDGED: [_verdict(row) for row in rows],
        "what turns it": [str(turns[row.claim] or "none of these numbers alone") for row in rows],
    }
    names = [textwrap.fill(f"{row.claim} {row.says}", 38) for row in rows]
    panel = Panel(
        marks=[
            *_turned(rows),
            *_coloured([row.verdict for row in rows], COLUMNS[JUDGED] - 0.02),
            *_texts(cells),
            *_heads(),
        ],
        x=Axis(low=-0.15, high=END, names=("",)),
        y=Axis(names=tuple(names), low=-1.1, high=len(rows) - 0.5),
        columns=0,
    )
    return {
        "panels": [panel],
        "readout": {
            f"{row.claim} {states.ARGUMENTS[row.claim].short}": f"{row.recomputed}: {_verdict(row)}"
            for row in rows
        },
        "size": (13.5, 6.4),
        "sources": _sources(numbers),
    }


def _sources(numbers: Numbers) -> tuple[Any, ...]:
    """The footer: whose numbers, and the snapshot that the last column is judged on."""
    own = f"numbers of: {numbers.name}"
    return own, world().now.snapshot, "data/claims.csv", "tao_econ/claims/board.py"


def _title(rows: tuple[Row, ...]) -> str:
    found = [row.verdict for row in rows]
    said = [
        f"{found.count(name)} {PLURAL[name] if found.count(name) > 1 else ONE.get(name, name)}"
        for name in VERDICTS
        if name in found
    ]
    moved = sum(row.verdict != row.was for row in rows)
    turned = f"; {moved} turned by what was moved" if moved else ""
    return f"Of the article's {len(rows)} valuation arguments {', '.join(said)}{turned}"


def _verdict(row: Row) -> str:
    said = f"{SIGNS[row.verdict]} {row.verdict}"
    return said if row.verdict == row.was else f"{said}, was {SIGNS[row.was]} {row.was}"


def _turned(rows: tuple[Row, ...]) -> list[Mark]:
    """A stripe behind every row whose verdict has turned."""
    places = [place for place, row in enumerate(rows) if row.verdict != row.was]
    stripe = Bars(
        label="turned by what was moved",
        legend=False,
        x=[END + 0.1] * len(places),
        y=places,
        base=-0.1,
        width=0.9,
        across=True,
        colour=ORANGE,
        alpha=0.22,
    )
    return [stripe] if places else []


def _coloured(verdicts: list[str], at: float) -> list[Mark]:
    """The colour of every verdict, as a square beside its words."""
    marks: list[Mark] = []
    for name, colour in COLOURS.items():
        places = [place for place, verdict in enumerate(verdicts) if verdict == name]
        look: dict[str, Any] = {"marker": "s", "size": 11, "colour": colour}
        if places:
            marks.append(Points(label=name, legend=False, x=[at] * len(places), y=places, **look))
    return marks


def _texts(cells: dict[str, list[str]]) -> list[Mark]:
    """The words of every column."""
    return [
        Text(
            label=name,
            legend=False,
            x=[COLUMNS[name] + (0.12 if name == JUDGED else 0.0)] * len(said),
            y=range(len(said)),
            text=[textwrap.fill(text, LETTERS) for text in said],
            colour=BLACK,
            size=9,
        )
        for name, said in cells.items()
    ]


def _heads() -> list[Mark]:
    """What stands over the columns."""
    heads = tuple(name.upper() for name in COLUMNS)
    at = list(COLUMNS.values())
    return [Text(x=at, y=[-0.8] * len(at), text=heads, colour=GREY, size=8)]
