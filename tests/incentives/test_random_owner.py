"""An owner's sales over whole domains."""

import numpy as np
import pytest
from domain import PUBLIC, Case, arguments, hold, number, scenarios, whole
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.chain.pools import Pool

OTHERS = te.incentives.synthetic_subnets(3)
own = st.builds(
    Pool,
    reserve_tao=number("[0.001, 1e6]"),
    reserve_alpha=number("[0.001, 1e6]"),
    tao_weight=number("[0.01, 0.99]"),
)
NO_FLOWS = "nobody published flows of such subnets"
placed = st.builds(
    lambda pool, outside: te.incentives.with_own_pool(OTHERS, pool, outstanding_alpha=outside),
    own,
    number("[0, 1e6]"),
)


def sales_law(got, sold_share, **_):
    assert len({len(part) for part in got}) == 1
    assert (np.diff(got.sold_alpha) >= 0).all() and (got.price_tao >= 0).all()
    assert ((got.share >= 0) & (got.share <= 1)).all()


TABLE = {
    "owner_sales": Case(
        arguments(
            rules=st.sampled_from([te.rules_at("2026-09-11"), te.rules_at("price-unburned")]),
            scenario=scenarios(),
            pools=placed,
            sold_share=number("[0, 1]"),
            days=whole(1, 2),
        ),
        sales_law,
        refuses="trades must",
        most=6,
    ),
    "with_own_pool": Case(
        arguments(
            pools=st.just(OTHERS),
            own=own,
            outstanding_alpha=number("[0, 1e9]"),
            price_ema_tao=st.one_of(st.none(), number("[0, 1e9]")),
        ),
        lambda got, **_: got.name.count("own") == 1 or pytest.fail("not one"),
        {"flow_ema_tao": NO_FLOWS, "protocol_flow_ema_tao": NO_FLOWS},
        "price_ema_tao must",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
