"""Law, fact and assumption: three frozen records that never share a field.

`Rules` are the chain's own (data/eras.toml), a `Snapshot` is what was observed on a date
(data/snapshots.toml), a `Scenario` is what we assume (scenario.py, varied by data/scenarios.toml).
`dataclasses.replace` makes a varied copy and checks it again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import numbers
import os
import re
from fractions import Fraction
from typing import Any, Literal

from . import data
from .door import typed
from .files import DATA
from .record import checked_record, quantity, unknown
from .scenario import NOMINAL_S, Scenario
from .snapshot import Snapshot
from .snapshot_files import KINDS
from .units import MAX_BLOCK, MAX_RAO, SECONDS_PER_DAY, Numbers, utc

MAX_BYTES = 1_000_000  # of a TOML file
RATIO = re.compile(r"-?\d{1,20}(\.\d{1,20}|/\d{1,20})?")
OWN_SNAPSHOT = "TAO_ECON_SNAPSHOT"  # in the environment: a file for the latest snapshot


@checked_record
class Rules:
    """LAW: what the chain does from one era to the next. Source and date stand on every era."""

    name: str = quantity(unit="", meaning="name of the era or schedule")
    title: str = quantity(unit="", meaning="what the era changed")
    chain: Literal["kusanagi", "nakamoto", "finney", "article", "bitcoin"] = quantity(
        unit="", meaning="which chain the rules belong to"
    )
    first_block: int | None = quantity(
        unit="blocks", meaning="first block of the era; None where not known", ge=0, lt=MAX_BLOCK
    )
    first_date: dt.date = quantity(unit="", meaning="first day of the era, UTC")
    source: str = quantity(unit="", meaning="where the rule was read")
    checked: dt.date = quantity(unit="", meaning="when it was last checked")
    confidence: Literal["high", "medium", "low"] = quantity(
        unit="", meaning="how sure the reading is"
    )

    units_per_coin: int = quantity(
        unit="smallest units per coin",
        meaning="smallest units in one coin, of which the rules count in integers: rao in a TAO",
        ge=1,
        le=10**24,
    )
    max_supply_rao: int = quantity(
        unit="rao", meaning="no more than this can ever exist", gt=0, le=10**40
    )
    block_reward_rao: int = quantity(
        unit="rao", meaning="reward of one block before any halving", gt=0, le=10**40
    )
    block_time_s: float = quantity(
        unit="seconds", meaning="nominal time between blocks", gt=0, le=86_400
    )
    schedule: Literal["constant", "issuance", "block"] = quantity(
        unit="", meaning="what halves the reward: nothing, total issuance, or the block number"
    )
    halving_interval_blocks: int = quantity(
        unit="blocks", meaning="blocks between halvings, if blocks decide", gt=0, lt=MAX_BLOCK
    )
    max_halvings: int = quantity(
        unit="halvings", meaning="the reward is zero from this halving on", ge=1, le=256
    )
    whole_rao: bool = quantity(
        unit="", meaning="the reward is cut to whole rao, as on every real chain"
    )

    owner_cut: Fraction = quantity(
        unit="share", meaning="subnet owner's share of a subnet's emission", ge=0, le=1
    )
    max_take: Fraction = quantity(
        unit="share", meaning="default and highest share a validator keeps", ge=0, le=1
    )
    root_weight: Fraction = quantity(
        unit="share", meaning="weight of TAO on root against subnet alpha", ge=0, le=1
    )
    subnet_shares: Literal[
        "one_network",
        "set_by_foundation",
        "root_weights",
        "price_ema",
        "flow_ema",
        "net_flow_ema",
        "price_ema_root_unburned",
        "price_ema_unburned",
    ] = quantity(unit="", meaning="what divides new TAO among subnets")
    price_ema_rate: Fraction = quantity(
        unit="share per block",
        meaning="speed of the smoothed price of a subnet long after its start",
        ge=0,
        le=1,
    )
    price_ema_warmup_blocks: int = quantity(
        unit="blocks",
        meaning="age at which the smoothed price moves at half that speed",
        ge=0,
        lt=MAX_BLOCK,
    )
    flow_ema_rate: Fraction = quantity(
        unit="share per block", meaning="speed of the smoothed TAO flow", ge=0, le=1
    )
    gate: Literal["none", "quantile", "rank", "tiers"] = quantity(
        unit="", meaning="bar below which a subnet's share shrinks"
    )
    gate_exponent: int = quantity(
        unit="", meaning="how steeply shares fall below the bar", ge=1, le=16
    )
    gate_rank: int = quantity(
        unit="subnets",
        meaning="the bar stands at the share of this rank (gate 'rank')",
        ge=1,
        le=65_535,
    )
    gate_quantile: Fraction = quantity(
        unit="share",
        meaning="the bar stands where the largest shares sum to this (gate 'quantile')",
        gt=0,
        le=1,
    )
    gate_refresh_blocks: int = quantity(
        unit="blocks", meaning="blocks between two settings of the bar", ge=1, lt=MAX_BLOCK
    )
    injection_cap: Literal["alpha_emission", "alpha_or_block_emission", "root_proportion"] = (
        quantity(unit="", meaning="most alpha that a block may put into a pool beside its TAO")
    )
    injection_price: Literal["pool_price", "reserve_ratio"] = quantity(
        unit="",
        meaning="TAO per alpha at which both go into a pool: its price, or what it holds of TAO "
        "over what it holds of alpha; the two differ where the pool's weights are not 1/2",
    )
    excess_tao: Literal["injected", "buys_recycled", "buys_held", "buys_capped"] = quantity(
        unit="",
        meaning="what becomes of TAO above that cap: into the pool alone, or it buys alpha that "
        "is then recycled, held by the protocol, or held up to a limit with the rest recycled",
    )
    swap_fee: Fraction = quantity(
        unit="share", meaning="part of a trade's input that is a fee", ge=0, lt=1
    )
    pool: Literal["none", "constant_product", "concentrated", "weighted"] = quantity(
        unit="", meaning="how subnet tokens trade against TAO"
    )
    root_dividends: Literal["none", "sold_each_block", "claimed", "baskets"] = quantity(
        unit="", meaning="what becomes of the alpha paid to holders of TAO on root"
    )
    liquid_alpha: Literal["none", "per_miner", "per_pair"] = quantity(
        unit="", meaning="whether bonds may move faster where weights disagree"
    )

    tempo: int = quantity(
        unit="blocks", meaning="setting of the time between epochs; 0: never", ge=0, le=65_535
    )
    epoch_length: Literal["tempo_and_one", "tempo"] = quantity(
        unit="", meaning="blocks between consensus epochs: one more than the tempo, or the tempo"
    )
    kappa: Fraction = quantity(
        unit="share", meaning="active stake needed to support a weight", gt=0, le=1
    )
    bonds: Literal["classic", "yuma3"] = quantity(
        unit="", meaning="bonds as shares of a miner (classic), or each validator's own (Yuma3)"
    )
    bonds_penalty: Fraction = quantity(
        unit="share",
        meaning="how far bonds follow the clipped weights, not the submitted ones",
        ge=0,
        le=1,
    )
    bonds_moving_average: Fraction = quantity(
        unit="share", meaning="part of a bond kept by an epoch", ge=0, le=1
    )
    bonds_mask: Literal["stale_weights", "new_miners", "new_miners_since_last_step"] = quantity(
        unit="",
        meaning="bonds forgotten: where weights are older than the miner, on miners newer than a "
        "tempo, or on miners newer than the last epoch",
    )
    commit_mask: bool = quantity(
        unit="", meaning="weights committed before the miner registered do not count"
    )
    bonds_reset: bool = quantity(unit="", meaning="a miner may delete all bonds on itself")
    liquid_alpha_on: bool = quantity(unit="", meaning="whether a subnet uses its liquid alpha")
    alpha_low: Fraction = quantity(
        unit="share", meaning="slowest bond rate under liquid alpha", ge=0, le=1
    )
    alpha_high: Fraction = quantity(
        unit="share", meaning="fastest bond rate under liquid alpha", ge=0, le=1
    )
    alpha_sigmoid_steepness: Fraction = quantity(
        unit="",
        meaning="how sharply disagreement speeds bonds up under liquid alpha",
        ge=-328,
        le=328,
    )
    activity_cutoff: Fraction = quantity(
        unit="tempos", meaning="silence after which a validator is inactive", ge=0, le=10**9
    )
    max_validators: int = quantity(
        unit="validators", meaning="permits a subnet gives", ge=0, le=65_535
    )
    permits: Literal["top_stakes", "top_nonzero_stakes"] = quantity(
        unit="", meaning="who gets the permits"
    )
    stake_threshold_rao: int = quantity(
        unit="rao", meaning="stake weight below this counts as none", ge=0, lt=MAX_RAO
    )
    owner_self_weight: bool = quantity(unit="", meaning="a subnet's owner may score itself")
    owner_permit: bool = quantity(
        unit="", meaning="a subnet's owner has a permit and needs no stake threshold"
    )
    transaction_fees: Literal["burned", "block_author", "recycled"] = quantity(
        unit="", meaning="what becomes of fees of transactions, which no model here pays"
    )


@functools.cache
def _toml(name: str) -> dict:
    """A file of data/ as its tables: names or lists of names with values, nothing else."""
    raw = data.content(name, at_most=MAX_BYTES, folder=DATA)
    tables = data.toml(raw, f"data/{name}")
    data.refuse_changed(name, raw, folder=DATA)
    return tables


def _tables(name: str, kind: str, shape: type):
    """The tables of one kind, a list or a dictionary of them."""
    found: Any = _toml(name).get(kind)
    rows = found.values() if isinstance(found, dict) else found
    if not isinstance(found, shape) or not found or not all(isinstance(row, dict) for row in rows):
        raise ValueError(
            f"data/{name} must hold tables named {kind!r}, got "
            f"{'something else' if found else 'none'}"
        )
    return found


def _built(record: type, place: str, values: dict):
    """A record from a file's values; what it refuses names the file."""
    try:
        return record(**values)
    except (ValueError, TypeError) as error:
        raise type(error)(f"data/{place}: {error}") from None


