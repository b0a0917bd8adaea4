"""± means one thing in every picture, and the picture says so."""

import ast
from pathlib import Path

import pytest

import tao_econ as te
from tao_econ.views.words import plus_minus

VIEWS = sorted(Path(te.__file__).parent.glob("views/*.py"))
BOOTSTRAP = "± is 95%, by bootstrap"  # half-widths of Sobol indices


def literals(node) -> str:
    """The strings of a piece of code, but for its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    parts = (each for one in body for each in ast.walk(one))
    return " ".join(
        each.value
        for each in parts
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


@pytest.mark.parametrize("file", VIEWS, ids=lambda file: file.stem)
def test_a_view_that_prints_plus_minus_says_what_it_is(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name == "plus_minus":
            continue
        said = literals(node)
        called = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        if "±" in said:
            assert "plus_minus" in called or BOOTSTRAP in said, node.name
        if "margin_of_error" in called and "plus_minus" not in called:
            assert node.name in {"_measured"}, f"{node.name}: its picture must say so"


@pytest.mark.parametrize("file", VIEWS, ids=lambda file: file.stem)
def test_no_view_has_an_interval_of_its_own(file):
    numbers = {
        each.value
        for each in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(each, ast.Constant) and isinstance(each.value, float)
    }
    assert not numbers & {1.96, 1.645}


def test_the_words_name_the_errors_and_what_they_come_of():
    assert plus_minus() == "± is 95%: 1.96 standard errors"
    assert plus_minus(8, "networks") == "± is 95%: 2.36 standard errors of 8 networks"
