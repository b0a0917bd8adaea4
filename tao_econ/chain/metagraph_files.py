"""The layouts of a subnet's file: what each holds, before its units are looked at.

A reader gives a `Found`: UIDs in any order, stake, weights and bonds as they are written, and the
names of the fields they came from.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..inputs.checks import MAX_UIDS, quoted
from ..inputs.csv_files import MAX_BYTES, Table, read_table, read_text

WEIGHTS = ("weights", "W")
STAKE = ("stake", "total_stake", "stake_rao", "stake_tao", "S")
BONDS = ("bonds", "B")
UIDS = ("uids", "uid")
HOTKEYS = ("hotkeys", "hotkey")
FROM = ("validator", "validator_uid", "validator_hotkey", "from")
TO = ("miner", "miner_uid", "miner_hotkey", "to")
MAX_UID = 65_535
MAX_DIGITS = 40  # of a number in JSON
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class Found(NamedTuple):
    """A subnet as a file has it; whole numbers keep their kind."""

    uids: list[int]
    hotkeys: tuple[str, ...]  # () if not told
    stake: np.ndarray | None
    weights: np.ndarray | None
    bonds: np.ndarray | None
    fields: dict[str, str]  # part → the field it came from
    left_out: tuple[str, ...] = ()


class Refused(ValueError):
    """What is wrong with a file, without its name."""


def one_of(names: Sequence[str], aliases: Sequence[str], what: str) -> str | None:
    """The one of `aliases` that stands among names, in any case; None if there is none."""
    lower = {alias.lower() for alias in aliases}
    found = [name for name in names if name.lower() in lower]
    if len(found) > 1:
        raise Refused(f"must hold {what} once, got {' and '.join(map(repr, found))}")
    return found[0] if found else None


# ---- NPZ ----


def read_npz(path: Path) -> Found:
    """Arrays under the names of this package or of the network's SDK (`W`, `S`, `B`)."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MAX_BYTES:
                raise Refused(f"must unpack to at most {MAX_BYTES:,} bytes, got {unpacked:,}")
            files = {part.filename.removesuffix(".npy"): part for part in parts}
            if len(files) < len(parts):
                raise Refused("must hold each array once")
            wanted = {
                "weights": one_of(list(files), WEIGHTS, "weights"),
                "stake": one_of(list(files), STAKE, "stake"),
                "bonds": one_of(list(files), BONDS, "bonds"),
                "uids": one_of(list(files), UIDS, "UIDs"),
            }
            for part in ("weights", "stake"):
                if wanted[part] is None:
                    got = ", ".join(files)[:80] or "none"
                    raise Refused(f"must hold an array {part!r}, got {got}")
            for name in filter(None, wanted.values()):
                _check_header(archive, files[name], name)
        with np.load(path, allow_pickle=False) as file:
            arrays = {part: file[name] for part, name in wanted.items() if name}
    except Refused:
        raise
    except Exception as error:  # zipfile, zlib and NumPy's parser each fail in their own ways
        raise Refused(f"must be an NPZ file of plain arrays: {line_of(error)}") from None
    if arrays["stake"].ndim != 1:
        raise Refused(f"stake must have shape (n,), got {arrays['stake'].shape}")
    uids = arrays.pop("uids", np.arange(len(arrays["stake"])))
    if uids.dtype.kind not in "iu" or uids.shape != arrays["stake"].shape:
        raise Refused(f"uids must be one whole number each, got {uids.dtype} of {uids.shape}")
    rest = tuple(name for name in files if name not in wanted.values())
    fields = {part: f"array {name!r}" for part, name in wanted.items() if name}
    return Found(
        uids=[int(uid) for uid in uids],
        hotkeys=(),
        stake=arrays["stake"],
        weights=arrays["weights"],
        bonds=arrays.get("bonds"),
        fields=fields,
        left_out=rest,
    )


