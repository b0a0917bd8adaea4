"""Words from outside and files of our own that were spoilt: one line, nothing half-written,
nothing outside its folder.
"""

import io
import json

import pandas as pd
import pytest
from hostile import DEEP, ESCAPES, FORMULAS, one_line, sparse

import tao_econ as te
from tao_econ.__main__ import main
from tao_econ.analysis.sweep import sweep_to_parquet
from tao_econ.claims.rule import Finding, Judgement, Read, Reading
from tao_econ.economy import stress
from tao_econ.inputs import data
from tao_econ.publish import claims_page as page
from tao_econ.publish import export, notebooks, press, prose

# ---- What a command wrote before ----


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b'"x"',
        DEEP.encode(),
        b"\xff",
        b'{"files": 1}',
        b'{"files": {"a.png": 1}}',
        b'{"files": {"a.png": "x"}}',
        b'{"files": {"a.png": null}, "data": 1}',
    ],
    ids=lambda content: str(content[:40]),
)
def test_a_spoilt_side_car_vouches_for_nothing(tmp_path, content):
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "a.json").write_bytes(content)
    one_line(lambda: te.provenance(tmp_path / "a.png"), "a.png")


def test_a_side_car_too_large_and_a_path_that_is_none_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    sparse(tmp_path / "a.json")
    for path in (tmp_path / "a.png", tmp_path / ("x" * 300), "", ".", "/", tmp_path / "a\0b"):
        one_line(lambda path=path: te.provenance(path), "path must be a written file")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "1",
        DEEP,
        '{"inflation": 1}',
        '{"../../etc/passwd": {}}',
        '{"inflation": {"finding": 1}}',
    ],
    ids=lambda content: content[:30],
)
def test_a_spoilt_index_of_figures_is_refused(tmp_path, content):
    (tmp_path / "index.json").write_text(content, encoding="utf-8")
    one_line(lambda: press.read_index(tmp_path), "figures/index.json")


def test_a_figure_that_does_not_exist_is_not_taken_from_the_index(tmp_path):
    entry = dict.fromkeys(("finding", "alt", "shows", "svg", "png"), "x")
    (tmp_path / "index.json").write_text(
        json.dumps({"../../etc/passwd": entry, "inflation": entry}), encoding="utf-8"
    )
    assert list(press.read_index(tmp_path)) == ["inflation"]


def test_a_folder_that_is_none_of_this_sweep_is_refused_and_left(tmp_path):
    pytest.importorskip("pyarrow")
    for note in (b"", b"\xff" * 100, b"{}"):
        (tmp_path / "_plan.json").write_bytes(note)
        one_line(
            lambda: sweep_to_parquet(abs, folder=tmp_path, x=[1], progress=False), "folder must"
        )
        assert [f.name for f in tmp_path.iterdir()] == ["_plan.json"]
    sparse(tmp_path / "_plan.json")
    one_line(lambda: sweep_to_parquet(abs, folder=tmp_path, x=[1], progress=False), "folder must")
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        one_line(
            lambda folder=folder: sweep_to_parquet(abs, folder=folder, x=[1], progress=False),
            "folder must",
        )


# ---- Words on the command line ----


def refused_on_the_command_line(capsys, *arguments):
    assert main(list(arguments)) == 2
    said = capsys.readouterr()
    assert (
        said.err.startswith("run: ")
        and said.err.count("\n") == 1
        and len(said.err) < 2_500
        and not said.out
    )


