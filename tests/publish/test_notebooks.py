"""The notebooks: executed again, their words compared with what is committed; their form held to
the rules.
"""

import ast
import base64
import copy
import html
import os
import re

import nbformat
import pytest

from tao_econ import views
from tao_econ.publish import notebooks, press, prose
from tao_econ.views import parameters, still

FILES = notebooks.select([])
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
    assert "assert" in code[2].source + code[3].source, "no check of published numbers"
    for part in ("What this does not show", "Exercises", "Sources"):
        assert f"**{part}" in prose, part
    imports = [s for s in ast.parse(source).body if isinstance(s, ast.Import | ast.ImportFrom)]
    assert len(imports) <= 5 + ("distributed" in source)  # a cluster's stands where it is used
    lengths = sorted(len(c.source.strip().splitlines()) for c in code)
    assert lengths[-1] <= 25 and lengths[-2] <= 16, "a cell but the model's is over sixteen lines"
    assert not re.search(
        r"matplotlib|plotly|sys\.path|pip |^def |^class |urlopen|requests", source, re.M
    )
    words, lines = len(prose.split()), len([line for line in source.splitlines() if line.strip()])
    assert words >= 8 * lines, f"{words} words for {lines} lines of code"


FRONT = "00_start_here"


def first(file):
    return read(file).cells[0].source


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_its_first_screen_has_question_answer_terms_and_the_way_on(file):
    text = first(file)
    answer = text.split("**In three sentences.**")[1].split("\n\n")[0]
    sentences = re.split(r"(?<=[.?])\s+(?=[A-Z])", answer.strip())
    assert len(sentences) == 3, sentences
    for said in sentences:
        assert len(said.split()) <= 25 and ";" not in said, said
        assert len(re.findall(r"[\d.,]*\d", re.sub(r"\b20\d\d\b", "", said))) <= 2, said
    assert "Glossary](00_start_here.ipynb#Glossary)" in text or file.stem == FRONT
    for link in re.findall(r"\]\((\w+\.ipynb)", text):
        assert (notebooks.FOLDER / link).is_file(), link
    near = {"before": r"before: \[", "next": r"[Nn]ext: \["}
    if file.stem != FRONT:
        assert re.search(near["before"], text) or "builds on" in text.lower(), "no way back"
    if file != FILES[-1]:
        assert re.search(near["next"], text), "no way on"


def test_the_front_notebook_shows_its_board_below_few_lines():
    words, board = read(FILES[0]).cells[:2]
    assert len(words.source.split()) <= 210
    assert board.metadata["jupyter"] == {"source_hidden": True}
    assert any("image/png" in output.data for output in board.outputs)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_its_model_is_written_out_and_its_exercises_are_solved(file):
    prose = "\n".join(c.source for c in read(file).cells if c.cell_type == "markdown")
    assert "$$" in prose or file.stem in (FRONT, "A1_scaling_out"), "no equation"
    assert "<details><summary>Solution" in prose, "no solutions"
    assert "https://" in prose.split("**Sources.**")[1], "no source has a link"
    assert "## Gate" not in prose and "gate is open" not in file.read_text(encoding="utf-8")


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
    drawn = {*views.published(), "explore"}
    for cell in code:
        shown = [o.get("data", {}) for o in cell.outputs]
        pictures = sum("image/png" in data for data in shown)
        assert pictures == bool(set(re.findall(r"views\.(\w+)\(", cell.source)) & drawn), (
            cell.source
        )
        live = "views.explore(" in cell.source
        assert live == any(data.get("text/plain") == still.WORDS for data in shown), cell.source


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


def test_a_warning_stops_a_published_notebook_and_is_shown_in_a_readers_copy(small, tmp_path):
    file = small("share = 0.5", "import warnings; warnings.warn(f'few readings at {share}')")
    with pytest.raises(ValueError, match="cell 1: wrote to stderr: .*few readings"):
        notebooks.run(file)
    notebooks.run(file, {"share": "0.25"})
    copy = read(tmp_path / "what_if" / "90_small-share=0.25.ipynb")
    assert "few readings at 0.25" in copy.cells[-1].outputs[0].text


SWEEP = """import time, tao_econ as te
te.sweep(lambda at: time.sleep(0.4) or at, at=range(8))"""
DAYS = """import time, pandas as pd
from tao_econ.inputs.progress import shown
for _ in shown(range(8), unit="days"):  # as run_subnets and the market for queries count
    time.sleep(0.4)
pd.DataFrame([8])"""


