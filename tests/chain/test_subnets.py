"""Many subnets block by block: against a slow and obvious twin, conservation to the rao,
refusals.
"""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import replay
from hypothesis import given, settings
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.chain import subnet_kernels as kernels
from tao_econ.chain import subnets
from tao_econ.chain.subnet_kernels import RAO, REAL
from tao_econ.inputs.rules import epoch_blocks

DTAO = [r.name for r in te.eras() if r.pool != "none"]
NOW = te.rules_at("gate-rank")
SCENARIO = te.Scenario(
    miners_sold_share=0.6, stakers_sold_share=0.1, owners_sold_share=0.3, root_claims_per_day=0.3
)
START = {
    "reserve_tao": [241.0, 3_000.0, 6_740.0, 33_000.0, 202_000.0, 50.0],
    "reserve_alpha": [9_000.0, 1.2e5, 1.5e5, 4.0e5, 1.4e6, 25.0],
    "outstanding_alpha": [
        5_000.0,
        10_499_000.0 - 1.2e5,
        1.0e6,
        2.5e6,
        1.5e6,
        10.0,
    ],  # the second is about to halve
    "price_ema_tao": [0.02, 0.03, 0.04, 0.08, 0.15, 0.0],
    "age_blocks": [10**6, 10**6, 10**5, 10**4, 10**6, 0],
    "flow_ema_tao": [0.01, 0.02, -0.01, 0.05, 0.2, 0.0],
    "protocol_flow_ema_tao": [0.001, 0.01, -0.01, 0.02, 0.1, 0.0],
    "burned_share": [0.0, 0.3, 0.0, 1.0, 0.1, 0.0],
    "alpha_rate": [1.0, 1.0, 0.5, 1.0, 1.0, 1.0],
    "owner_cut_on": np.array([True, True, True, False, True, True]),
    "emission_on": np.array([True, True, True, True, True, False]),
}
NAMES = list("abcdef")


def start(**more):
    given = START | {"issuance_rao": 11_330_335 * 10**9, "root_tao": 5_298_381.0} | more
    return te.chain.make_subnets(NAMES, **given)


# --- the chain's own numbers

KINDS = (
    *("coinbase_", "moving_price", "flow_", "root_prop", "swap_", "dividend_", "taoflow"),
    *("gate_", "live_", "shares_"),
)
VECTORS = sorted(
    p for p in (Path(__file__).parents[1] / "golden").glob("*.json") if p.name.startswith(KINDS)
)


@pytest.mark.parametrize("path", VECTORS, ids=lambda p: p.stem)
def test_chain_vector(path):
    checks, unknown = replay.replay(path)
    assert not unknown and checks
    for check in checks:
        assert check.error <= check.tolerance, check


@pytest.mark.parametrize("path", VECTORS, ids=lambda p: p.stem)
def test_a_vector_with_other_numbers_fails(path, tmp_path):
    vector = json.loads(path.read_text())

    def doubled(value):
        if isinstance(value, list):
            return [doubled(v) for v in value]
        if value in ("accepted", "refused"):
            return "refused" if value == "accepted" else "accepted"
        return value if value is None or isinstance(value, str | bool) else 2 * value + 1_000_000

    expected = vector["expected"]
    for name in expected:
        if name not in ("tolerance", "columns", "rule"):
            expected[name] = doubled(expected[name])
    (tmp_path / path.name).write_text(json.dumps(vector))
    checks, _ = replay.replay(tmp_path / path.name)
    assert any(check.error > check.tolerance for check in checks)