def _check_header(archive, part, name):
    """Refuse objects, and an array said to be larger than its bytes: NumPy makes room first."""
    with archive.open(part) as file:
        version = np.lib.format.read_magic(file)
        shape, _, dtype = HEADERS[version](file)
    if dtype.hasobject:
        raise Refused(
            f"must hold plain arrays, got pickled objects in {name!r}, which can run code and are "
            "never opened: save numpy.asarray(…, float)"
        )
    said = math.prod(shape) * dtype.itemsize
    if said > part.file_size:
        raise Refused(
            f"must hold what it says: {name} of {said:,} bytes in a part of {part.file_size:,}"
        )


# ---- JSON ----


def read_json(path: Path) -> Found:
    """An object of arrays, or a list of neurons."""
    found = parsed_json(path)
    if isinstance(found, dict):
        if one_of(list(found), WEIGHTS, "weights"):
            return _arrays(found)
        lists = [each for each in found.values() if _are_neurons(each)]
        neurons = lists[0] if len(lists) == 1 else found.get("neurons")
        if neurons is None and found and all(isinstance(each, dict) for each in found.values()):
            neurons = [{"uid": key} | each for key, each in found.items()]
        if neurons is None:
            keys = ", ".join(map(quoted, list(found)[:8]))
            raise Refused(f"must hold 'weights' and 'stake', or 'neurons', got {keys or 'nothing'}")
        found = neurons
    if not (isinstance(found, list) and found and all(isinstance(one, dict) for one in found)):
        raise Refused(f"must hold an object of arrays or a list of neurons, got {quoted(found)}")
    return _neurons(found)


