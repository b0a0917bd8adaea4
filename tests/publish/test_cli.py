"""The commands: what they print, what they refuse, and that nothing is left half-written."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import typing
from datetime import date
from pathlib import Path

import nbformat
import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.__main__ import _parser, _verbs, main
from tao_econ.inputs import data
from tao_econ.inputs import record as records
from tao_econ.inputs import rules as inputs
from tao_econ.publish import assumptions, notebooks, press

VERBS = tuple(_verbs(_parser()))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(press, "OUTPUT", tmp_path)
    return tmp_path


def complaint(capsys, *arguments) -> str:
    assert main(list(arguments)) == 2
    said = capsys.readouterr().err
    assert said.startswith("run: ") and said.count("\n") == 1, said
    return said


def test_list_names_every_figure_and_draws_nothing(capsys, folder):
    assert main(["figures", "--list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == views.published()
    assert not list(folder.iterdir())


def test_a_figure_is_drawn_once_and_not_again_until_something_changed(capsys, folder):
    assert main(["figures", "price_waterfall"]) == 0
    assert sorted(f.name for f in folder.iterdir()) == [
        "index.json",
        "price_waterfall.json",
        "price_waterfall.png",
        "price_waterfall.svg",
    ]
    stamp = (folder / "price_waterfall.svg").stat().st_mtime_ns
    assert main(["figures", "price_waterfall"]) == 0
    assert "1 figure recomputed, all as published" in capsys.readouterr().out
    assert (folder / "price_waterfall.svg").stat().st_mtime_ns == stamp
    (folder / "price_waterfall.svg").write_bytes(b"damaged")
    assert main(["figures", "price_waterfall"]) == 0
    assert (folder / "price_waterfall.svg").stat().st_size > 1000


def test_a_setting_draws_another_picture_beside_the_published_one(folder):
    assert main(["figures", "discounted_fdv", "--set", "discount_rate=0.1"]) == 0
    assert sorted(f.name for f in (folder / "what_if").iterdir()) == [
        f"discounted_fdv-discount_rate=0.1.{kind}" for kind in ("json", "png", "svg")
    ]
    assert not (folder / "index.json").exists()


def test_a_setting_may_name_its_record(folder):
    assert main(["figures", "price_waterfall", "--set", "now.price_usd=320"]) == 0
    assert press.vary("price_waterfall", {"now.price_usd": "320"})["then"].price_usd == 160.0
    assert (folder / "what_if" / "price_waterfall-now.price_usd=320.svg").exists()


def test_a_stress_draws_another_picture_from_the_same_records(folder):
    assert main(["figures", "price_waterfall", "--stress", "dilution only"]) == 0
    assert len(list(folder.glob("what_if/price_waterfall-stress=dilution_only-*.svg"))) == 1
    assert not (folder / "index.json").exists()
    changed = press.under_stress(press.vary("price_waterfall", {}), "AI crash")
    assert changed["then"].price_usd < 160 and changed["now"].price_usd < 241.10
    changed = press.under_stress(press.vary("discounted_fdv", {}), "recycling 0")
    assert changed["scenario"].recycled_share == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["figures", "price_waterfall", "--stress", "war"], ["unknown stress 'war'", "volume / 5"]),
        (
            ["figures", "forecasts_scored", "--stress", "volume / 5"],
            ["must take a record, got none"],
        ),
        (["claims", "--stress", "wash"], ["unknown stress 'wash'", "did you mean 'wash trading'"]),
        (
            ["figures", "price_waterfal"],
            ["unknown figure 'price_waterfal'", "did you mean 'price_waterfall'"],
        ),
        (
            ["figures", "discounted_fdv", "--set", "discont_rate=1"],
            ["discont_rate", "did you mean 'discount_rate'"],
        ),
        (
            ["figures", "discounted_fdv", "--set", "discount_rate=2"],
            ["discount_rate must be in [0, 1], got 2"],
        ),
        (
            ["figures", "discounted_fdv", "--set", "discount_rate=nan"],
            ["discount_rate must be finite"],
        ),
        (
            ["figures", "discounted_fdv", "--set", "discount_rate=much"],
            ["discount_rate must be number, got 'much'"],
        ),
        (
            ["figures", "discounted_fdv", "--set", "discount_rate"],
            ["--set must be NAME=VALUE, got 'discount_rate'"],
        ),
        (
            ["figures", "price_waterfall", "--set", "price_usd=2"],
            ["must name its record: publication.price_usd or then.price_usd"],
        ),
        (
            ["figures", "inflation", "--set", "horizon_years=1000000000"],
            ["horizon_years must be in (0, 1,000]"],
        ),
        (
            ["figures", "--list", "--check"],
            ["--list must stand without other options, got --check"],
        ),
        (["figures", "inflation", "--check", "--set", "a=1"], ["--check must stand without"]),
        (["figures", "--check", "--stress", "AI crash"], ["--check must stand without"]),
        (["figures", "--list", "--set", "a=1"], ["--list must stand without"]),
        (["notebooks", "05", "--check", "-p", "recycled_share=0.3"], ["got -p as well"]),
        (["claims", "--check", "--stress", "AI crash"], ["--check must stand without"]),
        (["claims", "--check", "--json"], ["--check must stand without"]),
        (
            ["claims", "--set", "price_usd=1", "--set", "price_usd=2"],
            ["once, got 'price_usd' twice"],
        ),
        (["claims", "--set", "price_usd=1", "--set", "then.price_usd=2"], ["and 'then.price_usd'"]),
        (["claims", "--set", "price_usd=１"], ["price_usd must be a finite number"]),
        (["claims", "--snapshot", ""], ["--snapshot must not be empty"]),
        (["figures", "--stress", ""], ["--stress must not be empty"]),
        (
            [
                "figures",
                "discounted_fdv",
                "--set",
                "discount_rate=.1",
                "--set",
                "scenario.discount_rate=.2",
            ],
            ["--set must set a field once, got 'discount_rate' and 'scenario.discount_rate'"],
        ),
        (["figures", "discounted_fdv", "--set", ".discount_rate=1"], ["must be NAME=VALUE"]),
        (["figures", "inflation", "--set", "horizon_years=１"], ["horizon_years must be"]),
        (["figures", "inflation", "--set", "horizon_years=٣"], ["horizon_years must be"]),
        (["figures", "--lis"], ["unrecognized arguments: --lis"]),
        (["notebooks", "../../etc/01"], ["unknown notebook"]),
        (["notebooks", "01.exe"], ["unknown notebook"]),
        (["site", "now"], ["unrecognized arguments: now"]),
        (["figure"], ["invalid choice: 'figure'"]),
        ([], ["COMMAND"]),
        (["notebooks", "99"], ["unknown notebook '99'", "05_supply_curve"]),
        (
            ["notebooks", "05", "-p", "recycled=1"],
            ["unknown parameter", "did you mean 'recycled_share'"],
        ),
    ],
)
def test_nonsense_gets_one_line_that_names_it(capsys, folder, arguments, words):
    said = complaint(capsys, *arguments)
    assert all(word in said for word in words), said
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_is_one_line(capsys, tmp_path, monkeypatch):
    file = tmp_path / "a_file"
    file.write_text("")
    monkeypatch.setattr(press, "OUTPUT", file)
    assert "a_file" in complaint(capsys, "figures", "price_waterfall")


def test_damaged_data_is_one_line_and_nothing_is_drawn(capsys, folder, monkeypatch):
    real = data._text
    data._once.cache_clear()
    monkeypatch.setattr(data, "_text", lambda raw, file: real(raw, file).replace("0.0115", "1.15"))
    said = complaint(capsys, "figures", "mc_fdv_ladder")
    assert (
        "data/comparables.csv, row" in said and "column mcap_fdv: must be <= 1, got '1.15'" in said
    )
    assert not list(folder.iterdir())


def test_a_damaged_era_file_names_itself(tmp_path, monkeypatch):
    (tmp_path / "eras.toml").write_text("[[era]\nname =")
    monkeypatch.setattr(inputs, "DATA", tmp_path)
    inputs._toml.cache_clear()
    with pytest.raises(ValueError, match="data/eras.toml must be TOML: .* line 1"):
        inputs._toml("eras.toml")
    inputs._toml.cache_clear()


def test_the_assumptions_page_follows_the_records(capsys, tmp_path, monkeypatch):
    assert assumptions.FILE.read_text(encoding="utf-8") == assumptions.text()
    monkeypatch.setattr(assumptions, "FILE", tmp_path / "ASSUMPTIONS.md")
    assert main(["assumptions"]) == 0
    assert "`discount_rate` = 0.2" in (tmp_path / "ASSUMPTIONS.md").read_text(encoding="utf-8")
    for record in (inputs.Scenario(), te.incentives.QueryMarket()):
        for field in dataclasses.fields(record):
            it = records.about(record, field.name)
            assert field.name == "name" or (it["reason"] and it["source"] and it["rule"]), (
                field.name
            )


def test_a_damaged_index_is_one_line(capsys, folder):
    (folder / "index.json").write_text("{")
    assert "figures/index.json" in complaint(capsys, "figures", "price_waterfall")


def test_ctrl_c_keeps_what_is_finished_and_leaves_no_part(capsys, folder, monkeypatch):
    real, calls = press.write_whole, []

    def interrupted(file, content):
        calls.append(file.name)
        if file.name == "mc_fdv_ladder.png":
            raise KeyboardInterrupt
        real(file, content)

    monkeypatch.setattr(press, "write_whole", interrupted)
    assert main(["figures", "price_waterfall", "mc_fdv_ladder"]) == 130
    assert "stopped" in capsys.readouterr().err
    assert set(json.loads((folder / "index.json").read_text())) == {"price_waterfall"}
    assert not list(folder.glob(".*.part*"))


RECORDS = {
    kind: list(typing.get_type_hints(kind).items()) for kind in (te.Rules, te.Snapshot, te.Scenario)
}
TEXTS = {date: "2024-01-02", int: "8000000", float: "0.5", str: "x"}


@pytest.mark.parametrize(
    "kind, field, wanted",
    [
        pytest.param(kind, name, wanted, id=f"{kind.__name__}.{name}")
        for kind, fields in RECORDS.items()
        for name, hint in fields
        for wanted in TEXTS
        if wanted in (hint, *typing.get_args(hint)) and name != "sources"
    ],
)
def test_text_for_a_field_becomes_what_the_field_takes(kind, field, wanted):
    """A date, and a field that is empty: its annotation says what it takes."""
    hint = typing.get_type_hints(kind)[field]
    empty = type(None) in typing.get_args(hint)
    like = None if empty else wanted(0) if wanted in (int, float) else "a"
    like = date(2023, 11, 20) if wanted is date else like
    assert type(press.parse(TEXTS[wanted], like, hint)) is wanted


@pytest.mark.parametrize("name", press.published())
def test_every_view_can_be_varied(name):
    assert press.vary(name, {}).keys() == press.VIEWS[name].records().keys()


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]], ids=" ".join)
@pytest.mark.parametrize("verb", [[], *([v] for v in VERBS)], ids=" ".join)
def test_help_is_no_mistake(capsys, verb, words):
    assert main([*verb, *words]) == 0
    assert "usage: run" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["05", "05_supply_curve", "05_supply_curve.ipynb", "notebooks/05_supply_curve.ipynb"]
)
def test_a_notebook_goes_by_number_name_and_file(name):
    assert [file.name for file in notebooks.select([name])] == ["05_supply_curve.ipynb"]


def test_settings_that_one_file_name_cannot_tell_apart_get_two():
    texts = ("a b", "a_b", "a/b", "a__b", "A.b", "é", "１", "1", "%20", "a%20b", "=")
    stems = {press.file_stem("x", {"scenario.name": text}) for text in texts}
    assert len(stems) == len(texts)
    assert press.file_stem("x", {"a": "1-b=2"}) != press.file_stem("x", {"a": "1", "b": "2"})


def test_a_check_or_a_second_drawing_touches_no_file(capsys, folder):
    assert main(["figures", "price_waterfall"]) == 0
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert main(["figures", "price_waterfall"]) == 0
    assert main(["figures", "price_waterfall", "--check"]) == 0
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_any_fault_is_one_line_that_says_how_to_see_more(capsys, folder, monkeypatch):
    monkeypatch.setattr(press, "select", lambda names, **_: {}["x"])
    assert "a fault of this program, KeyError" in complaint(capsys, "figures")
    monkeypatch.setenv("TAO_ECON_TRACEBACK", "1")
    with pytest.raises(KeyError):
        main(["figures"])


def command(*words, **more):
    path = os.pathsep.join([str(Path(te.__file__).parents[1]), os.environ["PYTHONPATH"]])
    about = os.environ | {"PYTHONPATH": path} | more
    return subprocess.Popen(
        [sys.executable, "-m", "tao_econ", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=about,
    )


def test_a_reader_who_leaves_stops_nothing():
    process = command("figures", "--list")
    process.stdout.close()
    assert process.wait() == 0 and process.stderr.read() == ""


def test_python_without_docstrings_is_refused_in_one_line():
    out, said = command("figures", "--list", PYTHONOPTIMIZE="2").communicate()
    assert not out and said.count("\n") == 1 and "PYTHONOPTIMIZE must be at most 1" in said


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_a_kernel_runs_is_one_line_and_leaves_no_kernel(tmp_path, sent):
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                f"import os, time\nopen({str(tmp_path / 'kernel')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
            )
        ]
    )
    file = tmp_path / "90_long.ipynb"
    nbformat.write(book, file)
    code = (
        "import signal, sys; from pathlib import Path; from tao_econ import __main__; from tao_econ.publish import notebooks;"
        "notebooks.FOLDER = Path(sys.argv[1]); signal.signal(signal.SIGTERM, __main__._stopped);"
        "sys.exit(__main__.main(['notebooks', '90']))"
    )
    before = file.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    for _ in range(600):
        if (tmp_path / "kernel").exists() and (tmp_path / "kernel").read_text():
            break
        time.sleep(0.1)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and said == "run: stopped; what was finished is kept\n"
    assert file.read_bytes() == before
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.kill(int((tmp_path / "kernel").read_text()), 0)
            time.sleep(0.1)