def test_files_of_the_same_kinds_need_no_new_code(tmp_path):
    columns = ["tao_reserve", "alpha_reserve", "w_quote"]
    files = [  # closed forms of dynamic-tao.md, in forms the stored files do not have
        (
            "subnet_terms",
            {"root_tao_rao": 10**12, "tao_weight_u64": 2**64 - 1},
            {
                "block_emission": 10**9,
                "ema_prices": [0.1],
                "pool_tao": [10**12],
                "pool_alpha": [10**13],
            },
            {"alpha_in": [90_909_090], "tao_in": [9_090_909], "excess_tao": [990_909_090]},
        ),
        (
            "emit_to_subnet_split",
            {"owner_cut_u16": 6_553, "tao_weight_u64": 2**64 - 1, "tolerance_rao": 1},
            {
                "alpha_out_rao": 10**9,
                "root_tao_rao": 10**9,
                "alpha_issuance_after_mint_rao": 3_000_000_001,
            },
            {
                "pending_owner": 99_992_370,
                "pending_server": 450_003_814,
                "pending_root_alpha": 112_500_953,
            },
        ),
        (
            "balancer_limit",
            {"tolerance_units": 2},
            {
                "columns": [*columns, "target_price"],
                "rows": [[1_000, 1_000, 0.5, 4.0], [1_000, 1_000, 0.5, 0.25]],
            },
            {"columns": ["tao_delta", "alpha_delta"], "rows": [[1_000, 0], [0, 1_000]]},
        ),
        (
            "balancer_weight",
            {},
            {
                "columns": [*columns, "tao_delta", "alpha_delta"],
                "rows": [[1_000, 1_000, 0.5, 10, 0]],
            },
            {"w_quote": [1_010 / 2_010], "price": [1.0]},
        ),
        (
            "subnet_shares_gate",
            {"gate": "quantile", "quantile": 0.75, "exponent": 2, "tolerance": 1e-12},
            {"cases": [{"ema_prices": [3.0, 1.0], "enabled": [True, True]}, {"shares": [1.0]}]},
            {"bar": [0.75, None], "share": [[0.9375, 0.0625], [1.0]]},
        ),
        (
            "subnet_shares_live",
            {"gate": "none", "tolerance": 1e-9, "total_issuance": 21 * 10**15},
            {
                "moving_price_q32": [1 << 32, 1 << 32],
                "miner_burned_q32": [0, 1 << 31],
                "emission_on": [True, True],
            },
            {"paid_rao": [66_666_666_666, 33_333_333_333]},
        ),
        (
            "swap_with_fee",
            {"fee_u16": 65_535, "w_quote": 0.3, "tolerance": 0},
            {
                "columns": ["side", "amount", "tao_reserve", "alpha_reserve"],
                "rows": [["buy", 1_000, 10**9, 10**9], ["sell", 1_000, 10**9, 10**9]],
            },
            {"paid_out": [0, 0], "into_pool": [0, 0]},
        ),
        ("swap_bound", {}, {"rule": "in prose"}, {"at_1": "accepted", "above_1001": "refused"}),
        (
            "balancer_broken",
            {"tao_reserve": 5_000, "alpha_reserve": 0, "w_quote": 0.5},
            {"columns": ["tao_delta", "alpha_delta"], "rows": [[0, 10], [5_000, 0]]},
            {"w_quote": [0.5, 0.5], "price": [500.0, 0.0]},
        ),
        (
            "taoflow_shares",
            {"relative_tolerance": 0.01},
            {"cases": [{"ema_flows": [1, 2, -1], "p": 2.0}]},
            {"shares": [[0.2, 0.8, 0.0]]},
        ),
    ]
    for kind, params, inputs, expected in files:
        file = tmp_path / f"{kind}.json"
        file.write_text(
            json.dumps({"kind": kind, "params": params, "inputs": inputs, "expected": expected})
        )
        checks, unknown = replay.replay(file)
        assert not unknown and checks and all(c.error <= c.tolerance for c in checks), (
            kind,
            checks,
        )


# --- the twin


