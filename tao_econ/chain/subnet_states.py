"""Real subnets from a state file: a table of data/ or a CSV file of one's own, whole or not at all.

Columns, in any order, one row a subnet; root's row, netuid 0, holds the TAO staked on root:

- `netuid`, `price_ema_tao`, `burned_share`, `emission_enabled` (0 or 1)
- `tao_in_pool`, `alpha_in_pool`, `alpha_outstanding`, or each in rao with `_rao` at its end
- if known: `name`, `price_tao` (the pool's price), `subtoken_enabled`, `first_emission_block`,
  `flow_ema_tao`, `protocol_flow_ema_tao`

A flow that the file does not tell stays unknown, and rules that go by flow refuse it.

Other programs' names for the same are read too (`subnet_files.ALIASES`), and so is JSON: a list of
subnets, or an object of them by netuid, alone or under `subnets`, with fields inside fields, as the
network's command line writes its list. What such a file lacks is named in the refusal, and
`instead` says what stands for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np
import pandas as pd

from ..inputs import data
from ..inputs.checks import quoted, whole
from ..inputs.csv_files import sized
from ..inputs.door import typed
from ..inputs.units import RAO_PER_TAO
from .subnet_files import MAX_ROWS, csv_cells, json_cells, renamed
from .subnets import MAX_WEIGHT, MIN_WEIGHT, Subnets, make_subnets

MAX_BYTES = 4_000_000
OLD_BLOCKS = 10**7  # age where the first emission is not told: past all warm-up
AMOUNTS = ("tao_in_pool", "alpha_in_pool", "alpha_outstanding")
NEEDED = ("netuid", *AMOUNTS, "price_ema_tao", "burned_share", "emission_enabled")
OFFERED = ("price_ema_tao", "burned_share", "emission_enabled")  # what lists of subnets lack
WHOLE = {"netuid": MAX_ROWS - 1, "emission_enabled": 1, "subtoken_enabled": 1}  # up to
FLOWS = ("flow_ema_tao", "protocol_flow_ema_tao")


class State(NamedTuple):
    """A file's cells and its name for messages."""

    file: str
    cells: pd.DataFrame

    def refuse(self, at: int, column: str, rule: str) -> NoReturn:
        """Raise one line of file, row (1 is the header), column, rule and value."""
        got = repr(str(self.cells[column].iloc[at])[:40])
        row = self.cells.index[at] + 2
        raise ValueError(f"{self.file}, row {row}, column {column}: must {rule}, got {got}")

    def numbers(self, column: str) -> np.ndarray:
        """A column as finite floats, nan where a cell is empty."""
        cells = self.cells[column]
        empty = (cells.isna() | (cells.astype(str) == "")).to_numpy()
        found = pd.to_numeric(cells, errors="coerce").to_numpy(float, na_value=np.nan)
        least = -np.inf if column in FLOWS else 0.0
        most = WHOLE.get(column, 1 if column == "burned_share" else np.inf)
        right = np.isfinite(found) & (found >= least) & (found <= most)
        if column in WHOLE:
            right &= found % 1 == 0
        if not (right | empty).all():
            kind = "whole number" if column in WHOLE else "finite number"
            bounds = "" if column in FLOWS else f" from 0 to {most}" if most < np.inf else " >= 0"
            self.refuse(int((right | empty).argmin()), column, f"be a {kind}{bounds}")
        return found

    def known(self, column: str, rows: np.ndarray) -> np.ndarray:
        """A column of those rows, none of them empty."""
        found = self.numbers(column)
        if (unknown := np.isnan(found) & rows).any():
            self.refuse(int(unknown.argmax()), column, "not be empty")
        return found[rows]

    def tao(self, amount: str) -> np.ndarray:
        """An amount in TAO or alpha, whichever unit the file has it in."""
        in_rao = f"{amount}_rao"
        return self.numbers(in_rao) / RAO_PER_TAO if in_rao in self.cells else self.numbers(amount)


