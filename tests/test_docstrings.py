"""Docstrings in the form that a tool reads, and types on everything a public function takes.

The rule: a parameter stands under Parameters, or the text before the sections names it as it is
typed, or its type says what it is (a record of ours, whose fields are described there), or it is a
field of the record that is returned.
"""

import dataclasses
import inspect
import re
import typing
import warnings

import pytest
from domain import ROOMS
from numpydoc.docscrape import FunctionDoc

PUBLIC = {
    name: it
    for room in ROOMS
    for name, it in vars(room).items()
    if not name.startswith("_") and inspect.isroutine(it)
}
TEXT = ("Summary", "Extended Summary")  # before the sections


def read(function) -> FunctionDoc:
    """The docstring by numpydoc, whose warnings (of an unknown section) are errors here."""
    with warnings.catch_warnings(action="error"):
        return FunctionDoc(function)


def is_record(kind) -> bool:
    return hasattr(kind, "_fields") or dataclasses.is_dataclass(kind)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_parses_and_has_no_unknown_section(name):
    read(PUBLIC[name])
    text = inspect.getdoc(PUBLIC[name])
    assert not re.search(r"^Raises \w+Error", text, re.MULTILINE), "a section of its own says so"


@pytest.mark.parametrize("name", PUBLIC)
def test_every_parameter_and_the_result_have_a_type(name):
    signature = inspect.signature(PUBLIC[name])
    bare = [p.name for p in signature.parameters.values() if p.annotation is p.empty]
    assert not bare and signature.return_annotation is not signature.empty


@pytest.mark.parametrize("name", PUBLIC)
def test_every_parameter_is_documented_and_every_documented_one_is_there(name):
    doc = read(PUBLIC[name])
    parameters = inspect.signature(PUBLIC[name]).parameters
    listed = {each.strip().lstrip("*") for p in doc["Parameters"] for each in p.name.split(",")}
    assert listed <= set(parameters), f"{name} documents what it does not take"
    types = typing.get_type_hints(inspect.unwrap(PUBLIC[name]))
    text = " ".join(line for part in TEXT for line in doc[part])
    returned = getattr(types["return"], "_fields", ())
    missing = [
        p
        for p in set(parameters) - listed - set(returned)
        if not is_record(types[p]) and not re.search(rf"\b{p}\b", text)
    ]
    assert not missing, f"{name}: {missing} are nowhere described"