@pytest.mark.parametrize("slow", [SWEEP, DAYS], ids=["points", "days"])
def test_a_long_cell_shows_the_time_left_while_it_runs_and_leaves_none_of_it(
    small, monkeypatch, slow
):
    raw = []
    tidied = notebooks.tidy
    monkeypatch.setattr(
        notebooks, "tidy", lambda *a, **k: raw.append(copy.deepcopy(a[0])) or tidied(*a, **k)
    )
    file = small("share = 0.5", slow)
    notebooks.run(file)
    kinds = [set(output.data) for output in raw[0].cells[1].outputs]
    assert any(notebooks.WIDGET in kind for kind in kinds)
    bars = raw[0].metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    told = " ".join(str(one["state"].get("value", "")) for one in bars)
    assert re.search(r"8/8\s\[00:0\d&lt;00:00", told), told
    (table,) = read(file).cells[1].outputs
    assert "text/html" in table.data


def test_with_numbers_of_ones_own_what_was_published_is_not_asserted(small, tmp_path):
    file = small("share = 0.5", "assert share == 0.5, 'half'\nprint(share)")
    notebooks.run(file, {"share": "0.25"})
    assert read(tmp_path / "what_if" / "90_small-share=0.25.ipynb").cells[-1].outputs


def test_a_failure_with_numbers_of_ones_own_names_them(small):
    file = small("share = 0.5", "print(1 / share)")
    with pytest.raises(ValueError, match="90_small stopped with share=0: ZeroDivisionError: "):
        notebooks.run(file, {"share": "0"})


# ---- The head of each notebook ----

OUTSIDE = [
    ("00", {"start": "'nowhere'"}, "unknown start 'nowhere' (known: the article, "),
    ("03", {"false_volume_factor": "0"}, "false_volume_factor must be in [1, 100], got 0"),
    ("04", {"validator_take": "0.5"}, "validator_take must be in [0, 0.18], got 0.5"),
    ("06", {"fees_usd_per_year": "0"}, "fees_usd_per_year must be in [100,000, "),
    ("06", {"capture_share": "0"}, "capture_share must be in [0.001, 1], got 0"),
    ("07", {"volatility": "9.0"}, "volatility must be in [0.05, 3], got 9.0"),
    ("08", {"evaluated_on": "'article'"}, "unknown evaluated_on 'article' (known: "),
    ("09", {"seed": "1.5"}, "seed must be integer, got 1.5 (float)"),
    ("10", {"wallets": "20"}, "wallets must be in [1,000, 1,000,000], got 20"),
    ("12", {"judge": "'good'"}, "judge must be number, got 'good' (str)"),
]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_the_numbers_at_its_head_are_checked_before_their_first_use(file):
    number = file.stem[:2]
    code = [c.source for c in read(file).cells if c.cell_type == "code"]
    published = {}
    exec(code[1], published)
    published.pop("__builtins__")
    assert published == vars(parameters.HEADS[number]()), "published with other numbers"
    check = next(n for n in ast.walk(ast.parse(code[2])) if isinstance(n, ast.Call))
    words = {word.arg: ast.unparse(word.value) for word in check.keywords}
    assert ast.unparse(check.func) == "views.own_numbers"
    assert ast.literal_eval(check.args[0]) == number
    assert words == {name: name for name in published}


@pytest.mark.parametrize(("number", "given", "says"), OUTSIDE)
def test_a_number_outside_its_domain_is_one_line_on_the_page_and_at_the_command(
    number, given, says, monkeypatch
):
    (file,) = notebooks.select([number])
    values = {name: ast.literal_eval(text) for name, text in given.items()}
    with pytest.raises((ValueError, TypeError), match=re.escape(says)) as page:
        views.own_numbers(number, **values)
    monkeypatch.setattr("nbclient.NotebookClient.execute", lambda *_, **__: pytest.fail("ran"))
    with pytest.raises(ValueError, match=re.escape(says)) as command:
        notebooks.run(file, given)
    assert str(command.value) == f"notebook {file.stem}: {page.value}"
    assert "\n" not in str(page.value)


def test_own_numbers_are_named_and_published_ones_say_nothing(capsys, monkeypatch):
    assert views.own_numbers("07", drift=0.5, volatility=1.19, years_of_prices=3.6) == []
    assert capsys.readouterr().out == ""
    assert views.own_numbers("07", drift=0.5, years_of_prices=1.0) == ["years_of_prices"]
    assert capsys.readouterr().out.startswith("Your own: years_of_prices. ")
    monkeypatch.setenv("TAO_ECON_SNAPSHOT", "mine.toml")
    assert views.own_numbers("A1", seed=0) == ["the latest snapshot"]


