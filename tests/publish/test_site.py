"""The site: complete, closed in itself, and its instruments follow the keyboard."""

import dataclasses
import html
import json
import math
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

import lab
import numpy as np
import pandas as pd
import pytest

from tao_econ.__main__ import main
from tao_econ.claims import board
from tao_econ.inputs import data
from tao_econ.inputs.record import summary
from tao_econ.publish import (
    computed,
    front,
    instrument_page,
    notebooks,
    pages,
    press,
    prose,
    search,
    sources,
    states,
)
from tao_econ.publish.formula import formula
from tao_econ.views import VIEWS, explore, instruments, published

STATES = re.compile(r'<script type="application/json" id="states">(.*?)</script>', re.DOTALL)


SEARCHED = ("figures.html", "search.html")  # as all of the reference


class Reader(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The whole site with three positions of each slider besides its start: the ends and the
    middle.
    """
    place = tmp_path_factory.mktemp("pages") / "site"
    pages.build(place, many=3)
    return place


@pytest.fixture(scope="module")
def read(folder):
    return {
        str(file.relative_to(folder)): Reader(file.read_text(encoding="utf-8"))
        for file in folder.rglob("*.html")
    }


def test_every_notebook_instrument_and_figure_has_its_place(folder, read):
    index = {attrs.get("href") for attrs in read["index.html"].all("a")}
    for file in notebooks.select([]):
        assert f"notebooks/{file.stem}.html" in index & set(read)
    assert set(instruments()) >= {"supply", "emission", "epoch", "guarantee", "copier"}
    for name in instruments():
        assert f"instruments/{name}.html" in index & set(read)
    assert {"figures.html", "reference/index.html", "search.html"} <= index


def test_every_published_figure_is_in_the_gallery_with_its_words_data_and_call(folder, read):
    page = read["figures.html"]
    assert list(press.read_index()) == published()
    assert [attrs["src"] for attrs in page.all("img")] == [f"figures/{n}.svg" for n in published()]
    links = {attrs["href"] for attrs in page.all("a")}
    text = html.unescape((folder / "figures.html").read_text(encoding="utf-8"))
    for name in published():
        assert {f"figures/{name}.csv", f"figures/{name}.csv.zip"} & links, name
        assert f"reference/views.html#views.{name}" in links
        assert f"{VIEWS[name].call}\n./run figures {name}" in text
        VIEWS[name].records(**eval(VIEWS[name].call, {"views": Given()}))  # or it refuses a word
        assert press.read_index()[name]["finding"] in text
    assert not page.all("mark") and "shows or says something else" not in text


class Given:
    """Whatever is called of it gives back its keywords."""

    def __getattr__(self, name):
        return dict


def test_the_data_of_a_figure_are_all_that_it_shows(folder):
    for name in ("inflation", "emission_gate", "bribe_threshold"):
        file = next((folder / "figures").glob(f"{name}.csv*"))
        got = pd.read_csv(file, keep_default_na=False, na_values=[""])
        shown = VIEWS[name]().to_frame()
        assert list(got) == list(shown) and len(got) == len(shown)
        for column in got:
            kept = [it for it in shown[column] if not (isinstance(it, float) and math.isnan(it))]
            there = got[column].dropna().tolist()
            if all(isinstance(it, float) for it in kept):
                np.testing.assert_allclose(there, kept, rtol=1e-8)
            elif column == "mark":
                assert there == kept


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def parts(text):
    """(every element of a picture with what it says, its numbers), names and blanks apart."""
    shapes, numbers = [], []
    for each in ElementTree.fromstring(text).iter():
        if re.search(r"metadata|rdf|creativecommons|purl", each.tag):
            continue
        for key, value in each.attrib.items():
            if key == "id":
                continue
            words = " ".join(value.replace("DejaVuSans-", "f").split())
            numbers += [float(it) for it in NUMBER.findall(words)]
            shapes.append((key.rpartition("}")[2], NUMBER.sub("#", words)))
        shapes.append((each.tag, (each.text or "").strip()))
    return shapes, np.array(numbers)


def test_a_picture_of_the_site_is_the_drawn_one_in_fewer_bytes(folder):
    for name in press.read_index():
        drawn = (press.OUTPUT / f"{name}.svg").read_text(encoding="utf-8")
        there = (folder / f"figures/{name}.svg").read_text(encoding="utf-8")
        (shapes, numbers), (wanted, exact) = parts(there), parts(drawn)
        assert shapes == wanted, name
        np.testing.assert_allclose(numbers, exact, rtol=0, atol=0.00501, err_msg=name)  # points
        assert len(there) < 0.97 * len(drawn), name
        asked = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', there))
        assert asked <= set(re.findall(r' id="([\w.-]+)"', there)), name


def test_the_ledger_has_the_menu_of_every_page(read):
    def menu(page):
        return [a["href"] for a in page.all("a") if re.fullmatch(r"[\w/]+\.html.*", a["href"])][:9]

    assert menu(read[front.LEDGER]) == menu(read["index.html"])
    assert read[front.LEDGER].all("link")[0]["href"] == "data:,"  # or a server is asked for one


def test_a_page_loads_nothing_from_elsewhere(folder, read):
    for path, page in read.items():
        loads = [a["src"] for _, a in page.tags if "src" in a] + [
            a["href"] for a in page.all("link")
        ]
        assert not [x for x in loads if re.match(r"(https?:)?//|/", x)], path
        assert not page.all("base") + page.all("iframe")
    for part in pages.ASSETS:
        assert not re.search(
            r"https?://|@import|fetch\(|url\(",
            (folder / "assets" / part).read_text(encoding="utf-8"),
        )


def test_every_image_says_what_it_shows_and_every_formula_is_drawn(read):
    for path, page in read.items():
        for image in page.all("img"):
            assert (
                len(image["alt"]) > 60 and image["loading"] == "lazy" and int(image["width"]) > 300
            ), (path, image)
        for drawing in page.all("svg"):
            assert drawing["role"] == "img" and drawing["aria-label"], path
    assert len(read["notebooks/05_supply_curve.html"].all("svg")) > 3


def test_every_link_leads_to_a_place_in_the_site(folder, read):
    for path, page in read.items():
        here = folder / path
        for target in [a["href"] for a in page.all("a")] + [
            a["src"] for _, a in page.tags if "src" in a
        ]:
            if re.match(r"https?://", target):
                continue  # see below
            file, anchor = urldefrag(unquote(target))
            there = (here.parent / file).resolve() if file else here
            assert there.is_file(), (path, target)
            if anchor and there.name != "search.html":  # there it is what is asked
                assert anchor in {
                    a.get("id") for _, a in read[str(there.relative_to(folder.resolve()))].tags
                }, (path, target)


def test_a_link_that_leaves_the_site_hands_nothing_over(read):
    for path, page in read.items():
        for link in page.all("a"):
            if re.match(r"(https?:)?//", link["href"]):
                assert "noopener" in link["rel"].split(), (path, link)


def test_every_source_named_is_a_link_or_says_that_it_has_none(folder, read):
    """Of each slider, of each day, law and table an instrument rests on, and of each figure."""
    for name in instruments():
        text = (folder / f"instruments/{name}.html").read_text(encoding="utf-8")
        sliders = json.loads(STATES.search(text)[1])["sliders"]
        for slider in sliders:
            assert slider["source"], (name, slider["label"])
            assert f"Source: {sources.said(slider['source'], '../')}</span>" in text, (name, slider)
        assert any(
            link["href"] == "../sources.html" for link in read[f"instruments/{name}.html"].all("a")
        )
    gallery = (folder / "figures.html").read_text(encoding="utf-8")
    for name in published():
        for part in VIEWS[name]().sources[1:]:
            assert sources.footer(part) in gallery, (name, part)
    listed = {link["href"] for link in read["sources.html"].all("a")}
    assert {*data.load("sources")["url"].dropna()} <= listed
    outside = [link for link in read["instruments/supply.html"].all("a") if "rel" in link]
    assert len(outside) >= 4


READ = """
import functools, gc, json, sys
opened = set()
def hook(event, given):
    if event == "open" and "/data/" in str(given[0]):
        opened.add(str(given[0]).rpartition("/data/")[2])
sys.addaudithook(hook)
from tao_econ.views import VIEWS, instruments
found = {}
for name in instruments():
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and str(one.__module__).startswith("tao_econ"):
            one.cache_clear()
    opened.clear()
    view = VIEWS[name]
    start = view.records()
    for changes in [{}, *({key: it} for key, menu in view.menus.items() for it in menu.values())]:
        try:
            view.drawn(start | changes)
        except ValueError:
            pass
    found[name] = sorted(it.removesuffix(".csv") for it in opened if it.endswith(".csv"))
print(json.dumps(found))
"""


def test_an_instrument_names_every_table_it_reads():
    done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    read = {name: tables for name, tables in json.loads(done.stdout).items() if tables}
    assert read == {name: sorted(tables) for name, tables in instrument_page.TABLES.items()}


def test_an_instrument_says_whether_it_computes_or_replays(folder):
    for name in instruments():
        text = (folder / f"instruments/{name}.html").read_text(encoding="utf-8")
        says = "Computed in this page" if name in computed.WAYS else "it replays"
        assert says in text and summary(VIEWS[name])[:20] in html.unescape(text), name


def test_the_first_page_has_every_argument_with_both_verdicts(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>.*?</tr>", text, re.DOTALL)
    then, later = (board.rows(board.presets()[name]) for name in ("the article", "September 2026"))
    assert [html.unescape(row) for row in rows] == [row.says for row in then]
    for row in (*then, *later):
        assert f"{html.escape(row.recomputed)} <b>" in text
    assert text.count("</b></td>") == 2 * len(then)
    assert "`" not in re.sub(r"<[^>]+>", "", text)


def test_a_date_or_a_number_in_a_table_stays_on_one_line():
    said = prose.boxed(
        "<table><tr><td>2023-11-20</td><td>a b</td><td>3.0e-07</td></tr></table>", "table"
    )
    assert said.count('<td class="word">') == 2 and "<td>a b</td>" in said


def test_every_page_has_one_title_a_way_past_the_menu_and_a_label_for_each_control(read):
    for path, page in read.items():
        if path == front.LEDGER:
            continue
        ids = [a["id"] for _, a in page.tags if "id" in a]
        assert len(ids) == len(set(ids)) and len(page.all("h1")) == 1, path
        assert page.all("a")[0]["href"] == "#content" and page.all("html")[0]["lang"] == "en"
        labels = {a["for"] for a in page.all("label")}
        assert {a["id"] for a in page.all("input") + page.all("select")} == labels, path


def test_no_page_names_this_machine(folder):
    scripts = [*folder.glob("assets/[ci]*.js"), folder / search.INDEX]
    for file in [*folder.rglob("*.html"), *scripts]:
        assert not re.search(r"/(work|tmp|home|root|Users)/", file.read_text(encoding="utf-8")), (
            file
        )


def test_pages_keep_a_reasonable_weight(folder):
    data = [file.stat().st_size for file in (folder / "figures").glob("*.csv*")]
    assert max(data) < 500_000 and sum(data) < 3_000_000
    assert (folder / search.INDEX).stat().st_size < 300_000
    assert all(file.stat().st_size < 1_000_000 for file in folder.rglob("*.html"))
    rest = [file for file in folder.rglob("*.*") if file.name != "plotly.min.js"]
    rest = [file for file in rest if file.parent.name != "instruments"]  # 3 MB with every state
    assert sum(file.stat().st_size for file in rest) < 9_000_000
    _, full = pages._states_of(
        "guarantee", states.POSITIONS
    )  # as `./run site` computes it; a map in every state
    assert (folder / "instruments/guarantee.html").stat().st_size < len(full.encode()) < 950_000
    sliders = [slider for case in json.loads(full)["cases"] for slider in case["sliders"]]
    assert max(len(slider["texts"]) for slider in sliders) >= states.POSITIONS


def value(it, shot, path):
    if path in it["base"]:
        return it["base"][path]
    return it["pool"][it["shots"][shot][it["paths"].index(path)]]


def test_a_state_is_what_the_instrument_shows():
    it = json.loads(json.dumps(states.states(explore("epoch"), many=3)))
    number = [slider["label"] for slider in it["sliders"]].index("your stake")
    slider = it["cases"][0]["sliders"][number]
    assert slider["texts"][slider["start"]] == "10" and slider["texts"][-1] == "100"
    box = explore("epoch", your_stake=100.0).recipe()
    shown, texts = box.show(**box.records)
    np.testing.assert_allclose(
        value(it, slider["shots"][-1], "data/4/y"), shown["data"][4]["y"], rtol=1e-5
    )
    assert value(it, slider["shots"][-1], "layout/title/text") == shown["layout"]["title"]["text"]
    assert dict(value(it, slider["shots"][-1], "read")) == texts


def test_every_slider_of_every_instrument_has_its_start_and_changes_the_figure(folder):
    for name in sorted({*instruments()} - {*computed.WAYS}):
        it = json.loads(
            STATES.search((folder / f"instruments/{name}.html").read_text(encoding="utf-8"))[1]
        )
        sizes, starts = ([menu[key] for menu in it["menus"]] for key in ("options", "start"))
        first = it["cases"][
            int(np.ravel_multi_index(starts, [len(s) for s in sizes])) if sizes else 0
        ]
        for slider, says in zip(first["sliders"], it["sliders"], strict=True):
            assert slider["shots"][slider["start"]] == first["start"], (name, says)
            assert (
                len(slider["texts"]) == len(set(slider["texts"])) and len(set(slider["shots"])) > 1
            ), (name, says)


def close(stored, drawn):
    """Whether a page's numbers, shortened, or texts are those of a picture."""
    array = np.asarray(drawn)
    if array.dtype.kind not in "iuf":
        return stored == array.tolist()
    span = float(np.ptp(array[np.isfinite(array)])) if np.isfinite(array).any() else 0.0
    return np.allclose(np.array(stored, float), array, rtol=1e-4, atol=1e-3 * span, equal_nan=True)


@pytest.mark.parametrize("name", sorted({*instruments()} - {*computed.WAYS}))
def test_the_ends_of_every_replayed_slider_are_drawn_trace_by_trace(name):
    box = explore(name)
    it, recipe = json.loads(json.dumps(states.states(box, many=2))), box.recipe()
    sizes, starts = ([menu[key] for menu in it["menus"]] for key in ("options", "start"))
    first = int(np.ravel_multi_index(starts, [len(s) for s in sizes])) if sizes else 0
    keys = {handle.label: key for key, handle in recipe.sliders.items()}
    for slider, says in zip(it["cases"][first]["sliders"], it["sliders"], strict=True):
        key = keys[says["label"]]
        argument, field = recipe.owner[key]
        for end, place in ((0, recipe.sliders[key].low), (-1, recipe.sliders[key].high)):
            stored = recipe.sliders[key].stored(place)
            moved = dataclasses.replace(recipe.records[argument], **{field: stored})
            shown, _ = recipe.show(**recipe.records | {argument: moved})
            for number, trace in enumerate(shown["data"]):
                for column in {"x", "y", "z", "base", "text"} & trace.keys():
                    path = f"data/{number}/{column}"
                    told = value(it, slider["shots"][end], path)
                    assert close(told, trace[column]), (key, end, path)


def test_the_same_instrument_gives_the_same_states(folder):
    text = STATES.search((folder / "instruments/routing.html").read_text(encoding="utf-8"))[1]
    assert json.loads(text) == states.states(explore("routing"), many=3)


def test_a_record_that_refuses_leaves_its_one_line():
    got = states.states(explore("supply"), many=3)
    assert not any("error" in path and value is None for path, value in got["base"].items())
    made = states._parts(
        explore("supply").recipe(), {"snapshot": ValueError("price_usd must be finite, got nan")}
    )
    assert made == {"error": "price_usd must be finite, got nan"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (np.array([2031.45678, 2031.45699]), [2031.45678, 2031.45699]),
        (np.array([0.0123456789, 1.0]), [0.012346, 1]),
        (np.array([1e-9, 21e6]), [1e-9, 21_000_000]),
        (np.nan, None),
        (np.int64(3), 3),
        (["a", "b"], ["a", "b"]),
        (np.array([[0.123456, 60.0]]), [[0.12, 60]]),
        (True, True),
        (np.array([1.0, np.inf]), [1, None]),
    ],
)
def test_numbers_keep_five_digits_of_themselves_or_of_their_span(given, kept):
    assert states.plain(given) == kept


