"""A subnet or pools of the reader's own in every view that takes them."""

import inspect
import json
import warnings

import numpy as np
import pytest
from hostile import one_line

import tao_econ as te
from tao_econ import views
from tao_econ.__main__ import main
from tao_econ.publish import press, sidecar

RULES = te.rules_at("2026-09-11")
NETWORK = (
    "copier",
    "copier_against_honest",
    "epoch",
    "epoch_walk",
    "guarantee",
    "guarantee_on_real_stake",
    "largest_holders",
    "stake_lorenz",
)
POOLS = (
    "emission_rules",
    "pool_impact",
    "selling_pressure",
)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A file of 5 validators with much scatter, 12 miners and UIDs with gaps, with bonds."""
    random = np.random.default_rng(5)
    n = 17
    weights = np.zeros((n, n), np.uint16)
    weights[:5, 5:] = random.integers(1, 65_536, (5, 12))
    stake = np.r_[random.lognormal(size=5) * 1e4, np.zeros(12)]
    bonds = np.where(stake[:, None] > 0, random.integers(0, 9_000, (n, n)), 0).astype(np.uint16)
    path = tmp_path_factory.mktemp("own") / "own.npz"
    np.savez(path, W=weights, S=stake, B=bonds, uids=np.arange(n) * 3)
    return path


def taking(argument):
    return sorted(
        name
        for name, view in views.VIEWS.items()
        if argument in inspect.signature(view.draw).parameters
    )


def test_the_views_that_take_ones_own():
    assert taking("network") == sorted(NETWORK)
    assert taking("pools") == sorted(POOLS)


@pytest.mark.parametrize("name", [name for name in NETWORK if name != "copier_against_honest"])
def test_a_view_takes_a_subnet_or_its_file_and_says_so(own, name):
    loaded = te.chain.load_metagraph(own)
    shown = views.VIEWS[name](network=loaded)
    assert shown.fingerprint() == views.VIEWS[name](network=str(own)).fingerprint()
    assert shown.fingerprint() != views.VIEWS[name]().fingerprint()
    assert "own file: 17 UIDs, 5 with stake" in shown.sources
    one_line(lambda: views.VIEWS[name](network=3), f"network of view {name}", "its file")
    assert shown.bytes("png")


def test_the_walk_and_the_instrument_are_the_epoch_of_the_file(own):
    mine = te.chain.load_metagraph(own)
    epoch = te.chain.yuma_epoch(RULES, *mine[:3], real_bonds=True)
    panels = views.epoch_walk(network=mine).panels
    top = np.argsort(-epoch.incentive, kind="stable")[:5]
    best = np.argsort(-epoch.stake, kind="stable")[:5]
    np.testing.assert_array_equal(panels[5].marks[0].z[1], epoch.incentive[top])
    assert panels[5].x.names == tuple(str(uid) for uid in mine.uids[top])
    paid = panels[4].marks[0].z
    assert (paid.sum(axis=1) < epoch.dividends[best] + 1e-12).all()  # some miners of many
    live = views.explore("epoch", network=mine, kappa=0.5)
    assert set(live.recipe().sliders) == {"kappa", "bonds_penalty"}
    dividends = live._view.panels[1].marks[1].y
    half = te.inputs.rules_at("2026-09-11")
    assert dividends == pytest.approx(
        te.chain.yuma_epoch(
            views.consensus.varied(half, views.consensus.Epoch(kappa=0.5, bonds_penalty=1.0)),
            *mine[:3],
            real_bonds=True,
        ).dividends[best],
        abs=1e-12,
    )


def test_dividends_of_a_small_subnet_are_those_of_its_bonds(tmp_path):
    """All miners fit: rows of the panel sum to the dividends."""
    weights = np.zeros((6, 6), np.uint16)
    weights[:3, 3:] = [[9, 5, 1], [8, 8, 2], [1, 5, 9]]
    bonds = np.zeros((6, 6), np.uint16)
    bonds[:3, 3:] = [[65, 5_000, 7], [900, 800, 200], [0, 50, 60_000]]
    np.savez(tmp_path / "own.npz", W=weights, S=[3.0, 2.0, 1.0, 0, 0, 0], B=bonds)
    mine = te.chain.load_metagraph(tmp_path / "own.npz")
    for bond in ("yuma3", "classic"):
        rules = views.attacks.replace(RULES, bonds=bond)
        paid = views.epoch_walk(rules=rules, network=mine).panels[4].marks[0].z
        epoch = te.chain.yuma_epoch(rules, *mine[:3], real_bonds=True)
        np.testing.assert_allclose(paid.sum(axis=1), epoch.dividends[:3], atol=1e-8)


def test_a_slider_that_ones_own_subnet_does_not_read_is_refused(own):
    one_line(
        lambda: views.explore("epoch", network=str(own), your_stake=3.0), "does not read", "kappa"
    )


def test_a_state_with_ones_own_subnet_comes_back_as_code(own):
    live = views.explore("epoch", network=str(own), kappa=0.6)
    assert live._code.value == f"views.explore(\"epoch\", network='{own}', kappa=0.6)"
    live = views.explore("epoch", network=te.chain.load_metagraph(own))
    live._code.value = 'views.explore("epoch", network=network, kappa=0.4)'
    assert live._code.value == 'views.explore("epoch", network=network, kappa=0.4)'
    assert live._now["network"].uids[1] == 3


def test_a_subnet_that_says_nothing_is_refused(tmp_path):
    np.savez(tmp_path / "own.npz", W=np.eye(3), S=np.zeros(3))
    path = str(tmp_path / "own.npz")
    one_line(lambda: views.epoch_walk(network=path), "network must have a validator with stake")
    one_line(lambda: views.stake_lorenz(network=path), "network must have stake of 2 UIDs")


def test_a_copier_among_ones_own_validators(own):
    mine = te.chain.load_metagraph(own)
    subnet = te.incentives.copied_subnet(mine, copier_uid=6)
    share = mine.stake[:5] / mine.stake.sum()
    assert subnet.copier_stake == share[2] and subnet.miners == 12 and subnet.validators == 5
    assert sorted(subnet.honest_stake) == pytest.approx(sorted(np.delete(share, 2)))
    middle = te.incentives.copied_subnet(mine, miners=4)
    assert middle.copier_stake == np.sort(share)[2] and middle.miners == 4
    few = {"lags": (0,), "epochs": 20, "networks": 2}
    equal = te.incentives.weight_copying(RULES, subnet._replace(honest_stake=()), **few)
    assert te.incentives.weight_copying(RULES, subnet, **few).advantage != equal.advantage
    same = subnet._replace(honest_stake=(7.0,) * 4)
    got = te.incentives.weight_copying(RULES, same, **few)
    np.testing.assert_array_equal(got.advantage, equal.advantage)
    one_line(lambda: te.incentives.copied_subnet(mine, copier_uid=7), "copier_uid", "got 7")
    one_line(
        lambda: te.incentives.weight_copying(RULES, subnet._replace(honest_stake=(1.0,)), **few),
        "honest_stake must have one entry a honest validator",
    )
    lonely = mine._replace(stake=np.eye(17)[0])
    one_line(lambda: te.incentives.copied_subnet(lonely), "two validators")


def test_the_command_draws_ones_own_subnet_and_its_side_car_has_the_hash(own, tmp_path):
    assert press.draw("largest_holders", folder=tmp_path, subnet=str(own))
    drawn = tmp_path / "what_if" / "largest_holders-subnet=own.npz.png"
    record = sidecar.provenance(drawn)["records"]["network"]
    assert record["record"] == "Metagraph" and len(record["sha256"]) == 64
    one_line(lambda: press.vary("inflation", {}, str(own)), "--subnet", "epoch_walk", "inflation")


def test_the_command_refuses_a_pickle(capsys):
    assert main(["figures", "epoch_walk", "--subnet", "m.pt"]) != 0
    assert "never opened" in capsys.readouterr().err


# ---- Pools ----


def listed(tmp_path, count=24):
    """What `subnets list --json-output` writes, of main net's first pools, all under one name."""
    real = te.chain.load_subnets("subnets_8791247")
    none = {"tao_in": None, "alpha_in": None}
    rows = {"0": {"netuid": 0, "subnet_name": "root", "price": 1.0, "liquidity": none}}
    for k in range(count):
        rows[str(k + 1)] = {
            "netuid": k + 1,
            "subnet_name": "same",
            "price": float(real.reserve_tao[k] / real.reserve_alpha[k]),
            "liquidity": {
                "tao_in": float(real.reserve_tao[k]),
                "alpha_in": float(real.reserve_alpha[k]),
            },
            "alpha_out": float(real.outstanding_alpha[k]),
            "tempo": {"blocks_since_last_step": 3, "sn_tempo": 360},
        }
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"total_netuids": count + 1, "subnets": rows}), encoding="utf-8")
    return path