class Twin:
    """One block after the other in plain Python, after dynamic-tao.md: integers for rao, floats
    for the rest.
    """

    def __init__(self, at, rules, scenario):
        rao = lambda values: [round(v * 1e9) for v in values.tolist()]  # noqa: E731
        self.rules, self.scenario, self.at = rules, scenario, at
        self.y, self.x, self.o = (
            rao(at.reserve_tao),
            rao(at.reserve_alpha),
            rao(at.outstanding_alpha),
        )
        self.w, self.m, self.age = (
            v.tolist() for v in (at.tao_weight, at.price_ema_tao, at.age_blocks)
        )
        self.f, self.g = (at.flow_ema_tao * 1e9).tolist(), (at.protocol_flow_ema_tao * 1e9).tolist()
        self.f_now, self.g_now = list(self.f), list(self.g)
        self.issuance, self.root, self.recycled = at.issuance_rao, round(at.root_tao * 1e9), 0
        self.n, self.bar = len(at.name), None
        self.pend = [
            dict.fromkeys(("owner", "server", "validator", "root", "waiting"), 0) for _ in at.name
        ]
        self.p = [self.price(i) for i in range(self.n)]

    def price(self, i):
        return (1 - self.w[i]) / self.w[i] * self.y[i] / self.x[i]

    def shares(self, block):
        r, b = self.rules, self.at.burned_share
        if "flow" in r.subnet_shares:
            for values, now in ((self.f, self.f_now), (self.g, self.g_now)):
                for i in range(self.n):
                    values[i] += float(r.flow_ema_rate) * (now[i] - values[i])
                    now[i] = 0.0
        more = {
            "price_ema_tao": self.m,
            "flow_ema_tao": self.f,
            "protocol_flow_ema_tao": self.g,
            "burned_share": b,
            "root_proportion": [self.rho(self.x[i] + self.o[i]) for i in range(self.n)],
        }
        if r.gate == "rank" and block % 360 == 0:
            plain = te.chain.emission_shares(replace(r, gate="none"), **more)
            self.bar = sorted(share for share in plain if share > 0)[-32:][0]
        if r.gate == "quantile" and block % 360 == 0:
            plain, total = (
                sorted(te.chain.emission_shares(replace(r, gate="none"), **more))[::-1],
                0.0,
            )
            for share in plain:
                total += share
                if total >= float(r.gate_quantile):
                    self.bar = share
                    break
        bar = self.bar if r.gate in ("rank", "quantile") else None
        return te.chain.emission_shares(r, bar=bar, emission_on=self.at.emission_on, **more)

    def rho(self, alpha):
        root = float(self.rules.root_weight) * self.root
        return root / (root + alpha)

    def sell(self, i, alpha):
        got = int(
            self.y[i] * (1 - (self.x[i] / (self.x[i] + alpha)) ** ((1 - self.w[i]) / self.w[i]))
        )
        self.y[i], self.x[i], self.o[i] = self.y[i] - got, self.x[i] + alpha, self.o[i] - alpha
        return got

    def block(self, block):
        r, reward = self.rules, te.chain.block_emission(self.rules, self.issuance)
        unspent, share = reward, self.shares(block)
        root_paid = sum(self.m) > 1
        self.issuance += reward
        root_before = self.root
        due = []
        for i in range(self.n):
            unspent -= self.coinbase(i, reward, reward * share[i])
            due.append(self.participants(i))
        assert self.root == root_before
        for i, to_root in enumerate(due):
            if r.root_dividends == "sold_each_block":
                got = self.sell(i, to_root)
                self.root += got
                self.g_now[i] -= got
            elif root_paid:
                self.pend[i]["root"] += to_root
            else:
                self.o[i] -= to_root
        self.issuance -= unspent
        self.recycled += unspent
        for i in range(self.n):
            self.p[i] = self.price(i)
            self.age[i] += 1
            a = float(r.price_ema_rate) * self.age[i] / (self.age[i] + r.price_ema_warmup_blocks)
            self.m[i] = a * min(self.p[i], 1.0) + (1 - a) * self.m[i]
        for i in range(self.n):
            if (block + i) % epoch_blocks(r) == 0:
                self.epoch(i)

    def coinbase(self, i, reward, given):
        r, emission = self.rules, te.chain.block_emission(self.rules, self.x[i] + self.o[i])
        cap = {
            "alpha_emission": emission,
            "alpha_or_block_emission": min(emission, reward),
            "root_proportion": emission * self.rho(self.x[i] + self.o[i]),
        }[r.injection_cap]
        ratio = self.y[i] / self.x[i] if r.injection_price == "reserve_ratio" else self.p[i]
        alpha_in, tao_in = given / ratio, given
        if alpha_in > cap:
            alpha_in = cap
            tao_in = given if r.excess_tao == "injected" else cap * ratio
        buy, dx, dy = int(given - tao_in), int(alpha_in), int(tao_in)
        if r.pool == "weighted":
            w = (self.y[i] + dy) / (self.p[i] * (self.x[i] + dx) + self.y[i] + dy)
            dx, dy, self.w[i] = (dx, dy, w) if 0.01 <= w <= 0.99 else (0, 0, self.w[i])
        if buy:
            got = int(
                self.x[i] * (1 - (self.y[i] / (self.y[i] + buy)) ** (self.w[i] / (1 - self.w[i])))
            )
            self.y[i], self.x[i] = self.y[i] + buy, self.x[i] - got
            self.o[i] += got if r.excess_tao != "buys_recycled" else 0
        self.y[i], self.x[i] = self.y[i] + dy, self.x[i] + dx
        self.g_now[i] += dy + buy
        self.paid = int(emission * self.at.alpha_rate[i])
        return dy + buy

    def participants(self, i):
        self.o[i] += self.paid
        own = float(self.rules.owner_cut) * self.paid if self.at.owner_cut_on[i] else 0.0
        half = (self.paid - own) / 2
        to_root = self.rho(self.x[i] + self.o[i]) * half
        pend = self.pend[i]
        pend["owner"] += int(own)
        pend["server"] += int(half)
        pend["validator"] += int(half - to_root)
        return int(to_root)

    def epoch(self, i):
        pend, s = self.pend[i], self.scenario
        withheld = int(pend["server"] * self.at.burned_share[i])
        sold = int((pend["server"] - withheld) * s.miners_sold_share)
        sold += int(pend["validator"] * s.stakers_sold_share) + int(
            pend["owner"] * s.owners_sold_share
        )
        self.f_now[i] -= self.sell(i, sold)
        waiting = pend["waiting"] + pend["root"]
        claimed = int(
            waiting * (1 - (1 - s.root_claims_per_day) ** (epoch_blocks(self.rules) / 7_200))
        )
        if claimed:
            got = self.sell(i, claimed)
            self.root += got
            self.g_now[i] -= got
        self.pend[i] = dict.fromkeys(pend, 0) | {"waiting": waiting - claimed}
        self.p[i] = self.price(i)