def ratio(given: str | float | Fraction) -> Fraction:
    """A share as the chain stores it, "32767/65535", or as a number.

    Raises
    ------
    ValueError
        for anything else, and for text of more digits: an exponent has no end
    """
    try:
        if not isinstance(given, bool) and (not isinstance(given, str) or RATIO.fullmatch(given)):
            return Fraction(given)
    except (TypeError, ValueError, ArithmeticError):  # no number, NaN, over 0 or infinite
        pass
    raise ValueError(
        f"a ratio must be a number or text such as '32767/65535', got {str(given)[:40]!r}"
    )


RATIOS = {f.name for f in dataclasses.fields(Rules) if f.type in (Fraction, "Fraction")}


@functools.cache
@typed
def eras() -> tuple[Rules, ...]:
    """Every era, oldest first; each row of data/eras.toml is folded over the one before it."""
    rows: list[Rules] = []
    folded: dict = {}
    for row in _tables("eras.toml", "era", list):
        stated = {name: value for name, value in row.items() if name != "known"}
        folded = folded | {"first_block": None} | stated
        rows.append(_rules(folded))
    ordered = sorted(rows, key=lambda row: row.first_date)
    if ordered != rows or len({row.name for row in rows}) < len(rows):
        raise ValueError("data/eras.toml must list each era once, by date, and does not")
    return tuple(rows)