INSTEAD = {"price_ema_tao": "price_tao", "burned_share": 0, "emission_enabled": 1}
ISSUED = {"issuance_rao": 11 * 10**15, "root_tao": 5e6}


def loaded(tmp_path):
    with pytest.warns(UserWarning, match=r"list.json: root's row, netuid 0, is no subnet"):
        return te.chain.load_subnets(listed(tmp_path), **ISSUED, instead=INSTEAD)


def test_a_list_of_subnets_in_json_is_pools(tmp_path):
    pools = loaded(tmp_path)
    real = te.chain.load_subnets("subnets_8791247")
    assert len(pools.name) == 24 and pools.name[:2] == ("SN1 same", "SN2 same")
    np.testing.assert_array_equal(pools.reserve_tao, real.reserve_tao[:24])
    np.testing.assert_array_equal(pools.outstanding_alpha, real.outstanding_alpha[:24])
    np.testing.assert_allclose(pools.tao_weight, 0.5)
    np.testing.assert_array_equal(
        pools.price_ema_tao, real.reserve_tao[:24] / real.reserve_alpha[:24]
    )
    assert np.isnan(pools.flow_ema_tao).all()


def test_a_csv_under_the_command_lines_names_and_a_price_that_tells_the_weight(tmp_path):
    text = "netuid,subnet_name,price,tao_in,alpha_in,alpha_out\n1,a,0.01,100,20000,5\n"
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    pools = te.chain.load_subnets(tmp_path / "own.csv", **ISSUED, instead=INSTEAD)
    assert pools.tao_weight == pytest.approx([100 / (0.01 * 20_000 + 100)])
    assert pools.name == ("SN1 a",)


