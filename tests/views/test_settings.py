"""No setting is dead and silent: whatever a view reads changes what it shows, and what it does not
read changes nothing and is refused by name.
"""

import contextlib
import dataclasses
import datetime as dt
import functools
import os
import typing
from fractions import Fraction

import pytest

from tao_econ.inputs.record import checked_record, quantity
from tao_econ.publish import press
from tao_econ.views import VIEWS, explore, fields_read, gallery
from tao_econ.views.marks import Line, Panel, View

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
SLOW = set(  # more than a tenth of a second a picture
    [
        "selling_pressure",
        "guarantee_on_real_stake",
        "copier_against_honest",
        "displacing_an_incumbent",
        "market_by_judge",
        "owner_sales",
        "honest_majority_lottery",
        "halving_backtest",
    ]
)
QUICK = sorted(set(VIEWS) - SLOW)
# Fields that a view reads on its way to others, and that change nothing in it as its other fields
# stand: why, and in which views as what. A new one here is a finding: mend the view, or say why not.
# Setting one alone is refused.
IDLE: dict[str, str] = {
    "divides a day's pay, of which the view shows the sum or another part": """
        a_days_emission: article.stakers_share
        impact_map: article.stakers_share article.validator_take rules.owner_cut
        impact_map: rules.pool scenario.stakers_share scenario.validator_take
        lasting_sale: article.stakers_share article.validator_take rules.owner_cut
        lasting_sale: rules.pool scenario.stakers_share scenario.validator_take
        miner_break_even: scenario.validator_take
        ownership_through_time: rules.owner_cut rules.pool
        valuation_field: rules.owner_cut scenario.stakers_share
    """,
    "decides the halving only under a schedule by block": """
        a_days_emission: now.block then.block
        roles_and_pay: now.block
        comparable: snapshot.block
        dilution_by_schedule: snapshot.block
        discounted_fdv: now.block then.block
        fees_against_emission: now.block
        halving_at_recycling: snapshot.block
        impact_map: now.block then.block
        inflation: snapshot.block
        intrinsic: snapshot.block
        lasting_sale: now.block then.block
        majority_price: now.block then.block
        miner_break_even: snapshot.block
        nominator_choice: snapshot.block
        ownership_through_time: now.block then.block
        portfolio: snapshot.block
        price_fan: snapshot.block
        real_yield_map: now.block then.block
        sobol_beside_tornado: snapshot.block
        supply: snapshot.block
        validator_income: snapshot.block
        valuation_field: now.block then.block
    """,
    "belongs to a result of which the view shows other columns": """
        a_days_emission: then.issuance_rao
        comparable: scenario.stake_stickiness scenario.staked_share snapshot.staked_tao
        dilution_by_schedule: scenario.discount_rate scenario.stake_stickiness
        dilution_by_schedule: scenario.staked_share
        dilution_by_schedule: snapshot.price_usd snapshot.staked_tao
        discounted_fdv: now.staked_tao scenario.stake_stickiness scenario.staked_share
        discounted_fdv: then.staked_tao
        fees_against_emission: now.price_usd scenario.lost_share
        fees_against_emission: scenario.market_cap_growth
        halving_backtest: rules.block_time_s
        impact_map: article.anticipated_share scenario.anticipated_share
        inflation: scenario.lost_share scenario.market_cap_growth snapshot.price_usd
        intrinsic: scenario.stake_stickiness snapshot.staked_tao
        lasting_sale: article.daily_volatility scenario.daily_volatility
        lasting_sale: article.impact_exponent article.impact_prefactor
        lasting_sale: article.market_cap_growth scenario.impact_exponent
        lasting_sale: scenario.impact_prefactor scenario.market_cap_growth
        majority_price: scenario.stake_stickiness
        market: market.effort_speed market.immunity_rounds market.miner_cost_tao_per_round
        market_by_judge: market.effort_speed market.immunity_rounds
        market_by_judge: market.miner_cost_tao_per_round
        openai_ratio: scenario.capture_share scenario.survival_share
        ownership_through_time: scenario.lost_share
        real_yield_map: equal.lost_share scenario.lost_share
        valuation_field: now.staked_tao scenario.stake_stickiness scenario.staked_share
        valuation_field: then.staked_tao
    """,
    "cuts less than a picture of these years shows": """
        dilution_by_schedule: rules.whole_rao
        fees_against_emission: rules.max_halvings rules.whole_rao
        halving_backtest: rules.max_halvings
        impact_map: rules.whole_rao
        inflation: rules.whole_rao
        lasting_sale: rules.whole_rao
        next_halvings: rules.max_halvings rules.whole_rao
        owner_sales: rules.whole_rao
        ownership_through_time: rules.whole_rao
        price_fan: rules.whole_rao
        selling_pressure: first.whole_rao rules.whole_rao
        sobol_beside_tornado: rules.whole_rao
        supply_readings: rules.whole_rao
        valuation_field: rules.whole_rao
    """,
    "bounds a schedule by blocks, of which the view shows the rewards": """
        supply_four_ways: article.max_supply_rao
    """,
    "divides both parts of a ratio, and cancels: the view shows no coins": """
        fees_against_emission: rules.units_per_coin
        inflation: rules.units_per_coin
        lasting_sale: rules.units_per_coin
        price_fan: rules.units_per_coin
    """,
    "keeps Bitcoin's rules from readings of TAO: among Bittensor's chains it decides nothing": """
        next_halvings: rules.chain
        supply_readings: rules.chain
    """,
    "counts only with liquid alpha on, and bonds that know it": """
        bribe_threshold: rules.alpha_high rules.alpha_low rules.alpha_sigmoid_steepness
        copier: rules.alpha_high rules.alpha_low rules.alpha_sigmoid_steepness
        copier_against_honest: rules.alpha_high rules.alpha_low
        copier_against_honest: rules.alpha_sigmoid_steepness
        epoch: rules.alpha_high rules.alpha_low rules.alpha_sigmoid_steepness
        epoch_walk: rules.alpha_high rules.alpha_low rules.alpha_sigmoid_steepness
        epoch_walk: rules.liquid_alpha_on
        market: rules.alpha_high rules.alpha_low rules.alpha_sigmoid_steepness
        market_by_judge: rules.alpha_high rules.alpha_low rules.alpha_sigmoid_steepness
    """,
    "differs only where a validator without stake has no permit": """
        bribe_threshold: rules.permits
        copier: rules.permits
        epoch: rules.permits
        epoch_walk: rules.permits
        market: rules.permits
        market_by_judge: rules.permits
    """,
    "counts only under another gate or measure of shares": """
        emission_rules: rules.gate_quantile rules.gate_refresh_blocks rules.root_weight
        owner_sales: rules.gate_quantile
        selling_pressure: first.gate_exponent first.gate_quantile first.gate_rank
        selling_pressure: first.gate_refresh_blocks rules.gate_quantile
    """,
    "counts only under shares by flow": """
        owner_sales: rules.flow_ema_rate
        selling_pressure: first.flow_ema_rate rules.flow_ema_rate
    """,
    "counts only where a pool's weights are not one half": """
        selling_pressure: first.injection_price rules.injection_price
    """,
    "counts only for a subnet in its warm-up, or for TAO that a cap leaves over": """
        selling_pressure: first.excess_tao first.price_ema_warmup_blocks
    """,
    "is looked up among the eras, and the footer does not say it": """
        selling_pressure: first.name rules.name
    """,
    "is taken out of what the sellers get, and moves no price": """
        selling_pressure: first.swap_fee rules.swap_fee
    """,
    "stands in only where the day has no volume, or the view shows no volume": """
        impact_map: now.volume_usd scenario.volume_usd
        lasting_sale: now.volume_usd scenario.volume_usd then.volume_usd
    """,
    "counts only where there are jumps": """
        portfolio: scenario.jump_log_mean scenario.jump_log_sd
    """,
}


