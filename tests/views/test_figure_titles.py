"""No number of a figure's title is typed in: the words around it are, the number follows from
the records.
"""

import ast
import functools
import inspect
import re
from pathlib import Path

import pytest

from tao_econ import views

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NUMBERS = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|hundred|thousand|half|halves|halved|"
    r"thirds?|quarters?|fifths?|tenths?|twice|doubled?|tripled?|none|nothing|never|always|nobody|no other)\b",
    re.IGNORECASE,
)
STATED = {  # words of titles that look like a result and are none, each with the reason
    "routing_and_dominance": ("a third model",),  # beside the Spanish and the code model
    "largest_holders": (
        "Half of your",
        "Half of stake",
    ),  # the level at which the holders are counted
}


def test_the_finder_finds_what_is_typed():
    """The check itself: f-strings, joined strings and names assigned before are searched, format
    codes are not.
    """
    tree = ast.parse(
        "def f():\n    fate = 'falls to 54%' if x else 'grows'\n"
        "    return View(title=f'{share:.0%} of stake {fate} in ' 'three years', panels=[])"
    )
    said = " ".join(literals(finding(tree.body[0]), tree.body[0]))
    assert NUMBERS.findall(said) == ["5", "4", "three"]


@pytest.mark.parametrize("name", views.published())
def test_no_number_of_a_title_is_typed_in(name):
    function = functions(inspect.getsourcefile(inspect.unwrap(views.VIEWS[name])))[name]
    said = " ".join(literals(finding(function), function))
    for known in STATED.get(name, ()):
        assert known in said, f"{known!r} no longer stands in the title"
        said = said.replace(known, "")
    assert NUMBERS.findall(YEAR.sub("", said)) == [], said


@functools.cache
def functions(file):
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def finding(function):
    """The title of the View that a function makes."""
    made = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "View"
    ]
    assert len(made) == 1, f"{function.name} must make one View"
    return next(word.value for word in made[0].keywords if word.arg == "title")


def literals(node, function, seen=frozenset()):
    """The typed parts of a title: of its strings, and of strings that names used in it were
    assigned before.
    """
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [text for part in node.values for text in literals(part, function, seen)]
    if isinstance(node, ast.FormattedValue):  # its format code is left out
        return literals(node.value, function, seen)
    if isinstance(node, ast.IfExp):
        return literals(node.body, function, seen) + literals(node.orelse, function, seen)
    if isinstance(node, ast.BinOp):
        return literals(node.left, function, seen) + literals(node.right, function, seen)
    if isinstance(node, ast.Name) and node.id not in seen:
        values = [value for target, value in assignments(function) if target == node.id]
        return [text for value in values for text in literals(value, function, seen | {node.id})]
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "join"
    ):
        made = node.args[0]
        return literals(made.elt, function, seen) if isinstance(made, ast.GeneratorExp) else []
    if isinstance(node, ast.Subscript):  # of a collection of strings made before; keys are no text
        return literals(node.value, function, seen)
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        return literals(node.elt, function, seen)
    if isinstance(node, ast.DictComp):
        return literals(node.value, function, seen)
    return []


def assignments(function):
    """(name, value) of every assignment in a function, pairs such as `a, b = 1, 2` taken apart."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
                elif isinstance(target, ast.Tuple) and len(target.elts) == len(
                    getattr(node.value, "elts", ())
                ):
                    pairs = zip(target.elts, node.value.elts, strict=True)
                    yield from ((t.id, value) for t, value in pairs if isinstance(t, ast.Name))


AMOUNT = re.compile(r"[\d.,]*\d")
LONGEST_WORDS = 12
MOST_NUMBERS = 2


@pytest.mark.parametrize("name", views.published())
def test_a_title_is_read_at_a_glance(name):
    """One clause, at most twelve words and two numbers; years are no numbers."""
    title = views.VIEWS[name]().title
    assert len(title.split()) <= LONGEST_WORDS, title
    assert len(AMOUNT.findall(YEAR.sub("", title))) <= MOST_NUMBERS, title
    assert ";" not in title, title


@pytest.mark.parametrize("name", views.published())
def test_a_caption_says_how_to_read_the_picture(name):
    """Two sentences at least, beside the title."""
    assert views.VIEWS[name]().caption.count(". ") >= 1
