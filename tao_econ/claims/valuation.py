"""C45 to C62: the OpenAI comparison, competitors, what came after, and the article's inner
consistency.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from ..economy.comparables import value_ratio
from ..economy.supply import supply_at
from ..inputs.data import dates
from ..inputs.units import BN, tao
from .declare import ARTICLE
from .facts import NotYetError
from .macro import sector
from .rule import Estimate, Reading, World, kept, measures, number, records, yes
from .sources import (
    PUBLISHED,
    SURE,
    closes,
    correlation,
    days_at,
    returns_until,
    signal_weeks,
)

MAX_AGE_DAYS = 180  # of a token's value
BAR = 0.5  # a correlation from which two tokens are said to move together


@measures
def c45(world: World, reading: Reading) -> float:
    """Price times the cap, bn USD."""
    used = records(world, reading)
    return used.snapshot.price_usd * tao(used.rules.max_supply_rao) / BN


@measures
def c46(world: World, reading: Reading) -> float:
    """What OpenAI was valued at in the last sale that had closed, bn USD."""
    return number(world, reading, "C46", "openai_closed")


@measures
def c47(world: World, reading: Reading) -> float:
    """OpenAI's value over TAO's, for what of it reaches holders and survives."""
    used = records(world, reading)
    in_talks = "talks" in reading.definition
    if in_talks and reading.when == "now":
        raise NotYetError("the sale in talks has closed long since")
    forms = {"printed": "fdv_stated", "discounted": "discounted_fdv"}
    form = next((form for word, form in forms.items() if word in reading.definition), "fdv")
    if form == "fdv_stated" and reading.day != ARTICLE:
        raise NotYetError("printed in the article only")
    worth = number(world, reading, "C46", "openai_in_talks" if in_talks else "openai_closed")
    return value_ratio(*used, worth * BN, denominator=form).multiple


@measures
def c48(world: World, reading: Reading) -> bool:
    """Whether the comparison was proposed in May."""
    return yes(world, reading, "C48", "proposed_in_may")


@measures
def c49(world: World, reading: Reading) -> bool:
    """Whether the fund, or the man, held none."""
    fund = reading.definition == "his fund"
    return yes(world, reading, "C49", "fund_holds_none" if fund else "holds_none_himself")


@measures
def c50(world: World, reading: Reading) -> bool:
    """Whether the report files it so."""
    return yes(world, reading, "C50", "filed_under_model_training")


@measures
def c51(world: World, reading: Reading) -> bool:
    """Whether a16z backs one, and both are in the segment."""
    backed = reading.definition.startswith("one")
    return yes(world, reading, "C51", "a16z_in_gensyn" if backed else "both_in_segment")


@measures
def c52(world: World, reading: Reading) -> float:
    """Public tokens of the two competitors."""
    return float(
        sum(yes(world, reading, "C52", name) for name in ("gensyn_token", "together_token"))
    )


@measures
def c53(world: World, reading: Reading) -> bool:
    """Whether nothing has a price to compare with: no token of the two; no private round known."""
    if reading.definition == "by a token's price":
        return c52(world, reading) == 0
    return not number(world, reading, "C46", "openai_closed") > 0


@measures
def c54(world: World, reading: Reading) -> Estimate:
    """Correlation of the weeks of TAO and RNDR less one half, or less that of RNDR and FET."""
    columns = ["tao_usd", "rndr_usd", "fet_usd"]
    own, rndr, fet = returns_until(reading.day, columns, world.tables).T
    together = correlation(own, rndr)
    if reading.definition.endswith("one half"):
        return Estimate(*(end - BAR for end in together))
    others = correlation(rndr, fet)
    gap = together.value - others.value
    error = np.hypot(together.high - together.low, others.high - others.low) / 2
    return Estimate(gap, gap - error, gap + error)


@measures
def c55(world: World, reading: Reading) -> bool:
    """Whether the two differ too much."""
    return yes(world, reading, "C55", "too_different")


@measures
def c56(world: World, reading: Reading) -> float:
    """The largest rival's value over TAO's FDV: tokens that are models, or companies too."""
    used = records(world, reading)
    when = PUBLISHED if reading.when == "then" else pd.Timestamp(used.snapshot.date)
    asked = "comparables" in world.tables
    largest = _largest(world.tables["comparables"], when) if asked else _known_largest(when)
    values = [largest]
    if reading.definition == "tokens and companies":
        values.append(number(world, reading, "C51", "together_value") * BN)
    supply = supply_at(used.rules, used.snapshot, used.scenario)
    return float(max(values) / supply.fdv_usd)


def _largest(rows: pd.DataFrame, when: pd.Timestamp) -> float:
    """The largest diluted value by a day among the tokens that are models."""
    rows = rows[rows["segment"].str.startswith("model") & (rows["token"] != "TAO")]
    rows = rows[rows["as_of"].str.fullmatch(r"\d{4}-\d\d-\d\d") & rows["fdv_usd"].notna()]
    age = (when - dates(rows["as_of"])).dt.days
    rows = rows[(age >= 0) & (age <= MAX_AGE_DAYS)].sort_values("as_of")
    return float(rows.drop_duplicates("token", keep="last")["fdv_usd"].max())


@functools.cache
def _known_largest(when: pd.Timestamp) -> float:
    return _largest(kept("comparables"), when)


@measures
def c57(world: World, reading: Reading) -> float:
    """A later close over the price of publication, or of the article."""
    later = closes(world.tables)[PUBLISHED + pd.Timedelta(days=1) :]
    start = (world.then if reading.definition.endswith("article's") else world.day).snapshot
    end = later.max() if reading.definition.startswith("highest") else world.now.snapshot.price_usd
    return float(end / start.price_usd)


@measures
def c58(world: World, reading: Reading) -> Estimate:
    """Log gain of holding TAO only after weeks of high volume, over holding it throughout."""
    weeks = int(reading.definition.split()[2])
    gains, held = signal_weeks(reading.day, weeks, world.tables)
    missed = np.where(held, 0.0, -gains)
    total = float(missed.sum())
    error = SURE * float(missed.std(ddof=1)) * len(missed) ** 0.5
    return Estimate(total, total - error, total + error)


@measures
def c59(world: World, reading: Reading) -> float:
    """Days from the last trade at the article's price to publication."""
    found = days_at(world.then.snapshot.price_usd, world.tables)
    if not found:
        raise NotYetError("no trade at that price")
    return float(min((PUBLISHED - day).days for day in found))


@measures
def c76(world: World, reading: Reading) -> Estimate:
    """Correlation of the weeks of TAO with those of five AI-labelled tokens."""
    return correlation(*sector(reading.day, world))
