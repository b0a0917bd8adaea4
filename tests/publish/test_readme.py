"""What the README and the other pages say: every number computed, every command, module, link
and path looked up.
"""

import functools
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import tao_econ as te
from tao_econ import claims, views
from tao_econ.inputs import data, units
from tao_econ.inputs import rules as inputs

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DATA = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
PAGES = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"),
    *("docs/YOUR_NUMBERS.md", "docs/WHERE_IT_RUNS.md", "benchmarks/README.md"),
)
CODE = re.findall(r"```python\n(.*?)```", README, re.S)
FIRST_COMMANDS = re.search(r"```\n(.*?)```", README, re.S)[1]
MADE = {
    "site/",
    "site/index.html",
    "site/files.json",
    "_plan.json",
    "figures/what_if/",
    "notebooks/what_if/",
}  # by commands, not in the repository
WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "thirty",
]


def section(text, title):
    """What stands under a heading."""
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.S | re.M)[1]


def prose(text):
    """Without code, tables' speeds, link targets and html."""
    for pattern in (
        r"<!-- written by.*?<!-- end -->",
        r"```.*?```",
        r"`[^`]*`",
        r"\]\([^)]*\)",
        r"\[[A\d]\d_\w+",
        r"<[^>]*>",
    ):
        text = re.sub(pattern, " ", text, flags=re.S)
    return text


# --- numbers in prose


def years_to_the_end(rules):
    return units.blocks_to_years(te.chain.issuance_eras(rules)[-1].first_block, rules.block_time_s)


def openai_ratio(valuation_usd, day="article"):
    """At the FDV the article states, or at a snapshot's price times the cap."""
    scenario, rules = te.load_scenario("article"), te.rules_at("2026-09-11")
    count = "fdv_stated" if valuation_usd == 29e9 else "fdv"
    return te.economy.value_ratio(
        rules, te.load_snapshot(day), scenario, valuation_usd, denominator=count
    ).ratio


def survived():
    """The rows of the first table: six arguments, each judged at two states of the board."""
    states = claims.board.presets()
    for claim, says in (
        ("C38", "lowest market cap over diluted value of its peers"),
        ("C45", "a diluted value (FDV) of {} bn USD"),
        ("C29", "{:,} new TAO a day"),
        ("C26", "the next halving in {:%B %Y}"),
        ("C44", "selling all of it is bearable, below 10% of a day's volume"),
        ("C47", "OpenAI is worth {}× as much"),
    ):
        told = claims.stated(claim)
        told = pd.Timestamp(told) if claim == "C26" else int(told) if claim == "C29" else told
        cells = [
            ": ".join(claims.board.judged_at(states[name], claim))
            for name in ("the article", "September 2026")
        ]
        yield f"| {says.format(told)} | {' | '.join(cells)} |"