def kernel_after(at, rules, scenario, blocks):
    law = subnets._law(rules, scenario)
    state = subnets._state(at)
    state.real[REAL.cut] = np.where(at.owner_cut_on, float(rules.owner_cut), 0.0)
    state.real[REAL.keep] = 1 - at.burned_share if "unburned" in rules.subnet_shares else 1.0
    for block in range(blocks):
        kernels._block(law, state, block)
    return state


@pytest.mark.parametrize("era", DTAO)
def test_800_blocks_of_every_era_are_those_of_the_twin(era):
    rules, at, blocks = te.rules_at(era), start(), 800
    twin = Twin(at, rules, SCENARIO)
    for block in range(blocks):
        twin.block(block)
    state = kernel_after(at, rules, SCENARIO, blocks)
    for row, values in (
        (RAO.reserve_tao, twin.y),
        (RAO.reserve_alpha, twin.x),
        (RAO.outstanding_alpha, twin.o),
    ):
        assert np.abs(state.rao[row] - np.array(values)).max() <= blocks, (
            era
        )  # a rao a block at most, of cutting
    for row, values in (
        (REAL.price_ema_tao, twin.m),
        (REAL.tao_weight, twin.w),
        (REAL.price_tao, twin.p),
    ):
        assert state.real[row] == pytest.approx(values, rel=1e-9), era
    if "flow" in rules.subnet_shares:
        assert state.real[REAL.flow] == pytest.approx(twin.f, rel=1e-6, abs=1.0)
        assert state.real[REAL.own_flow] == pytest.approx(twin.g, rel=1e-6, abs=1.0)
    assert abs(state.total[0]["issuance_rao"] - twin.issuance) <= blocks
    assert abs(state.total[0]["recycled_rao"] - twin.recycled) <= blocks
    assert abs(state.total[0]["root_rao"] - twin.root) <= blocks