def others(record, field: str):
    """Other values of a field, the likeliest to be taken and to be seen first."""
    value = getattr(record, field)
    kind = typing.get_type_hints(type(record))[field]
    if typing.get_origin(kind) is typing.Literal:
        return [one for one in typing.get_args(kind) if one != value]
    if isinstance(value, bool):
        return [not value]
    if value is None:
        return [1e6, 1e9, 9_000_000, 10**15, 1.0]
    if isinstance(value, str):
        return [value + " *"]
    if isinstance(value, dt.date):
        return [value + dt.timedelta(days=days) for days in (90, -90, 700)]
    if isinstance(value, dict):
        return [{}, {"price_usd": "a note, unverifiable"}]  # which footers say
    return numbers(value)


def numbers(value):
    """Other numbers of the kind of one."""
    if isinstance(value, Fraction):
        ends = [value * Fraction(11, 10), value / 2, Fraction(1, 2), Fraction(0), Fraction(1)]
        return [one for one in ends if one != value]
    if isinstance(value, int):
        near = [
            value * 51 // 50,
            value * 49 // 50,
            value + 1,
            value - 1,
            0,
            1,
            value * 2,
            value // 2,
        ]
        return [one for one in dict.fromkeys(near) if one != value]
    near = [value * 1.02, value * 0.98, value / 2, value * 2, 0.0, 1.0, 0.1]
    return [one for one in dict.fromkeys(near) if one != value]


