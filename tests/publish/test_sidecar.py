"""Provenance: what made a file is beside it, and a file that is not the one written is not
vouched for.
"""

import json

import pytest

import tao_econ as te
from tao_econ.publish import press


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    press.draw("price_waterfall", folder=folder)
    press.draw("price_waterfall", {"now.price_usd": "320"}, folder=folder)
    return folder


@pytest.mark.parametrize("kind", press.KINDS)
def test_a_figure_says_which_records_data_and_version_made_it(drawn, kind):
    about = te.provenance(drawn / f"price_waterfall.{kind}")
    assert about["tao_econ"] == te.__version__ and about["unchanged_data"] is True
    assert (
        about["records"]["now"]["record"] == "Snapshot"
        and about["records"]["now"]["price_usd"] == 241.10
    )
    assert about["records"]["then"]["issuance_rao"] == te.load_snapshot("article").issuance_rao
    assert "eras.toml" in about["data"] and len(about["data"]["supply_points.csv"]) == 64


def test_a_varied_figure_says_what_was_varied(drawn):
    about = te.provenance(drawn / "what_if" / "price_waterfall-now.price_usd=320.png")
    assert about["records"]["now"]["price_usd"] == 320.0


def test_the_records_stand_for_their_ratios_too(drawn):
    press.draw("supply_four_ways", folder=drawn)
    rules = te.provenance(drawn / "supply_four_ways.png")["records"]["rules"]
    assert rules["record"] == "Rules" and rules["kappa"] == "32767/65535"


def test_data_that_changed_since_are_said_to_have(drawn, tmp_path):
    for name in ("price_waterfall.png", "price_waterfall.json"):
        (tmp_path / name).write_bytes((drawn / name).read_bytes())
    about = json.loads((tmp_path / "price_waterfall.json").read_text(encoding="utf-8"))
    about["data"]["eras.toml"] = "0" * 64
    (tmp_path / "price_waterfall.json").write_text(json.dumps(about), encoding="utf-8")
    assert te.provenance(tmp_path / "price_waterfall.png")["unchanged_data"] is False


def test_a_changed_lone_or_foreign_file_is_refused(drawn, tmp_path, refused):
    (tmp_path / "a.png").write_bytes(b"x")
    with refused("path", "a.png"):
        te.provenance(tmp_path / "a.png")
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    with refused("a.json", "a.png"):
        te.provenance(tmp_path / "a.png")
    (tmp_path / "price_waterfall.json").write_bytes((drawn / "price_waterfall.json").read_bytes())
    (tmp_path / "price_waterfall.png").write_bytes(b"x")
    with refused("price_waterfall.png"):
        te.provenance(tmp_path / "price_waterfall.png")


def test_every_committed_figure_has_a_side_car_that_vouches_for_it():
    for name in press.read_index():
        for kind in press.KINDS:
            assert te.provenance(press.OUTPUT / f"{name}.{kind}")["records"] is not None, name


def test_words_that_changed_since_a_figure_was_drawn_are_written_anew(tmp_path):
    press.draw("price_waterfall", folder=tmp_path)
    index = tmp_path / "index.json"
    now = index.read_text(encoding="utf-8")
    index.write_text(now.replace('"alt": "', '"alt": "Formerly: '), encoding="utf-8")
    assert "says something else" in press.problems("price_waterfall", tmp_path)
    assert (
        press.draw("price_waterfall", folder=tmp_path) and index.read_text(encoding="utf-8") == now
    )
