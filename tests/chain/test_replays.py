"""Blocks of main net recomputed, and state files read whole or refused in one line."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hostile import one_line

import tao_econ as te
from tao_econ.__main__ import main
from tao_econ.chain import mainnet
from tao_econ.inputs import data
from tao_econ.publish import pages

BLOCK = "subnets_8791247"
ISSUED = 11_206_919_340_788_886
FOUND = te.chain.replay_mainnet()
AIMS = {  # moment and quantity: subnets, what is held, aim
    ("2026-07-08", "share of TAO, among the 12 listed"): (12, "worst", 1e-6),
    ("8,740,402", "share of TAO, our own bar"): (126, "mean", 1e-5),
    ("8,740,402", "TAO of the block lost, rao a subnet"): (126, "worst", 1),
    ("8,791,247", "share of TAO, stored bar"): (127, "mean", 1e-6),
    ("8,791,247", "share of TAO, our own bar"): (127, "mean", 1e-5),
    ("8,791,247", "TAO of the block lost, rao a subnet"): (127, "worst", 1),
    ("8,791,247", "TAO injected of what was paid, relative"): (75, "worst", 1e-3),
    ("8,791,247", "alpha injected beside it, relative"): (75, "median", 1e-4),
    ("8,791,247", "TAO injected from prices, relative"): (75, "median", 1e-4),
    ("8,791,247", "cap on alpha injected, relative"): (35, "worst", 1e-5),
    ("2026-08-10", "share of TAO, 12 listed of 127"): (12, "worst", 1e-6),
}


@pytest.mark.parametrize("one", FOUND, ids=lambda one: f"{one.moment} {one.quantity}")
def test_a_block_of_main_net_is_recomputed_within_its_aim(one):
    assert AIMS[one.moment, one.quantity] == (one.subnets, one.held, one.aim)
    assert one.passed, one
    assert one.mean <= one.worst and one.median <= one.worst


def test_no_replay_is_left_out():
    assert {(one.moment, one.quantity) for one in FOUND} == set(AIMS)


def test_the_command_prints_every_replay_and_fails_if_one_falls_short(capsys, monkeypatch):
    assert main(["replays"]) == 0
    said = capsys.readouterr().out
    assert said.count(" yes\n") == len(AIMS) and f"{len(AIMS)} of {len(AIMS)} within" in said
    short = FOUND[0]._replace(worst=1.0)
    monkeypatch.setattr(mainnet, "replay_mainnet", lambda: (short, *FOUND[1:]))
    assert main(["replays"]) == 1
    assert "NO\n" in capsys.readouterr().out


def test_the_site_shows_every_replay_in_a_table():
    page = pages._mainnet()
    assert page.count("<tr>") == 1 + len(AIMS)
    assert all(f"<td>{quantity}</td>" in page for _, quantity in AIMS)


@pytest.mark.parametrize(
    "table, changed, least",
    [
        (mainnet.GATE_BY_QUANTILE, {"gate_quantile": Fraction(61, 100)}, 1e-3),
        (mainnet.GATE_BY_RANK, {"gate": "none"}, 2e-3),
        (mainnet.GATE_BY_RANK, {"gate_rank": 64}, 1e-4),
        (mainnet.GATE_BY_RANK, {"gate_exponent": 2}, 1e-4),
        (mainnet.GATE_BY_RANK, {"subnet_shares": "price_ema"}, 1e-3),
    ],
)
def test_another_rule_would_be_seen(table, changed, least, monkeypatch):
    other = replace(mainnet._rules(table), **changed)
    monkeypatch.setattr(mainnet, "_rules", lambda _: other)
    ours, paid = mainnet._shares(table, None)
    assert np.abs(ours - paid).mean() > least


# --- state files


def test_the_subnets_of_a_block_are_those_that_have_started():
    pools = te.chain.load_subnets(BLOCK)
    assert len(pools.name) == 127 and pools.started.all() and pools.emission_on.sum() == 85
    assert pools.issuance_rao == ISSUED and pools.root_tao == 5_445_703.100864541
    chutes = pools.name.index("SN64 Chutes")
    assert pools.reserve_tao[chutes] > 200_000 and pools.burned_share[chutes] == 0
    assert (pools.tao_weight == 0.5).all()  # no pool's own price is stored
    assert pools.age_blocks.max() == 8_791_247 - 5_228_683


def test_the_stored_prices_step_is_that_of_smoothing_towards_tao_over_alpha():
    """So the price of the source is the smoothed one, and the pools' weights are 1/2."""
    rows = data.load(BLOCK)
    rows = rows[(rows["netuid"] > 0) & (rows["subtoken_enabled"] == 1)]
    ratio = (rows["tao_in_pool_rao"] / rows["alpha_in_pool_rao"]).to_numpy(float)
    first = rows["price_ema_earlier_tao"].to_numpy(float)
    rules = mainnet._rules(BLOCK)
    ages = (8_791_247 - rows["first_emission_block"]).to_numpy(int)
    ours = [
        te.chain.ema_price(rules, start, spot, age_blocks=int(age), blocks=6)
        for start, spot, age in zip(first, ratio, ages, strict=True)
    ]
    error = np.abs(np.array(ours) / rows["price_ema_tao"].to_numpy(float) - 1)
    step = np.abs(first / rows["price_ema_tao"].to_numpy(float) - 1)
    assert np.median(error) < 1e-7 and error.max() < 1e-5
    assert np.median(error / step) < 0.02


