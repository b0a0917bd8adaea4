"""A model over a grid of assumptions: one labelled row for each combination, the same table from
every executor.

`sweep` keeps the rows; `sweep_to_parquet` writes them in parts as they come, goes on where an
earlier run stopped, and needs no more memory for a million points than for a thousand. Points are
numbered in the order of the axes, the last one fastest; each has its own random numbers, drawn from
the seed and its number alone, so nothing depends on who computes what, or when.

Any executor of the standard library does; so does a cluster's, such as Dask's
`Client(...).get_executor()`.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import numbers
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

import numpy as np
import pandas as pd

from ..inputs.checks import quoted, whole
from ..inputs.door import typed
from ..inputs.files import write_whole
from ..inputs.progress import shown
from ..inputs.record import unknown
from . import parts
from .identity import fingerprint

MAX_POINTS = 100_000_000
MAX_AXIS = 1_000_000  # values
PART_ROWS = 20_000  # of one Parquet file
PLAN = "_plan.json"
MAX_PLAN_BYTES = 1 << 20
MAX_SHOWN_BASE = 10_000  # characters; the whole of it is in the plan's "values"


@typed
def sweep(
    model: Callable,
    base: object | None = None,
    *,
    executor: Executor | None = None,
    seed: int | None = None,
    errors: str = "raise",
    progress: bool = True,
    **axes: Iterable,
) -> pd.DataFrame:
    """Every combination of the axes: one row with the axes' values and what the model returns.

    Parameters
    ----------
    model : Callable
        A function of one record, or of the axes as keywords where `base` is None; with a seed also
        of `rng`. It returns a number, or a NamedTuple, dataclass or dict of numbers, texts and
        booleans.
    base : object, optional
        A frozen record whose fields the axes vary; it checks every value.
    executor : Executor, optional
        None (this process), or anything with `submit`; processes and clusters need a model they can
        import.
    seed : int, optional
        Each point gets numpy's default generator, seeded by it and the point's number.
    errors : str
        'raise' stops at the first failing point and names it; 'keep' puts the message into a column
        `error`.
    progress : bool
    **axes
        Name=values, each a sequence of one or more.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ValueError
        For an unknown axis, an empty one, or more than 100,000,000 points.
    """
    plan = _Plan(model, base, seed, errors, axes)
    rows = [row for part in _computed(plan, range(len(plan)), executor, progress) for row in part]
    return _table(plan, 0, rows)


def sweep_to_parquet(
    model: Callable,
    base: object | None = None,
    *,
    folder: str | Path,
    executor: Executor | None = None,
    seed: int | None = None,
    errors: str = "raise",
    progress: bool = True,
    **axes: Iterable,
) -> Path:
    """The same rows, written to `folder` as part-00000.parquet, … with a _plan.json; returns the
    folder.

    Parameters
    ----------
    model : Callable
    base : object, optional
    folder : str or Path
    executor : Executor, optional
    seed : int, optional
    errors : str
    progress : bool
    **axes

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        For a folder of another sweep, for a model that could not be known again, and for a column
        of whole numbers beyond 2**53 that has fractions elsewhere.
    TypeError
        For a column of several types, or of one that Parquet does not hold.

    Notes
    -----
    Read it back with `pandas.read_parquet(folder)`: all parts have the same columns and types,
    which `_plan.json` names, and `error` is text. Parts that are there whole are kept, so an
    interrupted sweep goes on where it stopped; a damaged one is computed again. A folder with
    another sweep's plan is refused. The plan knows a model by its byte code, constants, defaults,
    closures and what is bound to it, not by what it calls in other files. Other arguments as in
    `sweep`.
    """
    plan = _Plan(model, base, seed, errors, axes)
    parts.needs_pyarrow()
    kinds = {name: parts.kind_of(name, values) for name, values in plan.axes.items()}
    folder = _own_folder(Path(folder), plan.described())
    starts = range(0, len(plan), PART_ROWS)
    files = [folder / f"part-{number:05d}.parquet" for number in range(len(starts))]
    for first, file in zip(starts, files, strict=True):
        numbered = range(first, min(first + PART_ROWS, len(plan)))
        found = parts.kinds_in(file, len(numbered)) if file.exists() else None
        if found is None:
            rows = [row for some in _computed(plan, numbered, executor, progress) for row in some]
            columns = plan.columns(first, len(rows)) | _results(plan, rows)
            found = {name: parts.kind_of(name, values) for name, values in columns.items()}
            wide = {
                name: parts.wider(name, kind, kinds.get(name, kind)) for name, kind in found.items()
            }
            parts.write(file, columns, wide)
        for name, kind in found.items():
            kinds[name] = parts.wider(name, kinds.get(name, "null"), kind)
    if "error" in kinds:
        kinds["error"] = parts.wider("error", kinds.pop("error"), "string")
    for first, file in zip(starts, files, strict=True):
        rows_there = min(PART_ROWS, len(plan) - first)
        if list((parts.kinds_in(file, rows_there) or {}).items()) != list(kinds.items()):
            parts.widen(file, kinds)
    _write_plan(folder, plan.described() | {"columns": kinds})
    return folder


def _own_folder(folder: Path, about: dict) -> Path:
    """The folder, made if need be, with a plan that is this one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"folder must be one that can be made, got {str(folder)[:200]}: {error.strerror}"
        ) from None
    note = folder / PLAN
    if not note.exists():
        _write_plan(folder, about)
    elif _plan_in(note) != about:
        raise ValueError(
            f"folder must be empty or hold the same sweep, got {folder} with another plan"
        )
    return folder


