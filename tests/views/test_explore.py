"""The instruments without a browser: sliders drive the plotted numbers, code and Reset bring
states back.
"""

import html
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import ipywidgets as w
import numpy as np
import plotly.graph_objects as go
import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.publish import states
from tao_econ.views import explore, instruments, presets
from tao_econ.views.handles import Amount, difference
from tao_econ.views.plot import Plot, plain

RULES = te.rules_at("2026-09-11")


def parts(box, kind):
    found = [box] if isinstance(box, kind) else []
    for child in getattr(box, "children", ()):
        found += parts(child, kind)
    return found


def slider(box, label):
    return next(s for s in parts(box, Amount) if s.description.startswith(label))


def figure(box):
    return go.Figure(parts(box, Plot)[0].wire.picture)


def code(box):
    return box._code.value


def test_moving_the_price_moves_every_curve_to_the_models_numbers():
    box = explore("supply")
    slider(box, "price").value = 300.0
    snapshot = replace(te.load_snapshot("2026-09-11"), price_usd=300.0)
    scenario = te.load_scenario("base")
    np.testing.assert_array_equal(
        figure(box).data[0].y, te.economy.supply_path(RULES, snapshot, scenario).price_usd
    )
    assert figure(box).data[3].y[0] == 300.0 * 21e6 / 1e9
    assert "6.30 bn FDV" in figure(box).layout.title.text


QUIET = {  # sliders that move the read-out alone, or the figure only once another one is moved
    ("pool", "reserve alpha"),
    ("portfolio", "jump log mean"),
}


def seen(box):
    """The figure's titles and numbers, to the digits that one could tell apart."""
    shown = figure(box).to_dict()
    flat = {}
    for number, trace in enumerate(figure(box).data):
        columns = {key: trace[key] for key in ("x", "y", "z") if key in trace}  # not as bytes
        states._flatten(shown["data"][number] | columns, f"data/{number}", flat)
    kept = ("template", "uirevision")
    layout = {key: part for key, part in shown["layout"].items() if key not in kept}
    states._flatten(layout, "layout", flat)
    return flat


def refused(box):
    return any("class='refused'" in h.value for h in parts(box, w.HTML))


def move(box, control):
    """Bring a slider to an end of its span, or as far towards one as the model goes."""
    start = control.value
    low, high = control.min, control.max
    whole = isinstance(start, int)
    for part in (1.0, 0.5, 0.1, 0.02):
        for end in (high, low):
            value = start + part * (end - start)
            control.value = round(value) if whole else value
            if not refused(box) and control.value != pytest.approx(start):
                return
    raise AssertionError(f"{control.description}: no other position is accepted")


@pytest.mark.parametrize("name", instruments())
def test_each_slider_changes_the_figure_and_reset_brings_it_back(name):
    box = explore(name)
    before = seen(box)
    for control in parts(box, Amount):
        quiet = any(name == n and control.description.startswith(label) for n, label in QUIET)
        move(box, control)
        assert (seen(box) != before) is not quiet, control.description
        parts(box, w.Button)[0].click()
        assert seen(box) == before, control.description
        assert code(box) == f'views.explore("{name}")'


def test_alpha_in_the_pool_sets_its_price_and_no_impact_of_so_much_tao():
    box = explore("pool")
    before, texts = figure(box).data, parts(box, w.HTML)[0].value
    slider(box, "reserve alpha").value = 500_000.0
    assert parts(box, w.HTML)[0].value != texts
    for trace, was in zip(figure(box).data, before, strict=True):
        np.testing.assert_allclose([*trace.x, *trace.y], [*was.x, *was.y], rtol=1e-9)


def test_the_line_of_code_brings_the_present_state_back():
    box = explore("supply")
    parts(box, w.Dropdown)[0].value = "article"
    slider(box, "discount rate").value = 0.35
    assert code(box) == "views.explore(\"supply\", snapshot='article', discount_rate=0.35)"
    again = eval(code(box), {"views": views})
    assert seen(again) == seen(box)


def test_choosing_a_snapshot_takes_its_price():
    box = explore("supply")
    parts(box, w.Dropdown)[0].value = "2023-11-20"
    assert slider(box, "price").value == 287.70
    assert "6.04 bn FDV" in figure(box).layout.title.text