@functools.cache
def stated():
    """Each phrase of the README that holds a number, from the code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"]).groups()
    chain, article, day = (
        te.rules_at("2026-09-11"),
        te.rules_at("article"),
        te.load_snapshot("article"),
    )
    daily_tao = (
        te.rules_at(str(day.date)).block_reward_rao * units.BLOCKS_PER_DAY / units.RAO_PER_TAO
    )
    halvings = len(te.chain.halving_table(article))
    return (
        f"at most {chain.max_supply_rao / units.RAO_PER_TAO / 1e6:.0f} million",
        "the protocol and its promise 09 to 12; A1 is an appendix",
        "valuation is 00 to 08",
        f"On {day.date:%d %B %Y} [an article",
        *survived(),
        "| September 2026 |",
        views.claims_against_events().title,
        f"{halvings} halvings?",
        f"Python 3.{low} to 3.{int(high) - 1}",
        f"Can {day.volume_usd / 1e6:.0f} M USD a day absorb {daily_tao:,.0f} TAO?",
        f"{openai_ratio(29e9):.0f}×, {openai_ratio(86e9, '2023-11-20'):.0f}× or "
        f"{openai_ratio(86e9):.0f}×",
        f"a holder of {day.date:%B %Y}?",
    )


def test_every_number_in_the_prose_of_the_readme_is_computed():
    text = " ".join(prose(README).split())
    for phrase in stated():
        assert phrase in text, phrase
        text = text.replace(phrase, "")
    assert not re.findall(r"\S*\d\S*", text), "numbers without a check"


def test_numbers_in_words():
    ours = claims.check()["ours"]
    assert (~ours).sum() == 74 and "the seventy-four statements" in README
    assert (
        "all thirty rewards" in README
        and len(te.chain.halving_table(te.rules_at("2026-09-11"))) == 30
    )
    assert "three frozen records, `Rules`, `Snapshot` and `Scenario`" in " ".join(README.split())
    said = [
        word
        for word in re.findall(r"\w+", prose(README).lower())
        if word in WORDS and word not in ("one", "two")
    ]
    assert sorted(said) == ["eight", "four", "three"]  # arguments, seventy-four, records
    assert len(claims.board.ARGUMENTS) == 8


def test_the_first_figure_says_what_its_alt_text_says():
    alt, name = re.search(r"!\[(.*?)\]\(figures/(\w+)\.png\)", README).groups()
    index = json.loads((ROOT / "figures" / "index.json").read_text(encoding="utf-8"))
    assert alt == index[name]["finding"]


# --- tables and commands


def test_the_table_of_questions_is_that_of_the_notebooks():
    rows = re.findall(r"^\| (.+?) \| \[(\w+)\]\(notebooks/(\w+)\.ipynb\) \| (.+) \|$", README, re.M)
    assert [name for _, name, _, _ in rows] == sorted(
        p.stem for p in (ROOT / "notebooks").glob("*.ipynb")
    )
    package = {
        module.name.removeprefix("tao_econ.")
        for module in pkgutil.walk_packages(te.__path__, "tao_econ.")
    }
    for question, name, target, modules in rows:
        assert name == target
        assert question.endswith("?")
        assert set(re.findall(r"`([\w.]+)`", modules)) <= package


def helps(*command):
    done = subprocess.run(
        [sys.executable, "-m", "tao_econ", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_every_command_and_option_of_the_readme_exists():
    door = (ROOT / "run").read_text(encoding="utf-8")
    named = re.findall(r"`(\./run[^`]*)`", section(README, "Commands"))
    named += re.findall(r"^(\./run.*?)(?:#|$)", FIRST_COMMANDS, re.M)
    assert len(named) >= 12
    for text in named:
        verb, *rest = text.split()[1:] or ["lab"]
        assert re.search(rf"^    (\w+ \| )*{verb}( \| \w+)*\)", door, re.M), verb
        options = re.findall(r"(?<!\w)--?[a-z]+", " ".join(rest))
        if options:
            shown = helps(verb)
            assert all(re.search(rf"(?<![\w-]){option}\b", shown) for option in options), text
    listed = set(re.search(r"^    (figures .*?)\)", door, re.M)[1].split(" | "))
    assert listed == set(re.findall(r"^    (\w+)\b", helps(), re.M)) - {"COMMAND"}
    assert listed <= {text.split()[1] for text in named if " " in text.strip()}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_path_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    quoted = re.findall(r"`([\w./-]+(?:/|\.(?:md|py|toml|csv|json|lock|yml|html)))`", text)
    targets = set(re.findall(r"\]\(([^)#:]+)\)", text) + quoted) - MADE
    places = (ROOT / page).parent, ROOT, ROOT / "tao_econ"
    assert all(any((place / target).exists() for place in places) for target in targets), targets
    assert targets or page == "CHANGELOG.md"


# --- code


def test_the_code_of_the_readme_runs_and_says_what_it_says():
    names, shown = {}, []
    for line in CODE[0].splitlines():
        code, _, comment = line.partition("#")
        if "=" in code.split("(")[0] or code.startswith(("import", "from")):
            exec(code, names)
        elif code.strip():
            shown.append((eval(code, names), comment.strip()))
    rewards, ratio, picture, panel = (value for value, _ in shown)
    assert shown[0][1] == "all thirty rewards, exactly" and len(rewards) == 30
    assert shown[1][1] == f"{ratio:.4f}"
    assert picture.panels and panel is not None


def test_the_sweep_of_the_readme_runs_on_a_cluster(monkeypatch):
    distributed = pytest.importorskip("distributed")
    here = functools.partial(
        distributed.Client, processes=False, n_workers=1, dashboard_address=None
    )
    clients = []
    monkeypatch.setattr(distributed, "Client", lambda: clients.append(here()) or clients[-1])
    from tao_econ.analysis.sweep import sweep

    def model(varied):
        return varied.discount_rate + varied.recycled_share

    names = {"sweep": sweep, "scenario": te.load_scenario("base"), "model": model}
    try:
        exec(CODE[1], names)
    finally:
        for client in clients:
            client.close()
    assert isinstance(names["table"], pd.DataFrame) and len(names["table"]) == 6


# --- data/README.md


def test_the_tables_of_facts_are_listed_with_their_rows():
    listed = {}
    for tables, rows in re.findall(r"^\| (`.+?`) \| ([\d, ]+) \|", DATA, re.M):
        listed |= dict(zip(re.findall(r"`(\w+)`", tables), map(int, rows.split(",")), strict=True))
    assert listed == {name: len(data.load(name)) for name in data.names()}


def test_numbers_of_facts_in_words():
    def said(phrase, number):
        assert phrase.format(WORDS[number] if number < 14 else number) in DATA, phrase

    points, peers, pools = (
        data.load("comparables"),
        data.load("peers_weekly"),
        data.load("pool_percentiles"),
    )
    tokens = points.groupby("as_of").size()
    said("AI-labelled tokens on {} dates", (tokens > 2).sum())
    said("and on {} others of one or two", (tokens <= 2).sum())
    said("closes of {} tokens", sum(column.endswith("_usd") for column in peers))
    first, last = (f"{pd.Timestamp(d):%Y-%m}" for d in (peers["date"].min(), peers["date"].max()))
    assert f"closes of eleven tokens, {first} to {last}" in DATA
    assert f"on {pd.Timestamp(pools['as_of'].max()):%Y-%m-%d}" in DATA
    said("{} dated pictures of TAO", len(inputs.snapshot_names()))
    assert f"bitcoin from {pd.Timestamp(data.load('btc_closes')['date'].min()):%B %Y} on" in DATA
    assert f"the article of {te.load_snapshot('article').date}" in DATA
    compiled = date.fromisoformat(re.search(r"Compiled on ([\d-]+) from", DATA)[1])
    assert compiled >= max(
        pd.Timestamp(pools["as_of"].max()).date(), te.load_snapshot("2026-09-11").date
    )
