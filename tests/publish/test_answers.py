"""What the notebooks answer: each "in three sentences" is written anew from the models, and must
read as it stands.
"""

import ast
import inspect
import re

import answers_00_06
import answers_07_12
import nbformat
import pytest

from tao_econ.publish import notebooks

FILES = {file.stem: file for file in notebooks.select([])}
ANSWERS = {
    name.removeprefix("answer_"): function
    for module in (answers_00_06, answers_07_12)
    for name, function in vars(module).items()
    if name.startswith("answer_")
}
DATE = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b|\b(19|20)\d\d(-\d\d-\d\d)?\b")


def test_every_notebook_has_its_answer_computed():
    assert set(ANSWERS) == set(FILES)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_reads_as_computed(name):
    first = nbformat.read(FILES[name], as_version=4).cells[0].source
    stated = re.search(r"\*\*In three sentences\.\*\*(.*?)(?=\n\n|\Z)", first, re.S)[1]
    assert " ".join(stated.split()) == " ".join(ANSWERS[name]().split())


@pytest.mark.parametrize("name", ANSWERS)
def test_no_number_of_an_answer_is_typed_in(name):
    (returned,) = [
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(ANSWERS[name])))
        if isinstance(node, ast.Return)
    ]
    assert isinstance(returned, ast.JoinedStr), "an answer is one f-string"
    for text in (part.value for part in returned.values if isinstance(part, ast.Constant)):
        assert not re.search(r"\d", DATE.sub("", text)), text