def test_decimals_decide_how_many_rewards_there_are():
    box = explore("emission", rules="the article, whole rao")
    for decimals, rewards in ((9, 30), (14, 47), (19, 64)):
        slider(box, "decimals").value = decimals
        assert f"and {rewards} rewards" in figure(box).layout.title.text


def test_a_readout_stands_beside_the_figure():
    texts = " ".join(h.value for h in parts(explore("supply", snapshot="article"), w.HTML))
    assert "27.0%" in texts and "stake assumed" in texts


def test_an_error_is_shown_on_the_panel_and_not_raised(monkeypatch):
    box = explore("supply")

    def fails(*_, **__):
        raise ValueError("supply must be known")

    monkeypatch.setattr("tao_econ.views.dilution.supply_path", fails)
    slider(box, "price").value = 250.0
    assert any("supply must be known" in h.value for h in parts(box, w.HTML))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prise_usd": 1.0}, "did you mean 'price_usd'"),
        ({"price_usd": -1.0}, "price_usd must be"),
        ({"snapshot": "2024"}, "unknown snapshot '2024'"),
        ({"discount_rate": float("nan")}, "discount_rate must be finite"),
        ({"price_usd": "160"}, "price_usd must be"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_line(settings, words):
    with pytest.raises((ValueError, TypeError), match=words) as caught:
        explore("supply", **settings)
    assert "\n" not in str(caught.value)


def test_the_epoch_one_drags_is_the_one_the_engine_computes():
    box = explore("epoch", your_stake=51.0, your_weight_3=100.0, rules="classic, shared by a miner")
    weights = np.zeros((8, 8))
    weights[:5, 5:] = [[50, 35, 15], [48, 38, 14], [55, 30, 15], [45, 40, 15], [10, 10, 100]]
    stake = np.array([30.0, 25, 20, 15, 51, 0, 0, 0])
    epoch = te.chain.yuma_epoch(replace(RULES, bonds="classic"), weights, stake, np.zeros((8, 8)))
    np.testing.assert_array_equal(figure(box).data[1].y, epoch.incentive[5:])
    np.testing.assert_array_equal(figure(box).data[4].y, epoch.dividends[:5])
    assert f"earn {epoch.dividends[4]:.1%} of dividends" in figure(box).layout.title.text


def test_the_map_and_the_copier_say_what_the_models_say():
    box = explore("guarantee", honest_stake=0.7)
    network, grid = te.incentives.draw_network(), np.linspace(0, 1, 21)
    rules = replace(
        RULES, bonds="classic", kappa=Fraction(32_767, 65_535), bonds_penalty=Fraction(1)
    )
    earned = te.incentives.retention_map(
        rules, network, honest_stake=[0.7], honest_weight=grid, cabal_weight=grid
    )
    np.testing.assert_allclose(figure(box).data[0].z, (earned[0].T - 0.7) * 100, atol=1e-12)
    need = te.incentives.required_honest_weight(earned, [0.7], grid)[0]
    assert f"{need:.0%} honest weight" in figure(box).layout.title.text
    slider(box, "kappa").value = 0.7
    slider(box, "honest stake").value = 0.55
    assert "nothing protects it" in figure(box).layout.title.text
    assert "+" in figure(explore("copier")).layout.title.text.split("with")[0]


@pytest.mark.parametrize(
    ("menu", "choice"),
    [
        ("score", "Brier, FDV doubles"),
        ("benchmark", "bitcoin"),
        ("reading", "strict"),
    ],
)
def test_each_menu_of_the_judgement_changes_what_is_shown(menu, choice):
    box = explore("judgement")
    shown = figure(box).to_json() + " ".join(h.value for h in parts(box, w.HTML)[:1])
    next(d for d in parts(box, w.Dropdown) if d.description == menu).value = choice
    assert figure(box).to_json() + " ".join(h.value for h in parts(box, w.HTML)[:1]) != shown
    assert code(box) == f'views.explore("judgement", {menu}={choice!r})'


def test_the_ranking_of_forecasts_turns_at_the_peak():
    box = explore("judgement")
    assert (
        "best is 'no change'" in figure(box).layout.title.text
        and "TAO is 0.84" in figure(box).layout.title.text
    )
    slider(box, "days after").value = 108
    assert "07 March 2024: best is 'the article's 8×" in figure(box).layout.title.text
    texts = " ".join(h.value for h in parts(box, w.HTML))
    assert "730.26 USD" in texts and "proof of skill" in texts


def test_the_pool_one_trades_with_is_the_model():
    box = explore("pool", trade_tao=100.0, fee_parts=33)
    before = te.chain.Pool(reserve_tao=9_013.82, reserve_alpha=1_746_346.0)
    after, alpha = te.chain.swap(before, tao_in=100.0, fee=33 / 65_535)
    change = te.chain.spot_price(after) / te.chain.spot_price(before) - 1
    assert figure(box).data[2].y[0] == pytest.approx(change, abs=1e-15)
    assert f"by {change:+.1%}" in figure(box).layout.title.text
    assert f"{alpha:,.1f} alpha" in " ".join(h.value for h in parts(box, w.HTML))
    slider(box, "trade TAO").value = 0.0
    assert "no trade" in " ".join(h.value for h in parts(box, w.HTML))
    slider(box, "trade TAO").value = -500.0
    alpha_in = 500 / te.chain.spot_price(before)
    got = te.chain.swap(before, alpha_in=alpha_in, fee=33 / 65_535)[1]
    assert figure(box).data[4].y[0] == pytest.approx(got / 500)
    assert f"{got:,.2f} TAO" in " ".join(h.value for h in parts(box, w.HTML))


def test_emission_rules_say_what_the_table_of_rules_says_and_carry_the_mark():
    table = te.incentives.compare_rules(te.chain.load_subnets("subnets_8791247"))
    names = [
        "smoothed price",
        "price × root × unburned",
        "price × unburned",
        "the same, gate at a quantile",
        "the same, gate at rank 32",
        "the same, two tiers *",
    ]
    box = explore("emission_rules")
    for name, (_, row) in zip(names, table.iterrows(), strict=True):
        parts(box, w.Dropdown)[0].value = name
        assert figure(box).data[4].y == pytest.approx(row[["top_8", "top_16", "top_32"]].tolist())
        assert name.endswith("*") == bool(row["unproven"])
    slider(box, "subnets").value = 8
    assert figure(box).data[4].y == pytest.approx([1, 1, 1]) and list(figure(box).data[4].x) == [
        8,
        8,
        8,
    ]


def test_rewards_reproduce_the_published_years():
    for name, words in (
        ("November 2023, equal split", "-31.7%, a nominator's by -16.4%"),
        ("November 2023, after the owner's cut", "a nominator's by -19.1%"),
        ("September 2026", "-10.1%, a nominator's by -4.8%"),
    ):
        assert words in figure(explore("rewards", holder=name)).layout.title.text
    box = explore("rewards", alpha_part=1.0, alpha_drift=0.0)
    np.testing.assert_allclose(figure(box).data[4].y, figure(box).data[2].y)


# --- comparables


def test_comparable_starts_at_the_articles_ratio_and_follows_every_menu():
    box = explore("comparable")
    assert (
        "Ratio 8.63×" in figure(box).layout.title.text
        and "1,380.95 USD" in figure(box).layout.title.text
    )
    other, snapshot, count, _ = parts(box, w.Dropdown)
    other.value = "OpenAI, 86 bn (October 2023)"
    assert "Ratio 25.60×" in figure(box).layout.title.text
    snapshot.value = "2023-11-20"
    assert "Ratio 14.23×" in figure(box).layout.title.text
    count.value = "market cap"
    assert f"Ratio {86e9 / (287.70 * 5.675e6):.2f}×" in figure(box).layout.title.text
    again = eval(code(box), {"views": views})
    assert seen(again) == seen(box)


def test_comparable_without_capture_is_worth_nothing():
    box = explore("comparable", capture_share=0.0)
    assert "0.00×: 0.00 USD" in figure(box).layout.title.text
    assert max(figure(box).data[0].x) == 0


# --- a tree, and models from within


def readout(box):
    return " ".join(h.value for h in parts(box, w.HTML))


def test_the_tree_starts_as_published_and_its_probabilities_stay_on_the_simplex():
    box = explore("tree")
    assert (
        "157.39 USD" in figure(box).layout.title.text and "-33.31%" in figure(box).layout.title.text
    )
    assert "44.13%" in readout(box) and "1.92%" in readout(box)
    slider(box, "next OpenAI").value = 5.0
    shown = readout(box).split("probabilities</small><b>")[1].split("</b>")[0]
    odds = [float(p.split()[-1].rstrip("%")) for p in shown.split(", ")]
    assert sum(odds) == pytest.approx(100, abs=0.05) and odds[2] == pytest.approx(
        100 * 5 / 104.2, abs=0.005
    )
    wanted = te.economy.tree_sensitivity(RULES, "next OpenAI", [5 / 104.2])[0]
    assert figure(box).data[4].y[0] == pytest.approx(wanted)


def test_a_tree_without_odds_is_an_error_on_the_panel():
    names = (
        "next_bitcoin",
        "next_ethereum",
        "next_anthropic",
        "render_with_premium",
        "fetch_with_premium",
        "sputters",
    )
    with pytest.raises(ValueError, match="odds must leave something likely"):
        explore("tree", next_openai=0.0, **dict.fromkeys(names, 0.0))
    box = explore("tree")
    for s in parts(box, Amount):
        if s.min == 0:
            s.value = 0.0
    assert "odds must leave" in readout(box) or "probability must leave" in readout(box)


def test_a_refusal_names_the_slider_that_brought_it_and_not_the_next_one_moved():
    box = explore("tree")
    for control in parts(box, Amount):
        control.value = control.min
    assert "not drawn: sputters: odds must leave" in readout(box)
    slider(box, "spot").value = 200.0
    assert "not drawn: sputters: odds must leave" in readout(box)
    slider(box, "sputters").value = 1.0
    assert not refused(box) and "spot_usd=200" in code(box) and "next_openai=0" in code(box)


def test_a_price_beyond_all_money_is_refused():
    box = explore("supply", market_cap_growth=2.0)
    slider(box, "horizon").value = 260
    assert "not drawn: horizon (years): market_cap_growth must leave" in readout(box)
    slider(box, "horizon").value = 20
    assert not refused(box)


def test_intrinsic_shows_each_models_own_number_and_what_the_price_asks_for():
    box = explore("intrinsic", velocity=5.0, recycled_share=0.0)
    day = te.load_snapshot("2026-09-11")
    scenario = replace(te.load_scenario("base"), velocity=5.0, recycled_share=0.0)
    prices = dict(zip(figure(box).data[0].customdata, figure(box).data[0].x, strict=True))
    assert prices["MV = PQ"] == te.economy.exchange_equation(RULES, day, scenario).price_usd
    assert prices["captured fees"] == te.economy.captured_fees(RULES, day, scenario).price_usd
    foil = te.economy.stock_to_flow(RULES, day, scenario)
    assert prices["stock-to-flow (a warning)"] == foil.price_usd
    texts = readout(explore("intrinsic"))
    assert "683 M USD a year" in texts and "67% a year" in texts and "above 100%" in texts
    assert "no fees suffice" in readout(explore("intrinsic", capture_share=0.0))


def test_a_discount_rate_of_zero_is_refused_where_worth_for_ever_has_no_price():
    with pytest.raises(ValueError, match="must be below discount_rate"):
        explore("intrinsic", discount_rate=0.0)


# --- pools of models


def title(box):
    return figure(box).layout.title.text


def test_the_best_of_many_is_the_models_under_the_panel_of_judges():
    box = explore("best_of", models=64, judge_correlation=0.3, judges=9, shared_error=0.0)
    rho = te.incentives.panel_correlation(0.3, 0.0, 9)
    assert f"is {te.incentives.best_of_n(64, rho):.2f} sd" in title(
        box
    ) and f"correlate {rho:.2f}" in title(box)
    np.testing.assert_allclose(
        figure(box).data[1].y[:2], [0.0, te.incentives.best_of_n(2, 0.3)], atol=1e-12
    )
    np.testing.assert_array_equal(figure(box).data[2].y, figure(box).data[4].y)


def test_a_third_model_that_wins_every_query_leaves_routing_nothing():
    box = explore("routing", third_on_spanish=0.95, third_on_code=0.85, router_accuracy=1.0)
    assert "gains 0.000" in title(box) and "the third model wins every query" in title(box)
    slider(box, "third on Spanish").value = slider(box, "third on code").value = 0.0
    assert "gains 0.200" in title(box) and "wins" not in title(
        box
    )  # the article's pair: 0.85 against 0.65


def test_the_oracle_bends_as_the_library_says_and_breaks_at_half():
    box = explore("oracle", corrupt_share=0.4, attack_sd=5.0)
    want = te.incentives.oracle_bias([0.4], attack_sd=5.0)
    assert f"mean by 2.00 sd, the median by {want.median_bias_sd[0]:.2f}" in title(box)
    slider(box, "corrupt share").value = 0.5
    assert "the median by 5.00" in title(box)
    accuracy = te.incentives.jury_accuracy(np.ones(64), 0.6, correlation=0.1).accuracy
    assert figure(box).data[3].y[-1] == accuracy
    assert "4 largest, 58.5% of stake" in " ".join(h.value for h in parts(box, w.HTML))


def test_the_market_shows_the_rounds_so_far_of_one_path():
    box = explore("market", judge_correlation=0.3)
    whole = figure(box).data[1].y
    slider(box, "rounds shown").value = 7
    np.testing.assert_array_equal(figure(box).data[1].y, whole[:7])
    small = te.incentives.QueryMarket(
        validators=16, miners=32, judge_spread=0.0, effort_speed=0.1, judge_correlation=0.3
    )
    path = te.incentives.query_market_path(RULES, small, rounds=len(whole), replicas=3)
    np.testing.assert_array_equal(whole, path.quality_delivered_sd.mean(axis=0))
    slider(box, "fee TAO").value = 0.0
    assert "no fees" in " ".join(h.value for h in parts(box, w.HTML))


def test_a_figure_is_opened_with_its_whole_state_and_a_small_module(monkeypatch):
    sent = []
    open_comm = w.widget.comm.create_comm
    monkeypatch.setattr(
        w.widget.comm,
        "create_comm",
        lambda **given: sent.append(given["data"]["state"]) or open_comm(**given),
    )
    box = explore("best_of")
    (opened,) = [state for state in sent if "picture" in state]
    assert opened["picture"] == parts(box, Plot)[0].wire.picture and opened["picture"]["data"]
    (module,) = [state["_esm"] for state in sent if "_esm" in state]
    assert len(module) < 12_000


def test_three_owners_who_split_undo_the_cap_and_one_of_them_has_the_majority():
    held = te.incentives.stake_population(
        te.incentives.fit_stake(0.9825, 0.90, wallets=20_000), 20_000
    )
    capped = te.incentives.cap_stake(held, 0.88)
    box = explore("stake_cap", splitting_share=0.001)
    assert (
        f"{te.incentives.coalition(capped.stake).wallets:,} of 20,000 owners under the cap, 1 if"
        in title(box)
    )
    counted = np.r_[
        capped.stake[:-3], held[-3:]
    ]  # a thousandth of the 2,400 above the cap, rounded up
    assert figure(box).data[2].y[1] * 20_000 == te.incentives.coalition(counted).wallets
    assert f"{counted.max() / counted.sum():.2%}" in readout(box)
    slider(box, "splitting share").value = 0.0
    assert figure(box).data[2].y[0] == figure(box).data[2].y[1]
    slider(box, "performance weight").value = 1.0
    np.testing.assert_array_equal(figure(box).data[4].y, figure(box).data[5].y)


# --- what every live view offers


def test_a_refused_state_greys_the_figure_and_names_the_slider():
    box = explore("tree")
    for s in parts(box, Amount):
        if s.min == 0:
            s.value = 0.0
    assert parts(box, Plot)[0].wire.stale and "not drawn: " in readout(box)
    parts(box, w.Button)[0].click()
    assert not parts(box, Plot)[0].wire.stale and not refused(box)


def test_reset_and_menus_forget_zoom_and_hidden_lines_and_sliders_keep_them():
    box = explore("supply")
    kept = figure(box).layout.uirevision
    slider(box, "price").value = 300.0
    assert figure(box).layout.uirevision == kept
    parts(box, w.Button)[0].click()
    assert figure(box).layout.uirevision != kept


def button(box, name):
    return next(b for b in parts(box, w.Button) if b.description == name)


def test_a_pinned_state_stays_in_grey_and_the_readout_tells_the_difference():
    box = explore("supply")
    pinned, lines = parts(box, Plot)[0].wire.picture, len(figure(box).data)
    button(box, "Pin").click()
    parts(box, w.Dropdown)[0].value = "article"
    shown = figure(box)
    assert len(shown.data) == 2 * lines and shown.data[0].name == "pinned"
    assert list(shown.data[0].y) == pinned["data"][0]["y"] and not shown.data[0].showlegend
    assert "pinned 54.8% (−27.8%)" in readout(box)
    button(box, "Pin").click()
    assert len(figure(box).data) == lines and "pinned" not in readout(box)


def test_a_pasted_line_of_code_brings_its_state():
    box, other = explore("supply"), explore("supply", snapshot="article", discount_rate=0.35)
    box._code.value = code(other)
    assert seen(box) == seen(other) and code(box) == code(other)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "import os",
        'views.explore("pool")',
        'views.explore("supply", nothing=1)',
        'views.explore("supply", price_usd=-1)',
        'views.explore("supply", price_usd=print(1))',
    ],
)
def test_a_line_that_is_no_state_is_refused_in_one_line(line):
    box = explore("supply")
    before = seen(box)
    box._code.value = line or "x"
    assert refused(box) and seen(box) == before


