"""C01 to C12: what happened before the article, money for AI, and the story told around it."""

from __future__ import annotations

import pandas as pd

from .rule import World, claim, fact, near, stated, true_of, untested
from .sources import (
    MARCH_2024,
    PUBLISHED,
    assets_change,
    close_on,
    funding,
    price_factor,
    table,
    weekly_gain,
    writing_days,
)

JUDGED = "12_judged_by_what_happened"
LEGOS = "10_do_lego_models_add_up"


@claim("04_sell_pressure")
def c01(world: World) -> tuple:
    """Tripled in a month: the article's price, and each close while it was written, over the
    close 30 days before.
    """
    price = world.then.snapshot.price_usd
    days = writing_days()[::-1]
    factor = price_factor(world.then)
    before = [close_on(day - pd.Timedelta(days=30)) for day in days]
    closes = [
        close_on(day) * factor / month_ago for day, month_ago in zip(days, before, strict=True)
    ]
    least = price / max(before)
    reading = near(float(stated("C01")), [*closes, *(price / month_ago for month_ago in before)])
    return (
        reading,
        reading,
        f"the day: {closes[0]:.1f}× on publication day, {least:.1f}× at the article's price",
    )


@claim(JUDGED)
def c02(world: World) -> tuple:
    """Pantera and Collab as holders: only a retelling is stored."""
    return untested(), untested(), "", "the announcement itself, with an amount"


@claim("02_circulating_vs_fdv")
def c03(world: World) -> tuple:
    """Heavily traded: are the three named the three most traded of five, or among the first
    four?
    """
    names = ("FET", "RNDR", "AGIX", "OCEAN", "AKT")
    volume = {
        name: fact("C03", "CoinMarketCap snapshot of 1 Nov", k) for k, name in enumerate(names)
    }
    order = sorted(volume, key=lambda name: volume[name], reverse=True)
    named = {"FET", "RNDR", "OCEAN"}
    reading = true_of(" > ".join(order), set(order[:3]) == named, named <= set(order[:4]))
    return reading, reading, "AGIX, left out, traded more than OCEAN"


@claim(JUDGED)
def c04(world: World) -> tuple:
    """More than 14 bn for generative AI in 2023: another provider then, the whole year now."""
    least = float(stated("C04"))
    then = fact("C04", "Dealroom")
    now = funding("2023", "generative AI")
    deal = funding("2023", "one deal")
    flips = f"leaving out one deal of {deal:g} bn: {now - deal:.1f} bn"
    return true_of(then, then >= least), true_of(now, now >= least), flips


@claim(JUDGED)
def c05(world: World) -> tuple:
    """Only 2.5 bn the year before, against the same provider's later count."""
    now = funding("2022", "generative AI")
    return (
        untested(),
        near(float(stated("C05")), [now]),
        "the provider's taxonomy, which grew wider",
        "the provider's report of 2023",
    )


@claim(JUDGED)
def c06(world: World) -> tuple:
    """The jump from one year to the next, with and without the one large deal."""
    deal = funding("2023", "one deal")
    before = float(stated("C05"))
    after = float(stated("C04"))
    later = funding("2022", "generative AI"), funding("2023", "generative AI")
    then = [after / before, (after - deal) / before]
    now = [later[1] / later[0], (later[1] - deal) / later[0]]
    value = float(stated("C06"))
    flips = f"one deal of {deal:g} bn: without it {then[1]:.1f}× then, {now[1]:.1f}× now"
    return near(value, then), near(value, now), flips


@claim(JUDGED)
def c07(world: World) -> tuple:
    """33.58 trillion to refinance: the table of the essay is not in what can be read of it."""
    return (
        untested(),
        untested(),
        "",
        "the table of the essay, and a count of what was issued since",
    )


@claim(JUDGED)
def c08(world: World) -> tuple:
    """More money by 2026: change of assets of two central banks since the forecast, against none
    and the pandemic's.
    """
    fed = assets_change("Fed", since="2023-12-01")
    ecb = assets_change("ECB", since="2023-12-01")
    bar = assets_change("Fed", since="2020-01-01", until="2022-06-01")
    return (
        untested(),
        true_of(f"{fed:+.2f} trn", fed > 0, ecb > 0, fed > bar),
        f"a Fed that had added {bar:.2f} trn, as in the pandemic, instead of {fed:+.2f}",
        "the outcome",
    )


@claim(JUDGED)
def c09(world: World) -> tuple:
    """One favoured technology each wave: a story with four cases chosen afterwards."""
    return (
        untested(),
        untested(),
        "",
        "a definition of wave and bubble fixed in advance, and more than four cases",
    )


@claim(LEGOS)
def c10(world: World) -> tuple:
    """Few tokens in algorithms, many in data and compute: tokens by segment in the table of
    comparables.
    """
    return (
        _segments("2023-11-20"),
        _segments("2025-10-01"),
        "who files the tokens: the table and its segments are ours",
    )


def _segments(day: str):
    rows = table("comparables")
    segment = rows.loc[rows["as_of"] == day, "segment"]
    models = segment.str.startswith("model").sum()
    others = segment.str.contains("data|compute").sum()
    return true_of(f"{models} model, {others} data or compute", models < others)


@claim(JUDGED)
def c11(world: World) -> tuple:
    """Filecoin as the pick: did it beat TAO, RNDR and bitcoin to March 2024, and TAO to July
    2026?
    """
    gain = {
        name: weekly_gain(f"{name}_usd", PUBLISHED, MARCH_2024)
        for name in ("fil", "tao", "rndr", "btc")
    }
    start = fact("C11", "CoinMarketCap daily closes")
    later = fact("C11", "Synthos research page FIL") / start - 1
    tao = close_on("2026-07-04") / close_on(PUBLISHED) - 1
    beats = [gain["fil"] > gain[name] for name in ("tao", "rndr", "btc")]
    return (
        untested(),
        true_of(f"{later:+.0%}", *beats, later > tao, number=later),
        f"the date: {gain['fil']:+.0%} to March 2024, {later:+.0%} to July 2026",
        "the outcome",
    )


@claim(LEGOS)
def c12(world: World) -> tuple:
    """Incentives select, they do not create: no measurement tells the two apart."""
    return untested(), untested(), "", "a model that only the incentive can have made"