@pytest.mark.parametrize("table", ["subnets_2026_07_08", "subnets_2026_08_10"])
def test_a_printed_price_of_a_pool_is_explained_by_weights_of_one_half(table):
    rows = data.load(table).dropna(subset=["price_tao"])
    tao = rows["tao_in_pool"]
    weight = tao / (rows["price_tao"] * rows["alpha_in_pool"] + tao)
    assert len(rows) == 12 and np.abs(weight - 0.5).max() < 5e-6


COLUMNS = (
    "netuid,name,tao_in_pool,alpha_in_pool,alpha_outstanding,price_tao,price_ema_tao,"
    "burned_share,emission_enabled"
)
ROWS = ["0,root,5000000,1,1,,,0,1", "1,a,100,1000,50,0.1,0.1,0,1", "7,b,300,1000,50,0.2,0.2,0.5,0"]


def written(folder, rows, columns=COLUMNS):
    path = folder / "mine.csv"
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_file_of_ones_own_gives_weights_from_prices(tmp_path):
    pools = te.chain.load_subnets(written(tmp_path, ROWS), issuance_rao=ISSUED)
    assert pools.name == ("SN1 a", "SN7 b") and pools.root_tao == 5e6
    assert pools.tao_weight.tolist() == [0.5, 0.6]
    assert pytest.approx(0.2) == 0.4 / 0.6 * 300 / 1000  # the price that the weight explains
    assert pools.emission_on.tolist() == [True, False] and pools.burned_share[1] == 0.5


def test_a_spreadsheets_table_is_the_same_pools(tmp_path):
    plain = te.chain.load_subnets(written(tmp_path, ROWS), issuance_rao=ISSUED)
    rows = [row.replace(",", ";").replace(".", ",") for row in ROWS]
    rows = [f"{k};{row}".replace("5000000", "5.000.000,0") for k, row in enumerate(rows)]
    columns = "\ufeff;" + COLUMNS.upper().replace(",", ";")
    sheet = te.chain.load_subnets(written(tmp_path, rows, columns), issuance_rao=ISSUED)
    assert sheet.name == plain.name and sheet.root_tao == plain.root_tao
    assert sheet.tao_weight.tolist() == plain.tao_weight.tolist()
    assert sheet.burned_share.tolist() == plain.burned_share.tolist()
    broken = [*ROWS[:2], "", "7,b,-3,1000,50,0.2,0.2,0.5,0"]
    one_line(
        lambda: te.chain.load_subnets(written(tmp_path, broken), issuance_rao=ISSUED),
        "mine.csv, row 5, column tao_in_pool",
    )


def test_amounts_in_rao_and_in_tao_are_the_same(tmp_path):
    in_tao = te.chain.load_subnets(written(tmp_path, ROWS), issuance_rao=ISSUED)
    columns = COLUMNS.replace("_in_pool", "_in_pool_rao").replace("outstanding", "outstanding_rao")
    rao = [
        ",".join(
            cell + "000000000" if k in (2, 3, 4) else cell for k, cell in enumerate(row.split(","))
        )
        for row in ROWS
    ]
    in_rao = te.chain.load_subnets(written(tmp_path, rao, columns), issuance_rao=ISSUED)
    assert (in_tao.reserve_tao == in_rao.reserve_tao).all()
    assert (in_tao.tao_weight == in_rao.tao_weight).all()