@pytest.mark.parametrize("name", list(presets.PRESETS))
def test_a_preset_sets_snapshot_and_scenario(name):
    box = explore("supply")
    menu = parts(box, w.Dropdown)[-1]
    menu.value = name
    snapshot, scenario = presets.PRESETS[name]
    again = explore("supply", snapshot=snapshot, scenario=scenario)
    assert seen(again) == seen(box)
    assert seen(eval(code(box), {"views": views})) == seen(box)
    parts(box, w.Button)[0].click()
    assert seen(box) == seen(explore("supply"))


def test_the_numbers_shown_are_saved_as_a_table(monkeypatch):
    box = explore("supply")
    saved = []
    monkeypatch.setattr(Plot, "save_text", lambda self, *given: saved.append(given))
    button(box, "CSV").click()
    assert saved == [("supply.csv", views.supply().to_csv())]


def test_what_no_page_knows_is_refused_on_the_way_to_it():
    import pandas as pd

    for strange in (pd.Series([1.0]), Fraction(1, 3), object(), {1.5}):
        with pytest.raises(TypeError, match="must hold numbers and text"):
            plain({"data": [{"y": strange}]})
    assert plain({"y": np.array([1.0, np.nan])}) == {"y": [1.0, None]}


def test_amounts_far_apart_move_in_equal_ratios_and_take_a_typed_number():
    box = explore("supply")
    price = slider(box, "price")
    assert isinstance(price, Amount)
    ratio, typed = price.children
    assert typed.value == "241.1" and ratio.value == 241.1
    for end in (10**ratio.min, 10**ratio.max):
        ratio.value = end
        assert not refused(box) and price.min <= price.value <= price.max
    for text, value in (("1,234.5", 1234.5), ("3e2", 300.0), ("1 999", 1999.0)):
        typed.value = text
        assert price.value == value and float(typed.value.replace(",", "")) == value


