"""A share in the network's fees: quadrature, closed forms, what a price asks for, refusals."""

import dataclasses
import math

import numpy as np
import pytest
from assumed import BASE
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import tao_econ as te
from tao_econ.economy import fees
from tao_econ.economy.supply import circulating_eras
from tao_econ.inputs.units import tao

CHAIN, LATEST = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11")
NOW = (CHAIN, LATEST, BASE)
RATE = st.floats(0.02, 1)
GROWTH = st.floats(-0.9, 3)


def varied(**values):
    return CHAIN, LATEST, dataclasses.replace(BASE, **values)


def by_quadrature(rules, snapshot, scenario, years, terminal):
    """The same integral by SciPy, supply taken from `supply_after`, cut where it bends."""
    g, r = math.log1p(scenario.revenue_growth), math.log1p(scenario.discount_rate)
    h = math.log1p(terminal)
    kept = 1 - scenario.lost_share

    ends = [end for _, end, _, _ in circulating_eras(rules, snapshot, scenario)][:-1]
    bends = sorted({0.0, years, *ends})
    supply = [te.economy.supply_after(rules, snapshot, scenario, t) * kept for t in bends]

    def flow(t):
        log_fees = g * min(t, years) + h * max(t - years, 0) - r * t
        return math.exp(log_fees) / float(np.interp(t, bends, supply))

    parts = [
        quad(flow, a, b, epsabs=0, epsrel=1e-12, limit=200)[0]
        for a, b in zip(bends, bends[1:], strict=False)
        if b < years + 60 / (r - h)
    ]
    last = max(b for b in bends if b < years + 60 / (r - h))
    return math.fsum(parts) + quad(flow, last, np.inf, epsabs=0, epsrel=1e-12, limit=400)[0]


@pytest.mark.parametrize("day", ["2023-11-20", "2026-09-11"])
@pytest.mark.parametrize(
    "values, years, terminal",
    [
        ({}, 10.0, 0.0),
        ({"revenue_growth": 0.0}, 10.0, 0.0),
        ({"revenue_growth": 0.2}, 10.0, 0.0),  # growth and discount cancel
        ({"revenue_growth": 0.2 + 1e-9}, 10.0, 0.0),
        ({"recycled_share": 0.9, "lost_share": 0.1}, 3.0, 0.02),
        ({"discount_rate": 1.0, "revenue_growth": 3.0}, 25.0, -0.3),
        ({"discount_rate": 0.001, "revenue_growth": 0.0}, 0.0, -0.05),
    ],
)
def test_the_price_of_a_share_in_fees_is_the_integral_of_fees_over_supply(
    day, values, years, terminal
):
    of_day = (CHAIN, te.load_snapshot(day), dataclasses.replace(BASE, **values))
    got = te.economy.captured_fees(*of_day, growth_years=years, terminal_growth=terminal)
    expected = 20e6 * by_quadrature(*of_day, years, terminal)
    assert got.price_usd == pytest.approx(expected, rel=1e-9)
    assert got.price_usd * got.supply_tao == pytest.approx(got.value_usd)


@given(
    st.floats(-3, 6).map(lambda x: 10**x),
    st.floats(-12, 6).map(lambda x: 10**x),
    st.floats(-12, 2).map(lambda x: 10**x),
    st.sampled_from([-1.0, 1.0]),
)
def test_a_piece_is_its_integral_whatever_its_length_growth_and_dilution(supply, grown, moved, way):
    length = 4.0
    piece = fees._Piece(0.0, length, supply, grown * supply / length)
    rate = way * moved / length
    expected = _log_spaced(lambda t: np.exp(rate * t) / (supply * (1 + grown * t / length)), piece)
    assert fees._piece_value(piece, rate, 0.0) == pytest.approx(expected, rel=1e-9)


