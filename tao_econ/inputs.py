"""Law, fact and assumption: three frozen records that never share a field.

`Rules` are the chain's own (data/eras.toml), a `Snapshot` is what was observed on a date
(data/snapshots.toml), a `Scenario` is what we assume (the defaults below, varied by
data/scenarios.toml). `dataclasses.replace` makes a varied copy and checks it again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import functools
import numbers
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from .units import utc

DATA = Path(__file__).resolve().parents[1] / "data"
REQUIRED = dataclasses.MISSING


def quantity(default=REQUIRED, *, unit: str, meaning: str, step=None, span=None, reason=None, source=None, **bounds):
    """A field of a record: its unit and meaning, bounds (gt, ge, lt, le), slider step and span, reason and source."""
    about = {"unit": unit, "step": step, "span": span, "reason": reason, "source": source}
    given = {} if default is REQUIRED else {"default": default}
    return Field(**given, description=meaning, json_schema_extra=about, **bounds)


def _rule(field) -> str:
    """A field's bounds in words: 'in (0, 1]', '> 0'."""
    low = high = None
    for bound in field.metadata:
        for name, sign in (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<=")):
            if hasattr(bound, name):
                low, high = (
                    ((sign, getattr(bound, name)), high) if name[0] == "g" else (low, (sign, getattr(bound, name)))
                )
    if low and high:
        opens, closes = "(" if low[0] == ">" else "[", ")" if high[0] == "<" else "]"
        return f"in {opens}{low[1]:,}, {high[1]:,}{closes}"
    return " and ".join(f"{sign} {value:,}" for sign, value in filter(None, (low, high)))


def _one_line(record: type, error: ValidationError) -> Exception:
    """The first thing wrong with a record as name, rule and value."""
    problem = error.errors()[0]
    name, kind, value = str(problem["loc"][0]), problem["type"], problem["input"]
    fields = record.__pydantic_fields__
    if kind == "missing":
        return TypeError(f"{record.__name__}.{name} is missing")
    if name not in fields:
        return TypeError(unknown(f"{record.__name__} field", name, fields))
    if kind == "literal_error":
        return ValueError(f"{name} must be {problem['ctx']['expected']}, got {value!r}")
    if kind == "finite_number":
        return ValueError(f"{name} must be finite, got {value}")
    if kind.startswith(("greater_than", "less_than")):
        shown = f"{value:,}" if isinstance(value, (int, float)) else str(value)
        return ValueError(f"{name} must be {_rule(fields[name])}, got {shown}")
    wanted = problem["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return TypeError(f"{name} must be {wanted}, got {value!r} ({type(value).__name__})")


def unknown(kind: str, name, known) -> str:
    """The one line for a name that does not exist: the nearest one, then all of them."""
    known = [str(k) for k in known]
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {name!r}{hint} (known: {', '.join(known)})"


def checked_record(cls):
    """A frozen, keyword-only dataclass checked by pydantic whose errors are one clear line."""
    cls = dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False))(cls)
    checked = cls.__init__

    @functools.wraps(checked)
    def __init__(self, **values):
        try:
            checked(self, **values)
        except ValidationError as error:
            raise _one_line(cls, error) from None

    cls.__init__ = __init__
    return cls


