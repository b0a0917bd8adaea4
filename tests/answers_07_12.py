"""The "in three sentences" of notebooks 07 to 12, written from the models: one function a
notebook.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
from spoken import percent, word

import tao_econ as te
from tao_econ import claims, figures
from tao_econ.claims import sources
from tao_econ.inputs import data

RULES, NOW = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11")
BASE = te.load_scenario("base")


def month(date) -> str:
    """A date as "March 2024"."""
    return f"{pd.Timestamp(date):%B %Y}"


def answer_07_intrinsic_value():
    fees, years, spot = 20e6, 10, 236.0
    scenario = replace(BASE, fee_revenue_usd_per_year=fees, capture_share=1.0, discount_rate=0.20)
    field = te.economy.football_field(RULES, NOW, scenario)
    level = te.economy.reverse_dcf(
        RULES, NOW, replace(scenario, revenue_growth=0.0), growth_years=years
    )
    tree = te.economy.scenario_tree(RULES, spot_usd=spot)
    branch = tree.branches.loc[tree.branches["share"].idxmax()]
    (printed,) = set(
        data.load("scenario_tree")["source"].str.extract(r"(\d{4}-\d\d-\d\d)", expand=False)
    )
    return f"""The middles of {word(len(field))} methods run from {field["mid_usd"].min():.2f} to
    {field["mid_usd"].max():.0f} USD, because each takes TAO to be another thing. If TAO were a share in the network's fees,
    {NOW.price_usd:.0f} USD would ask for {level.fee_revenue_usd_per_year / 1e6:.0f} M USD of fees a year that never grow,
    or for {fees / 1e6:.0f} M that grow {percent(level.revenue_growth)} a year for {word(years)} years, all of it captured;
    the rules give holders none. A published tree of {month(printed)} gave {tree.price_usd:.2f} USD, and
    {percent(branch["share"])} of that hung on one branch with a chance of {percent(branch["probability"], 1)}."""


def answer_08_yuma_under_attack():
    stake, honest, model = (
        0.60,
        0.70,
        te.incentives.fit_stake(0.9825, 0.90),
    )  # the last two: Lui and Sun, arXiv:2507.02951
    document = replace(RULES, bonds="classic", bonds_penalty=Fraction(1))
    needed = te.incentives.required_honest_weight(
        te.incentives.retention_map(document, te.incentives.draw_network(), honest_stake=[stake]),
        [stake],
    )[0]
    short = te.incentives.retention_map(
        document, te.incentives.draw_network(), honest_stake=[stake], honest_weight=[needed - 0.01]
    )
    assert short.min() < stake, "the cabal does not grow"
    real = np.array(
        [
            te.incentives.draw_stake(model, 64, rng=np.random.default_rng(seed))
            for seed in range(4_000)
        ]
    )
    near = np.array([te.incentives.draw_network(miners=2, seed=seed).stake for seed in range(12)])
    assert min(map(te.incentives.gini, real)) > 3 * max(map(te.incentives.gini, near)), (
        "not far more concentrated"
    )
    ours, theirs = (
        te.incentives.guarantee(document, draws, honest_stake=[stake], steps=21)
        for draws in (real[:12], near)
    )
    assert 0 < theirs.required[0] - ours.required[0] < 0.1, "does not help a little"
    lost = (te.incentives.honest_stake_drawn(real, honest) < float(RULES.kappa)).mean()
    copier = te.incentives.weight_copying(
        replace(RULES, bonds="yuma3"), lags=(0, 7, 20), epochs=120
    )
    assert copier.advantage[1] <= 0 and copier.accuracy[1] < copier.accuracy[0], (
        "hiding does not end it, or costs nothing"
    )
    return f"""With {percent(stake)} of stake honest, the honest side keeps its share if {percent(needed)} of its weight is
    honest, whatever the others do; below that a cabal of {percent(1 - stake)} grows. Real stake is far more concentrated
    than the simulation behind that number: at the same honest stake that helps a little, but where {percent(honest)} of
    validators rather than of stake are honest it leaves the honest side below half in one draw out of
    {word(round(1 / lost))}. Someone who copies weights earns {percent(copier.advantage[0])} more than those who measure;
    hiding weights ends that and pays miners on old news."""


def answer_09_how_decentralised():
    gini, top, cap, count, fled = (
        0.9825,
        0.90,
        0.88,
        20_000,
        0.01,
    )  # the first three: Lui and Sun, arXiv:2507.02951
    (genesis, first), (june, last) = data.load("validator_stake").groupby("date")
    hotkeys = te.incentives.nakamoto(
        te.incentives.stake_from_ranks(first["largest"], first["share"], 1_000)
    )
    validators = te.incentives.nakamoto(
        te.incentives.stake_from_ranks(last["largest"], last["share"], 64)
    )
    held = te.incentives.stake_population(te.incentives.fit_stake(gini, top, wallets=count), count)
    assert (
        round(te.incentives.gini(held), 4),
        round(te.incentives.top_share(held, wallet_share=0.01), 4),
    ) == (
        gini,
        top,
    ), "not reproduced"
    free, capped = te.incentives.coalition(held), te.incentives.cap_stake(held, cap)
    bound = np.flatnonzero(held > capped.cap)  # the population comes poorest first
    rich = bound[-int(np.ceil(fled * len(bound))) :]
    split = capped.stake.copy()
    split[rich] = held[rich]
    assert te.incentives.coalition(split).wallets <= free.wallets, "the cap still binds"
    return f"""In {month(genesis)} about {hotkeys} hotkeys held half of the stake, in {month(june)} {word(validators)}
    validators did. Published work of 2025 finds a Gini index of {gini} over all wallets and {percent(top)} of stake with the
    richest {percent(0.01)} of them, which one lognormal with a Pareto tail reproduces to the last digit. Its remedy, a cap
    at the {cap * 100:.0f}th percentile, raises the majority from {word(free.wallets)} of {count:,} wallets to
    {percent(te.incentives.coalition(capped.stake).wallet_share)} of them, and loses all of that as soon as the richest {percent(fled)}
    of those it binds split their stake over several wallets."""


def answer_10_do_lego_models_add_up():
    judges = 0.1, 0.3  # measured on Bittensor: Lui and Sun, arXiv:2507.02951
    emission = 40, 22  # for one of fees: Pine Analytics, March 2026
    assert te.incentives.best_of_n(256, judges[0]) < te.incentives.best_of_n(2, 1.0), (
        "a noisy judge does not matter"
    )
    assert (
        te.incentives.route([[0.9, 0.4], [0.4, 0.9]]).gain
        > 0
        == te.incentives.route([[0.9, 0.9], [0.4, 0.8]]).gain
    ), "routing beside a winner"
    alone, together = (
        te.incentives.jury_accuracy(np.ones(64), 0.6, correlation=c).accuracy for c in (0.0, 0.1)
    )
    assert together < alone, "votes that err together do not matter"
    market = te.incentives.judge_sweep(
        RULES, te.incentives.QueryMarket(), judge_correlation=judges, rounds=20, replicas=20
    )
    assert market["explained_by_stake_share"].min() > 0.5, "stake explains less than half"
    low, high = market["selection_efficiency"]
    least, most = (
        te.incentives.query_bill(queries=1, fees_tao=1, emission_tao=ratio).external_share
        for ratio in emission
    )
    return f"""Selecting, routing and voting all gain from many models, but each gain dies of a known cause: a noisy judge, one
    model that wins every query, votes that err together. With judges as good as was measured on Bittensor ({judges[0]} to
    {judges[1]}), a whole subnet delivers {100 * low:.0f} to {percent(high)} of the way from a random model to its best one,
    and more than half of the variance of pay goes with stake. Users pay {100 * least:.0f} to {percent(most)} of the bill;
    the rest is emission."""


def answer_11_portfolio_under_uncertainty():
    holder = figures.Holder(drift=0.50, volatility=0.90, years_of_prices=2.6)
    drifts = holder.drift, 0.30, 0.0
    high, middle, none = (te.economy.kelly(drift, holder.volatility).weight for drift in drifts)
    assert none == 0
    guess = te.economy.kelly_under_error(holder.drift, holder.volatility, holder.years_of_prices)
    assert guess.growth_expected < 0, "an estimate of the drift pays"
    scenario = replace(BASE, horizon_years=5.0)
    first, second, *others = (
        figures.deciding_inputs(RULES, NOW, scenario, holder).sort_values("ST")[::-1].itertuples()
    )
    assert (first.Index, second.Index) == ("cap_drift", "daily_volatility")
    assert max(row.ST for row in others) < 0.05, "something else matters"
    return f"""At a volatility of {percent(holder.volatility)} Kelly's rule says {percent(high)} of wealth if TAO returns
    {percent(drifts[0])} a year over cash, {percent(middle)} at {percent(drifts[1])} and nothing at {percent(drifts[2])}; so
    the whole answer is the drift, which the article does not estimate. Nor can prices: after {holder.years_of_prices} years
    the drift is known to ±{percent(guess.drift_se)} a year (one standard error), and somebody who holds what such prices say
    loses {percent(-guess.growth_expected, 1)} a year on average even if the true drift is {percent(holder.drift)}. Varied
    within that error the drift decides {100 * first.ST:.0f} ± {percent(first.ST_conf)} of the variance of Kelly's weight with
    its interactions, volatility {100 * second.ST:.0f} ± {percent(second.ST_conf)}, everything else next to nothing:
    "uncertain" is the article's best sentence."""


