"""An instrument that its page computes: the view's template, which JavaScript fills with numbers.

The looks, the words of axes and legends, the menus and the sliders come from the view itself. What
a state changes is computed in the page by the function of the view's name in `js/`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple, cast

import numpy as np

from ..chain.fixed_point import q32
from ..chain.shares import SHARED
from ..claims import VERDICTS
from ..claims import board as claims_board
from ..claims.arguments import ARGUMENTS
from ..claims.declare import HEDGES
from ..claims.rule import Reading, fact, judge, world
from ..economy.comparables import TOKEN_VALUES, sales_multiples
from ..economy.market import BEARABLE_SHARE
from ..inputs.record import about
from ..inputs.rules import load_scenario, load_snapshot, rules_at
from ..views import arguments, comparables, consensus, emission_shares, plot, sale, screen
from ..views.gallery import VIEWS, snapshots
from ..views.live import Live
from ..views.marks import Axis, Mark, Text, View
from ..views.words import errors_in_95, plus_minus

SCRIPTS = Path(__file__).parent / "js"
REPLAYED = ("picture.js", "replay.js")
FORMULAS = ("supply.js", "schedule.js", "market.js", "subnets.js", "board.js")
COMPUTED = ("picture.js", "words.js", *FORMULAS, "page.js")
EXACT = 1 << 53  # from here on a number of the page is an integer of any length
COLUMNS = ("x", "y", "low", "high", "base", "z")


class Way(NamedTuple):
    """How a view is computed in the page.

    facts : what its function needs besides the view's records
    settings : fields at which every mark of it is shown, for the template
    view : the template, where no state shows every mark
    """

    facts: Callable[[], dict]
    settings: dict[str, Any] = {}
    view: Callable[[], View] | None = None


def _chain() -> dict:
    return {"rules": rules_at("2026-09-11")}


def _nothing() -> dict:
    return {}


def _sale() -> dict:
    chain = rules_at("2026-09-11")
    return {
        "rules": chain,
        "owner_cut": [f"{part}n" for part in chain.owner_cut.as_integer_ratio()],
        "scenario": load_scenario("base"),
        "snapshots": {it.snapshot: load_snapshot(it.snapshot) for it in sale.markets().values()},
        "bar": BEARABLE_SHARE,
        "years": sale.YEARS,
    }


def _others() -> dict:
    """All that TAO is held against, of every day to choose."""
    chain = rules_at("2026-09-11")
    base = load_scenario("base")
    days = {}
    for snapshot in snapshots().values():
        sold = sales_multiples(chain, snapshot, base).iloc[:-1]
        days[snapshot.date.isoformat()] = {
            like: dict(
                zip(
                    ("names", "values"), comparables.everything_on(snapshot.date, like), strict=True
                )
            )
            for like in TOKEN_VALUES
        } | {
            "companies": list(sold["company"]),
            "low": list(sold["low"]),
            "high": list(sold["high"]),
        }
    return {"rules": chain, "days": days, "order": list(comparables.COUNTS.values())}


def _errors() -> dict:
    """What the words of an error and the bands of 80% need."""
    z = NormalDist().inv_cdf(0.9)
    return _chain() | {"how_sure": plus_minus(), "errors": errors_in_95(), "z": z}


def _pools() -> dict:
    """Main net's subnets from the largest pool, as the rules of shares read them."""
    pools = emission_shares.start_of(None)
    order = np.argsort(-pools.reserve_tao, kind="stable")
    rules = emission_shares.rules_to_choose().values()
    return {
        "pools": {
            "price": pools.price_ema_tao[order],
            "started": pools.started[order].astype(float),
            "burned": pools.burned_share[order],
            "alpha": (pools.reserve_alpha + pools.outstanding_alpha)[order],
            "on": pools.emission_on[order],
            "root_tao": pools.root_tao,
        },
        "real": emission_shares.Market(),
        "where": emission_shares.where(),
        "unproven": {
            f"{law.subnet_shares} {law.gate}": emission_shares.unproven_fields(law, fields=SHARED)
            or "none"
            for law in rules
        },
    }


def _epoch() -> dict:
    kept = q32(rules_at("2026-09-11").bonds_moving_average) / 2**32
    return {"kept": kept, "others": consensus.weights_of(consensus.Epoch())[:4, 5:]}


def _board() -> dict:
    known = claims_board.presets()
    latest = Reading("now", "now", "", "")
    states = {}
    for name, numbers in known.items():
        rules, snapshot, scenario = claims_board.records_of(numbers)
        found = judge(
            claims_board.world_of(numbers),
            claims_board._as_judged(numbers, ARGUMENTS["C38"]),
            "now",
        )
        ratio = numbers.issuance_rao / rules.max_supply_rao
        states[name] = {
            "numbers": numbers,
            "rules": rules,
            "snapshot": snapshot,
            "scenario": scenario,
            "owner_cut": [f"{part}n" for part in rules.owner_cut.as_integer_ratio()],
            "others": [ratio - cast(float, one.value) for one in found.read],
        }
    return {
        "states": states,
        "halved": str(fact(world(), latest, "C26", "first_halving").value),
        "arguments": [_argument(one) for one in ARGUMENTS.values()],
        "inputs": {name: _moved(known["the article"], name) for name in claims_board.MOVED},
        "verdicts": VERDICTS,
        "signs": arguments.SIGNS,
        "plural": list(arguments.PLURAL.values()),
        "one": arguments.ONE,
        "at": arguments.COLUMNS[arguments.JUDGED] - 0.02,
        "end": arguments.END + 0.1,
    }


