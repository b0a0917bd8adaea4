"""Sliders made from a record's fields, and read-outs that are compared."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import NamedTuple

import ipywidgets as w
import numpy as np
import traitlets

from ..inputs.checks import quoted
from ..inputs.record import about
from ..inputs.rules import Scenario
from ..inputs.units import RAO_PER_TAO

WIDE = w.Layout(width="min(450px, 100%)")
TRACK = w.Layout(width="min(325px, 71%)")
BOX = w.Layout(width="122px")
LABELS = {"description_width": "200px"}
LARGEST = 1e15  # of a number with a slider: a page counts exactly up to nine times as far
MILLION_TAO = 10**6 * RAO_PER_TAO  # larger amounts of rao have a slider in millions of TAO
FAR = 100  # ends whose ratio is larger are reached in equal ratios
RATIO = 0.01  # a step of such a slider, in powers of ten
SAME = 1e-4  # powers of ten by which a page may round
OURS = "our choice"  # of a start for which there is no source
PROPER = {"tao": "TAO", "efold": "e-fold"} | {
    name.lower(): name
    for name in ("Anthropic", "Bitcoin", "Ethereum", "Fetch", "OpenAI", "Render", "Spanish")
}
TYPED = re.compile(r"[+\-−]?(\d{1,3}([, ]\d{3})+(\.\d*)?|\d+(\.\d*)?|\.\d+)(e[+\-]?\d{1,2})?", re.I)
NUMBER = re.compile(r"([+\-−]?)([\d,]*\.?\d+)(.*)", re.DOTALL)


class Handle(NamedTuple):
    """A slider: its ends, its step, the decimals it shows; in equal ratios where `log`."""

    label: str
    meaning: str
    value: float
    low: float
    high: float
    step: float
    places: int
    log: bool
    in_rao: bool = False  # of a field in rao, shown in millions of TAO and moved by whole TAO
    source: str = ""  # of the value it starts from

    @property
    def told(self) -> str:
        """Its meaning and its source, as a tooltip."""
        return f"{self.meaning}. Source: {self.source}" if self.source else self.meaning

    def shown(self, value: float) -> float:
        """Where the slider stands for a value of its field."""
        return value / MILLION_TAO if self.in_rao else value

    def stored(self, place: float) -> float:
        """The value of its field for a place of the slider."""
        return round(place * 1e6) * RAO_PER_TAO if self.in_rao else place


def handle(
    record,
    field: str,
    key: str,
    span: tuple[float, float] | None = None,
    menu: str = "",
) -> Handle:
    """A slider with a field's bounds, step, unit and meaning; or with other ends.

    menu : the one that its record is chosen from, "" where it is not
    """
    it = about(record, field)
    value = getattr(record, field)
    in_rao = it["unit"] == "rao" and value >= LARGEST
    if in_rao:
        value /= MILLION_TAO
        ends = span or it["span"]
        low, high = ends or (value * MILLION_TAO / 2, 2 * value * MILLION_TAO)
        span = (low / MILLION_TAO, high / MILLION_TAO)
        it |= {"unit": "M TAO", "step": 0.01}
    low, high = span or it["span"] or _bounds(it["rule"], value)
    low = min(low, value)
    high = max(high, value)
    whole = isinstance(value, int)
    if whole:
        low = math.ceil(low)
        high = math.floor(high)
    step = it["step"] or (1 if whole else (high - low) / 100)
    label = re.sub(r"(_(bn_)?usd(_per_day|_per_year)?|_s|_years|_rao)$", "", key)
    unit = it["unit"].removeprefix("share").strip()  # beside the name, where it is said once
    if unit.startswith("TAO per "):
        label = label.removesuffix("_tao")
    label = label.replace("_", " ")
    if unit.startswith(label):
        label = unit
        unit = ""
    elif label.endswith(f" {unit}") or unit.lower() in label.split():
        label = " ".join(unit if word == unit.lower() else word for word in label.split())
        unit = ""
    label = " ".join(PROPER.get(word, word) for word in label.split())
    return Handle(
        label=f"{label} ({unit})" if unit else label,
        meaning=it["meaning"],
        value=value,
        low=low,
        high=high,
        step=step,
        places=0 if whole else max(-int(f"{step:e}".split("e")[1]), 1 if value % 1 else 0, 0),
        log=not whole and low > 0 and high / low > FAR,
        in_rao=in_rao,
        source=_source(record, field, it["source"], menu),
    )


def _source(record, field: str, own: str | None, menu: str) -> str:
    """Where the value comes from that a slider starts from."""
    if own:
        return own
    if menu:
        return f"as chosen under “{menu.replace('_', ' ')}”"
    if field in getattr(record, "sources", {}):
        return record.sources[field]
    known = Scenario.__dataclass_fields__
    if field in known and getattr(Scenario(), field) == getattr(record, field):
        return about(Scenario, field)["source"] or OURS
    return OURS


class Amount(w.HBox):
    """A slider beside a box that shows the number and takes another one; `refused` says what is
    wrong with what was typed.

    The slider's steps lead through its value, so that the page does not round it.
    """

    value = traitlets.Union([traitlets.Int(), traitlets.Float()])
    refused = traitlets.Unicode()

    def __init__(self, it: Handle):
        self.min = it.low
        self.max = it.high
        self.description = it.label
        self._step = it.step
        self._log = it.log
        self._whole = isinstance(it.value, int)
        self._form = f",.{it.places}f"
        self._telling = False  # while slider and box are brought to the value
        kind = w.FloatLogSlider if it.log else w.IntSlider if self._whole else w.FloatSlider
        ends = {} if it.log else {"value": it.value, "min": it.low, "max": it.high}
        self._slider = kind(
            description=it.label,
            step=RATIO if it.log else it.step,
            readout=False,
            continuous_update=True,
            tooltip=it.told,
            style=LABELS,
            layout=TRACK,
            **ends,
        )
        self._box = w.Text(continuous_update=False, tooltip=it.told, layout=BOX)
        self._slider.observe(self._slid, names="value")
        self._box.observe(self._typed, names="value")
        super().__init__([self._slider, self._box], layout=WIDE)
        self.value = it.value
        self._tell(it.value)

    def reach(self, low: float, high: float, value: float) -> None:
        """Bring it to a value between new ends."""
        self.min = low
        self.max = high
        self.value = value
        self._tell(value)

    @traitlets.validate("value")
    def _kind(self, proposal):
        return proposal["value"] if self._whole else float(proposal["value"])

    @traitlets.observe("value")
    def _set(self, change):
        self._tell(change["new"])

    def _tell(self, value: float):
        self._telling = True
        if self._log:
            self._tell_ratio(value)
        else:
            self._tell_steps(value)
        self._box.value = format(value, self._form)
        self._telling = False

    def _tell_ratio(self, value: float):
        steps_below = math.ceil(max(math.log10(value / self.min), 0) / RATIO - 1e-9)
        steps_above = math.ceil(max(math.log10(self.max / value), 0) / RATIO - 1e-9)
        here = math.log10(value)
        if abs(math.log10(self._slider.value) - here) > SAME or not self._on_steps(here):
            with self._slider.hold_sync():
                self._slider.min = min(here - steps_below * RATIO, self._slider.max)
                self._slider.max = here + steps_above * RATIO
                self._slider.value = value

    def _tell_steps(self, value: float):
        it = self._slider
        steps = (value - it.min) / self._step
        led = abs(steps - round(steps)) < 1e-6 and 0 <= it.min - self.min < self._step
        low = it.min if led else _on_step(self.min, value, self._step)
        with it.hold_sync():  # a page that sees it between two steps rounds it and says so
            it.min = min(low, it.min)
            it.max = self.max
            it.value = value
            it.min = low

    def _on_steps(self, here: float) -> bool:
        steps = (here - self._slider.min) / RATIO
        return abs(steps - round(steps)) * RATIO < SAME

    def _slid(self, change):
        if self._telling:
            return
        value = min(max(change["new"], self.min), self.max)
        if not self._log:
            self.value = value
        elif abs(math.log10(value / self.value)) > SAME:
            self.value = float(f"{value:.4g}")

    def _typed(self, change):
        if self._telling:
            return
        self.refused = ""
        try:
            value = typed_number(self.description, change["new"], whole=self._whole)
            if format(value, self._form) != format(self.value, self._form):
                if not self.min <= value <= self.max:
                    ends = f"[{self.min:{self._form}}, {self.max:{self._form}}]"
                    raise ValueError(f"{self.description} must be in {ends}, got {value:,}")
                self.value = value
        except ValueError as error:
            self.refused = str(error)
        self._tell(self.value)


def typed_number(name: str, text: str, *, whole: bool = False) -> float:
    """A number as a reader types it, thousands apart or not, with a power of ten or not.

    Raises
    ------
    ValueError
        for another text, such as a comma before decimals, and for parts of what is whole

    Examples
    --------
    >>> typed_number("price", "1,234.5"), typed_number("blocks", "1e12", whole=True)
    (1234.5, 1000000000000)
    """
    if not TYPED.fullmatch(text.strip()):
        raise ValueError(f"{name} must be a number such as 1,234.5 or 1e6, got {quoted(text)}")
    exact = Decimal(re.sub("[, ]", "", text.strip()).replace("−", "-"))
    if whole and exact % 1:
        raise ValueError(f"{name} must be a whole number, got {quoted(text)}")
    return int(exact) if whole else float(exact)


def _on_step(low: float, place: float, step: float) -> float:
    """The least end from low on from which steps lead to a place: a page rounds to them."""
    steps = (place - low) / step
    return low if abs(steps - round(steps)) < 1e-6 else place - math.floor(steps) * step


def difference(now: str, was: str) -> str:
    """By how much a printed number differs from another one in the same unit; "" where they are
    not of one kind.

    Examples
    --------
    >>> difference("26.2%", "27.0%")
    '−0.8%'
    """
    one = NUMBER.fullmatch(now.strip())
    other = NUMBER.fullmatch(was.strip())
    if one is None or other is None or one[3] != other[3]:
        return ""
    places = len(one[2].partition(".")[2])
    by = _number(one) - _number(other)
    return f"{'+' if by >= 0 else '−'}{abs(by):,.{places}f}{one[3]}"


def same(one, other) -> bool:
    """Whether two pictures, or parts of them, are equal."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        whole = one.dtype != object and one.dtype == other.dtype and one.shape == other.shape
        return one.tobytes() == other.tobytes() if whole else one.tolist() == other.tolist()
    return bool(one == other)


def _number(found: re.Match) -> float:
    size = float(found[2].replace(",", ""))
    return -size if found[1] in ("-", "−") else size


def _bounds(rule: str, value: float) -> tuple[float, float]:
    """The ends of a slider: the field's own bounds, or around the value where those are far."""
    ends = re.fullmatch(r"in [\[(]([^ ]+), ([^ ]+)[\])]", rule)
    if ends:
        low, high = (float(end.replace(",", "")) for end in ends.groups())
        if high - low <= 1_000 * max(abs(value), 1):
            return low, high
    whole = isinstance(value, int)
    low, high = sorted((value / 2, value * 2)) if value else (0.0, 1.0)
    return (int(low), int(high)) if whole else (low, high)