# --- conservation to the rao


@pytest.mark.parametrize("era", DTAO)
def test_tao_and_alpha_are_conserved_to_the_rao_over_40_days(era):
    rules, at = te.rules_at(era), start()
    law = subnets._law(rules, SCENARIO)
    state = subnets._state(at)
    state.real[REAL.cut], state.real[REAL.keep] = 0.18, 1.0
    before = state.rao.copy(), state.total.copy()
    nobody = kernels.Orders(*np.zeros((4, 0), np.int64))
    inflow = np.full(6, 1e5)
    assert kernels._run(law, state, nobody, inflow, 0, 40 * 7_200) == (0, 0)
    whole = state.rao - before[0]
    total = {name: state.total[name][0] - before[1][name][0] for name in kernels.TOTALS}
    spent = total["injected_rao"] + total["bought_rao"]
    assert total["minted_rao"] == spent + total["recycled_rao"] == 40 * 7_200 * 500_000_000
    assert total["issuance_rao"] == spent
    assert whole[RAO.injected_tao].sum() == total["injected_rao"]
    assert whole[RAO.bought_tao].sum() == total["bought_rao"]
    moved = (
        whole[RAO.reserve_tao].sum() + total["root_rao"] + total["users_rao"] + total["fees_rao"]
    )
    assert (
        moved == spent
    )  # every rao is in a pool, on root, with users or with the authors of blocks
    alpha = whole[RAO.reserve_alpha] + whole[RAO.outstanding_alpha]
    assert (alpha == whole[RAO.alpha_minted] - whole[RAO.alpha_recycled]).all()


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(DTAO),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(-200, 2_000),
    st.floats(0, 1e6),
)
def test_any_run_pays_out_the_whole_block_or_recycles_it(era, miners, stakers, inflow, root):
    scenario = te.Scenario(
        miners_sold_share=miners, stakers_sold_share=stakers, owners_sold_share=stakers
    )
    at = start(root_tao=root)
    path = te.chain.run_subnets(
        te.rules_at(era), scenario, at, days=2, inflow_tao_per_day=max(inflow, 0.0)
    )
    spent = path.injected_rao + path.bought_rao
    assert (path.minted_rao == spent + path.recycled_rao).all()
    assert (path.issuance_rao - path.issuance_rao[0] == spent).all()
    pools = np.rint((path.reserve_tao - path.reserve_tao[0]) * 1e9).sum(axis=1)
    assert (
        np.abs(
            pools + path.root_rao - path.root_rao[0] + path.users_rao + path.fees_rao - spent
        ).max()
        <= 1_000
    )
    assert np.isfinite(np.array([path.price_tao, path.price_ema_tao, path.share])).all()
    assert (path.reserve_tao > 0).all() and (path.reserve_alpha > 0).all()


# --- published numbers


def one(price=0.1005, rho=0.139, **more):
    """One subnet among others of the same price, with a given root proportion."""
    root = 5.3e6
    alpha = float(NOW.root_weight) * root * (1 - rho) / rho
    given = {
        "reserve_tao": 20_000.0,
        "reserve_alpha": 20_000.0 / price,
        "price_ema_tao": price,
        "root_tao": root,
        "outstanding_alpha": alpha - 20_000.0 / price,
        "issuance_rao": 11_330_335 * 10**9,
    }
    return te.chain.make_subnets([f"s{i}" for i in range(8)], **(given | more))