@checked_record
class Rules:
    """LAW: what the chain does from one era to the next. Source and date stand on every era."""

    name: str = quantity(unit="", meaning="name of the era or schedule")
    title: str = quantity(unit="", meaning="what the era changed")
    chain: Literal["kusanagi", "nakamoto", "finney", "article", "bitcoin"] = quantity(
        unit="", meaning="which chain the rules belong to"
    )
    first_block: int | None = quantity(unit="blocks", meaning="first block of the era; None where not known", ge=0)
    first_date: dt.date = quantity(unit="", meaning="first day of the era, UTC")
    source: str = quantity(unit="", meaning="where the rule was read")
    checked: dt.date = quantity(unit="", meaning="when it was last checked")
    confidence: Literal["high", "medium", "low"] = quantity(unit="", meaning="how sure the reading is")

    max_supply_rao: int = quantity(unit="rao", meaning="no more than this can ever exist", gt=0)
    block_reward_rao: int = quantity(unit="rao", meaning="reward of one block before any halving", gt=0)
    block_time_s: float = quantity(unit="seconds", meaning="nominal time between blocks", gt=0, le=86_400)
    schedule: Literal["constant", "issuance", "block"] = quantity(
        unit="", meaning="what halves the reward: nothing, total issuance, or the block number"
    )
    halving_interval_blocks: int = quantity(unit="blocks", meaning="blocks between halvings, if blocks decide", gt=0)
    max_halvings: int = quantity(unit="halvings", meaning="the reward is zero from this halving on", ge=1, le=256)
    whole_rao: bool = quantity(unit="", meaning="the reward is cut to whole rao, as on every real chain")

    owner_cut: Fraction = quantity(unit="share", meaning="subnet owner's share of a subnet's emission", ge=0, le=1)
    max_take: Fraction = quantity(unit="share", meaning="default and highest share a validator keeps", ge=0, le=1)
    root_weight: Fraction = quantity(unit="share", meaning="weight of TAO on root against subnet alpha", ge=0, le=1)
    subnet_shares: Literal[
        "one_network", "set_by_foundation", "root_weights", "price_ema", "flow_ema", "net_flow_ema",
        "price_ema_root_unburned", "price_ema_unburned",
    ] = quantity(unit="", meaning="what divides new TAO among subnets")  # fmt: skip
    gate: Literal["none", "quantile", "rank"] = quantity(unit="", meaning="bar below which a subnet's share shrinks")
    pool: Literal["none", "constant_product", "concentrated", "weighted"] = quantity(
        unit="", meaning="how subnet tokens trade against TAO"
    )
    root_dividends: Literal["none", "sold_each_block", "claimed", "baskets"] = quantity(
        unit="", meaning="what becomes of the alpha paid to holders of TAO on root"
    )
    liquid_alpha: Literal["none", "per_miner", "per_pair"] = quantity(
        unit="", meaning="whether bonds may move faster where weights disagree"
    )

    tempo: int = quantity(unit="blocks", meaning="blocks between consensus epochs", ge=0, le=65_535)
    kappa: Fraction = quantity(unit="share", meaning="active stake needed to support a weight", gt=0, le=1)
    bonds: Literal["classic", "yuma3"] = quantity(
        unit="", meaning="bonds as shares of a miner (classic), or each validator's own (Yuma3)"
    )
    bonds_penalty: Fraction = quantity(
        unit="share", meaning="how far bonds follow the clipped weights, not the submitted ones", ge=0, le=1
    )
    bonds_moving_average: Fraction = quantity(unit="share", meaning="part of a bond kept by an epoch", ge=0, le=1)
    bonds_mask: Literal["stale_weights", "new_miners"] = quantity(
        unit="", meaning="bonds forgotten: where weights are older than the miner, or on miners newer than an epoch"
    )
    bonds_reset: bool = quantity(unit="", meaning="a miner may delete all bonds on itself")
    liquid_alpha_on: bool = quantity(unit="", meaning="whether a subnet uses its liquid alpha")
    alpha_low: Fraction = quantity(unit="share", meaning="slowest bond rate under liquid alpha", ge=0, le=1)
    alpha_high: Fraction = quantity(unit="share", meaning="fastest bond rate under liquid alpha", ge=0, le=1)
    alpha_sigmoid_steepness: Fraction = quantity(
        unit="", meaning="how sharply disagreement speeds bonds up under liquid alpha", ge=-328, le=328
    )
    activity_cutoff: Fraction = quantity(unit="tempos", meaning="silence after which a validator is inactive", ge=0)
    max_validators: int = quantity(unit="validators", meaning="permits a subnet gives", ge=0, le=65_535)
    permits: Literal["top_stakes", "top_nonzero_stakes"] = quantity(unit="", meaning="who gets the permits")
    stake_threshold_rao: int = quantity(unit="rao", meaning="stake weight below this counts as none", ge=0)
    owner_privileges: bool = quantity(
        unit="", meaning="the subnet owner has a permit, may score itself and needs no stake threshold"
    )


