"""The commands: what they print, what they refuse, and that nothing is left half-written."""

import dataclasses
import json
import typing
from datetime import date

import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.__main__ import main
from tao_econ.inputs import data
from tao_econ.inputs import record as records
from tao_econ.inputs import rules as inputs
from tao_econ.publish import assumptions, press


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
    assert "0 drawn, 1 unchanged" in capsys.readouterr().out
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
        (["figures", "macro_thesis", "--stress", "volume / 5"], ["must take a record, got none"]),
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
            ["must name its record: then.price_usd or now.price_usd"],
        ),
        (
            ["figures", "inflation", "--set", "horizon_years=1000000000"],
            ["horizon_years must be in (0, 1,000]"],
        ),
        (["notebooks", "99"], ["unknown notebook '99'", "01_supply_curve"]),
        (
            ["notebooks", "01", "-p", "recycled=1"],
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
        if file.name == "article_fdv.png":
            raise KeyboardInterrupt
        real(file, content)

    monkeypatch.setattr(press, "write_whole", interrupted)
    assert main(["figures", "price_waterfall", "article_fdv"]) == 130
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
