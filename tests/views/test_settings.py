"""No setting is dead and silent: whatever a view reads changes what it shows, and what it does not
read changes nothing and is refused by name.
"""

import contextlib
import dataclasses
import datetime as dt
import os
import typing
from fractions import Fraction

import pytest

from tao_econ.publish import press
from tao_econ.views import VIEWS, explore, fields_read, gallery

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
SLOW = set(  # more than a tenth of a second a picture
    [
        "price_manipulation",
        "selling_pressure",
        "guarantee_on_real_stake",
        "copier_against_honest",
        "displacing_an_incumbent",
        "market_by_judge",
        "halving_and_small_subnets",
        "subnet_exit",
        "stake_erosion",
        "owner_sales",
        "selection_or_creation",
        "touch_curves",
        "retention_contours",
        "honest_majority_lottery",
        "collusion_gain",
        "rule_changes",
    ]
)
QUICK = sorted(set(VIEWS) - SLOW)
# Fields that a view reads on its way to others, and that change nothing in it as its other fields
# stand: why, and in which views as what. Setting one alone is refused.
IDLE: dict[str, tuple[str, ...]] = {}


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
        return [{}]
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


def idle(name: str) -> set[str]:
    """What a view takes and is not seen to follow: 'argument.field', or a plain 'argument'."""
    view = VIEWS[name]
    records = view.records()
    base = view.drawn(records).fingerprint()
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


def expected(name: str) -> set[str]:
    """What the table says of a view."""
    return {place for places in IDLE.values() for view, place in places if view == name}


@pytest.mark.parametrize("name", QUICK)
def test_what_a_view_reads_changes_it_or_the_table_says_why_not(name):
    if any(
        dataclasses.is_dataclass(it) or not callable(it) for it in VIEWS[name].records().values()
    ):
        assert idle(name) == expected(name)


@pytest.mark.skipif(not NIGHTLY, reason="some minutes; HYPOTHESIS_PROFILE=nightly")
@pytest.mark.parametrize("name", sorted(SLOW))
def test_what_a_slow_view_reads_changes_it_or_the_table_says_why_not(name):
    assert idle(name) == expected(name)


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
        assert view.drawn(changed).fingerprint() == view.drawn(records).fingerprint()
    for setting in unread:
        with pytest.raises(ValueError, match=f"view {name} does not read '{setting}'; it reads"):
            gallery.refuse_unread(name, [setting], unread, read)


def test_every_place_of_the_table_is_one_that_its_view_reads():
    for places in IDLE.values():
        for name, place in places:
            key, _, field = place.partition(".")
            assert (key, field) in fields_read(name) or not field


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
    together = {"price_usd": "100.0", "anticipated_share": "0.5"}
    records = press.vary("sell_pressure", together | {"macro_multiplier": "3.0"})
    assert records["sale"].macro_multiplier == 3.0
    with pytest.raises(ValueError, match="must change with 'macro_multiplier'"):
        press.vary("sell_pressure", {"macro_multiplier": "3.0"})


def test_a_slider_that_moves_nothing_says_so():
    box = explore("sell_pressure")
    box._sliders["macro_multiplier"].value = 3.0
    assert "nothing here depends on macro_multiplier" in box._status.value
    box._sliders["anticipated_share"].value = 0.5
    assert box._status.value == ""
    box._sliders["macro_multiplier"].value = 4.0
    assert box._status.value == ""


def test_the_watcher_sees_what_a_footer_names_and_no_more():
    assert ("scenario", "name") not in fields_read("openai_ratio")
    assert ("rules", "name") in fields_read("openai_ratio")
    assert ("rules", "title") not in fields_read("emission_gate")


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("openai_fraction", {"publication.date": dt.date(2021, 12, 20)}, "date must be one with"),
        ("judgement", {"benchmark.name": "gold"}, "unknown benchmark 'gold'"),
        ("era_lengths", {"rules.schedule": "constant"}, "schedule must halve"),
    ],
)
def test_a_setting_that_a_view_cannot_show_is_one_line(name, settings, words):
    with pytest.raises(ValueError, match=words) as caught:
        explore(name, **settings)
    assert "\n" not in str(caught.value)