def _write_plan(folder: Path, about: dict) -> None:
    write_whole(folder / PLAN, (json.dumps(about, indent=1) + "\n").encode())


def _plan_in(note: Path) -> dict | None:
    """A plan without its columns, which are known at the end; None for what is no plan."""
    if not note.is_file() or note.stat().st_size > MAX_PLAN_BYTES:
        return None
    try:
        found = json.loads(note.read_bytes())
    except (ValueError, RecursionError):
        return None
    return {k: v for k, v in found.items() if k != "columns"} if isinstance(found, dict) else None


class _Plan:
    """What to compute: small enough to be sent to every worker."""

    def __init__(self, model, base, seed, errors, axes):
        if not callable(model):
            raise TypeError(
                f"model must be a function, got {quoted(model)} ({type(model).__name__})"
            )
        if errors not in ("raise", "keep"):
            raise ValueError(unknown("value of errors", errors, ("raise", "keep")))
        if not axes:
            raise ValueError("axes must be one or more name=values, got none")
        self.model = model
        self.base = base
        self.errors = errors
        self.seed = None if seed is None else whole("seed", seed)
        self.axes = {name: _values(name, values) for name, values in axes.items()}
        if base is not None:
            if not dataclasses.is_dataclass(base) or isinstance(base, type):
                kind = type(base).__name__
                raise TypeError(
                    f"base must be a frozen record or None, got {quoted(base)} ({kind})"
                )
            fields = [f.name for f in dataclasses.fields(base)]
            for name in self.axes:
                if name not in fields:
                    raise ValueError(
                        unknown(f"axis of a sweep over {type(base).__name__}", name, fields)
                    )
        if len(self) > MAX_POINTS:
            raise ValueError(f"axes must make at most {MAX_POINTS:,} points, got {len(self):,}")

    def __len__(self):
        return math.prod(len(values) for values in self.axes.values())

    def point(self, number: int) -> dict:
        """The values of the axes at a point."""
        out = {}
        for name, values in reversed(self.axes.items()):
            number, k = divmod(number, len(values))
            out[name] = values[k]
        return dict(reversed(out.items()))

    def columns(self, first: int, count: int) -> dict:
        """The same for a run of points, an axis at a time."""
        numbers = np.arange(first, first + count)
        out = {}
        for name, values in reversed(self.axes.items()):
            numbers, k = np.divmod(numbers, len(values))
            out[name] = [values[j] for j in k]
        return dict(reversed(out.items()))

    def row(self, number: int) -> dict:
        """What the model says at a point, or the error it raised."""
        given = self.point(number)
        random = {} if self.seed is None else {"rng": np.random.default_rng([self.seed, number])}
        try:
            if self.base is None:
                return _columns(self.model(**given, **random))
            return _columns(self.model(dataclasses.replace(self.base, **given), **random))
        except Exception as error:
            if self.errors == "keep":
                return {"error": f"{type(error).__name__}: {error}"}
            shown = ", ".join(f"{name}={quoted(value)}" for name, value in given.items())
            error.add_note(f"at point {number:,} of {len(self):,}: {shown}")
            raise

    def described(self) -> dict:
        """The plan, by which a folder knows its own sweep."""
        name = getattr(self.model, "__qualname__", type(self.model).__name__)
        return {
            "model": f"{getattr(self.model, '__module__', '')}.{name}",
            "code": fingerprint(self.model),
            "base": repr(self.base)[:MAX_SHOWN_BASE],
            "seed": self.seed,
            "errors": self.errors,
            "axes": {name: len(values) for name, values in self.axes.items()},
            "values": fingerprint([self.base, self.axes]),
        }


