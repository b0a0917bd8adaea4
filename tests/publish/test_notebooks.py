"""The notebooks: executed again, their words compared with what is committed; their form held to
the rules.
"""

import ast
import os
import re

import nbformat
import pytest

from tao_econ import views
from tao_econ.publish import notebooks, press

FILES = notebooks.select([])
MODEL = "# The model"  # begins the cell that holds the whole model of a notebook
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def read(file):
    return nbformat.read(file, as_version=4)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_executed_again_it_reads_as_committed(file):
    assert notebooks.run(file, save=False, studies=NIGHTLY) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_its_form(file):
    cells = read(file).cells
    code = [c for c in cells if c.cell_type == "code"]
    prose = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    source = "\n".join(c.source for c in code)
    assert cells[0].source.startswith("# ") and "?" in cells[0].source.splitlines()[0]
    assert "In three sentences" in cells[0].source and "Restarted the kernel?" in cells[0].source
    tags = [tag for c in code for tag in c.metadata.get("tags", []) if tag != notebooks.STUDY]
    assert tags == ["parameters"]
    assert code[1].metadata["tags"] == ["parameters"]
    assert "assert" in code[2].source + code[3].source, "no reproduction gate"
    for part in ("What this does not show", "Exercises", "Sources"):
        assert f"**{part}" in prose, part
    imports = [s for s in ast.parse(source).body if isinstance(s, ast.Import | ast.ImportFrom)]
    assert len(imports) <= 5 + ("distributed" in source)  # a cluster's stands where it is used
    models = [c for c in code if c.source.startswith(MODEL)]
    assert len(models) <= 1 and all(len(c.source.splitlines()) <= 25 for c in models)
    assert all(len(c.source.strip().splitlines()) <= 16 for c in code if c not in models), (
        "a cell is longer than sixteen lines"
    )
    assert not re.search(
        r"matplotlib|plotly|sys\.path|pip |^def |^class |urlopen|requests", source, re.M
    )
    words, lines = len(prose.split()), len([line for line in source.splitlines() if line.strip()])
    assert words >= 8 * lines, f"{words} words for {lines} lines of code"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_lines_for_another_programme_name_its_version(file):
    prose = "\n".join(c.source for c in read(file).cells if c.cell_type == "markdown")
    for before, block in re.findall(r"([^\n]*)\n\n```text\n(.*?)```", prose, re.DOTALL):
        assert "import bittensor" not in block or re.search(r"^bittensor \d+", before), block


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_its_outputs_read_without_running(file):
    notebook = read(file)
    text = file.read_text(encoding="utf-8")
    assert notebooks.WIDGET not in text and "widgets" not in notebook.metadata
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    pictures = sum("image/png" in o.get("data", {}) for c in code for o in c.outputs)
    assert pictures == sum(
        bool(set(re.findall(r"views\.(\w+)\(", c.source)) & set(views.published())) for c in code
    )


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)

    def write(*sources):
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
        book.cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(book, tmp_path / "90_small.ipynb")
        return tmp_path / "90_small.ipynb"

    return write


def test_parameters_save_a_copy_and_leave_the_notebook(small, tmp_path):
    file = small("share = 0.5", "print(share * 2)")
    before = file.read_bytes()
    notebooks.run(file, {"share": "0.25"})
    copy = read(tmp_path / "what_if" / "90_small-share=0.25.ipynb")
    assert copy.cells[-1].outputs[0].text == "0.5\n"
    assert file.read_bytes() == before


def test_a_changed_output_is_seen_and_a_failing_cell_leaves_the_file(small):
    file = small("share = 0.5", "print(share)")
    assert notebooks.run(file) != ""
    assert notebooks.run(file, save=False) == ""
    book = read(file)
    book.cells[1].source = "assert share == 1, 'the gate is shut'"
    nbformat.write(book, file)
    before = file.read_bytes()
    with pytest.raises(ValueError, match="90_small stopped: AssertionError: the gate is shut"):
        notebooks.run(file)
    assert file.read_bytes() == before


def test_lines_printed_in_two_pieces_read_as_one(small):
    file = small(
        "share = 0.5",
        "import time; print(share, flush=True); time.sleep(1); print(share, flush=True)",
    )
    notebooks.run(file)
    assert [o.text for o in read(file).cells[1].outputs] == ["0.5\n0.5\n"]


def test_a_users_start_up_file_and_style_change_no_output(small, tmp_path, monkeypatch):
    start = tmp_path / "ipython" / "profile_default" / "startup"
    start.mkdir(parents=True)
    (start / "00.py").write_text("import pandas as pd\npd.options.display.precision = 1\nmine = 1")
    (tmp_path / "mpl").mkdir()
    (tmp_path / "mpl" / "matplotlibrc").write_text(
        "font.size: 30\naxes.grid: True\ntimezone: Asia/Tokyo"
    )
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "mpl"))
    source = (
        "import hashlib, pandas as pd\nfrom tao_econ import views\n"
        "print('mine' in dir(), pd.Series([0.123456])[0:1].to_string())\n"
        "print(hashlib.sha256(views.macro_thesis().bytes('png')).hexdigest())"
    )
    file = small("share = 0.5", source)
    notebooks.run(file)
    said = read(file).cells[1].outputs[0].text.splitlines()
    assert said[0].split() == ["False", "0", "0.123456"]
    assert said[1] == press.read_index()["macro_thesis"]["png"]