def test_a_formula_is_a_drawing_or_else_code_and_no_link_leads_nowhere():
    assert formula(r"S \ge \frac{1}{2} \text{ of all}").startswith(
        '<svg class="formula" role="img" aria-label="S \\ge'
    )
    assert formula(r"\begin{cases}") == r"<code>\begin{cases}</code>"
    said = prose.markdown(
        "[a](x.py) [b](ASSUMPTIONS.md#c) <b>", {"ASSUMPTIONS.md": "assumptions.html"}, "../"
    )
    assert said == '<p>a <a href="../assumptions.html#c">b</a> &lt;b&gt;</p>\n'


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path, monkeypatch, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setattr(pages, "OUTPUT", tmp_path)
    assert main(["site"]) == 2
    assert "must be empty or a site built before" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_every_page_says_what_it_may_load_and_run(folder, read):
    for path, page in read.items():
        if path == front.LEDGER:
            continue
        allowed = [m["content"] for m in page.all("meta") if "http-equiv" in m]
        assert len(allowed) == 1 and allowed[0].startswith("default-src 'none'"), path
        asked = path.startswith(("instruments/", "reference/")) or path in SEARCHED
        runs = "script-src 'self';" if asked else "script-src 'none';"
        assert runs in allowed[0], path
    assert json.loads((folder / pages.LIST).read_text(encoding="utf-8"))["files"] == sorted(
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and file.name != pages.LIST
    )


