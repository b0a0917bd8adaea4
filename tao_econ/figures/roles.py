"""Figures on roles: who got a day's emission, who is diluted, and what a yield in alpha is worth
in TAO.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.ticker import PercentFormatter

from ..economy.rewards import (
    RewardSplit,
    SubnetTerms,
    alpha_yield_per_day,
    ownership_path,
    real_yield,
    reward_split,
)
from ..economy.supply import HolderYield, holder_yield, staker_real_yield, supply_at
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import BLOCKS_PER_DAY, DAYS_PER_YEAR, decimal_year
from .canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, canvas, figure, legend_below
from .pools import read

THEN_RULES, RULES = rules_at("2023-11-20"), rules_at("2026-09-11")
THEN, NOW = load_snapshot("article"), load_snapshot("2026-09-11")
EQUAL, BASE = load_scenario("article"), load_scenario("base")
ROLES = {"owner": ORANGE, "miners": BLUE, "validators": GREEN, "nominators": SKY, "root": PURPLE}
PERCENT = PercentFormatter(1, decimals=0)


@figure
def real_yield_map(
    then: Snapshot = THEN, now: Snapshot = NOW, equal: Scenario = EQUAL, scenario: Scenario = BASE
):
    """Heat maps of a staker's real yield by staked share and stakers' part of new TAO, with the
    line where it is zero.
    """
    cases = {
        (0, "equal split"): (THEN_RULES, then, equal, "s"),
        (0, "after the owner's cut"): (THEN_RULES, then, scenario, "o"),
        (1, f"take {scenario.validator_take:.0%}"): (RULES, now, scenario, "o"),
        (1, "take 0"): (RULES, now, replace(scenario, validator_take=0.0), "^"),
    }
    found: dict[tuple, HolderYield] = {key: holder_yield(*case[:3]) for key, case in cases.items()}
    worst = [found[key].staker_real for key in list(cases)[:3]]
    picture, *axes = canvas(
        f"Stakers keep their share only above the line; a year changed it by {worst[0]:.1%} with "
        "an equal split and "
        f"{worst[1]:.1%} after the owner's cut in {then.date.year}, {worst[2]:.1%} in "
        f"{now.date.year}",
        then,
        now,
        equal,
        scenario,
        panels=2,
        size=(11.5, 5.4),
    )
    staked, kept = np.linspace(0.3, 1.0, 71), np.linspace(0, 1, 101)
    for panel, (axis, snapshot) in enumerate(zip(axes, (then, now), strict=True)):
        mine = {name: case for (at, name), case in cases.items() if at == panel}
        rate = 1 / (1 + found[panel, next(iter(mine))].unstaked) - 1
        shown = axis.pcolormesh(
            staked,
            kept,
            staker_real_yield(rate, staked, kept[:, None]),
            cmap="PuOr_r",
            vmin=-0.4,
            vmax=0.4,
            shading="nearest",
            rasterized=True,
        )
        axis.plot([0.3, 1], [0.3, 1], color=BLACK, lw=2, label="a(1 − c) = s: share unchanged")
        for name, (rules, case, assumed, mark) in mine.items():
            supply = supply_at(rules, case, assumed)
            got = found[panel, name]
            axis.plot(
                supply.staked_tao / supply.issued_tao,
                got.break_even_staked_share,
                mark,
                color=RED,
                mec="white",
                ms=10,
                label=f"{name}: {got.staker_real:.1%}",
            )
        axis.set(xlabel="staked share of supply, s", xlim=(0.3, 1), ylim=(0, 1))
        axis.set_ylabel("stakers' part of new TAO after take, a(1 − c)")
        axis.set_title(f"{snapshot.date}: supply grows {rate:.1%} a year")
        axis.xaxis.set_major_formatter(PERCENT)
        axis.yaxis.set_major_formatter(PERCENT)
        legend_below(axis, ncols=1)
    picture.colorbar(
        shown, ax=axes, format=PERCENT, label="change of share in the supply, per year"
    )
    return picture


@figure
def ownership_through_time(
    then: Snapshot = THEN, now: Snapshot = NOW, scenario: Scenario = BASE, rules: Rules = RULES
):
    """The share of the supply of someone who starts with 1%, over ten years from two dates,
    under four ways to hold.
    """
    assumed = replace(scenario, horizon_years=10.0)
    names = {
        "unstaked": ("not staked", RED),
        "nominator_idle_rewards": ("staked, rewards left unstaked", ORANGE),
        "nominator": ("staked, rewards staked too", BLUE),
        "validator": ("the same without a take", GREEN),
    }
    paths = [ownership_path(rules, start, assumed, every_days=5) for start in (then, now)]
    gap = decimal_year(now.date) - decimal_year(then.date)
    at = {key: float(np.interp(gap, paths[0].years, getattr(paths[0], key))) for key in names}
    picture, *axes = canvas(
        f"Of {paths[0].unstaked[0]:.0%} of the supply in {then.date:%B %Y} a holder who did not "
        f"stake had {at['unstaked']:.2%} "
        f"left in {now.date:%B %Y}, a nominator {at['nominator']:.2%}",
        rules,
        scenario,
        "staked share and split stay what they are",
        panels=2,
        size=(11.0, 5.4),
    )
    for axis, path, start in zip(axes, paths, (then, now), strict=True):
        for key, (label, colour) in names.items():
            line = getattr(path, key)
            axis.plot(decimal_year(start.date) + path.years, line, color=colour, label=label)
            axis.text(
                decimal_year(start.date) + 10.1,
                line[-1],
                f"{line[-1]:.2%}",
                fontsize=8.5,
                va="top" if key == "nominator_idle_rewards" else "center",
            )
        axis.set(
            xlabel="year",
            ylabel="share of the supply",
            ylim=(0, 0.0103),
            title=f"{path.unstaked[0]:.0%} on {start.date}",
        )
        axis.set_xlim(decimal_year(start.date), decimal_year(start.date) + 11.6)
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
        axis.xaxis.set_major_formatter(lambda x, _: f"{x:.0f}")
        legend_below(axis, ncols=1)
    axes[0].axvline(decimal_year(now.date), color=BLACK, ls=":", lw=1.2)
    return picture


def days_split(
    then: Snapshot, now: Snapshot, scenario: Scenario, price_sum_tao: float
) -> dict[str, RewardSplit]:
    """A day's emission of all subnets by role: on the article's day without and with owners, and
    now in alpha.
    """
    return {
        f"{then.date}\nno owner": reward_split(
            THEN_RULES, then, scenario, SubnetTerms(owned=False)
        ),
        f"{then.date}\nowned": reward_split(THEN_RULES, then, scenario),
        f"{now.date}\nin alpha": reward_split(
            RULES,
            now,
            scenario,
            SubnetTerms(alpha_price_tao=price_sum_tao, root_proportion=read("root_proportion_2")),
        ),
    }


@figure
def a_days_emission(
    then: Snapshot = THEN,
    now: Snapshot = NOW,
    scenario: Scenario = BASE,
    price_sum_tao: float = 1.0,
):
    """Stacked bars: a day's emission by role as shares and in thousand USD, on two dates, with
    and without an owner.
    """
    splits = days_split(then, now, scenario, price_sum_tao)
    free, _, late = splits.values()
    split = {
        name: f"{s.share.owner:.0%}, {s.share.miners:.0%} and {_stakers(s):.0%}"
        for name, s in splits.items()
    }
    with_owner, today = list(split.values())[1:]
    picture, left, right = canvas(
        f"“Split equally” held only without an owner: {free.share.miners:.0%} for miners and "
        f"{_stakers(free):.0%} for stake; "
        f"with one, {with_owner} for owner, miners and stake, "
        f"{'then as now' if today == with_owner else f'now {today}'}",
        then,
        now,
        scenario,
        f"alpha prices sum to {price_sum_tao:g} TAO, root holds {read('root_proportion_2'):.0%} "
        "of stake",
        panels=2,
        size=(11.0, 5.4),
    )
    rows = np.arange(len(splits))
    for axis, field, scale, form in (
        (left, "share", 1, "{:.1%}"),
        (right, "usd_per_day", 1e-3, "{:,.0f}"),
    ):
        below = np.zeros(len(rows))
        most = max(sum(getattr(s, field)) for s in splits.values()) * scale
        for role, colour in ROLES.items():
            values = np.array([getattr(getattr(s, field), role) for s in splits.values()]) * scale
            axis.bar(
                rows,
                values,
                0.62,
                bottom=below,
                color=colour,
                label="root's holders" if role == "root" else role,
            )
            for x, value, foot in zip(rows, values, below, strict=True):
                if value > most * 0.03:
                    axis.text(
                        x,
                        foot + value / 2,
                        form.format(value),
                        ha="center",
                        va="center",
                        fontsize=8.5,
                        color="white" if colour == BLUE else BLACK,
                    )
            below += values
        axis.set_xticks(rows, list(splits))
        axis.grid(axis="x", visible=False)
        legend_below(axis, ncols=3)
    for x, split in zip(rows, splits.values(), strict=True):
        right.text(
            x,
            sum(split.usd_per_day) / 1e3,
            f"{sum(split.tao_per_day):,.0f} TAO",
            ha="center",
            va="bottom",
            fontsize=9,
        )
    left.set(ylabel="share of a day's emission", ylim=(0, 1))
    left.yaxis.set_major_formatter(PERCENT)
    right.set(
        ylabel="thousand USD a day, at the spot price", ylim=(0, sum(late.usd_per_day) / 1e3 * 1.1)
    )
    right.yaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    return picture


def _stakers(split: RewardSplit) -> float:
    """Share that validators, their nominators and root's holders get."""
    return split.share.validators + split.share.nominators + split.share.root


