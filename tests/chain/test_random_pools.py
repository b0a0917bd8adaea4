"""Pools, shares and subnets over their whole domains: nothing is made or lost, shares sum to
one.
"""

import numpy as np
import pytest
from domain import (
    PUBLIC,
    Case,
    arguments,
    array,
    eras,
    hold,
    number,
    record,
    rules,
    scenarios,
    several,
    whole,
)
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.chain.shares import SHARES

above, amount, share = number("(0, inf)"), number("[0, inf)"), number("[0, 1]")
close = pytest.approx
pools = record(te.chain.Pool(reserve_tao=1_000.0, reserve_alpha=40_000.0))
EMPTY = "the pool is empty"
TOO_MUCH = "alpha_in of .* must be in"


def swap_law(traded, pool, tao_in, alpha_in, fee):
    after, got = traded
    assert got >= 0 and after.tao_weight == pool.tao_weight
    side = pool.reserve_alpha if tao_in else pool.reserve_tao
    assert got <= side and min(after.reserve_tao, after.reserve_alpha) >= 0


def price_law(trade, pool, price_tao):
    assert min(trade) == 0 and max(trade) >= 0


def shares_law(shares, **_):
    assert (shares >= 0).all() and (shares.sum() == close(1) or not shares.any())


def columns(n):
    def of(bounds):
        return array((n,), bounds)

    maybe = lambda strategy: st.one_of(st.none(), strategy)  # noqa: E731
    return arguments(
        rules=rules(),
        price_ema_tao=of("[0, inf)"),
        flow_ema_tao=of("(-inf, inf)"),
        root_proportion=of("[0, 1]"),
        protocol_flow_ema_tao=of("(-inf, inf)"),
        burned_share=maybe(of("[0, 1]")),
        emission_on=maybe(st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)),
        bar=maybe(share),
    )


def voters(v):
    return st.integers(1, 4).flatmap(
        lambda n: arguments(
            stake=array((v,), "[0, inf)"),
            weights=array((v, n), "[0, inf)"),
            root_netuid=st.one_of(st.none(), st.integers(0, n - 1)),
        )
    )


def rows(n):
    """Arguments of `make_subnets`."""
    flags = st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)
    return arguments(
        name=[f"s{i}" for i in range(n)],
        reserve_tao=array((n,), "[0.000000001, 4e9]"),
        reserve_alpha=array((n,), "[0.000000001, 4e9]"),
        outstanding_alpha=array((n,), "[0, 4e9]"),
        price_ema_tao=array((n,), "[0, inf)"),
        issuance_rao=whole(0, 21 * 10**15),
        root_tao=number("[0, 21e6]"),
        tao_weight=array((n,), "[0.01, 0.99]"),
        age_blocks=array((n,), "[0, 1e12]"),
        flow_ema_tao=array((n,), "[-1e9, 1e9]"),
        protocol_flow_ema_tao=array((n,), "[-1e9, 1e9]"),
        burned_share=array((n,), "[0, 1]"),
        alpha_rate=array((n,), "[0, 1]"),
        owner_cut_on=flags,
        emission_on=flags,
        started=flags,
    )


subnets = several(rows, 1, 4).map(lambda given: te.chain.make_subnets(**given))
pooled = rules("schedule").filter(lambda r: r.pool != "none" and r.subnet_shares in SHARES)
dynamic = eras().filter(
    lambda r: r.pool != "none" and r.schedule != "block" and r.subnet_shares in SHARES
)
DAYS = st.integers(1, 2)
many = several(rows, 3, 5).map(
    lambda given: te.chain.make_subnets(**given | {"started": True, "emission_on": True})
)
run = {"pools": subnets, "rules": st.one_of(dynamic, pooled), "scenario": scenarios(), "days": DAYS}
runs = run | {"pools": many}
BEAR = "must fit in 63 bits|trades must|rules must have pools|schedule must be"


def run_law(path, pools, days, **_):
    assert (
        len(path.days) == days + 1
        and (path.reserve_tao >= 0).all()
        and (path.reserve_alpha >= 0).all()
    )
    assert (path.share >= 0).all() and (
        path.minted_rao >= path.injected_rao + path.bought_rao
    ).all()
    start = (
        np.rint(pools.reserve_tao * 1e9).astype(np.int64).sum()
    )  # no float: 4e18 has steps of 512
    put_in = (
        path.injected_rao
        + path.bought_rao
        - path.users_rao
        - path.fees_rao
        - (path.root_rao - path.root_rao[0])
    )
    np.testing.assert_allclose(
        path.reserve_tao.sum(axis=1) * 1e9, start + put_in, rtol=1e-12, atol=100
    )