def _are_neurons(value) -> bool:
    """Whether it is a list of objects, each with a UID."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and one_of(list(one), UIDS, "UIDs") for one in value)
    )


def parsed_json(path: Path) -> Any:
    """What a JSON file holds: no key twice, no NaN, no number of more than `MAX_DIGITS` digits."""

    def once(pairs):
        if len(keys := {key for key, _ in pairs}) < len(pairs):
            names = [key for key, _ in pairs]
            twice = next(key for key in keys if names.count(key) > 1)
            raise Refused(f"must hold each key once, got {quoted(twice)} twice")
        return dict(pairs)

    def digits(kind):
        def convert(text):
            if len(text) > MAX_DIGITS:
                raise Refused(f"must hold numbers of at most {MAX_DIGITS} digits, got {text[:20]}…")
            return kind(text)

        return convert

    def no_number(text):
        raise Refused(f"must hold finite numbers, got {text}")

    try:
        return json.loads(
            read_text(path),
            object_pairs_hook=once,
            parse_int=digits(int),
            parse_float=digits(float),
            parse_constant=no_number,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise Refused(f"must be JSON: {line_of(error)}") from None


def _arrays(found: dict) -> Found:
    keys = {
        "weights": one_of(list(found), WEIGHTS, "weights"),
        "stake": one_of(list(found), STAKE, "stake"),
        "bonds": one_of(list(found), BONDS, "bonds"),
        "uids": one_of(list(found), UIDS, "UIDs"),
        "hotkeys": one_of(list(found), HOTKEYS, "hotkeys"),
    }
    given = {part: found[key] for part, key in keys.items() if key}
    neurons = found.get("neurons")
    if not (isinstance(neurons, list) and all(isinstance(n, dict) for n in neurons)):
        neurons = []  # their number alone
    stake = given.get("stake")
    if "uids" in given:
        uids = [_uid(uid) for uid in _listed("uids", given["uids"])]
    elif isinstance(stake, dict):
        uids = [_uid(uid) for uid in stake]
    elif neurons and all(one_of(list(n), UIDS, "UIDs") for n in neurons):
        uids = [_uid(n[one_of(list(n), UIDS, "UIDs")]) for n in neurons]
    else:
        count = stake if isinstance(stake, list) else given["weights"]
        uids = list(range(len(count))) if isinstance(count, (list, dict)) else []
    if isinstance(stake, dict):
        stake = list(stake.values())
    said = {part: f"field {key!r}" for part, key in keys.items() if key}
    return Found(
        uids=uids,
        hotkeys=_names(given.get("hotkeys")),
        stake=None if stake is None else _numbers("stake", _listed("stake", stake)),
        weights=_matrix("weights", _by_row("weights", given["weights"], uids), uids),
        bonds=_matrix("bonds", _by_row("bonds", given["bonds"], uids), uids)
        if "bonds" in given
        else None,
        fields=said,
        left_out=tuple(key for key in found if key not in keys.values()),
    )


def _neurons(neurons: list[dict]) -> Found:
    known = list(dict.fromkeys(key for one in neurons for key in one))
    keys = {
        "uids": one_of(known, UIDS, "UIDs"),
        "stake": one_of(known, STAKE, "stake"),
        "weights": one_of(known, WEIGHTS, "weights"),
        "bonds": one_of(known, BONDS, "bonds"),
        "hotkeys": one_of(known, HOTKEYS, "hotkeys"),
    }
    if keys["uids"] is None:
        raise Refused(f"must hold a 'uid' in each neuron, got {', '.join(known)[:80]}")

    def column(part, otherwise=None):
        values = [one.get(keys[part], otherwise) for one in neurons]
        if (missing := [k for k, value in enumerate(values) if value is None]) and values:
            raise Refused(f"must hold {keys[part]!r} in each neuron, got none in {missing[0]}")
        return values

    uids = [_uid(uid) for uid in column("uids")]
    matrices = {
        part: _matrix(part, column(part, []), uids) for part in ("weights", "bonds") if keys[part]
    }
    return Found(
        uids=uids,
        hotkeys=_names(column("hotkeys")) if keys["hotkeys"] else (),
        stake=_numbers("stake", column("stake")) if keys["stake"] else None,
        weights=matrices.get("weights"),
        bonds=matrices.get("bonds"),
        fields={part: f"field {key!r} of each neuron" for part, key in keys.items() if key},
        left_out=tuple(key for key in known if key not in keys.values()),
    )


def _uid(value) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_UID:
        raise Refused(f"must hold UIDs from 0 to {MAX_UID:,}, got {quoted(value)}")
    return value


def _listed(name: str, value) -> list:
    if not isinstance(value, list):
        raise Refused(f"must hold {name} as a list, got {quoted(value)}")
    return value


def _names(value) -> tuple[str, ...]:
    names = tuple(_listed("hotkeys", value)) if value is not None else ()
    for name in names:
        if not isinstance(name, str):
            raise Refused(f"must hold hotkeys as text, got {quoted(name)}")
    return names


def _numbers(name: str, values: list) -> np.ndarray:
    """A list of numbers; whole ones keep their kind where all are."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Refused(f"must hold {name} as numbers, got {quoted(value)}")
    if all(isinstance(value, int) and abs(value) < 2**63 for value in values):
        return np.array(values, np.int64)
    return np.array([float(value) for value in values])


def _by_row(name: str, value, uids: list[int]) -> list:
    """A row for each UID: as listed, or by UID in an object, empty where it has none."""
    if isinstance(value, dict):
        by_uid = {_uid(uid): row for uid, row in value.items()}
        _known(name, by_uid, uids)
        return [by_uid.get(uid, []) for uid in uids]
    rows = _listed(name, value)
    if len(rows) != len(uids):
        raise Refused(f"must hold {name} with a row for each of {len(uids)} UIDs, got {len(rows)}")
    return rows


def _known(name: str, uids, known: list[int]) -> None:
    """Refuse a UID that is none of the file's."""
    if other := sorted(set(uids) - set(known)):
        raise Refused(f"must hold {name} for its own UIDs alone, got UID {other[0]}")