@pytest.mark.parametrize(
    "row, words",
    [
        ("1,c,1,1,1,1,1,0,1", "row 5, column netuid: must not stand twice, got '1'"),
        (",c,1,1,1,1,1,0,1", "row 5, column netuid: must not be empty, got ''"),
        ("2.5,c,1,1,1,1,1,0,1", "row 5, column netuid: must be a whole number from 0 to 65535"),
        ("-2,c,1,1,1,1,1,0,1", "row 5, column netuid: must be a whole number from 0 to 65535"),
        ("2,c,7e6,1,1,1,1,0,1", "row 5, column tao_in_pool: must leave the pools with no more"),
        ("2,c,100,1000,1,1000,1,0,1", "row 5, column price_tao: must be a price that a weight in"),
        ("2,c,100,1000,1,1e-9,1,0,1", "row 5, column price_tao: must be a price that a weight in"),
        ("2,c,,1000,1,0.1,1,0,1", "row 5, column tao_in_pool: must be known and > 0"),
        ("2,c,100,0,1,0.1,1,0,1", "row 5, column alpha_in_pool: must be known and > 0"),
        ("2,c,100,1000,,0.1,1,0,1", "row 5, column alpha_outstanding: must be known"),
        ("2,c,100,1000,1,0.1,1,1.5,1", "row 5, column burned_share: must be a finite number from"),
        ("2,c,100,1000,1,0.1,1,,1", "row 5, column burned_share: must not be empty"),
        ("2,c,100,1000,1,0.1,1,0,2", "row 5, column emission_enabled: must be a whole number"),
        ("2,c,100,1000,1,nan,1,0,1", "row 5, column price_tao: must be a finite number >= 0"),
        ("2,c,1e999,1000,1,0.1,1,0,1", "row 5, column tao_in_pool: must be a finite number >= 0"),
        ("2,c,abc,1000,1,0.1,1,0,1", "row 5, column tao_in_pool: must be a finite number >= 0"),
        ("2,c,1,1000,1,0.1,1,0,1,9", "mine.csv, row 5: must have 9 cells, as the header has"),
    ],
)
def test_a_bad_row_is_one_line_of_file_row_and_rule(tmp_path, row, words):
    path = written(tmp_path, [*ROWS, row])
    one_line(lambda: te.chain.load_subnets(path, issuance_rao=ISSUED), "mine.csv", words)


@pytest.mark.parametrize(
    "content",
    [
        "\n".join([COLUMNS, *ROWS]).encode("utf-16"),
        ROWS[0].encode(),
        b"",
        b"\0" * 100,
        bytes(range(256)),
        b"\n" * 10_000,
        b'"' * 1_000,
        b"," * 4_100_000,
        (COLUMNS + "\n").encode(),
    ],
    ids=lambda content: str(content[:16]),
)
def test_a_hostile_file_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "mine.csv").write_bytes(content)
    one_line(lambda: te.chain.load_subnets(tmp_path / "mine.csv", issuance_rao=1), "mine.csv")


def test_a_chain_value_is_exact_or_none():
    assert te.chain.chain_value("subnets_8740402", "issuance_rao") == 11_181_823_732_239_511
    assert te.chain.chain_value("subnets_8740402", "bar") == 171053753237533853 / 2**64
    assert te.chain.chain_value("subnets_8740402", "root_tao") is None


def test_what_a_file_does_not_tell_is_asked_for(tmp_path):
    path = written(tmp_path, ROWS)
    one_line(lambda: te.chain.load_subnets(path), "issuance_rao must be given")
    path = written(tmp_path, ROWS[1:])
    one_line(lambda: te.chain.load_subnets(path, issuance_rao=ISSUED), "root_tao must be given")
    assert te.chain.load_subnets(path, issuance_rao=ISSUED, root_tao=1.0).root_tao == 1.0
    path = written(tmp_path, ["1,1"], "netuid,name")
    one_line(lambda: te.chain.load_subnets(path, issuance_rao=1), "must have a column tao_in_pool")
    one_line(lambda: te.chain.load_subnets("subnets_1"), "source must be a CSV file or one of")
    one_line(
        lambda: te.chain.load_subnets(written(tmp_path, ROWS[:1]), issuance_rao=ISSUED),
        "must hold a subnet that has started",
    )
    one_line(lambda: te.chain.load_subnets("subnets_2026_08_10"), "must have a column burned_share")


def test_an_unknown_flow_is_refused_under_rules_of_flow_and_never_zero():
    pools = te.chain.load_subnets(BLOCK)
    assert np.isnan(pools.flow_ema_tao).all() and np.isnan(pools.protocol_flow_ema_tao).all()
    now, flows = te.rules_at("gate-rank"), te.rules_at("net-flow")
    scenario = te.Scenario()
    words = "flow_ema_tao must be known for every subnet under the rules 'net-flow', got nan"
    one_line(lambda: te.chain.run_subnets(flows, scenario, pools, days=1), words)
    one_line(
        lambda: te.chain.run_subnets(now, scenario, pools, days=2, rule_changes=[(1, flows)]), words
    )
    path = te.chain.run_subnets(now, scenario, pools, days=1)
    assert np.isfinite(path.price_tao).all() and path.minted_rao[-1] == 7_200 * 5 * 10**8
    table = te.incentives.compare_rules(pools)
    assert len(table) and not any("flow" in rule for rule, _ in table.index)
    one_line(
        lambda: te.incentives.compare_rules(pools, rules=[flows]), "flow_ema_tao must be given"
    )