@pytest.mark.parametrize(
    ("name", "label", "text", "says"),
    [
        ("supply", "price", "12,5", "must be a number such as 1,234.5 or 1e6, got '12,5'"),
        ("supply", "price", "many", "must be a number such as 1,234.5 or 1e6, got 'many'"),
        ("supply", "price", "1e9", "must be in [1.0, 2,000.0], got 1,000,000,000.0"),
        ("supply", "discount rate", "0,2", "must be a number such as"),
        ("supply", "discount rate", "2", "must be in [0.00, 1.00], got 2.0"),
        ("emission", "decimals", "1e12", "got 1,000,000,000,000"),
        ("emission", "decimals", "12,5", "must be a number such as"),
        ("emission", "decimals", "12.5", "must be a whole number, got '12.5'"),
    ],
)
def test_what_is_typed_and_not_understood_is_refused_in_one_line(name, label, text, says):
    box = explore(name)
    control = slider(box, label)
    value, before = control.value, seen(box)
    typed = control.children[1]
    shown = typed.value
    for _ in range(2):  # also when typed once more
        typed.value = text
        assert refused(box) and says in html.unescape(readout(box))
        assert (control.value, typed.value, seen(box)) == (value, shown, before)
        typed.value = shown
    control.value = control.max
    assert not refused(box)