# ---- In a browser ----

SHOWN = """() => JSON.stringify({ finding: document.getElementById('finding').textContent,
    plot: document.getElementById('plot').data.map(t => [t.x, t.y, t.z]), read: document.getElementById('read').textContent,
    at: [...document.querySelectorAll('output')].map(o => o.textContent) })"""
KINDS = (  # a page of each, for axe; those that compute have a test of their own
    "index.html",
    "sources.html",
    "figures.html",
    "mainnet.html",
    "search.html",
    "notebooks/00_start_here.html",
    "instruments/guarantee.html",
    "reference/index.html",
)
REACHED = "() => { const e = document.activeElement; return e.id || e.className || e.tagName }"


@pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)
@pytest.mark.parametrize(
    ("width", "scheme", "every"), [(390, "dark", False), (1280, "light", True)]
)
def test_pages_work_from_the_disk_by_keyboard_at_any_width(
    folder, read, tmp_path, width, scheme, every
):
    """On the wide screen every slider is moved, on the narrow one the first of each page: only
    the layout differs.
    """
    start = folder.resolve().as_uri() + "/"
    with lab.page(tmp_path / "profile", width, 900, local=(start,), color_scheme=scheme) as page:
        for path in read:
            page.goto(start + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            page.keyboard.press("Tab")
            assert page.evaluate(REACHED) == "skip", path
            if path in KINDS and not every:
                assert not lab.barriers(page), (path, lab.barriers(page))
            if path.startswith("instruments/"):
                _drive(page, path, every)
        assert not page.outside, page.outside
        assert not page.console_errors, page.console_errors


ROWS = """plot => Object.keys(plot._fullLayout).filter(key => /^yaxis\\d*$/.test(key))
    .flatMap(key => plot._fullLayout[key].ticktext ?? []).filter(name => !plot.textContent.includes(name.split('<br>')[0]))"""
SIGHT = """() => { const plot = document.getElementById('plot').getBoundingClientRect();
    const above = document.getElementById('finding').getBoundingClientRect().bottom;
    return Math.min(plot.bottom, document.querySelector('.controls').getBoundingClientRect().top) - Math.max(plot.top, above, 0) }"""


@pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)
@pytest.mark.parametrize(
    ("width", "height"), [(1280, 900), (640, 450), (390, 844)], ids=["desk", "zoom 200%", "phone"]
)
def test_no_words_meet_or_leave_the_picture_and_it_is_in_sight_while_a_slider_moves(
    folder, tmp_path, width, height
):
    start = folder.resolve().as_uri() + "/"
    with lab.page(tmp_path / "profile", width, height, local=(start,)) as page:
        for name in instruments():
            page.goto(f"{start}instruments/{name}.html")
            page.wait_for_selector("#plot .main-svg")
            plot = page.locator("#plot")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            if name != "board":  # a table of words, which scrolls by itself
                assert plot.evaluate(lab.FAULTS) == [], name
                assert plot.evaluate(ROWS) == [], name
            if width < 960:
                for slider in (page.locator("#s0"), page.locator("[id^=s][type=range]").last):
                    page.evaluate("scrollTo(0, 0)")
                    slider.focus()
                    page.keyboard.press("End")
                    page.keyboard.press("Home")
                    assert page.evaluate(SIGHT) > height / 4, name