CHANGED = {  # of notebooks whose checks hold what was published of these very numbers
    "02": {"capture_share": 0.1},
    "07": {"years_of_prices": 1.0},
    "10": {"gini": 0.95, "top_percent_share": 0.8, "wallets": 1_005},
}


@pytest.mark.parametrize("number", CHANGED)
def test_a_changed_head_runs_through_in_jupyterlab(number):
    """As Run All does it there: asserts are on."""
    (file,) = notebooks.select([number])
    book = read(file)
    head = next(c for c in book.cells if "parameters" in c.metadata.get("tags", []))
    head.source += "".join(f"\n{name} = {value!r}" for name, value in CHANGED[number].items())
    done = notebooks.execute(book, file)
    said = "".join(text for cell in notebooks.words(done) for text in cell)
    assert "Your own: " + ", ".join(CHANGED[number]) + ". " in said


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


def test_a_live_view_leaves_its_picture_and_how_to_move_it(small):
    file = small("share = 0.5", "from tao_econ import views; views.explore('routing')")
    notebooks.run(file)
    note, picture = read(file).cells[1].outputs
    assert note.data["text/plain"] == "run the cell to make it live" in note.data["text/html"]
    shown = views.routing()
    assert base64.b64decode(picture.data["image/png"]) == shown.bytes("png")
    assert shown.title in picture.metadata["image/png"]["alt"]
    assert notebooks.WIDGET not in file.read_text()
    page = prose.notebook(read(file), "90_small", prose.Pages({}, {}, ["routing"]))
    assert list(page.pictures) == ["90_small-1-routing.png"] and page.anchors == {}
    assert page.body.count('<a href="../instruments/routing.html"><img src="img/90_small-1') == 1
    assert html.escape(shown.title) in page.body and still.WORDS not in page.body


def test_a_notebook_that_jupyterlab_saved_half_run_is_brought_back(small):
    file = small("share = 0.5", "from tao_econ import views; views.explore('routing')")
    notebooks.run(file)
    committed = file.read_bytes()
    book = read(file)
    data = {notebooks.WIDGET: {"model_id": "a", "version_major": 2}, "text/plain": "Live()"}
    book.cells[0].execution_count = None
    book.cells[1].outputs = [nbformat.v4.new_output("display_data", data=data)]
    book.metadata["widgets"] = {}
    nbformat.write(book, file)
    with pytest.raises(ValueError, match="90_small must be executed whole .* got one saved half"):
        notebooks.executed(file)
    notebooks.run(file)
    assert file.read_bytes() == committed and notebooks.executed(file) == read(file)


def test_a_folded_source_stays_folded_and_what_else_jupyterlab_notes_goes(small):
    file = small("share = 0.5", "print(share)")
    book = read(file)
    book.cells[1].metadata = {"jupyter": {"source_hidden": True, "outputs_hidden": True}, "a": 1}
    nbformat.write(book, file)
    notebooks.run(file)
    assert read(file).cells[1].metadata == {"jupyter": {"source_hidden": True}}


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


def ends(kind, name):
    """The least and the most that a number at a head may be, an open end from inside."""
    bounds = kind.__pydantic_fields__[name].metadata
    low = [getattr(b, "ge", getattr(b, "gt", None)) for b in bounds]
    high = [getattr(b, "le", getattr(b, "lt", None)) for b in bounds]
    return [end for end in (*low, *high) if end is not None]


@pytest.mark.parametrize("number", parameters.HEADS)
def test_an_instrument_of_a_notebook_takes_what_its_head_takes(number):
    (file,) = notebooks.select([number])
    kind = parameters.HEADS[number]
    published = vars(kind())
    source = "\n".join(c.source for c in read(file).cells if c.cell_type == "code")
    for call in (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)):
        given = {k.arg: ast.unparse(k.value) for k in call.keywords}
        taken = {key: name for key, name in given.items() if name in published}
        if ast.unparse(call.func) != "views.explore" or not taken or number == "00":
            continue
        for key, name in taken.items():
            for end in ends(kind, name):
                settings = {k: published[n] for k, n in taken.items()} | {key: end}
                assert views.explore(ast.literal_eval(call.args[0]), **settings)