@pytest.mark.parametrize("name", instruments())
def test_hover_text_is_written_out_colours_are_too_and_two_zeros_stand_apart(name):
    shown = explore(name)._shown
    for trace in shown["data"]:
        assert trace["hovertemplate"].endswith("<extra></extra>")
        assert not isinstance(trace.get("colorscale"), str), "JavaScript reads its name otherwise"
    for key, axis in shown["layout"].items():
        assert not key.startswith("xaxis") or axis["ticklabelstandoff"] > 0


@pytest.mark.parametrize("name", instruments())
def test_a_label_is_words_and_says_its_unit_once(name):
    for control in parts(explore(name), Amount):
        words, _, unit = control.description.rstrip(")").partition(" (")
        assert "_" not in control.description
        assert not unit or unit.lower() not in words.lower(), control.description


@pytest.mark.parametrize("name", instruments())
def test_every_slider_has_a_box_that_reads_what_it_shows_and_what_is_typed(name):
    box = explore(name)
    for control in parts(box, Amount):
        for value in (control.min, control.max):
            control.reach(control.min, control.max, value)
            shown = control.children[1].value
            assert len(shown) <= 17, "the box of 122 pixels cuts it off"
            assert len(shown.lstrip("-").partition(".")[0].split(",")[0]) <= 3, "no thousands"
            control.children[1].value = f" {shown} "  # as the box shows it
            assert (control.value, control.refused) == (value, ""), control.description
        whole = isinstance(control.value, int)
        for text in ("1e", "1,23", "0x10", "nan", "", "1_000"):
            control.children[1].value = text
            assert control.value == control.max and "must be a number" in control.refused
        control.children[1].value = f"{control.min:.6e}" if whole else repr(control.min)
        assert (
            control.value == pytest.approx(control.min) and isinstance(control.value, int) is whole
        )