TOLD = """() => [...document.querySelectorAll('#ledger > tbody > tr:first-child > *')].filter(cell => cell.offsetWidth)
    .map(cell => [getComputedStyle(cell, '::before').content.replaceAll('"', ''), cell.getBoundingClientRect().right])"""


@pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)
def test_a_phone_shows_the_whole_of_a_claim_with_what_each_number_is(folder, tmp_path):
    start = folder.resolve().as_uri() + "/"
    with lab.page(tmp_path / "profile", 390, 844, local=(start,)) as page:
        page.goto(start + "claims.html")
        told = page.evaluate(TOLD)
        assert max(right for _, right in told) <= 390
        assert {"Verdict then: ", "Verdict now: ", "Evidence: "} <= {head for head, _ in told}
        page.select_option("#only-kind", "forecast")
        rows = page.locator("#ledger > tbody > tr")
        shown = sum(row.is_visible() for row in rows.all())
        assert page.inner_text("#said") == f"{shown} of {rows.count()} claims" and shown


HITS = "() => [...document.querySelectorAll('#hits a')].map(link => link.getAttribute('href'))"
FIELD = "reference/inputs.html#inputs.Scenario.discount_rate"
ASKED = {  # words → what is among the first hits
    "touch_probability": "reference/economy.html#economy.touch_probability",
    "KELLY lognormal": "reference/economy.html#economy.kelly",
    "scenario discount rate": FIELD,
    "ladder market cap": "figures.html#mc_fdv_ladder",
    "in three notebook": "notebooks/",
}
FIRST = {  # what a stranger types → the first thing found
    "halving": "notebooks/00_start_here.html#glossary",
    "halvings": "notebooks/00_start_here.html#glossary",
    "what is TAO": "notebooks/00_start_here.html#glossary",
    "OpenAI": "notebooks/02_openai_comparable.html",
    "stake": "notebooks/00_start_here.html#glossary",
    "FDV": "notebooks/00_start_here.html#glossary",
    "Kelly": "notebooks/07_portfolio_under_uncertainty.html",
    "alpha": "notebooks/00_start_here.html#glossary",
    "who pays?": "notebooks/04_who_pays_inflation.html",
    "recycle": "notebooks/00_start_here.html#glossary",
    "rao": "notebooks/00_start_here.html#glossary",
    "sell pressure": "instruments/sell_pressure.html",
}


@pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)
def test_the_search_finds_names_fields_figures_and_headings_by_keyboard(folder, tmp_path):
    start = folder.resolve().as_uri() + "/"
    with lab.page(tmp_path / "profile", 390, 900, local=(start,)) as page:
        page.goto(start + "search.html")
        for words, wanted in ASKED.items():
            page.fill("#q", words)
            found = page.evaluate(HITS)
            assert any(target.startswith(wanted) for target in found[:3]), (words, found[:5])
            assert "found" in page.inner_text("#said")
        for words, wanted in FIRST.items():
            page.fill("#q", words)
            assert page.evaluate(HITS)[0].startswith(wanted), (words, page.evaluate(HITS)[:3])
        page.fill("#q", "nothing is called zqx")
        assert page.evaluate(HITS) == [] and page.inner_text("#said") == "0 found"
        page.fill("#q", "discount_rate scenario")
        page.focus("#q")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        assert page.evaluate(REACHED) == "q"
        page.keyboard.press("Enter")
        page.wait_for_url(start + FIELD)
        assert page.locator(":target").is_visible()
        page.go_back()  # the address kept the words
        assert FIELD in page.evaluate(HITS)
        for path in ("reference/index.html", "figures.html"):
            page.goto(start + path)
            page.fill("#q", "touch_probability")
            page.keyboard.press("Enter")
            page.wait_for_url(start + ASKED["touch_probability"])
        assert not page.outside and not page.console_errors


