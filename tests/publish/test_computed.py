"""Instruments that their page computes: every number and word as Python has them."""

import dataclasses
import json
import math
import random
import re
from fractions import Fraction

import lab
import numpy as np
import pytest

from tao_econ.chain import issuance_eras, yuma_epoch
from tao_econ.chain.fixed_point import q32
from tao_econ.inputs.rules import rules_at
from tao_econ.publish import computed, pages
from tao_econ.views import explore

STATES = 200
EQUAL = 1e-12  # relative
LINES = (
    900  # of JavaScript: the site's own together, and what a page loads with fit.js of the views
)
ASKED = """asked => JSON.stringify(asked.map(settings => TAO.page.picture(TAO.page.at(settings))),
    (_, value) => typeof value === 'bigint' ? String(value) : value)"""
needs_chromium = pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)


@pytest.fixture(scope="module")
def live():
    return {name: explore(name).recipe() for name in computed.WAYS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pages of the instruments that are computed, and what they load."""
    place = tmp_path_factory.mktemp("computed") / "site"
    for path, content in pages.assets().items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content.encode() if isinstance(content, str) else content)
    (place / "instruments").mkdir()
    for name in computed.WAYS:
        says, packed = pages._states_of(name, 3)
        text = pages._instrument(name, says, packed, pages._menu(True), {})
        (place / f"instruments/{name}.html").write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def page(folder, tmp_path_factory):
    start = folder.resolve().as_uri() + "/instruments/"
    with lab.page(
        tmp_path_factory.mktemp("profile"), 1280, 900, local=(folder.resolve().as_uri(),)
    ) as it:
        it.start = start
        yield it
        assert not it.outside, it.outside
        assert not it.console_errors, it.console_errors


def drawn_at_random(it, draw):
    """(settings as in an address, the records they make) of a state."""
    settings, records = {}, dict(it.records)
    for key, options in it.choices.items():
        settings[key] = draw.choice(list(options))
        if settings[key] != it.chosen[key]:
            records[key] = options[settings[key]]
    for key, handle in it.sliders.items():
        argument, field = it.owner[key]
        if draw.random() < 0.3:
            continue
        value = stored_at_random(handle, draw)
        settings[key] = str(value)
        try:
            records[argument] = dataclasses.replace(records[argument], **{field: value})
        except ValueError as error:
            return settings, error
    return settings, records


def stored_at_random(handle, draw):
    low, high = handle.low, handle.high
    place = draw.choice((low, high, None, None, None, None, None, None))
    if place is None:
        place = low * (high / low) ** draw.random() if handle.log else draw.uniform(low, high)
    if isinstance(handle.value, int):
        return round(place)
    return handle.stored(place) if handle.in_rao else float(place)


def by_python(it, records):
    if isinstance(records, Exception):
        return {"error": str(records)}
    try:
        figure, readout = it.show(**records)
    except ValueError as error:
        return {"error": str(error)}
    figure["layout"]["title"]["text"] = figure["layout"]["title"]["text"].replace("<br>", " ")
    return figure | {"read": [[label, str(text)] for label, text in readout.items()]}


def difference(one, other, path=""):
    """The largest relative difference of two trees; what is no number must be equal."""
    if isinstance(one, np.ndarray):
        one = one.tolist()
    if isinstance(one, dict):
        assert isinstance(other, dict) and one.keys() == other.keys(), (
            f"{path}: {one!r} != {other!r}"
        )
        return max((difference(one[k], other[k], f"{path}/{k}") for k in one), default=0.0)
    if isinstance(one, (list, tuple)):
        assert isinstance(other, list) and len(one) == len(other), f"{path}: {one!r} != {other!r}"
        return max(
            (
                difference(a, b, f"{path}/{n}")
                for n, (a, b) in enumerate(zip(one, other, strict=True))
            ),
            default=0.0,
        )
    if isinstance(one, (bool, str)) or one is None or other is None:
        one = None if isinstance(one, float) and not math.isfinite(one) else one
        assert one == other, f"{path}: {one!r} != {other!r}"
        return 0.0
    apart = abs(one - other) / max(abs(one), abs(other), 1e-300)
    assert apart <= EQUAL, f"{path}: {one!r} != {other!r}"
    return apart


@needs_chromium
@pytest.mark.parametrize("name", computed.WAYS)
def test_a_page_shows_what_python_shows_at_random_states(name, live, page):
    """Figure, title and read-out, whole: each number to 1e-12, each word."""
    it, draw = live[name], random.Random(18)
    asked = [({}, it.records), *(drawn_at_random(it, draw) for _ in range(STATES))]
    page.goto(f"{page.start}{name}.html")
    found = json.loads(page.evaluate(ASKED, [settings for settings, _ in asked]))
    worst = 0.0
    for (settings, records), got in zip(asked, found, strict=True):
        expected = by_python(it, records)
        for tree in (expected, got):
            if "layout" in tree:
                tree["layout"]["margin"].pop("t")  # the page shows its title above
        worst = max(worst, difference(expected, got, str(settings)))
    print(f"{name}: {worst:.1e} at most in {len(asked)} states")


def test_scripts_stay_within_their_lines_and_load_nothing():
    own = computed.SCRIPTS.glob("*.js")
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in own) <= LINES
    for names in (computed.REPLAYED, computed.COMPUTED):
        assert len(computed.script(names).splitlines()) <= LINES
    listed = {*computed.REPLAYED, *computed.COMPUTED}
    assert listed == {file.name for file in computed.SCRIPTS.glob("*.js")}


@pytest.mark.parametrize("name", computed.WAYS)
def test_a_pages_heading_and_labels_are_words(name, folder):
    text = (folder / f"instruments/{name}.html").read_text(encoding="utf-8")
    said = re.findall(r"<h1>(.*?)</h1>|<label[^>]*>(.*?)</label>", text)
    words = [heading or label for heading, label in said]
    assert words[0][0].isupper() and not [it for it in words if "_" in it]


@needs_chromium
def test_issuance_is_exact_to_the_rao(live, page):
    """Eras from 200 random starts under four kinds of rules: every block and every rao."""
    draw = random.Random(4)
    whole = rules_at("2026-09-11")
    kinds = (
        whole,
        dataclasses.replace(whole, schedule="block"),
        dataclasses.replace(whole, schedule="constant"),
        dataclasses.replace(whole, max_halvings=40, whole_rao=False),
    )
    asked, expected = [], []
    for number in range(STATES):
        rules = kinds[number % 4]
        start = {"issuance_rao": draw.randrange(21 * 10**15), "block": draw.randrange(10**7)}
        ppm = draw.randrange(10**6)
        asked.append([computed.plain(rules), *map(str, start.values()), str(ppm)])
        eras = issuance_eras(rules, **start, recycled_ppm=ppm)
        expected.append(
            [
                [era.first_block, era.blocks, era.issuance_rao, era.reward_rao, era.net_rao]
                for era in eras
            ]
        )
    page.goto(f"{page.start}supply.html")
    found = page.evaluate(
        """asked => asked.map(([rules, issued, block, ppm]) => {
            for (const key of ["max_supply_rao", "block_reward_rao"]) rules[key] = BigInt(rules[key].slice(0, -1));
            return TAO.eras(rules, BigInt(issued), BigInt(ppm), BigInt(block)).map(era => [
                String(era.scale), String(era.first), era.blocks === null ? null : String(era.blocks),
                String(era.issued), String(era.reward), String(era.net)]);
        })""",
        asked,
    )
    for eras, got in zip(expected, found, strict=True):
        for (first, blocks, *amounts), (scale, *words) in zip(eras, got, strict=True):
            parts = [first, blocks, *(amount * int(scale) for amount in amounts)]
            assert [None if word is None else int(word) for word in words] == parts


@needs_chromium
def test_an_epoch_of_any_size_up_to_16_by_32_is_the_engines(page):
    draw = np.random.default_rng(8)
    chain = rules_at("2026-09-11")
    asked, expected = [], []
    for number in range(STATES):
        validators, miners = int(draw.integers(1, 17)), int(draw.integers(1, 33))
        n = validators + miners
        weights = np.zeros((n, n))
        weights[:validators, validators:] = draw.integers(
            0, 4, (validators, miners)
        ) * draw.integers(0, 65_536, (validators, miners))
        stake = np.zeros(n)
        stake[:validators] = draw.integers(0, 1_000, validators) * (draw.random(validators) < 0.9)
        law = dataclasses.replace(
            chain,
            bonds=("yuma3", "classic")[number % 2],
            kappa=Fraction(int(draw.integers(1, 65_536)), 65_535),
            bonds_penalty=Fraction(int(draw.integers(0, 65_536)), 65_535),
        )
        got = yuma_epoch(law, weights, stake, np.zeros((n, n)))
        rows, columns = slice(validators), slice(validators, n)
        expected.append(
            {
                "stake": got.stake[rows],
                "consensus": got.consensus[columns],
                "incentive": got.incentive[columns],
                "trust": got.trust[columns],
                "dividends": got.dividends[rows],
                "validatorTrust": got.validator_trust[rows],
            }
        )
        numbers = {
            "yuma3": law.bonds == "yuma3",
            "kappa": q32(law.kappa) / 2**32,
            "penalty": q32(law.bonds_penalty) / 2**32,
            "kept": q32(law.bonds_moving_average) / 2**32,
        }
        asked.append([numbers, weights[rows, columns].tolist(), stake[rows].tolist()])
    page.goto(f"{page.start}epoch.html")
    found = page.evaluate(
        "asked => asked.map(([law, weights, stake]) => TAO.yuma(law, weights, stake))", asked
    )
    assert max(map(difference, expected, found)) <= EQUAL


@needs_chromium
def test_the_address_holds_the_state(page):
    address = f"{page.start}supply.html"
    page.goto("about:blank")
    page.goto(f"{address}#snapshot=article&price_usd=300&issuance_rao=5675000000000001")
    read = "document.getElementById('s0').parentElement.querySelector('output').textContent"
    assert (
        page.evaluate(read) == "300.0"
        and page.evaluate("document.getElementById('m0').value") == "article"
    )
    assert page.evaluate(
        "TAO.page.settings(TAO.page.at({ snapshot: 'article', price_usd: '300' }))"
    ) == {
        "snapshot": "article",
        "price_usd": "300",
    }
    page.locator("#s2").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    kept = page.evaluate("location.hash")
    assert "discount_rate=0.21" in kept and "issuance_rao=5675000000000001" in kept
    finding = page.locator("#finding").inner_text()
    page.goto("about:blank")
    page.goto(address + kept)
    assert page.locator("#finding").inner_text() == finding
    page.evaluate("location.hash = 'content'")  # the way past the menu is no state
    assert page.locator("#finding").inner_text() == finding
    page.get_by_role("button", name="Reset").click()
    page.wait_for_timeout(400)
    assert page.evaluate("location.hash") == ""


@needs_chromium
@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("price_usd=-1", "price_usd must be in [1, 2000], got -1"),
        ("price_usd=<b>", "price_usd must be a number, got <b>"),
        ("issuance_rao=1.5", "issuance_rao must be a number, got 1.5"),
        ("snapshot=2031", "snapshot must be one of article, "),
        ("prize=3", "unknown setting prize (known: snapshot, price_usd, "),
    ],
)
def test_an_address_that_says_nothing_known_is_refused_in_one_line(page, said, refused):
    page.goto("about:blank")
    page.goto(f"{page.start}supply.html#{said}")
    text = page.locator("#refused").inner_text()
    assert text.startswith(refused) and text.endswith("shown is the start")
    outside_sources = (
        "[...document.querySelectorAll('b')].filter(it => !it.closest('.list')).length"
    )
    assert page.evaluate(outside_sources) == 0


@needs_chromium
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_no_serious_fault(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for name in computed.WAYS:
        page.goto(f"{page.start}{name}.html")
        page.wait_for_selector("#plot .main-svg")
        bad = lab.barriers(page)
        assert not bad, (name, bad)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