def answer_12_judged_by_what_happened():
    ledger = claims.check()
    then, now = (claims.counts(ledger)[when].to_dict() for when in ("2023-11-20", "now"))
    derived = data.load("claims").query("kind == 'derivation' and section != 'structure'")["id"]
    right = ledger["id"].isin(derived) & ledger["verdict_then"].str.startswith("holds")
    assert right.sum() > len(derived) / 2, "the arithmetic was mostly wrong"
    claim = ledger.set_index("id")
    assert claim.loc["C45", "verdict_then"] == "fails", "the diluted value follows from the price"
    low = float(claim.loc["C46", "value_then"]) / float(claims.stated("C46"))
    closes, supply = sources.closes(), RULES.max_supply_rao / 1e9
    peak = closes.idxmax()
    late, early = (
        claims.forecast_scores(price * supply) for price in (NOW.price_usd, closes.max())
    )
    eight, same = "the article's 8×, read as a forecast", "no change"
    assert late[eight] > late[same] and early[eight] < early[same]
    return f"""By one rule for all, {then["holds"]} statements held on the day, {then["holds with conditions"]} held with
    conditions, {then["fails"]} failed and {then["cannot be checked"]} could not be checked; by what is known now it is
    {now["holds"]}, {now["holds with conditions"]}, {now["fails"]} and {now["cannot be checked"]}. The arithmetic was mostly
    right and the inputs were stale: a price of {word(int(claim.loc["C59", "value_then"]))} days before, a valuation
    {word(round(low))} times too low, a diluted value that does not follow from the price. As a forecast,
    {claims.stated("C47")}× scores worse than "no change" in {month(NOW.date)} and better at the peak of {month(peak)}, so
    the date of evaluation decides, and one article proves no skill."""