@checked_record
class Snapshot:
    """FACT: what was observed on one date. `sources` names where each value was read."""

    name: str = quantity(unit="", meaning="name of the snapshot")
    date: dt.date = quantity(unit="", meaning="day it speaks of, UTC")
    block: int | None = quantity(None, unit="blocks", meaning="block number; None where not known", ge=0)
    issuance_rao: int = quantity(unit="rao", meaning="TAO issued so far", gt=0)
    issuance_low_rao: int | None = quantity(None, unit="rao", meaning="lowest published reading", ge=0)
    issuance_high_rao: int | None = quantity(None, unit="rao", meaning="highest published reading", ge=0)
    price_usd: float = quantity(unit="USD per TAO", meaning="price of one TAO", gt=0, le=1e9, step=0.1, span=(1, 2_000))
    volume_usd: float | None = quantity(None, unit="USD per day", meaning="traded volume of the day", gt=0)
    staked_tao: float | None = quantity(None, unit="TAO", meaning="TAO staked; None where not known", ge=0)
    fdv_stated_usd: float | None = quantity(None, unit="USD", meaning="diluted value as its source states it", gt=0)
    sources: dict[str, str] = quantity(unit="", meaning="source of each value")


@checked_record
class Scenario:
    """ASSUMPTION: what we choose. Each default has its reason and source; ASSUMPTIONS.md lists them."""

    name: str = quantity("base", unit="", meaning="name of the scenario")
    recycled_share: float = quantity(
        0.146, unit="share", meaning="part of each block's emission recycled or never issued",
        ge=0, le=0.95, step=0.002, span=(0, 0.9),
        reason="What was missing from the 12-second schedule between the first halving and 2026-09-11.",
        source="supply_points.csv 2025-12-15 and 2026-09-11, by halving.fit_recycling",
    )  # fmt: skip
    block_time_s: float = quantity(
        12.0, unit="seconds", meaning="time between blocks", ge=1, le=60, step=0.05, span=(11, 14),
        reason="The nominal time. Slow blocks since 2025 are inside recycled_share, which is measured against it.",
        source="runtime constant MILLISECS_PER_BLOCK; block_anchors.csv gives 12.04 s since February 2025",
    )  # fmt: skip
    horizon_years: float = quantity(
        20.0, unit="years", meaning="how far ahead a path runs", gt=0, le=1_000, step=1.0, span=(1, 260),
        reason="Long enough for five halvings; 98 % of the supply is then issued.",
        source="our choice",
    )  # fmt: skip
    discount_rate: float = quantity(
        0.20, unit="share per year", meaning="yearly rate at which a TAO issued later counts less today",
        ge=0, le=1, step=0.01,
        reason="A venture-style rate; 0 gives the FDV, a very high one the market cap, so the choice is shown.",
        source="our choice; models in the literature use 10 to 50 %",
    )  # fmt: skip
    market_cap_growth: float = quantity(
        0.0, unit="share per year", meaning="yearly growth of the market cap", ge=-0.99, le=10, step=0.01, span=(-0.9, 2),
        reason="Zero asks the plainest question: what does new supply alone do to the price?",
        source="our choice",
    )  # fmt: skip
    lost_share: float = quantity(
        0.0, unit="share", meaning="part of issued TAO lost for good", ge=0, lt=1, step=0.01,
        reason="Unknown: no published estimate was found, so none is subtracted.",
        source="none found by 2026-11-22",
    )  # fmt: skip
    staked_share: float = quantity(
        0.85, unit="share", meaning="part of issued TAO that is staked, where the snapshot does not say",
        gt=0, le=1, step=0.01,
        reason="Between the 88 % quoted for early 2024 and the 65 % read on chain in September 2026.",
        source="nic.orb.land (early 2024), chain reading of 2026-09-11",
    )  # fmt: skip
    stake_stickiness: float = quantity(
        0.5, unit="share", meaning="part of the staked TAO that would not come to market", ge=0, le=1, step=0.01,
        reason="Unknown: stake has no unbonding period, so it is neither locked (1) nor free (0). Half says so.",
        source="our choice; yield.xyz documentation for the missing unbonding period",
    )  # fmt: skip
    stakers_share: float = quantity(
        0.41, unit="share", meaning="part of new TAO that goes to validators and their nominators",
        ge=0, le=1, step=0.01,
        reason="Half of what is left after the subnet owner's 18 %.",
        source="eras.toml: owner_cut 11,796/65,535 since 2023-10-02",
    )  # fmt: skip
    validator_take: float = quantity(
        0.18, unit="share", meaning="part of a nominator's reward that the validator keeps", ge=0, le=1, step=0.01,
        reason="The default and the maximum of the chain.",
        source="eras.toml: max_take 11,796/65,535",
    )  # fmt: skip