def test_mainnet_2026_md_6_a_subnet_of_rho_0_139_gets_0_139_alpha_and_0_01397_tao_injected():
    state = kernel_after(one(), NOW, te.Scenario(), 1)
    assert state.rao[RAO.alpha_in][0] / 1e9 == pytest.approx(0.139, abs=1e-6)
    assert state.rao[RAO.injected_tao][0] / 1e9 == pytest.approx(0.01397, abs=5e-6)
    assert state.rao[RAO.bought_tao][0] / 1e9 == pytest.approx(0.5 / 8 - 0.01397, abs=5e-6)


@pytest.mark.parametrize("weight", [0.44, 0.5, 0.7])
@pytest.mark.parametrize("at, ratio_is", [("reserve_ratio", 1.0), ("pool_price", None)])
def test_tao_and_alpha_go_in_as_the_pool_holds_them_whatever_its_weights(weight, at, ratio_is):
    rules = replace(NOW, injection_price=at)
    pools = one(tao_weight=weight)
    state = kernel_after(pools, rules, te.Scenario(), 1)
    held = pools.reserve_tao[0] / pools.reserve_alpha[0]
    got = state.rao[RAO.inject][0] / state.rao[RAO.alpha_in][0] / held
    assert got == pytest.approx(ratio_is or (1 - weight) / weight, rel=1e-7)
    after = state.real[REAL.tao_weight][0]
    if at == "reserve_ratio":
        assert after == pytest.approx(weight, abs=1e-12)
    else:  # the price stays, so the weight moves towards one half
        assert abs(after - 0.5) <= abs(weight - 0.5)
    spent = state.rao[RAO.inject][0] + state.rao[RAO.buy][0]
    assert spent == pytest.approx(0.5e9 / 8, abs=2)


def test_dynamic_tao_md_5_an_epoch_pays_82_percent_of_360_alpha_to_miners_and_validators():
    state = kernel_after(
        one(), replace(NOW, tempo=0), te.Scenario(), 360
    )  # nothing is paid out before we look
    miners, root = state.rao[RAO.servers][0], state.rao[RAO.root_due][0]
    validators, owner = state.rao[RAO.validators][0], state.rao[RAO.owner][0]
    recycled = state.rao[RAO.alpha_recycled][0]  # root's part, while prices sum to less than 1
    assert (miners + validators + root + recycled) / 360e9 == pytest.approx(0.82, abs=1e-5)
    assert owner / 360e9 == pytest.approx(0.18, abs=1e-5)


def test_dynamic_tao_md_5_root_is_paid_only_where_prices_sum_to_more_than_1():
    poor, rich = (
        te.chain.run_subnets(NOW, te.Scenario(root_claims_per_day=0.5), one(price=p), days=1)
        for p in (0.1, 0.2)
    )
    assert poor.root_sold_alpha[-1].sum() == 0 < rich.root_sold_alpha[-1].sum()
    first = te.chain.run_subnets(te.rules_at("dynamic-tao"), te.Scenario(), one(price=0.1), days=1)
    assert first.root_sold_tao[-1].sum() > 0  # the first rule asked nothing


def test_2025_12_15_the_network_halves_at_10_5_million_while_it_runs():
    at = start(issuance_rao=10_500_000 * 10**9 - 3_600 * 10**9, flow_ema_tao=[1.0] * 6)
    path = te.chain.run_subnets(
        te.rules_at("tao-flow"), te.Scenario(), at, days=2, inflow_tao_per_day=10.0
    )
    assert path.minted_rao[1] == pytest.approx((3_600 + 1_800) * 1e9, rel=1e-3)
    assert path.minted_rao[2] - path.minted_rao[1] == 3_600 * 10**9


# --- trades, changes of rule


def still(**more):
    return te.chain.make_subnets(
        ["one"],
        **(
            {
                "reserve_tao": 1_000.0,
                "reserve_alpha": 10_000.0,
                "outstanding_alpha": 1e6,
                "price_ema_tao": 0.1,
                "issuance_rao": 10**16,
                "root_tao": 0.0,
                "alpha_rate": 0.0,
                "emission_on": False,
            }
            | more
        ),
    )