def test_a_slider_in_ratios_keeps_a_value_that_its_box_rounds():
    price = slider(explore("pool"), "reserve TAO")
    assert price.value == 9_013.82 and price.children[1].value == "9,013.8"


def test_a_slider_in_ratios_has_a_step_at_every_value_it_is_given():
    box = explore("supply")
    price = slider(box, "price")
    ratio, _ = price.children
    for value in (287.70, 160.0, 241.1, 1.0, 1999.9):
        price.value = value
        steps = (np.log10(value) - ratio.min) / ratio.step
        assert ratio.value == value and abs(steps - round(steps)) < 1e-6


@pytest.mark.parametrize(
    ("now", "was", "by"),
    [
        ("26.2%", "27.0%", "−0.8%"),
        ("3.36 bn", "6.04 bn", "−2.68 bn"),
        ("1 TAO", "1 USD", ""),
        ("−5.0%", "-2.5%", "−2.5%"),
        ("1,200", "200", "+1,000"),
        ("no fees", "3", ""),
    ],
)
def test_two_readouts_of_one_unit_have_a_difference(now, was, by):
    assert difference(now, was) == by


def test_a_live_view_loads_neither_plotly_nor_what_checks_notebooks():
    # its widgets load jsonschema, which from 4.25 on builds a grammar for seconds
    code = "from tao_econ import views; views.explore('supply'); import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"plotly.graph_objs", "plotly.basewidget", "nbformat", "jsonschema"}


@pytest.mark.parametrize("name", instruments())
def test_every_slider_draws_at_both_of_its_ends(name):
    box = explore(name)
    for key, control in box._sliders.items():
        for end in ("min", "max"):
            control.value = getattr(control, end)
            assert not refused(box), f"{key} at its {end}: {box._status.value}"
            for trace in parts(box, Plot)[0].wire.picture["data"]:
                legend_alone = trace.get("y") == [None]
                if "z" not in trace and not legend_alone:
                    assert any(value is not None for value in trace["y"]), (
                        f"{key} at its {end}: nothing to see of {trace['name']!r}"
                    )
            box._reset(None)


def test_a_page_never_sees_a_slider_between_its_steps(monkeypatch):
    box = explore("supply")
    sent = []
    whole = w.Widget.send_state

    def send_state(self, key=None):
        if isinstance(self, (w.FloatSlider, w.IntSlider)):
            sent.append((self.value - self.min) / self.step)
        whole(self, key)

    monkeypatch.setattr(w.Widget, "send_state", send_state)
    parts(box, w.Dropdown)[0].value = "article"
    parts(box, w.Button)[0].click()
    assert sent and all(abs(steps - round(steps)) < 1e-6 for steps in sent)