@typed
def chain_value(state: str, name: str) -> int | float | None:
    """What the chain stored beside a table of subnets; None if it is not told.

    Parameters
    ----------
    state
        the table, "subnets_8791247"
    name
        of the value, "issuance_rao": the column of that name in the table `chain_values`
    """
    rows = data.load("chain_values")
    found = rows[(rows["state"] == state) & (rows["name"] == name)]["value"]
    if found.empty:
        return None
    return int(found.iloc[0]) if found.iloc[0].isdigit() else float(found.iloc[0])


@typed
def load_subnets(
    source: str | Path,
    *,
    issuance_rao: int | None = None,
    root_tao: float | None = None,
    instead: Mapping[str, str | float] | None = None,
) -> Subnets:
    """The subnets of a state file that have started, as `make_subnets` takes them.

    A pool's weight of TAO is the one that explains its price, T/(p·A + T); without a price it is
    1/2, as main net's pools have it wherever their price is printed.

    Parameters
    ----------
    source
        a table of data/ by name, "subnets_8791247", or the path of a .csv or .json file
    issuance_rao
        TAO issued, rao; beside a table of data/ it is known
    root_tao
        TAO staked on root; that of root's row, or known beside the table, if not given
    instead
        what stands for a column that the file lacks: another column's name, or one number for all,
        such as {"price_ema_tao": "price_tao", "burned_share": 0, "emission_enabled": 1}

    Returns
    -------
    Subnets
        named "SN64 Chutes"; a flow that the file does not tell is nan

    Raises
    ------
    ValueError
        naming file, row, column and rule: a netuid that is missing or stands twice, an unknown
        amount, more TAO in pools than issued, a price that no weight in [0.01, 0.99] explains

    Warns
    -----
    UserWarning
        where a file has a row of root that tells no TAO: it is left out
    """
    state = _complete(_read(source), instead or {})
    stem = Path(source).stem
    netuid = state.known("netuid", np.ones(len(state.cells), bool)).astype(int)
    twice = pd.Series(netuid).duplicated().to_numpy()
    if twice.any():
        state.refuse(int(twice.argmax()), "netuid", "not stand twice")
    told = chain_value(stem, "issuance_rao") if issuance_rao is None else issuance_rao
    if told is None:
        raise ValueError(f"issuance_rao must be given for {state.file}, got None")
    issuance = whole("issuance_rao", int(told) if issuance_rao is None else issuance_rao)
    _within_issuance(state, issuance)
    root = root_tao if root_tao is not None else _root_tao(state, netuid, stem)
    if np.isnan(state.tao("tao_in_pool")[netuid == 0]).any():
        warnings.warn(f"{state.file}: root's row, netuid 0, is no subnet: left out", stacklevel=3)
    on = (netuid > 0) & _started(state)
    if not on.any():
        raise ValueError(f"{state.file} must hold a subnet that has started, got none")
    amounts = {name: _amount(state, name, on) for name in AMOUNTS}
    printed = state.cells["name"] if "name" in state.cells else pd.Series("", range(len(netuid)))
    names = printed.fillna("").astype(str)[on]
    return make_subnets(
        [f"SN{uid} {name}".strip() for uid, name in zip(netuid[on], names, strict=True)],
        reserve_tao=amounts["tao_in_pool"],
        reserve_alpha=amounts["alpha_in_pool"],
        outstanding_alpha=amounts["alpha_outstanding"],
        price_ema_tao=state.known("price_ema_tao", on),
        burned_share=state.known("burned_share", on),
        emission_on=state.known("emission_enabled", on) == 1,
        tao_weight=_weights(state, amounts, on),
        age_blocks=_ages(state, stem, on),
        issuance_rao=issuance,
        root_tao=root,
        **{name: state.numbers(name)[on] if name in state.cells else np.nan for name in FLOWS},
    )