def _matrix(name: str, rows: list, uids: list[int]) -> np.ndarray:
    """Rows of numbers in the order of the file, or of pairs of UID and value, as (n, n)."""
    check_count(uids)
    place = {uid: k for k, uid in enumerate(uids)}
    at: list[tuple[int, int]] = []
    values: list = []
    for k, row in enumerate(rows):
        if isinstance(row, dict):
            row = [[_uid(uid), value] for uid, value in row.items()]
        pairs = _listed(f"each row of {name}", row)
        if pairs and not any(isinstance(pair, list) for pair in pairs):
            if len(pairs) != len(uids) or uids != sorted(uids):
                raise Refused(
                    f"must hold {name} of {len(uids)} numbers a row, UIDs in order, or pairs of "
                    f"UID and value, got {len(pairs)} numbers for UID {uids[k]}"
                )
            pairs = [[uid, value] for uid, value in zip(uids, pairs, strict=True)]
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise Refused(f"must hold {name} as pairs of UID and value, got {quoted(row)}")
        targets = [_uid(uid) for uid, _ in pairs]
        _known(name, targets, uids)
        if len(set(targets)) < len(targets):
            raise Refused(f"must hold {name} of UID {uids[k]} for each UID once")
        at += [(k, place[uid]) for uid in targets]
        values += [value for _, value in pairs]
    return placed(len(uids), at, _numbers(name, values))


def placed(n: int, at: list[tuple[int, int]], values: np.ndarray) -> np.ndarray:
    """(n, n) with values at (row, column), of their kind, 0 elsewhere."""
    matrix = np.zeros((n, n), values.dtype)
    if at:
        rows, columns = zip(*at, strict=True)
        matrix[list(rows), list(columns)] = values
    return matrix


def check_count(uids: list[int]) -> None:
    """Refuse a UID that stands twice, none, and more than there can be."""
    if not 1 <= len(uids) <= MAX_UIDS:
        raise Refused(f"must hold 1 to {MAX_UIDS:,} UIDs, got {len(uids):,}")
    if len(set(uids)) < len(uids):
        twice = next(uid for uid in uids if uids.count(uid) > 1)
        raise Refused(f"must hold each UID once, got {twice} twice")


# ---- CSV ----


def read_csv(path: Path) -> Found:
    """A row for each UID with a column for each, or a row for each weight."""
    table = read_table(path)
    names = list(table.columns)
    if one_of(names, FROM, "validators") and one_of(names, TO, "miners"):
        return _long(table)
    return _wide(table)


def _wide(table: Table) -> Found:
    names = list(table.columns)
    keys = {
        "uids": one_of(names, UIDS, "UIDs"),
        "hotkeys": one_of(names, HOTKEYS, "hotkeys"),
        "stake": one_of(names, STAKE, "stake"),
    }
    if keys["uids"] is None and keys["hotkeys"] is None:
        raise Refused(f"must have a column uid or hotkey, got {', '.join(names)[:80]!r}")
    count = len(table.at)
    uids = table.uids(keys["uids"]) if keys["uids"] else list(range(count))
    hotkeys = tuple(table.names(keys["hotkeys"])) if keys["hotkeys"] else ()
    for key in filter(None, (keys["uids"], keys["hotkeys"])):
        _once(table, key)
    check_count(uids)
    by_uid = [str(uid) for uid in uids]
    by_hotkey = [name.lower() for name in hotkeys]
    columns = by_uid if keys["uids"] and set(by_uid) & set(names) else by_hotkey
    others = [name for name in names if name not in keys.values() and name not in columns]
    missing = [name for name in columns if name not in names]
    strays = [name for name in others if name.isdecimal()]
    if strays or 0 < len(missing) < len(columns):
        which = (
            f"none for {missing[0]!r}" if missing else f"one for UID {strays[0]}, who has no row"
        )
        raise Refused(
            f"must have columns of weights for its {count} rows and no others, got {which}"
        )
    weights = None if missing or not columns else _columns(table, columns)
    said = {part: f"column {key!r}" for part, key in keys.items() if key}
    if weights is not None:
        said["weights"] = f"{count} columns {columns[0][:12]!r} to {columns[-1][:12]!r}"
    if not keys["uids"]:
        said["uids"] = "numbered in the order of rows"
    return Found(
        uids=uids,
        hotkeys=hotkeys,
        stake=np.array(table.numbers(keys["stake"])) if keys["stake"] else None,
        weights=weights,
        bonds=None,
        fields=said,
        left_out=(*table.left_out, *others),
    )