def _log_spaced(flow, piece):
    """Gauss-Legendre over pieces that double, for a flow that may fall from its first moment on."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    edges = np.concatenate([[0], piece.last * 2.0 ** np.linspace(-40, 0, 161)])
    low, high = edges[:-1, None], edges[1:, None]
    at = low + (high - low) * (1 + nodes) / 2
    return float(((high - low) / 2 * flow(at) * weights).sum())


def test_a_flow_that_stands_still_on_a_supply_that_stands_still_is_itself_over_the_log_rate():
    full = dataclasses.replace(LATEST, issuance_rao=CHAIN.max_supply_rao)
    got = te.economy.captured_fees(CHAIN, full, varied(revenue_growth=0.0)[2])
    assert got.value_usd == pytest.approx(20e6 / math.log(1.2))
    assert got.price_usd == pytest.approx(20e6 / math.log(1.2) / 21e6)


def test_equal_rates_of_growth_and_discount_carry_exactly_nothing():
    for rate in (0.05, 0.2, 0.5, 1.0):
        day = varied(revenue_growth=rate, discount_rate=rate)
        for years in (3, 7):
            got = te.economy.captured_fees(*day, growth_years=years).value_usd
            assert got == pytest.approx(20e6 * (years + 1 / math.log1p(rate)), rel=1e-15)
        with pytest.raises(ValueError, match="terminal_growth must be below discount_rate"):
            te.economy.captured_fees(*day, terminal_growth=rate)
        with pytest.raises(ValueError, match="appreciation must be below discount_rate"):
            te.economy.convenience_value(*day, appreciation=rate)


def test_the_same_dollars_one_year_later_count_one_over_one_plus_r():
    year = np.log1p(0.2)
    one_era = [(0.0, math.inf, 1.0, 0.0)]
    now, later = (
        sum(fees._piece_value(piece, -year, 0.0) for piece in fees._pieces(one_era, turn))
        for turn in (0.0, 1.0)
    )
    assert now == pytest.approx(later) == pytest.approx(1 / year)


def test_tao_still_to_come_take_their_part_of_the_fees_that_come_then():
    got = te.economy.captured_fees(*NOW)
    assert tao(LATEST.issuance_rao) < got.supply_tao < 21e6
    # fees that grow come later, when more TAO share in them
    still = te.economy.captured_fees(*varied(revenue_growth=0.0))
    assert still.supply_tao < te.economy.discounted_supply(*NOW) < got.supply_tao


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(1e5, 1e10), GROWTH, RATE, st.floats(1, 30))
def test_what_reverse_dcf_asks_for_gives_the_price(share, survival, usd, growth, rate, years):
    day = varied(
        capture_share=share,
        survival_share=survival,
        fee_revenue_usd_per_year=usd,
        revenue_growth=growth,
        discount_rate=rate,
    )
    need = te.economy.reverse_dcf(*day, growth_years=years)

    def found(**values):
        return te.economy.captured_fees(
            CHAIN, LATEST, dataclasses.replace(day[2], **values), growth_years=years
        )

    if need.fee_revenue_usd_per_year <= 1e12:
        got = found(fee_revenue_usd_per_year=need.fee_revenue_usd_per_year)
        assert got.price_usd == pytest.approx(241.1)
        assert need.value_usd == pytest.approx(got.value_usd)
    if need.capture_share <= 1:
        assert found(capture_share=need.capture_share).price_usd == pytest.approx(241.1)
    if -0.99 <= need.revenue_growth <= 10:
        assert found(revenue_growth=need.revenue_growth).price_usd == pytest.approx(241.1, rel=1e-6)
    assert need.revenue_multiple == pytest.approx(need.fee_revenue_usd_per_year / usd)
    assert need.revenue_multiple * share == pytest.approx(need.capture_share)


def test_where_nothing_is_captured_nothing_justifies_a_price():
    for values in ({"capture_share": 0.0}, {"survival_share": 0.0}):
        got = te.economy.reverse_dcf(*varied(**values))
        assert got.fee_revenue_usd_per_year == got.revenue_growth == math.inf
        assert te.economy.captured_fees(*varied(**values)).price_usd == 0
    none = te.economy.reverse_dcf(*varied(fee_revenue_usd_per_year=0.0))
    assert none.capture_share == none.revenue_multiple == none.revenue_growth == math.inf
    assert none.fee_revenue_usd_per_year < math.inf
    assert te.economy.reverse_dcf(*NOW, growth_years=0).revenue_growth == math.inf
    assert te.economy.reverse_dcf(*NOW, growth_years=0.001).revenue_growth > 1e100
    assert te.economy.reverse_dcf(*NOW, price_usd=1e-9).revenue_growth == -1


def test_the_surface_holds_what_captured_fees_gives_at_each_point():
    usd, share = [0.0, 5e6, 20e6, 5e8], [0.0, 0.3, 1.0]
    got = te.economy.reverse_dcf_surface(*NOW, fee_revenue_usd_per_year=usd, capture_share=share)
    assert got.price_usd.shape == (4, 3)
    for i, f in enumerate(usd):
        for j, s in enumerate(share):
            one = te.economy.captured_fees(*varied(fee_revenue_usd_per_year=f, capture_share=s))
            assert got.price_usd[i, j] == pytest.approx(one.price_usd)