def _values(name, values):
    """An axis as a list of plain values."""
    one = isinstance(values, str | bytes) or not hasattr(values, "__iter__")
    if one or getattr(values, "shape", None) == ():
        raise TypeError(
            f"{name} must be a sequence of values, got {quoted(values)} ({type(values).__name__})"
        )
    listed = [
        v.item() if isinstance(v, np.generic) else v for v in itertools.islice(values, MAX_AXIS + 1)
    ]
    if len(listed) > MAX_AXIS:
        raise ValueError(f"{name} must have at most {MAX_AXIS:,} values, got more")
    if not listed:
        raise ValueError(f"{name} must have one or more values, got none")
    return listed


def _columns(result) -> dict:
    """A model's result as columns."""
    if hasattr(result, "_asdict"):
        result = result._asdict()
    elif dataclasses.is_dataclass(result) and not isinstance(result, type):
        result = dataclasses.asdict(result)
    elif not isinstance(result, dict):
        result = {"value": result}
    out = {}
    for name, value in result.items():
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if not (value is None or isinstance(value, numbers.Number | str | np.generic)):
            raise TypeError(
                "a model's results must be numbers, texts or booleans, got "
                f"{type(value).__name__} for {name}"
            )
        out[name] = value.item() if isinstance(value, np.generic) else value
    return out


def _some_rows(plan, first, last):
    """The rows of a run of points; what a worker is sent."""
    return [plan.row(number) for number in range(first, last)]


def _computed(plan, numbered, executor, progress) -> Iterator[list[dict]]:
    """Rows in order, a batch at a time; with an executor, only a few batches are on their way at
    once.
    """
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(
            f"executor must have submit, got {quoted(executor)} ({type(executor).__name__})"
        )
    workers = getattr(executor, "_max_workers", None) or os.cpu_count() or 1
    size = 1 if executor is None else max(1, min(500, len(numbered) // (8 * workers)))
    starts = range(numbered.start, numbered.stop, size)
    batches = [(first, min(first + size, numbered.stop)) for first in starts]
    bar = shown(total=len(numbered), disable=not progress, leave=True, unit="points")
    with bar as done:
        if executor is None:
            for first, last in batches:
                yield _some_rows(plan, first, last)
                done.update(last - first)
            return
        waiting: deque[tuple[int, Future]] = deque()
        left = iter(batches)
        try:
            for first, last in itertools.islice(left, 4 * workers):
                waiting.append((last - first, executor.submit(_some_rows, plan, first, last)))
            while waiting:
                count, future = waiting.popleft()
                rows = future.result()
                for first, last in itertools.islice(left, 1):
                    waiting.append((last - first, executor.submit(_some_rows, plan, first, last)))
                yield rows
                done.update(count)
        finally:
            for _, future in waiting:
                future.cancel()


def _table(plan, first, rows) -> pd.DataFrame:
    axes = pd.DataFrame(plan.columns(first, len(rows)))
    results = pd.DataFrame(_results(plan, rows), index=axes.index)
    return pd.concat([axes, results], axis=1)


def _results(plan, rows) -> dict[str, list]:
    """What the model returned, by column; None where a row has nothing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    both = [name for name in names if name in plan.axes]
    if both:
        raise ValueError(
            f"a model's results must not have the name of an axis, got {', '.join(both)}"
        )
    if plan.errors == "keep":  # last, whichever point fails first
        names = [name for name in names if name != "error"] + ["error"]
    return {name: [row.get(name) for row in rows] for name in names}