def test_a_trade_does_to_the_pool_what_swap_does():
    trades = [
        te.chain.Trade(block=10, name="one", tao_in=50.0),
        te.chain.Trade(block=8_000, name="one", alpha_in=300.0),
    ]
    path = te.chain.run_subnets(NOW, te.Scenario(), still(), days=2, trades=trades)
    pool = te.chain.Pool(reserve_tao=1_000.0, reserve_alpha=10_000.0)
    fee = float(NOW.swap_fee)
    pool, bought = te.chain.swap(pool, tao_in=50.0, fee=fee)
    assert path.reserve_tao[1, 0] == pytest.approx(pool.reserve_tao, abs=2e-9)
    assert path.outstanding_alpha[1, 0] == pytest.approx(1e6 + bought, abs=2e-9)
    pool, got = te.chain.swap(pool, alpha_in=300.0)
    assert path.reserve_tao[2, 0] == pytest.approx(pool.reserve_tao, abs=3e-9)
    assert path.price_tao[2, 0] == pytest.approx(te.chain.spot_price(pool), rel=1e-12)
    assert path.users_rao[2] / 1e9 == pytest.approx(got * (1 - fee) - 50.0, abs=3e-9)
    assert path.fees_rao[2] / 1e9 == pytest.approx(fee * (50.0 + got), abs=3e-9)


def test_the_fee_of_a_purchase_is_no_inflow():
    rules = te.rules_at("tao-flow")
    law, state = subnets._law(rules, te.Scenario()), subnets._state(start())
    before = state.real[REAL.flow_now, 0]
    assert kernels._order(law, state, 0, np.int64(10 * 10**9), np.int64(0)) == 0
    net = 10 * 10**9 - int(10 * 10**9 * rules.swap_fee)
    assert state.real[REAL.flow_now, 0] - before == pytest.approx(net, abs=1)


def test_users_flow_in_and_out_by_the_day():
    flows = np.array([[72.0], [-72.0]])
    path = te.chain.run_subnets(NOW, te.Scenario(), still(), days=2, inflow_tao_per_day=flows)
    fee = float(NOW.swap_fee)
    assert path.reserve_tao[:, 0] == pytest.approx(
        [1_000, 1_000 + 72 * (1 - fee), 1_000 - 72 * fee], abs=1e-4
    )


def test_a_rule_that_changes_on_a_day_is_the_run_before_and_the_other_rule_after():
    before, after = te.rules_at("price-unburned"), te.rules_at("dynamic-tao")
    plain = te.chain.run_subnets(before, SCENARIO, start(), days=6)
    mixed = te.chain.run_subnets(before, SCENARIO, start(), days=6, rule_changes=[(3, after)])
    assert (mixed.reserve_tao[:4] == plain.reserve_tao[:4]).all() and (
        mixed.reserve_tao[4:] != plain.reserve_tao[4:]
    ).any()
    assert mixed.recycled_rao.tolist() == sorted(mixed.recycled_rao)
    same = te.chain.run_subnets(before, SCENARIO, start(), days=6, rule_changes=[(3, before)])
    assert all(np.array_equal(a, b) for a, b in zip(same[:-1], plain[:-1], strict=True))


def test_a_run_says_what_is_unproven_and_a_shorter_sampling_is_the_same_run():
    path = te.chain.run_subnets(NOW, SCENARIO, start(), days=4)
    assert [mark.field for mark in path.unproven] == ["root_dividends"]
    assert not te.chain.run_subnets(te.rules_at("dynamic-tao"), SCENARIO, start(), days=0).unproven
    seldom = te.chain.run_subnets(NOW, SCENARIO, start(), days=4, every_days=2)
    assert (seldom.price_tao == path.price_tao[::2]).all() and seldom.days.tolist() == [0, 2, 4]