def coins(rules: Rules, units: Numbers) -> Numbers:
    """Smallest `units` of the rules' coin, a number or an array, as floating coins: rao as TAO
    under Bittensor's rules, satoshi as bitcoin under Bitcoin's.
    """
    return units / rules.units_per_coin


def blocks_per_day(rules: Rules) -> int:
    """Blocks of a day at the rules' nominal time between blocks, rounded."""
    return round(SECONDS_PER_DAY / rules.block_time_s)


def block_seconds(rules: Rules, scenario: Scenario) -> float:
    """Seconds between blocks: the scenario's, whose default stands for the rules' nominal time."""
    return rules.block_time_s if scenario.block_time_s == NOMINAL_S else scenario.block_time_s


def epoch_blocks(rules: Rules) -> int:
    """Blocks from one consensus epoch of a subnet to the next; 0 where none ever comes.

    **Chain:** coinbase/run_coinbase.rs, `blocks_until_next_epoch` (until v3.4.7)
    """
    one_more = rules.tempo > 0 and rules.epoch_length == "tempo_and_one"
    return rules.tempo + one_more


@functools.cache
def schedules() -> tuple[Rules, ...]:
    """Rules that were never Bittensor's: the article's schedule and Bitcoin's, for comparison."""
    base = {f.name: getattr(eras()[0], f.name) for f in dataclasses.fields(Rules)}
    return tuple(_rules(base | row) for row in _tables("eras.toml", "schedule", list))