def _columns(table: Table, names: list[str]) -> np.ndarray:
    """(rows, names): whole numbers if all are written so."""
    matrix = np.array([table.numbers(name) for name in names]).T
    if all(table.whole(name) for name in names) and matrix.max() < 2**53:
        return matrix.astype(np.int64)
    return matrix


def _once(table: Table, column: str) -> None:
    seen: set[str] = set()
    for row, cell in enumerate(table.columns[column]):
        if cell in seen:
            table.refuse(row, column, "not stand twice")
        seen.add(cell)


def _long(table: Table) -> Found:
    names = list(table.columns)
    ends = {"from": one_of(names, FROM, "validators"), "to": one_of(names, TO, "miners")}
    source, target = map(str, ends.values())
    keys = {
        **ends,
        "weights": one_of(names, ("weight", "w"), "weights"),
        "stake": one_of(names, STAKE, "stake"),
        "bonds": one_of(names, ("bond", "b"), "bonds"),
    }
    if keys["weights"] is None:
        raise Refused(f"must have a column weight, got {', '.join(names)[:80]!r}")
    cells = (*table.columns[source], *table.columns[target])
    numbered = all(cell.isdecimal() for cell in cells)
    read: Callable = table.uids if numbered else table.names
    sources = read(source)
    targets = read(target)
    order = list(dict.fromkeys((*sources, *targets)))
    uids = sorted(order) if numbered else list(range(len(order)))
    check_count(uids)
    place = {end: k for k, end in enumerate(sorted(order) if numbered else order)}
    at = [(place[one], place[other]) for one, other in zip(sources, targets, strict=True)]
    seen: set[tuple[int, int]] = set()
    for row, pair in enumerate(at):
        if pair in seen:
            table.refuse(row, target, "stand once beside each validator")
        seen.add(pair)
    said = {part: f"column {key!r}" for part, key in keys.items() if key}
    said["uids"] = said.pop("from") + " and " + said.pop("to")
    if not numbered:
        said["uids"] += ", numbered in the order they appear"
    return Found(
        uids=uids,
        hotkeys=() if numbered else tuple(order),
        stake=_stake_of_rows(table, keys["stake"], at, len(uids)) if keys["stake"] else None,
        weights=placed(len(uids), at, _column(table, keys["weights"])),
        bonds=placed(len(uids), at, _column(table, keys["bonds"])) if keys["bonds"] else None,
        fields=said,
        left_out=(*table.left_out, *(name for name in names if name not in keys.values())),
    )


def _column(table: Table, name: str) -> np.ndarray:
    return _columns(table, [name])[:, 0]


def _stake_of_rows(table: Table, column: str, at: list[tuple[int, int]], n: int) -> np.ndarray:
    """Stake of validators, the same in each of their rows; 0 of who has none."""
    stake = np.full(n, np.nan)
    for row, ((k, _), value) in enumerate(zip(at, table.numbers(column), strict=True)):
        if not (np.isnan(stake[k]) or stake[k] == value):
            table.refuse(row, column, f"be {stake[k]:g} in each row of a validator")
        stake[k] = value
    return np.nan_to_num(stake)


def line_of(error: Exception) -> str:
    """An error in one short line."""
    return " ".join(str(error).split())[:120]