def test_a_subnet_that_has_not_started_takes_no_part():
    at = start(started=np.array([True, True, False, True, True, True]))
    path = te.chain.run_subnets(NOW, SCENARIO, at, days=2)
    for column in (
        path.reserve_tao,
        path.reserve_alpha,
        path.outstanding_alpha,
        path.price_ema_tao,
    ):
        assert (column[:, 2] == column[0, 2]).all()
    assert path.share[-1, 2] == 0 < path.share[-1, 1]


def test_ten_years_of_128_subnets_sampled_daily_keep_less_than_200_mb():
    fields = len(subnets.SAMPLED_REAL) + len(subnets.SAMPLED_RAO)
    assert fields * 3_653 * 128 * 8 + 9 * 3_653 * 8 < 200e6
    path = te.chain.run_subnets(NOW, SCENARIO, start(), days=3)
    assert sum(np.asarray(column).nbytes for column in path[2:-1]) <= (fields * 6 + 8) * 4 * 8


# --- refusals


@pytest.mark.parametrize(
    "name, more",
    [
        ("reserve_tao", {"reserve_tao": 0.0}),
        ("reserve_alpha", {"reserve_alpha": [0.0] + [1.0] * 5}),
        ("tao_weight", {"tao_weight": 0.995}),
        ("tao_weight", {"tao_weight": 0.005}),
        ("price_ema_tao", {"price_ema_tao": math.nan}),
        ("price_ema_tao", {"price_ema_tao": [0.1, 0.1, math.nan, 0.1, 0.1, 0.1]}),
        ("price_ema_tao", {"price_ema_tao": None}),
        ("outstanding_alpha", {"outstanding_alpha": [1.0]}),
        ("burned_share", {"burned_share": 1.1}),
        ("owner_cut_on", {"owner_cut_on": 1}),
        ("issuance_rao", {"issuance_rao": 1e16}),
        ("root_tao", {"root_tao": -1.0}),
    ],
)
def test_subnets_refuse(name, more, refused):
    with refused(name):
        start(**more)


def test_names_are_texts_and_different(refused):
    with refused("name", "'a'"):
        te.chain.make_subnets(["a", "b", "a"], **START, issuance_rao=1, root_tao=0.0)
    with refused("name", "1"):
        te.chain.make_subnets([1], **START, issuance_rao=1, root_tao=0.0)


@pytest.mark.parametrize(
    "name, more",
    [
        ("rules", {"rules": te.rules_at("2023-11-20")}),
        ("schedule", {"rules": replace(NOW, schedule="block")}),
        ("subnet_shares", {"rules": replace(NOW, subnet_shares="root_weights")}),
        ("days", {"days": -1}),
        ("every_days", {"every_days": 0}),
        ("subnet", {"trades": [te.chain.Trade(0, "z", tao_in=1.0)]}),
        ("tao_in", {"trades": [te.chain.Trade(0, "a", tao_in=1.0, alpha_in=1.0)]}),
        ("tao_in", {"trades": [te.chain.Trade(0, "a", tao_in=math.nan)]}),
        ("block", {"trades": [te.chain.Trade(8 * 7_200, "a", tao_in=1.0)]}),
        (
            "'f' on day 2",
            {"trades": [te.chain.Trade(2 * 7_200, "f", tao_in=60_000.0)]},
        ),  # over 1,000 times the reserve
        (
            "'a' on day 0",
            {"trades": [te.chain.Trade(5, "a", alpha_in=1e6)]},
        ),  # more than there is outside the pool
        ("'f' on day 0", {"inflow_tao_per_day": -10_000.0}),
        ("inflow_tao_per_day", {"inflow_tao_per_day": [1.0, 2.0]}),
        ("inflow_tao_per_day", {"inflow_tao_per_day": math.inf}),
    ],
)
def test_a_run_refuses_and_leaves_the_subnets_as_they_were(name, more, refused):
    at = start()
    copy = start()
    with refused(name):
        te.chain.run_subnets(pools=at, **{"rules": NOW, "scenario": SCENARIO, "days": 7} | more)
    assert all(np.array_equal(a, b) for a, b in zip(at, copy, strict=True))