def alpha_growth(rules: Rules, scenario: Scenario, which: int, days):
    """Alpha of a nominator after so many days for each at the start, where all who earn stake what
    they earn.

    **Ref:** stake A grows by r a day and a nominator's h by r(1 − c)h/A, so h grows as A to the
    power 1 − c
    """
    per_day = alpha_yield_per_day(
        rules,
        earning_alpha=read(f"earning_alpha_{which}"),
        root_proportion=read(f"root_proportion_{which}"),
        alpha_per_day=float(BLOCKS_PER_DAY),
    )
    return (1 + days * per_day) ** (1 - scenario.validator_take)


@figure
def alpha_fan(rules: Rules = RULES, scenario: Scenario = BASE):
    """Left, the worth in TAO of alpha staked for a year under five drifts of its price; right,
    the fall that eats the yield.
    """
    drifts = {1.0: GREEN, 0.5: SKY, 0.0: GREY, -0.5: ORANGE, -0.8: PURPLE}
    days, year = np.arange(0, 366, 5), round(DAYS_PER_YEAR)
    grown = {which: float(alpha_growth(rules, scenario, which, year)) for which in (1, 2, 3)}
    falls = {which: 1 / value - 1 for which, value in grown.items()}
    picture, left, right = canvas(
        f"{grown[3] - 1:.0%} a year in alpha is gone once its price falls {-falls[3]:.0%}; even "
        f"{grown[1] - 1:.0%} is gone "
        f"at a fall of {-falls[1]:.0%}",
        rules,
        scenario,
        "three subnets read on 2026-10-08; all stake what they earn",
        panels=2,
        size=(11.0, 5.2),
    )
    for drift, colour in drifts.items():
        worth = alpha_growth(rules, scenario, 3, days) * (1 + drift) ** (days / DAYS_PER_YEAR)
        left.plot(
            days,
            worth,
            color=colour,
            label=f"price {drift:+.0%} a year" if drift else "price unchanged",
        )
        end = 1 + real_yield(grown[3] - 1, price_change=drift)
        left.text(days[-1] + 4, end, f"{end:.2f}", va="center", fontsize=8.5)
    left.axhline(1, color=BLACK, lw=0.8)
    left.set(
        xlabel="days", ylabel="worth in TAO for each TAO staked", xlim=(0, 395), ylim=(0, None)
    )
    left.set_title(
        f"{read('earning_alpha_3') / 1e6:.1f} M alpha at stake, root "
        f"{read('root_proportion_3'):.0%}"
    )
    names = [
        f"{read(f'earning_alpha_{k}') / 1e6:.1f} M alpha,\nroot {read(f'root_proportion_{k}'):.0%}"
        for k in grown
    ]
    for shift, values, colour, label in (
        (-0.2, [v - 1 for v in grown.values()], BLUE, "alpha earned in a year"),
        (0.2, list(falls.values()), RED, "change of price that eats it"),
    ):
        bars = right.bar(np.arange(3) + shift, values, 0.38, color=colour, label=label)
        right.bar_label(bars, [f"{value:+.0%}" for value in values], fontsize=9, padding=2)
    right.axhline(0, color=BLACK, lw=0.8)
    right.set_xticks(range(3), names)
    right.set(
        ylabel="share of the alpha staked, or of its price", ylim=(-0.8, max(grown.values()) - 0.8)
    )
    right.yaxis.set_major_formatter(PERCENT)
    right.grid(axis="x", visible=False)
    legend_below(left)
    legend_below(right)
    return picture