@functools.cache
def _toml(name: str) -> dict:
    try:
        return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"data/{name} must be TOML: {error}") from None


RATIOS = {f.name for f in dataclasses.fields(Rules) if f.type in (Fraction, "Fraction")}


@functools.cache
def eras() -> tuple[Rules, ...]:
    """Every era, oldest first; each row of data/eras.toml is folded over the one before it."""
    rows, folded = [], {}
    for row in _toml("eras.toml")["era"]:
        folded = folded | row
        rows.append(Rules(**{k: Fraction(v) if k in RATIOS else v for k, v in folded.items()}))
    return tuple(rows)


@functools.cache
def schedules() -> tuple[Rules, ...]:
    """Rules that were never Bittensor's: the article's schedule and Bitcoin's, for comparison."""
    base = {f.name: getattr(eras()[0], f.name) for f in dataclasses.fields(Rules)}
    return tuple(Rules(**(base | row)) for row in _toml("eras.toml")["schedule"])


def rules_at(when: int | str | dt.date) -> Rules:
    """The rules in force at a Finney block, on a date (UTC), or by name.

    when : block number, date, ISO text, the name of an era, or 'article', 'article-whole-rao', 'bitcoin'
    Raises ValueError for a moment before the first era and for an unknown name.
    """
    named = {r.name: r for r in eras() + schedules()}
    if isinstance(when, str) and when in named:
        return named[when]
    if isinstance(when, numbers.Integral) and not isinstance(when, bool):
        started = [r for r in eras() if r.chain == "finney" and r.first_block is not None and r.first_block <= when]
    else:
        if isinstance(when, str) and not when[:1].isdigit():
            raise ValueError(unknown("era", when, named))
        started = [r for r in eras() if r.first_date <= utc(when).date()]
    if not started:
        raise ValueError(f"when must not be before the first era, got {when}")
    return started[-1]


def load_snapshot(name: str) -> Snapshot:
    """An observed date by name; raises ValueError naming the known ones."""
    rows = _toml("snapshots.toml")["snapshot"]
    if name not in rows:
        raise ValueError(unknown("snapshot", name, rows))
    row = dict(rows[name])
    return Snapshot(name=name, date=row.pop("date"), **{k: v["value"] for k, v in row.items()},
                    sources={k: v["source"] for k, v in row.items()})  # fmt: skip


def load_scenario(name: str) -> Scenario:
    """A set of assumptions by name; raises ValueError naming the known ones."""
    rows = _toml("scenarios.toml")["scenario"]
    if name not in rows:
        raise ValueError(unknown("scenario", name, rows))
    return Scenario(name=name, **{k: v for k, v in rows[name].items() if k != "meaning"})


def snapshot_names() -> list[str]:
    """The names `load_snapshot` knows."""
    return list(_toml("snapshots.toml")["snapshot"])


def scenario_names() -> list[str]:
    """The names `load_scenario` knows."""
    return list(_toml("scenarios.toml")["scenario"])


def about(record, name: str) -> dict:
    """One field's unit, meaning, step, span of a slider, reason and source, with its bounds in words (`rule`)."""
    fields = type(record).__pydantic_fields__
    if name not in fields:
        raise ValueError(unknown(f"{type(record).__name__} field", name, fields))
    field = fields[name]
    return {"meaning": field.description, "rule": _rule(field)} | field.json_schema_extra



def describe(record):
    """A record as a table: one row a field, with value, unit and meaning."""
    import pandas as pd

    rows = [(f.name, getattr(record, f.name), about(record, f.name)) for f in dataclasses.fields(record)]
    table = pd.DataFrame(
        [(name, str(value), text["unit"], text["meaning"]) for name, value, text in rows if name != "sources"],
        columns=["field", "value", "unit", "meaning"],
    )
    return table.set_index("field")
