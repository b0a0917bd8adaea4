"""Which fields of its records a function reads: copies note what is asked of them."""

from __future__ import annotations

import dataclasses
import functools
import sys
from typing import Any

# the function that reads every field of a record to copy it: since Python 3.13 one of its own
COPYING = getattr(dataclasses, "_replace", dataclasses.replace).__code__


def watched(record, key: str, log: set, unread: frozenset = frozenset()):
    """A copy of a frozen record that adds (key, field) to `log` for every field read from it.

    What `dataclasses.replace` copies does not count as read; its result is watched too, but for the
    fields that were given anew (`unread`). Equal to itself alone, so that no cache answers for it.
    """
    kind = type(record)
    fields = {field.name for field in dataclasses.fields(record)}

    def read(self, name: str):
        copying = sys._getframe(1).f_code is COPYING
        if copying and name == "__class__":
            return functools.partial(again, frozenset(copied))
        if copying and name == "__dataclass_fields__":
            copied.clear()
        if name in fields:
            if copying:
                copied.add(name)
            elif name not in unread:
                log.add((key, name))
        return object.__getattribute__(self, name)

    def again(kept: frozenset, **values):
        return watched(kind(**values), key, log, unread | (fields - kept))

    copied: set[str] = set()
    same = {"__getattribute__": read, "__eq__": object.__eq__, "__hash__": object.__hash__}
    twin: Any = object.__new__(type(kind.__name__, (kind,), same | {"__doc__": kind.__doc__}))
    vars_of = object.__getattribute__(twin, "__dict__")
    vars_of.update(vars(record))
    return twin


def reads(function, records: dict) -> tuple[object, frozenset]:
    """(what a function of keyword arguments returns, the (argument, field) pairs that it read)."""
    log: set[tuple[str, str]] = set()
    given = {
        key: watched(record, key, log) if dataclasses.is_dataclass(record) else record
        for key, record in records.items()
    }
    return function(**given), frozenset(log)
