"""A file of one's own in the commands: what they take, print, write beside the published, refuse."""

import json
import os
import subprocess
import sys

import pytest

from tao_econ import views
from tao_econ.__main__ import main
from tao_econ.inputs import rules as inputs
from tao_econ.publish import answers, press

OWN = "date = 2027-01-01\nprice_usd = 297.585\nissuance_tao = 11_700_000\n"


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(OWN)
    return str(file)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(press, "OUTPUT", tmp_path / "figures")
    return tmp_path / "figures"


def test_a_figure_of_ones_own_day_stands_beside_the_published(mine, folder, capsys):
    assert main(["figures", "mc_fdv_ladder", "--snapshot", mine]) == 0
    said = capsys.readouterr()
    assert "price_usd = 297.585  from mine.toml: price_usd" in said.err
    assert sorted(file.name for file in (folder / "what_if").iterdir()) == [
        f"mc_fdv_ladder-snapshot=mine.{kind}" for kind in ("json", "png", "svg")
    ]
    assert not (folder / "index.json").exists()


def test_ones_own_day_takes_the_place_of_its_time(mine):
    late = inputs.Snapshot.from_file(mine)
    records = press.with_snapshot("price_waterfall", late)
    assert records == {"now": late}
    early = inputs.Snapshot(date="2023-05-01", price_usd=60.0, issuance_rao=4_400_000 * 10**9)
    records = press.with_snapshot("price_waterfall", early)
    assert early in records.values() and "now" not in records


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["figures", "forecasts_scored"], ["must take one, got forecasts_scored"]),
        (["figures", "mc_fdv_ladder", "--set", "price_usd=2"], ["does not read 'price_usd'"]),
        (["ask", "moon"], ["unknown question 'moon'", "halving"]),
        (["ask", "halving", "--set", "price_usd=2"], ["halving does not read 'price_usd'"]),
        (["ask", "halving", "--set", "recycled=2"], ["unknown field 'recycled'"]),
        (["ask", "halving", "--set", "recycled_share=2"], ["recycled_share must be in"]),
        (["ask", "supply", "--set", "price_usd=9"], ["--set must change the answer"]),
    ],
)
def test_what_does_nothing_or_does_not_exist_is_one_line(arguments, words, mine, folder, capsys):
    assert main([*arguments, "--snapshot", mine]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("run: ") and all(word in said for word in words), said
    assert not folder.exists()


@pytest.mark.parametrize("question", answers.QUESTIONS)
def test_every_question_has_a_number_its_range_and_its_sources(question, mine, capsys):
    assert main(["ask", question, "--json", "--snapshot", mine]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["question"].endswith("?") and answer["unit"] and answer["range_is"]
    assert answer["source"]["issuance_rao"] == "mine.toml: issuance_tao"
    assert answer["inputs"]["snapshot.issuance_rao"] == 11_700_000 * 10**9
    if answer["low"] is not None:
        assert answer["low"] <= answer["value"] <= answer["high"]
    assert main(["ask", question]) == 0
    assert "by the rules of" in capsys.readouterr().out


def test_an_answer_follows_what_goes_in(capsys):
    asked = ["ask", "halving", "--json", "--set"]
    days = []
    for share in ("0.0", "0.1"):
        assert main([*asked, f"recycled_share={share}"]) == 0
        days.append(json.loads(capsys.readouterr().out)["value"])
    assert days[0] < days[1]


def test_a_question_over_values_of_a_field(mine, capsys):
    swept = ["sweep", "halving", "recycled_share=0.0,0.1,0.2", "--snapshot", mine]
    assert main([*swept, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    days = [row["value"] for row in told["answers"]]
    assert told["field"] == "recycled_share" and days == sorted(days) and len(set(days)) == 3
    assert [row["at"] for row in told["answers"]] == ["0.0", "0.1", "0.2"]
    assert (
        main(["ask", "halving", "--json", "--set", "recycled_share=0.1", "--snapshot", mine]) == 0
    )
    alone = json.loads(capsys.readouterr().out)
    assert told["answers"][1] == {"at": "0.1"} | alone
    assert main(swept) == 0
    assert f"  recycled_share = 0.1: {days[1]}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["halving", "recycled_share"], "must be NAME=VALUE"),
        (["halving", "recycled_share=0.1"], "must have 2 to 1,000 different values"),
        (["halving", "recycled_share=0.1,0.1"], "different values"),
        (["halving", "recycled_share=0.1,2"], "recycled_share must be in"),
        (["halving", "price_usd=1,2"], "does not read 'price_usd'"),
        (["moon", "recycled_share=0,1"], "unknown question 'moon'"),
        (["halving", "recycled_share=0,.1", "--set", "recycled_share=.2"], "another field"),
    ],
)
def test_a_sweep_that_cannot_be_is_one_line(arguments, words, capsys):
    assert main(["sweep", *arguments]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and words in said[0], said


def test_the_list_of_figures_as_json(capsys):
    assert main(["figures", "--list", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == views.published()


def test_in_a_session_the_environment_names_ones_own_day(mine, monkeypatch, capsys):
    monkeypatch.setenv(inputs.OWN_SNAPSHOT, mine)
    assert inputs.load_snapshot(inputs.latest_snapshot()).name == "mine"
    assert "mine" in views.VIEWS["supply"].menus["snapshot"]
    assert main(["figures", "--list"]) == 2
    assert "TAO_ECON_SNAPSHOT must not be set for a command" in capsys.readouterr().err


def test_an_instrument_takes_a_file_or_a_snapshot(mine):
    for given in (mine, inputs.Snapshot.from_file(mine)):
        panel = views.explore("supply", snapshot=given)
        assert "snapshot: mine" in panel._view.sources


def test_the_shell_completes_commands_and_questions(tmp_path):
    script = subprocess.run(
        [sys.executable, "-m", "tao_econ", "completion", "bash"], capture_output=True, text=True
    ).stdout
    (tmp_path / "words.sh").write_text(script)
    asked = (
        f"source {tmp_path / 'words.sh'}; COMP_WORDS=(./run ask ha); COMP_CWORD=2; "
        '_tao_econ_run; echo "${COMPREPLY[@]}"; COMP_WORDS=(./run fig); COMP_CWORD=1; '
        '_tao_econ_run; echo "${COMPREPLY[@]}"; COMP_WORDS=(./run figures --sub); COMP_CWORD=2; '
        '_tao_econ_run; echo "${COMPREPLY[@]}"; COMP_WORDS=(./run notebooks 05); COMP_CWORD=2; '
        '_tao_econ_run; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, env=os.environ)
    words = ["halving", "figures", "--subnet", "05_supply_curve"]
    assert done.stdout.split() == words, done.stderr
