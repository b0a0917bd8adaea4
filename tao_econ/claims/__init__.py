"""The article's statements, recomputed and judged, each with what would turn the verdict.

`check()` is the ledger: by what could be known on 20 November 2023, and by what is known now. A
statement is a row of data/claims.csv and one pure function in the file named after its part of the
article; the rule that makes verdicts is in `rule.py`, the facts are in data/evidence.csv.
"""

from __future__ import annotations

import functools
from collections.abc import Collection

import pandas as pd

from ..economy.stress import STRESSES as STRESSES
from ..inputs import data
from ..inputs.record import unknown
from . import macro as _macro  # noqa: F401  (each registers its claims)
from . import market as _market  # noqa: F401
from . import protocol as _protocol  # noqa: F401
from . import tokenomics as _tokenomics  # noqa: F401
from . import valuation as _valuation  # noqa: F401
from .board import Numbers as Numbers
from .board import presets as presets
from .board import rows as rows
from .board import what_turns as what_turns
from .declare import HEDGES as HEDGES
from .declare import STRESSED
from .declare import Claim as Claim
from .declare import declared as declared
from .facts import GRADES as GRADES
from .facts import Fact as Fact
from .facts import grade as grade
from .facts import typed_facts as typed_facts
from .macro import filecoin_gain as filecoin_gain
from .market import net_inflow as net_inflow
from .market import pressure_share as pressure_share
from .roots import Flip as Flip
from .rule import VERDICTS as VERDICTS
from .rule import Estimate as Estimate
from .rule import Finding as Finding
from .rule import Judgement as Judgement
from .rule import Reading as Reading
from .rule import World as World
from .rule import find, under
from .rule import judge as judge
from .rule import readings as readings
from .rule import verdict as verdict
from .rule import world as world
from .scores import forecast_scores as forecast_scores
from .scores import scores_since_publication as scores_since_publication
from .scores import what_was_earned as what_was_earned
from .settings import varied as varied
from .settings import with_snapshot as with_snapshot
from .sources import assets_change as assets_change
from .sources import funding as funding
from .turning import flip as flip

NOTHING_TURNS = "no input of ours turns it"
DATES = ("then", "now")


def stated(claim_id: str) -> str:
    """The value as the article gives it.

    Parameters
    ----------
    claim_id : str

    Returns
    -------
    str
    """
    known = world().claims
    if claim_id not in known:
        raise ValueError(unknown("claim", claim_id, known))
    return known[claim_id].stated


def findings(
    records: World | None = None,
    *,
    stress: str | None = None,
    only: Collection[str] | None = None,
) -> dict[str, Finding]:
    """Every claim's finding by its number, with all its readings.

    Parameters
    ----------
    records : World, optional
        Those of `world()` if not given.
    stress : str, optional
        Acts on inferences and opinions; it falsifies no fact.
    only : collection of str, optional
        Claims to judge.

    Returns
    -------
    dict[str, Finding]
    """
    if records is None and only is None:
        return dict(_findings(stress))
    base = records or world()
    hard = under(base, stress)
    for name in only or ():
        if name not in base.claims:
            raise ValueError(unknown("claim", name, base.claims))
    return {
        name: find(hard if claim.kind in STRESSED else base, claim)
        for name, claim in base.claims.items()
        if only is None or name in only
    }


@functools.cache
def _findings(stress: str | None) -> dict[str, Finding]:
    return findings(world(), stress=stress)