def test_what_a_list_lacks_is_asked_for_and_not_guessed(tmp_path):
    path = listed(tmp_path)
    load = te.chain.load_subnets
    one_line(lambda: load(path, **ISSUED), "list.json", "price_ema_tao", "instead=")
    for wrong, words in (
        ({"price_tao": 1.0}, "instead must name columns that list.json lacks"),
        ({"colour": 1.0}, "instead must name columns"),
        ({"price_ema_tao": "colour"}, "instead must name a column of list.json"),
        (INSTEAD | {"burned_share": 2}, "column burned_share: must be a finite number from 0 to 1"),
    ):
        with warnings.catch_warnings(action="ignore"):
            one_line(lambda wrong=wrong: load(path, **ISSUED, instead=wrong), words)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "3",
        '{"subnets": [1]}',
        '[{"netuid": 1, "netuid": 2}]',
        '[{"netuid": 1, "tao_in": 1, "liquidity": {"tao_in": 2}}]',
        '[{"netuid": 1, "tao_in": 1, "tao_in_pool": 2}]',
        "[" * 100_000,
        '[{"netuid": 1, "tao_in": NaN}]',
        "\0",
    ],
    ids=lambda content: content[:30],
)
def test_a_hostile_list_of_subnets_is_one_line(tmp_path, content):
    (tmp_path / "own.json").write_text(content, encoding="utf-8")
    one_line(lambda: te.chain.load_subnets(tmp_path / "own.json", **ISSUED), "own.json")


@pytest.mark.parametrize("name", POOLS)
def test_a_view_takes_pools_of_ones_own_and_says_so(tmp_path, name):
    pools = loaded(tmp_path)
    shown = views.VIEWS[name](pools=pools)
    said = (*shown.sources, *shown.readout.values())
    assert any("24 subnets of one's own" in part for part in said)
    assert "main net" not in " ".join(shown.sources) + shown.title