def a_trade(given):
    names = given["pools"].name
    trade = st.builds(
        te.chain.Trade,
        st.integers(0, 7_199),
        st.sampled_from(names),
        number("[0, 1e9]"),
        st.just(0.0),
    )
    sale = st.builds(
        te.chain.Trade,
        st.integers(0, 7_199),
        st.sampled_from(names),
        st.just(0.0),
        number("[0, 1e9]"),
    )
    return st.lists(st.one_of(trade, sale), max_size=3).map(
        lambda trades: given | {"trades": trades}
    )


def of_subnet(given, key):
    return st.sampled_from(given["pools"].name).map(lambda name: given | {key: name})


TABLE = {
    "spot_price": Case(
        arguments(pool=pools), lambda price, pool: price >= 0 or pytest.fail("negative")
    ),
    "swap": Case(
        st.one_of(
            arguments(pool=pools, tao_in=amount, alpha_in=0.0, fee=share),
            arguments(pool=pools, tao_in=0.0, alpha_in=amount, fee=share),
        ),
        swap_law,
        refuses=f"{EMPTY}|must be at most 1,000 times|must be of a size",
    ),
    "trade_to_price": Case(
        arguments(pool=pools, price_tao=above),
        price_law,
        refuses=f"{EMPTY}|price_tao must be within reach",
    ),
    "ema_price": Case(
        arguments(
            start=amount,
            spot=amount,
            age_blocks=whole(0, 10**6),
            blocks=whole(0, 10**4),
            rules=rules(),
        ),
        lambda mean, start, spot, **_: (
            min(start, spot, 1) * (1 - 1e-9) <= mean <= max(start, min(spot, 1)) * (1 + 1e-9)
            or pytest.fail("beyond both")
        ),
    ),
    "gate_kept": Case(
        arguments(share_over_bar=st.one_of(amount, array((3,), "[0, inf)")), exponent=whole(1, 16)),
        lambda kept, **_: (np.all(kept >= 0) and np.all(kept <= 1)) or pytest.fail("beyond one"),
    ),
    "root_proportion": Case(
        arguments(
            root_tao=amount,
            alpha_issuance=st.one_of(amount, array((3,), "[0, inf)")),
            rules=rules(),
        ),
        lambda part, **_: (np.all(part >= 0) and np.all(part <= 1)) or pytest.fail("beyond one"),
    ),
    "root_weight_shares": Case(
        several(voters),
        lambda part, **_: (
            ((part >= 0).all() and part.sum() <= 1 + 1e-9) or pytest.fail("beyond one")
        ),
    ),
    "emission_shares": Case(several(columns), shares_law, refuses="unknown subnet_shares"),
    "unproven": Case(arguments(rules=rules())),
    "make_subnets": Case(
        several(rows), lambda made, name, **_: made.name == tuple(name) or pytest.fail("names")
    ),
    "run_subnets": Case(arguments(**run).flatmap(a_trade), run_law, refuses=BEAR),
    "synthetic_subnets": Case(
        arguments(
            n=whole(3, 60),
            earning=st.one_of(st.none(), whole(1, 60)),
            price_exponent=number("[0, 3]"),
            middle_price_tao=number("(0, 1]"),
            alpha_per_pool_alpha=number("[1, 1000]"),
            root_tao=number("[0, 21e6]"),
            issuance_rao=whole(0, 21 * 10**15),
        ),
        lambda made, n, **_: (
            (len(made.name) == n and (np.diff(made.reserve_tao) <= 0).all()) or pytest.fail("order")
        ),
        unknown=dict.fromkeys(
            ("flow_ema_tao", "protocol_flow_ema_tao"), "nobody published flows of such subnets"
        ),
        refuses="reserve_alpha must be in|outstanding_alpha must be in",
    ),
    "compare_rules": Case(
        arguments(pools=subnets),
        lambda table, **_: (
            len(table) == 0 or table["largest"].max() <= 1 + 1e-9 or pytest.fail("share")
        ),
    ),
    "middle_subnet": Case(
        arguments(pools=subnets),
        lambda name, pools, **_: name in pools.name or pytest.fail("name"),
        refuses="pools must hold a subnet",
    ),
    "selling_cost": Case(arguments(**runs), refuses=BEAR, most=8),
    "halving_effect": Case(arguments(**runs), refuses=f"{BEAR}|pools must have a price", most=8),
    "exit_replay": Case(
        arguments(**runs)
        .flatmap(lambda given: of_subnet(given, "leaving"))
        .map(
            lambda given: (
                given
                | {"leaving": [given["leaving"]], "tao_out": 0.5 * given["pools"].reserve_tao.min()}
            )
        ),
        refuses=f"{BEAR}|tao_out must|{TOO_MUCH}",
        most=8,
    ),
    "manipulation": Case(
        arguments(
            **{k: v for k, v in runs.items() if k != "days"},
            tao_in=number("(0, 1e6]"),
            hold_blocks=whole(1, 300),
        ).flatmap(lambda given: of_subnet(given, "subnet")),
        refuses=f"{BEAR}|tao_in must|subnet_shares must|{TOO_MUCH}",
        most=8,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