def _argument(one) -> dict:
    claim = world().claims[one.claim]
    told = {"sign": claim.says, "stated": claim.stated, "tolerance": HEDGES[claim.hedge].tolerance}
    return one._asdict() | told


def _moved(numbers, name: str) -> dict:
    """A number of the board as the search for what turns a verdict moves it."""
    scale = claims_board._scale(name)
    low, high = about(numbers, name)["span"] or (0.0, 1.0)
    it = claims_board._input(numbers, name)
    ends = {"low": low / scale, "high": high / scale}
    return {"name": it.name, "unit": it.unit, "scale": scale} | ends


def _every_verdict() -> View:
    """The board with a square of every colour and a stripe, which no one state has."""
    numbers = claims_board.presets()["the article"]
    shown = VIEWS["board"].drawn({"numbers": numbers})
    rows = tuple(
        row._replace(verdict=VERDICTS[number % len(VERDICTS)], was="")
        for number, row in enumerate(claims_board.rows(numbers))
    )
    (panel,) = shown.panels
    texts = [mark for mark in panel.marks if isinstance(mark, Text)]
    at = arguments.COLUMNS[arguments.JUDGED] - 0.02
    squares = arguments._coloured([row.verdict for row in rows], at)
    marks = [*arguments._turned(rows), *squares, *texts]
    return dataclasses.replace(shown, panels=[dataclasses.replace(panel, marks=marks)])


WAYS = {
    "supply": Way(_chain),
    "emission": Way(_nothing),
    "halving_at_recycling": Way(_chain),
    "pool": Way(_nothing),
    "sell_pressure": Way(_sale, {"inflow_usd_per_day": 1e5}),
    "comparable": Way(_others),
    "portfolio": Way(_errors),
    "emission_rules": Way(_pools),
    "epoch": Way(_epoch),
    "board": Way(_board, view=_every_verdict),
}


def script(names: tuple[str, ...]) -> str:
    """How a picture finds room and several scripts as one, in their order: a page from a disk loads
    no modules.
    """
    files = [plot.SCRIPTS / "fit.js", *(SCRIPTS / name for name in names)]
    return "".join(file.read_text(encoding="utf-8") for file in files)


def template(panel: Live) -> dict:
    """What the page of a live view needs to compute its states.

    menus, sliders : what to offer; records, chosen : where they start
    data, layout : the figure without its numbers; panels : axes and marks, `at` the place of a
    mark's trace in data; facts : see `Way`
    """
    it = panel.recipe()
    way = WAYS[it.name]
    shown = way.view() if way.view else VIEWS[it.name].drawn(_with(it, way.settings))
    figure = screen.plotted(shown)
    return {
        "name": it.name,
        "menus": [
            {
                "key": key,
                "label": key.replace("_", " "),
                "options": list(options),
                "start": list(options).index(it.chosen[key]),
                "records": [plain(record) for record in options.values()],
            }
            for key, options in it.choices.items()
        ],
        "sliders": [
            handle._asdict()
            | {"key": key, "argument": it.owner[key][0], "name": it.owner[key][1]}
            | {"whole": isinstance(handle.value, int)}
            for key, handle in it.sliders.items()
        ],
        "records": {key: plain(record) for key, record in it.records.items()},
        "chosen": it.chosen,
        "facts": plain(way.facts()),
        "data": [plain(_bare(trace)) for trace in figure["data"]],
        "layout": plain(figure["layout"]),
        "panels": _panels(shown.panels),
    }


def _with(it, settings: dict) -> dict:
    """The records of a live view with some of their fields changed."""
    records = dict(it.records)
    for key, value in settings.items():
        argument, field = it.owner[key]
        records[argument] = dataclasses.replace(records[argument], **{field: value})
    return records


def _bare(trace: dict) -> dict:
    numbers = ("x", "y", "z", "text", "customdata")
    kept = numbers if trace["type"] not in ("contour", "heatmap") else ("x", "y", "z", "text")
    return {key: value for key, value in trace.items() if key not in kept}


def _panels(panels) -> list[dict]:
    traces = 0
    found = []
    for panel in panels:
        marks = []
        for mark in panel.marks:
            text = isinstance(mark, Text)
            marks.append(_mark(mark, None if text else traces))
            traces += not text
        axes = {"x": _axis(panel.x), "y": _axis(panel.y)}
        found.append(axes | {"marks": marks})
    return found


def _mark(mark: Mark, at: int | None) -> dict:
    """A mark with the columns that it starts from; those that no state changes stay."""
    columns = {key: plain(getattr(mark, key, ())) for key in COLUMNS}
    kind = type(mark).__name__
    return {key: value for key, value in columns.items() if value} | {
        "kind": kind,
        "label": mark.label,
        "at": at,
    }


def _axis(axis: Axis) -> dict:
    return {
        "label": axis.label,
        "scale": axis.scale,
        "low": plain(axis.low),
        "high": plain(axis.high),
        "format": axis.format,
        "names": list(axis.named.values()),
        "ticks": None if axis.ticks is None else plain(axis.ticks),
    }


def plain(value: Any) -> Any:
    """A value as JSON, exactly: an integer of the chain as its digits and an n, as BigInt has
    them.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {key: _integers(key, plain(it)) for key, it in fields.items()}
    if isinstance(value, dict):
        return {key: plain(it) for key, it in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(it) for it in value]
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= EXACT:
        return f"{value}n"
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a page must hold numbers and text, got {type(value).__name__}")


def _integers(name: str, value: Any) -> Any:
    """Amounts of smallest units are integers of any length, however small they are."""
    exact = name.endswith("_rao") or name == "units_per_coin"
    return f"{value}n" if exact and type(value) is int else value