def _drive(page, path, every):
    page.wait_for_selector("#plot .main-svg")
    before = json.loads(page.evaluate(SHOWN))
    assert before["finding"]
    count, plots = page.locator("input[type=range]").count(), set()
    wanted, presses = {f"s{i}" for i in range(count)}, 0
    while wanted and presses < 60:
        page.keyboard.press("Tab")
        wanted.discard(page.evaluate(REACHED))
        presses += 1
    assert not wanted, f"{path}: the keyboard does not reach {wanted}"
    for i in range(count if every else 1):
        slider, moved = page.locator(f"#s{i}"), False
        slider.focus()
        for key in ("End", "Home"):
            page.keyboard.press(key)
            now = json.loads(page.evaluate(SHOWN))
            plots.add(json.dumps(now["plot"]))
            said = page.locator("#refused").inner_text()
            moved = moved or said.startswith("nothing here depends on")
            moved = moved or any(now[part] != before[part] for part in ("plot", "read", "finding"))
            others = [n for n in range(count) if n != i and now["at"][n] != before["at"][n]]
            assert not others, f"{path}: slider {i} has moved {others} too"
        assert moved, f"{path}: slider {i} moved, what is shown did not"
        page.get_by_role("button", name="Reset").click()
        assert json.loads(page.evaluate(SHOWN)) == before
    assert not every or len(plots) > count / 2, f"{path}: most sliders leave the plot as it is"