def _read(source: str | Path) -> State:
    if isinstance(source, str) and source in data.names():
        return State(f"data/{source}.csv", data.load(source))
    path = Path(source)
    readers = {".csv": csv_cells, ".json": json_cells}
    if path.suffix.lower() not in readers or not path.is_file():
        known = ", ".join(name for name in data.names() if name.startswith("subnets_"))
        raise ValueError(
            f"source must be a CSV file or one of {known}, or a JSON file, got "
            f"{quoted(str(source))}"
        )
    sized(path, MAX_BYTES)
    return State(path.name, renamed(path.name, readers[path.suffix.lower()](path)))


def _complete(state: State, instead: Mapping[str, str | float]) -> State:
    """Every column that is needed, as the file has it or as `instead` says."""
    have = set(state.cells)
    cells = state.cells
    for name, value in instead.items():
        if name not in NEEDED or name in have:
            raise ValueError(
                f"instead must name columns that {state.file} lacks, got {quoted(name)}"
            )
        if isinstance(value, str) and value not in have:
            raise ValueError(f"instead must name a column of {state.file}, got {quoted(value)}")
        cells = cells.assign(**{name: cells[value] if isinstance(value, str) else str(value)})
    for name in NEEDED:
        if name not in cells and not (name in AMOUNTS and f"{name}_rao" in cells):
            offer = f'; instead={{"{name}": …}} says what stands for it' if name in OFFERED else ""
            raise ValueError(f"{state.file} must have a column {name}, got none{offer}")
    return State(state.file, cells)


def _started(state: State) -> np.ndarray:
    """Which subnets trade and have a smoothed price."""
    on = ~np.isnan(state.numbers("price_ema_tao"))
    if "subtoken_enabled" in state.cells:
        on &= state.numbers("subtoken_enabled") == 1
    return on


def _within_issuance(state: State, issuance_rao: int) -> None:
    column = "tao_in_pool_rao" if "tao_in_pool_rao" in state.cells else "tao_in_pool"
    running = np.nancumsum(state.tao("tao_in_pool"))
    over = running > issuance_rao / RAO_PER_TAO
    if over.any():
        issued = f"{issuance_rao / RAO_PER_TAO:,.0f} TAO issued"
        state.refuse(int(over.argmax()), column, f"leave the pools with no more than the {issued}")


def _root_tao(state: State, netuid: np.ndarray, stem: str) -> float:
    held = state.tao("tao_in_pool")[netuid == 0]
    told = held[0] if len(held) and not np.isnan(held[0]) else chain_value(stem, "root_tao")
    if told is None:
        raise ValueError(f"root_tao must be given for {state.file}, which has no row of root")
    return float(told)


def _amount(state: State, name: str, on: np.ndarray) -> np.ndarray:
    amount = state.tao(name)
    column = f"{name}_rao" if f"{name}_rao" in state.cells else name
    if (wrong := (np.isnan(amount) | (amount == 0) & (name != "alpha_outstanding")) & on).any():
        state.refuse(int(wrong.argmax()), column, "be known and > 0 in a subnet that has started")
    return amount[on]


def _weights(state: State, amounts: dict[str, np.ndarray], on: np.ndarray) -> np.ndarray:
    """Weight of TAO that explains a pool's price; 1/2 where no price is told."""
    if "price_tao" not in state.cells:
        return np.full(int(on.sum()), 0.5)
    price = state.numbers("price_tao")[on]
    tao = amounts["tao_in_pool"]
    weight = np.where(np.isnan(price), 0.5, tao / (price * amounts["alpha_in_pool"] + tao))
    if (wrong := ~((weight >= MIN_WEIGHT) & (weight <= MAX_WEIGHT))).any():
        rule = f"be a price that a weight in [{MIN_WEIGHT}, {MAX_WEIGHT}] explains"
        state.refuse(int(np.flatnonzero(on)[wrong.argmax()]), "price_tao", rule)
    return weight


def _ages(state: State, stem: str, on: np.ndarray) -> np.ndarray | int:
    block = data.load("chain_values").set_index("state")["block"].dropna().get(stem)
    if block is None or "first_emission_block" not in state.cells:
        return OLD_BLOCKS
    now = int(np.atleast_1d(block)[0])
    first = state.known("first_emission_block", on)
    return np.maximum(now - first, 0)
