"""One's own subnet from a file: weights, stake and bonds, as `yuma_epoch` takes them.

Layouts, n UIDs wide; row = who scores, column = who is scored:

- **NPZ** (`numpy.savez`): arrays `weights` (n, n), `stake` (n,) and, if there, `bonds` (n, n) and
  `uids` (n,); or the SDK's own names `W`, `S`, `B`.
- **JSON**: an object of those arrays, or a list of neurons with `uid`, `stake`, `weights` and, if
  there, `bonds`. A row of weights is n numbers, pairs [UID, value] or {UID: value}.
- **CSV**, a row a UID: `uid` or `hotkey` or both, `stake`, and a column for each UID or hotkey; in
  any order, with gaps between UIDs.
- **CSV**, a row a weight: `validator`, `miner`, `weight` and, if there, `bond` and `stake`.

Whole numbers are the chain's u16, real ones are shares, anything else is refused: no unit is
guessed. Stake may have any unit. A file without stake takes it from a second one, `records`.
Nothing is fetched, and nothing in a file is ever executed: pickles are refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import as_array, quoted
from ..inputs.csv_files import sized
from ..inputs.door import typed
from ..inputs.files import replacing
from ..inputs.record import unknown
from ..inputs.units import RAO_PER_TAO
from .fixed_point import U16
from .metagraph_files import Found, Refused, check_count, read_csv, read_json, read_npz

READERS = {".npz": read_npz, ".json": read_json, ".csv": read_csv, ".tsv": read_csv}
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".npy", ".joblib")
INSTEAD = "numpy.savez('subnet.npz', weights=m.W, stake=m.S, bonds=m.B.astype('uint16'))"
STAKE_UNITS = {"tao": RAO_PER_TAO, "rao": 1}


class Taken(NamedTuple):
    """Which fields of a file were read, and as what."""

    uids: str
    stake: str
    weights: str
    bonds: str
    left_out: tuple[str, ...]


class Metagraph(NamedTuple):
    """What validators of one subnet say and own: `yuma_epoch(rules, *load_metagraph(path)[:3])`."""

    weights: np.ndarray  # (n, n), u16 or shares of one
    stake: np.ndarray  # (n,), any unit
    bonds: np.ndarray  # (n, n), shares of one; zeros where the file has none
    uids: np.ndarray  # (n,), rising; there may be gaps
    hotkeys: tuple[str, ...]  # () where the file has none
    taken: Taken


class IntegerMetagraph(NamedTuple):
    """The same as the chain stores it: `yuma_epoch_exact(rules, *integers_of(metagraph))`."""

    weights_u16: np.ndarray
    stake_rao: np.ndarray
    bonds_u16: np.ndarray


@typed
def load_metagraph(path: str | Path, *, records: str | Path | None = None) -> Metagraph:
    """A subnet from the file at `path`, in any layout named at the head of this module.

    Parameters
    ----------
    path
        .npz, .json, .csv or .tsv
    records
        a second file, .json, .csv or .tsv, with UID or hotkey and stake of each neuron, for a file
        that has no stake

    Raises
    ------
    ValueError
        naming the file and what is wrong with it, and the row where it has rows
    """
    found, name = _read(path)
    try:
        if records is not None:
            found = _with_records(found, *_read(records))
        if found.weights is None:
            raise Refused("must hold weights, got none: a list of neurons alone is no subnet")
        if found.stake is None:
            raise Refused("must hold stake, or a second file must: records='neurons.csv', got none")
        check_count(found.uids)
        return _in_order(found)
    except Refused as error:
        raise ValueError(f"{name}: {error}") from None


def _read(path: str | Path) -> tuple[Found, str]:
    suffix = Path(path).suffix.lower()
    name = Path(path).name
    if suffix in PICKLES:
        raise ValueError(
            f"path must end in {', '.join(READERS)}, got {quoted(name)}: a pickle can run code and "
            f"is never opened; where it was made, {INSTEAD}"
        )
    if suffix not in READERS:
        raise ValueError(f"path must end in {', '.join(READERS)}, got {quoted(name)}")
    try:
        return READERS[suffix](sized(path)), name
    except Refused as error:
        raise ValueError(f"{name} {error}") from None


def _with_records(found: Found, beside: Found, name: str) -> Found:
    """A subnet with the stake, and the UIDs if it has hotkeys alone, of a second file."""
    if found.stake is not None:
        raise Refused(f"must have no stake where {name} is given for it, got both")
    if beside.stake is None:
        raise Refused(f"must get stake from {name}, which has none")
    check_count(beside.uids)
    by_name = "numbered" in found.fields.get("uids", "")
    keys: tuple = found.hotkeys if by_name else tuple(found.uids)
    known: tuple = beside.hotkeys if by_name else tuple(beside.uids)
    place = {key: k for k, key in enumerate(known)}
    if other := [key for key in keys if key not in place]:
        raise Refused(f"must hold neurons of {name} alone, got {quoted(other[0])}")
    at = np.array([place[key] for key in keys])
    n = len(known)

    def spread(matrix):
        if matrix is None:
            return None
        whole = np.zeros((n, n), matrix.dtype)
        whole[np.ix_(at, at)] = matrix
        return whole

    said = {part: f"{beside.fields[part]} of {name}" for part in ("uids", "stake")}
    return Found(
        uids=beside.uids,
        hotkeys=beside.hotkeys,
        stake=beside.stake,
        weights=spread(found.weights),
        bonds=spread(found.bonds),
        fields=found.fields | said,
        left_out=(*found.left_out, *beside.left_out),
    )


def _in_order(found: Found) -> Metagraph:
    """A subnet by rising UID, its units checked."""
    n = len(found.uids)
    stake = np.asarray(found.stake)
    bonds = np.zeros((n, n)) if found.bonds is None else np.asarray(found.bonds)
    weights = np.asarray(found.weights)
    for name, array, shape in (
        ("weights", weights, (n, n)),
        ("stake", stake, (n,)),
        ("bonds", bonds, (n, n)),
    ):
        if array.shape != shape:
            raise Refused(f"{name} must have shape {shape}, got {array.shape}")
        if array.dtype.kind not in "iuf":
            raise Refused(f"{name} must be real numbers, got {array.dtype}")
    if found.hotkeys and len(found.hotkeys) != n:
        raise Refused(f"hotkeys must be one for each of {n} UIDs, got {len(found.hotkeys)}")
    order = np.argsort(found.uids)
    both = np.ix_(order, order)
    units = {}
    arrays = {}
    for name, array in (("weights", weights), ("bonds", bonds)):
        arrays[name], units[name] = _with_unit(name, array[both])
    held = arrays["bonds"]
    said = found.fields
    taken = Taken(
        uids=said.get("uids", "in the order of rows, from 0"),
        stake=f"{said['stake']}, in its own unit",
        weights=f"{said['weights']}, {units['weights']}",
        bonds=f"{said['bonds']}, {units['bonds']}" if "bonds" in said else "none: zeros",
        left_out=found.left_out,
    )
    return Metagraph(
        weights=arrays["weights"],
        stake=_finite("stake", stake[order]),
        bonds=held / U16 if held.dtype == np.uint16 else held,
        uids=np.asarray(found.uids)[order],
        hotkeys=tuple(found.hotkeys[k] for k in order) if found.hotkeys else (),
        taken=taken,
    )


def _finite(name: str, array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # a long double beyond floats: infinite, which is refused
        real = array.astype(float)
    wrong = ~(np.isfinite(real) & (real >= 0))
    if wrong.any():
        raise Refused(f"{name} must be finite and >= 0, got {real[wrong][0]}")
    return real


def _with_unit(name: str, array: np.ndarray) -> tuple[np.ndarray, str]:
    """An array as u16 if it holds whole numbers, else as shares; and what it was read as."""
    real = _finite(name, array)
    most = real.max()
    if array.dtype.kind in "iu":
        if most > U16:
            raise Refused(
                f"{name} must be u16, up to {U16:,}, where all are whole, got {most:,.0f}"
            )
        return array.astype(np.uint16), "whole numbers: u16"
    if most > 1:
        mend = f"write u16 as whole numbers, {name}.astype('uint16')"
        if (real % 1).any():
            mend = "divide each row by its sum"
        raise Refused(f"{name} must be shares up to 1 where they are real, got {most:g}: {mend}")
    return real, "real numbers: shares of one"


@typed
def integers_of(metagraph: Metagraph, *, stake_unit: str) -> IntegerMetagraph:
    """A subnet in the chain's integers, as `yuma_epoch_exact` takes it.

    u16 stay as they are. Weights as shares become u16 as the network's SDK makes them before they
    are sent: each row ÷ its largest × 65,535, rounded to the nearest, a half to the even one. Bonds
    as shares are cut, as the chain cuts them.

    Parameters
    ----------
    metagraph
        of `load_metagraph`
    stake_unit
        "tao" (or alpha) or "rao": what the file's stake is in; it is not guessed

    Raises
    ------
    ValueError
        for another unit, and for rao that are no whole numbers below 2^63 in all

    Notes
    -----
    **Ref:** bittensor 9.0, utils/weight_utils.py, `convert_weights_and_uids_for_emit`
    """
    if stake_unit not in STAKE_UNITS:
        raise ValueError(unknown("stake_unit", stake_unit, STAKE_UNITS))
    rao = np.rint(metagraph.stake * STAKE_UNITS[stake_unit])
    if rao.sum() >= 2.0**63:
        raise ValueError(f"stake must sum to less than 2^63 rao, got {rao.sum():.3g}")
    if stake_unit == "rao" and (rao != metagraph.stake).any():
        wrong = metagraph.stake[rao != metagraph.stake][0]
        raise ValueError(f"stake must be whole where its unit is rao, got {wrong}")
    weights = metagraph.weights
    if weights.dtype != np.uint16:
        largest = weights.max(axis=1, keepdims=True)
        scaled = np.divide(weights, largest, out=np.zeros_like(weights), where=largest > 0)
        weights = np.rint(scaled * U16).astype(np.uint16)
    cut = np.floor(metagraph.bonds * U16 + 1e-6)  # k / 65,535 × 65,535 may fall short of k
    return IntegerMetagraph(weights, rao.astype(np.int64), cut.astype(np.uint16))


@typed
def save_metagraph(
    path: str | Path, weights: ArrayLike, stake: ArrayLike, bonds: ArrayLike | None = None
) -> None:
    """Write `weights` (n, n), `stake` (n,) and `bonds` (n, n) as .npz to `path`; what
    `load_metagraph` would refuse is an error and leaves no file.
    """
    path = Path(path)
    if path.suffix.lower() != ".npz":
        raise ValueError(f"path must end in .npz, got {quoted(path.name)}")
    given = {"weights": weights, "stake": stake, "bonds": bonds}
    arrays: dict[str, Any] = {
        name: as_array(name, array) for name, array in given.items() if array is not None
    }
    try:
        with replacing(path) as draft:
            np.savez_compressed(draft, **arrays)
            load_metagraph(draft)
    except OSError as error:
        raise ValueError(
            f"path must be a file that can be written, got {quoted(path.name)}: {error.strerror}"
        ) from None
    except ValueError as error:
        raise ValueError(str(error).replace(draft.name, path.name)) from None