def drawn(view, records):
    """The fingerprint of a view, or None where it refuses in one line."""
    try:
        return view.drawn(records).fingerprint()
    except (ValueError, TypeError) as error:
        assert "\n" not in str(error) and len(str(error)) > 10, error
        return None


def counts(view, records, base: str, key: str, field: str) -> str:
    """'counts' where some value of a field changes the view, 'refused' where none is taken, else
    'idle'.
    """
    taken = False
    for value in others(records[key], field):
        try:
            changed = dataclasses.replace(records[key], **{field: value})
        except (ValueError, TypeError):
            continue
        shown = drawn(view, records | {key: changed})
        taken = taken or shown is not None
        if shown not in (None, base):
            return "counts"
    return "idle" if taken else "refused"


@functools.cache
def as_it_starts(name: str) -> str:
    """The fingerprint of a view as it starts."""
    return VIEWS[name]().fingerprint()


def idle(name: str) -> set[str]:
    """What a view takes and is not seen to follow: 'argument.field', or a plain 'argument'."""
    view = VIEWS[name]
    records = view.records()
    if not records:
        return set()
    base = as_it_starts(name)
    found = {
        f"{key}.{field}"
        for key, field in fields_read(name)
        if counts(view, records, base, key, field) == "idle"
    }
    for key, value in records.items():
        if isinstance(value, (int, float)) and all(
            drawn(view, records | {key: other}) in (None, base) for other in numbers(value)
        ):
            found.add(key)
    return found


def listed() -> dict[str, set[str]]:
    """The table by view."""
    found: dict[str, set[str]] = {}
    for text in IDLE.values():
        for line in text.strip().splitlines():
            view, _, places = line.strip().partition(": ")
            found.setdefault(view, set()).update(places.split())
    return found


@checked_record
class Knobs:
    """Three numbers."""

    live: float = quantity(default=1.0, unit="", meaning="moves the line", ge=0, le=10)
    dead: float = quantity(default=1.0, unit="", meaning="is read and moves nothing", ge=0, le=10)
    taken: float = quantity(default=1.0, unit="", meaning="is taken past the watcher", ge=0, le=10)


@pytest.fixture
def knobs():
    """A view with a dead field, and one that it reads unseen."""

    @gallery.view(knobs=Knobs, published=False)
    def knobs(knobs: Knobs) -> View:
        """A line."""
        assert knobs.dead >= 0
        past = object.__getattribute__(knobs, "taken")
        return View(title="a line", panels=[Panel(marks=[Line(x=[0, 1], y=[past, knobs.live])])])

    yield knobs
    del VIEWS["knobs"]
    gallery._read_at_start.cache_clear()
    as_it_starts.cache_clear()


def test_the_walk_sees_a_dead_field_and_one_that_is_read_unseen(knobs):
    assert idle("knobs") == {"knobs.dead"}
    with pytest.raises(AssertionError):
        test_what_a_view_does_not_read_changes_nothing_and_is_refused("knobs")
    with pytest.raises(ValueError, match="must change with 'dead'"):
        press.vary("knobs", {"dead": "2.0"})
    with pytest.raises(ValueError, match="does not read 'taken'; it reads dead, live"):
        press.vary("knobs", {"taken": "2.0"})