@pytest.mark.parametrize("name", ESCAPES, ids=lambda name: ascii(name[:20]))
@pytest.mark.parametrize(
    "command",
    [
        ("figures",),
        ("notebooks",),
        ("claims", "--stress"),
        ("figures", "inflation", "--stress"),
        ("figures", "inflation", "--set"),
        ("notebooks", "01", "-p"),
    ],
    ids=" ".join,
)
def test_a_name_that_is_none_gets_one_line(capsys, tmp_path, monkeypatch, command, name):
    monkeypatch.setattr(press, "OUTPUT", tmp_path)
    refused_on_the_command_line(capsys, *command, name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "value",
    [*ESCAPES, *FORMULAS, "nan", "inf", "1e999", "9" * 10_000, DEEP, ""],
    ids=lambda v: ascii(v[:20]),
)
@pytest.mark.parametrize(
    "field",
    ["horizon_years", "rules.kappa", "rules.whole_rao", "rules.schedule", "rules.block_reward_rao"],
)
def test_a_value_that_fits_no_field_gets_one_line_and_draws_nothing(
    capsys, tmp_path, monkeypatch, field, value
):
    monkeypatch.setattr(press, "OUTPUT", tmp_path)
    refused_on_the_command_line(capsys, "figures", "inflation", "--set", f"{field}={value}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [*ESCAPES, "2024/01"], ids=lambda value: ascii(value[:20]))
def test_a_varied_file_stays_in_its_folder_whatever_the_value(tmp_path, value):
    settings = {"scenario.name": value}
    press.draw("inflation", settings, folder=tmp_path) if value in (
        "a/b",
        "../../etc/passwd",
    ) else None
    stem = press.file_stem("inflation", settings)
    assert stem.startswith("inflation-scenario.name=") and len(stem.encode()) < 200
    assert (
        not set(stem) & set("/\\\0\n")
        and (tmp_path / f"{stem}.svg").resolve().parent == tmp_path.resolve()
    )
    assert {f.parent.name for f in tmp_path.rglob("*.*") if f.is_file()} <= {"what_if"}


def test_values_too_long_for_a_name_keep_different_files_apart():
    one, two = (press.file_stem("inflation", {"scenario.name": "x" * 500 + end}) for end in "ab")
    assert one != two


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        "(" * 10_000,
        "{" * 1_000 + "}" * 1_000,
        "9" * 10_000,
        "__import__('os')",
        "1+1",
        "\0",
        "",
    ],
)
def test_a_parameter_is_a_literal_or_text_and_never_code(text):
    assert notebooks._value(text) == text or isinstance(notebooks._value(text), (int, float))


@pytest.mark.parametrize("name", ["wash", *ESCAPES], ids=lambda name: ascii(name[:20]))
def test_a_stress_that_is_none_is_refused(name):
    records = stress.Records(
        te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11"), te.Scenario()
    )
    one_line(lambda: stress.stressed(records, name), "unknown stress")


# ---- What is written ----


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_written_as_text(cell):
    table = pd.DataFrame({"id": ["C01"], "claim": [cell], "value": ["-0.5"]})
    text = export.csv(table).decode()
    back = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert back["claim"][0].startswith("'") and back["value"][0] == "-0.5"


def test_html_in_a_claim_or_a_page_is_shown_and_not_run():
    bad = '<script>alert(1)</script>"\' onmouseover="x'
    row = dict.fromkeys(page.HEADS, bad) | {
        "verdict_then": "holds",
        "verdict_now": "holds",
        "unit": bad,
        "missing": bad,
        "readings_then": "",
        "readings_now": "",
        "ours": False,
    }
    read = Judgement(
        (
            Read(Reading("then", bad, bad, bad), bad, True),
            Read(Reading("then", bad, bad, bad), None, None, bad),
        )
    )
    facts = pd.DataFrame([dict.fromkeys(data.load("evidence"), bad)] * 2)
    facts["link"] = [f"javascript:{bad}", f"https://x/{bad}"]
    made = page._row(row, page._readings(Finding(read, None)), page._sources(facts))
    made += page._stress(pd.DataFrame({bad: ["holds"]}, index=[(bad, "then")]))
    made += page._filters(pd.DataFrame([row]))
    assert made.count("&lt;script") > 20
    assert "<script" not in made and 'onmouseover="' not in made and 'href="java' not in made
    assert "<script" not in export.packed([row])
    links = {"01.ipynb": "notebooks/01.html"}
    for text in (
        bad,
        f'[x](javascript:alert(1)) [y](01.ipynb#"{bad}) ![z](x" onerror="y)',
        f"# {bad}",
    ):
        shown = prose.markdown(text, links)
        assert (
            "<script" not in shown
            and "javascript:" not in shown
            and 'onmouseover="' not in shown
            and 'onerror="' not in shown
        )


@pytest.mark.parametrize(
    "table",
    [
        "<table><script>x</script></table>",
        "<td onclick='x'>",
        '<a href="javascript:x">',
        "<IFRAME src=x>",
    ],
)
def test_a_notebook_with_a_script_in_a_table_makes_no_page(table):
    pages = prose.Pages({}, {}, [])
    one_line(
        lambda: prose._output({"data": {"text/html": table}}, "01_x", pages, prose.Notebook()),
        "01_x",
        "script",
    )