def _rules(values: dict) -> Rules:
    place = f"eras.toml, {str(values.get('name'))[:40]!r}"
    ratios = {}
    for key, value in values.items():
        if key in RATIOS and not isinstance(value, Fraction):
            try:
                ratios[key] = ratio(value)
            except ValueError as error:
                raise ValueError(f"data/{place}: {key}: {error}") from None
    return _built(Rules, place, values | ratios)


@typed
def rules_at(when: int | str | dt.date) -> Rules:
    """The rules in force at a Finney block, on a date (UTC), or by name.

    Parameters
    ----------
    when
        block number, date, ISO text, the name of an era, or 'article', 'article-whole-rao',
        'bitcoin'

    Raises
    ------
    ValueError
        for a moment before the first era and for an unknown name
    """
    named = {r.name: r for r in eras() + schedules()}
    if isinstance(when, str) and when in named:
        return named[when]
    if isinstance(when, int | numbers.Integral) and not isinstance(when, bool):
        started = [
            r
            for r in eras()
            if r.chain == "finney" and r.first_block is not None and r.first_block <= when
        ]
    else:
        if isinstance(when, str) and not when[:1].isdigit():
            raise ValueError(unknown("era", when, named))
        moment = utc(when)  # type: ignore[arg-type]  # refuses a bool
        started = [r for r in eras() if r.first_date <= moment.date()]
    if not started:
        raise ValueError(f"when must not be before the first era, got {when}")
    return started[-1]


@typed
def load_snapshot(name: str) -> Snapshot:
    """An observed date by name; a ValueError names the known ones.

    A name that ends like a file's is read by `Snapshot.from_file`. Where the environment names a
    file as TAO_ECON_SNAPSHOT, that stands in the place of the latest one.
    """
    rows = _tables("snapshots.toml", "snapshot", dict)
    if OWN_SNAPSHOT in os.environ and name == latest_snapshot():
        return Snapshot.from_file(os.environ[OWN_SNAPSHOT])
    if name.lower().endswith(KINDS):
        return Snapshot.from_file(name)
    if name not in rows:
        raise ValueError(unknown("snapshot", name, rows))
    row = dict(rows[name])
    day = {"date": row.pop("date")} if "date" in row else {}
    place = f"snapshots.toml, {name!r}"
    for key, cell in row.items():
        if not isinstance(cell, dict) or set(cell) != {"value", "source"}:
            raise ValueError(
                f"data/{place}: {key} must be a value with its source, got {str(cell)[:40]}"
            )
    values = {key: cell["value"] for key, cell in row.items()} | day
    return _built(
        Snapshot,
        place,
        values | {"name": name, "sources": {key: cell["source"] for key, cell in row.items()}},
    )


@typed
def load_scenario(name: str) -> Scenario:
    """A set of assumptions by name; a ValueError names the known ones."""
    rows = _tables("scenarios.toml", "scenario", dict)
    if name not in rows:
        raise ValueError(unknown("scenario", name, rows))
    values = {k: v for k, v in rows[name].items() if k != "meaning"}
    return _built(Scenario, f"scenarios.toml, {name!r}", values | {"name": name})


def snapshot_names() -> list[str]:
    """The names `load_snapshot` knows."""
    return list(_tables("snapshots.toml", "snapshot", dict))


def latest_snapshot() -> str:
    """The name of the youngest of them."""
    rows = _tables("snapshots.toml", "snapshot", dict)
    return max(rows, key=lambda name: str(rows[name].get("date")))


def scenario_names() -> list[str]:
    """The names `load_scenario` knows."""
    return list(_tables("scenarios.toml", "scenario", dict))