@pytest.mark.parametrize("name", QUICK)
def test_what_a_view_reads_changes_it_or_the_table_says_why_not(name):
    assert idle(name) == listed().get(name, set())


@pytest.mark.skipif(not NIGHTLY, reason="some minutes; HYPOTHESIS_PROFILE=nightly")
@pytest.mark.parametrize("name", sorted(SLOW))
def test_what_a_slow_view_reads_changes_it_or_the_table_says_why_not(name):
    assert idle(name) == listed().get(name, set())


def another(record, field: str):
    """The record with one field changed to the first value that it takes; itself if there is none."""
    for value in others(record, field):
        with contextlib.suppress(ValueError, TypeError):
            return dataclasses.replace(record, **{field: value})
    return record


@pytest.mark.parametrize("name", QUICK)
def test_what_a_view_does_not_read_changes_nothing_and_is_refused(name):
    """All such fields at once: one that counted would be seen."""
    view = VIEWS[name]
    records = view.records()
    read = fields_read(name)
    changed = dict(records)
    unread = {}
    for key, record in records.items():
        for field in dataclasses.fields(record) if dataclasses.is_dataclass(record) else ():
            if (key, field.name) not in read:
                changed[key] = another(changed[key], field.name)
                unread[f"{key}.{field.name}"] = (key, field.name)
    if unread:
        assert view.drawn(changed).fingerprint() == as_it_starts(name)
    for setting in unread:
        with pytest.raises(ValueError, match=f"view {name} does not read '{setting}'; it reads"):
            gallery.refuse_unread(name, [setting], unread, read)


def test_every_place_of_the_table_is_one_that_its_view_reads():
    for name, places in listed().items():
        read = {f"{key}.{field}" for key, field in fields_read(name)}
        assert places <= read if name in QUICK else name in VIEWS, name


def test_a_setting_without_which_a_picture_is_the_same_is_refused():
    same = r"view majority_price must change with 'stake_stickiness'.* shows the same"
    with pytest.raises(ValueError, match=same):
        press.vary("majority_price", {"stake_stickiness": "0.3"})
    with pytest.raises(ValueError, match=same):
        explore("majority_price", stake_stickiness=0.3)
    with pytest.raises(ValueError, match="must change with 'alpha_low'"):
        press.vary("epoch_walk", {"alpha_low": "0.2"})
    as_it_is = press.vary("majority_price", {"stake_stickiness": "0.5"})
    assert as_it_is["scenario"].stake_stickiness == 0.5


def test_a_setting_that_counts_beside_another_is_taken_with_it():
    together = {"price_usd": "100.0", "jumps_per_year": "1.0"}
    records = press.vary("portfolio", together | {"jump_log_mean": "-0.5"})
    assert records["scenario"].jump_log_mean == -0.5
    with pytest.raises(ValueError, match="must change with 'jump_log_mean'"):
        press.vary("portfolio", {"jump_log_mean": "-0.5"})


def test_a_slider_that_moves_nothing_says_so():
    box = explore("sell_pressure", anticipated_share=1.0)
    box._sliders["macro_multiplier"].value = 3.0
    assert "nothing here depends on macro_multiplier" in box._status.value
    box._sliders["anticipated_share"].value = 0.5
    assert box._status.value == ""
    box._sliders["macro_multiplier"].value = 4.0
    assert box._status.value == ""


def test_the_watcher_sees_what_a_footer_names_and_no_more():
    assert ("scenario", "name") not in fields_read("openai_ratio")
    assert ("rules", "name") in fields_read("inflation")
    assert ("rules", "title") not in fields_read("emission_gate")


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("judgement", {"benchmark.name": "gold"}, "unknown benchmark 'gold'"),
        ("supply_four_ways", {"rules.schedule": "constant"}, "schedule must halve a reward"),
    ],
)
def test_a_setting_that_a_view_cannot_show_is_one_line(name, settings, words):
    with pytest.raises(ValueError, match=words) as caught:
        explore(name, **settings)
    assert "\n" not in str(caught.value)
