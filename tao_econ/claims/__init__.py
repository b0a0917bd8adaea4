"""The article's sixty claims, recomputed and judged on two dates, each with what would turn the
verdict.

`check()` is the ledger: by what could be known on 20 November 2023, and by what is known now. The
functions are in
the files named after the parts of the article; the rule that makes verdicts is in `rule.py`.
"""

from __future__ import annotations

import functools

import pandas as pd

from ..economy.stress import STRESSES as STRESSES
from . import macro as _macro  # noqa: F401  (each registers its claims)
from . import market as _market  # noqa: F401
from . import protocol as _protocol  # noqa: F401
from . import tokenomics as _tokenomics  # noqa: F401
from . import valuation as _valuation  # noqa: F401
from .market import net_inflow as net_inflow
from .rule import CLAIMS as CLAIMS
from .rule import GRADES as GRADES
from .rule import VERDICTS as VERDICTS
from .rule import Finding as Finding
from .rule import Reading as Reading
from .rule import _claims, grade
from .rule import stated as stated
from .rule import verdict as verdict
from .rule import world as world
from .scores import forecast_scores as forecast_scores
from .scores import what_was_earned as what_was_earned
from .sources import assets_change as assets_change
from .sources import funding as funding


def findings(stress: str | None = None) -> dict[str, Finding]:
    """Every claim's finding by its number, with all its readings.

    Parameters
    ----------
    stress : str, optional

    Returns
    -------
    dict[str, Finding]
    """
    return dict(_findings(stress))


@functools.cache
def _findings(stress: str | None) -> dict[str, Finding]:
    records = world(stress)
    return {number: Finding(*CLAIMS[number].judge(records)) for number in sorted(CLAIMS)}


def check(*, stress: str | None = None, reading: str = "all") -> pd.DataFrame:
    """The ledger: one row a claim, none dropped.

    Parameters
    ----------
    stress : str, optional
        Name of one of `STRESSES`, under which all is computed again.
    reading : str
        'all' the rule; 'strict' the first reading of a claim alone; 'lenient' any reading will do.

    Returns
    -------
    pandas.DataFrame
        Id, section, claim, stated, unit, value_then, verdict_then, value_now, verdict_now,
        readings_then and readings_now (in how many of them it is true), flips, missing, grade,
        notebook; `then` is 2023-11-20.

    Raises
    ------
    ValueError
        For an unknown stress or reading.
    """
    table = _claims()
    rows = []
    for number, found in findings(stress).items():
        row = table.loc[number]
        rows.append(
            {
                "id": number,
                "section": row["section"],
                "claim": row["claim"],
                "stated": row["value"],
                "unit": row["unit"],
                "value_then": shown(found.then.value),
                "verdict_then": verdict(found.then, reading),
                "value_now": shown(found.now.value),
                "verdict_now": verdict(found.now, reading),
                "readings_then": _true(found.then),
                "readings_now": _true(found.now),
                "flips": found.flips,
                "missing": found.missing,
                "grade": grade(number),
                "notebook": CLAIMS[number].notebook,
            }
        )
    return pd.DataFrame(rows)


def counts(ledger: pd.DataFrame) -> pd.DataFrame:
    """How many claims got which verdict on the two dates.

    Parameters
    ----------
    ledger : pandas.DataFrame

    Returns
    -------
    pandas.DataFrame
    """
    then, now = (ledger[column].value_counts() for column in ("verdict_then", "verdict_now"))
    return (
        pd.DataFrame({"2023-11-20": then, "now": now}, index=VERDICTS)
        .fillna(0)
        .astype(int)
        .rename_axis("verdict")
    )


def under_stress() -> pd.DataFrame:
    """Verdicts of the claims that at least one stress turns.

    Returns
    -------
    pandas.DataFrame
        A row for each claim and date, by (`id`, `date`), "then" before "now"; a column for each
        stress, after 'as it is', which has none.
    """
    columns = {}
    for name, stress in {"as it is": None, **{name: name for name in STRESSES}}.items():
        ledger = check(stress=stress).set_index("id")
        verdicts = ledger[["verdict_then", "verdict_now"]].set_axis(["then", "now"], axis=1)
        columns[name] = verdicts.rename_axis("date", axis=1).stack()
    table = pd.DataFrame(columns)
    turned = table.ne(table["as it is"], axis=0).any(axis=1)
    return table[turned]


def _true(reading: Reading) -> str:
    return f"{sum(reading.true)} of {len(reading.true)}" if reading.true else ""


def shown(value: float | str) -> str:
    """A computed value as a table shows it: four or five digits, no exponent.

    Parameters
    ----------
    value : float or str

    Returns
    -------
    str
    """
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