def check(
    records: World | None = None,
    *,
    stress: str | None = None,
    reading: str = "all",
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """The ledger: one row a claim, none dropped.

    Parameters
    ----------
    records : World, optional
        Those of `world()` if not given.
    stress : str, optional
        Name of one of `STRESSES`, under which inferences and opinions are computed again.
    reading : str
        'all' the rule; 'strict' the first reading of a claim alone; 'lenient' any reading will do.
    only : collection of str, optional
        Claims to judge.

    Returns
    -------
    pandas.DataFrame
        Id, section, kind, ours, claim, stated, unit, value_then, verdict_then, readings_then (in
        how many it is true), the same for now, missing, grade, notebook; `then` is 2023-11-20. A
        verdict is empty on a date on which a statement of that kind is not judged.

    Raises
    ------
    ValueError
        For an unknown stress, reading or claim.
    """
    base = records or world()
    table = data.load("claims").set_index("id")
    rows = []
    for name, found in findings(records, stress=stress, only=only).items():
        claim = base.claims[name]
        dates = {}
        for when, judged in zip(DATES, found, strict=True):
            dates[f"value_{when}"] = "" if judged is None else shown(judged)
            dates[f"verdict_{when}"] = verdict(judged, reading)
            dates[f"readings_{when}"] = "" if judged is None else share(judged)
        rows.append(
            {
                "id": name,
                "section": table.loc[name, "section"],
                "kind": claim.kind,
                "ours": claim.ours,
                "claim": table.loc[name, "claim"],
                "stated": claim.stated,
                "unit": claim.unit,
                **dates,
                "missing": missing(claim, found),
                "grade": grade(base.facts, name),
                "notebook": claim.notebook,
            }
        )
    return pd.DataFrame(rows)


def missing(claim: Claim, found: Finding) -> str:
    """What would have to be known where a claim cannot be checked.

    Parameters
    ----------
    claim : Claim
    found : Finding

    Returns
    -------
    str
    """
    names = [
        one.missing for judged in found if judged is not None for one in judged.read if one.missing
    ]
    return claim.missing or "; ".join(dict.fromkeys(names))


def share(judged: Judgement) -> str:
    """In how many of its readings a claim is true, and how many are undecided or not known.

    Parameters
    ----------
    judged : Judgement

    Returns
    -------
    str
    """
    true = sum(one is True for one in judged.true)
    undecided = sum(one.true is None and one.value is not None for one in judged.read)
    unknown_ = sum(one.value is None for one in judged.read)
    said = [f"{true} of {len(judged.true)}"] if judged.true else []
    said += [f"{undecided} undecided"] if undecided else []
    said += [f"{unknown_} not known"] if unknown_ else []
    return ", ".join(said)


def shown(judged: Judgement) -> str:
    """What was measured, as a table shows it: a number or its range over the readings, or each
    definition with yes or no.

    Parameters
    ----------
    judged : Judgement

    Returns
    -------
    str
    """
    known = [one for one in judged.read if one.value is not None]
    if not known:
        return ""
    if isinstance(known[0].value, bool):
        said = {one.reading.definition: "yes" if one.value else "no" for one in known}
        return "; ".join(f"{name}: {word}" for name, word in said.items())
    if isinstance(known[0].value, str):
        days = sorted({str(one.value) for one in known})
        return " to ".join(dict.fromkeys((days[0], days[-1])))
    values = [one.value[0] if isinstance(one.value, tuple) else one.value for one in known]
    numbers = [float(value) for value in values if value is not None]
    ends = [number_text(end) for end in (min(numbers), max(numbers))]
    return " to ".join(dict.fromkeys(ends))


def number_text(value: float) -> str:
    """A measured number with four or five digits and no exponent.

    Parameters
    ----------
    value : float

    Returns
    -------
    str
    """
    if value == float("inf"):
        return "never"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


@functools.cache
def flips() -> pd.DataFrame:
    """What turns each verdict, found over all inputs that a claim reads.

    Returns
    -------
    pandas.DataFrame
        By id: flip_then and flip_now, a `Flip` or None, and `flips` in words.
    """
    base = world()
    rows = {}
    for name, claim in base.claims.items():
        found = {when: flip(base, claim, when) for when in DATES}
        said = [f"{when}: {one}" for when, one in found.items() if one is not None]
        judged = [verdict(one) not in ("", VERDICTS[-1]) for one in _findings(None)[name]]
        words = "; ".join(said) or (NOTHING_TURNS if any(judged) else "")
        rows[name] = {"flip_then": found["then"], "flip_now": found["now"], "flips": words}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("id")


def counts(ledger: pd.DataFrame) -> pd.DataFrame:
    """How many of the article's statements got which verdict on the two dates; ours apart.

    Parameters
    ----------
    ledger : pandas.DataFrame

    Returns
    -------
    pandas.DataFrame
        By verdict: 2023-11-20 and now, and the same of our own checks.
    """
    own = ledger["ours"]
    columns = {
        "2023-11-20": ledger.loc[~own, "verdict_then"],
        "now": ledger.loc[~own, "verdict_now"],
        "ours, 2023-11-20": ledger.loc[own, "verdict_then"],
        "ours, now": ledger.loc[own, "verdict_now"],
    }
    counted = {name: column.value_counts() for name, column in columns.items()}
    table = pd.DataFrame(counted, index=VERDICTS).fillna(0).astype(int)
    return table.rename_axis("verdict")


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
