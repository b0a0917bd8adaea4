"""Every instrument in a real JupyterLab: a slider moved by keyboard, narrow and dark pages, and
what is left of a live view once its kernel has gone.
"""

import re

import lab
import pytest

from tao_econ.views import explore, instruments, still
from tao_econ.views.plot import plain

pytestmark = pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)

PAGES = [instruments()[k : k + 7] for k in range(0, len(instruments()), 7)]
DATA = """box => { const plot = box.querySelector('.js-plotly-plot');
    return JSON.stringify([plot.data.map(t => [t.x, t.y, t.z, t.base, t.text]),
        plot.layout.annotations.map(a => a.text)]) }"""
READOUT = "box => box.querySelector('.tao-readout').textContent"
NAMES = """box => [...box.querySelectorAll('[role=slider], .widget-hbox .widget-hbox input')]
    .map(h => h.getAttribute('aria-label'))"""
DRAWN = """box => box.querySelector('.js-plotly-plot .main-svg') && !box.textContent.includes('drawing…')"""
WIDE = """box => { const right = box.getBoundingClientRect().right + 1;
    return [...box.querySelectorAll('.widget-hslider, .widget-dropdown, .widget-text, .widget-button, .tao-readout > div, .gtitle, .js-plotly-plot')]
        .filter(e => e.getBoundingClientRect().right > right).map(e => e.textContent.slice(0, 60)) }"""
FEW = ("supply", "sell_pressure", "comparable", "portfolio", "guarantee")


def seen(box):
    """What a figure shows but for its title: numbers, and texts in its panels."""
    shown = plain(box._shown)
    return shown["data"], [note["text"] for note in shown["layout"]["annotations"]]


def moved(name: str) -> int:
    """The place of the first slider whose next step is seen in the figure."""
    box = explore(name)
    before = seen(box)
    for place, (key, control) in enumerate(box._sliders.items()):
        handle = box._handles[key]
        start = control.value
        control.value = start * 1.03 if handle.log else min(start + handle.step, control.max)
        if seen(box) != before:
            return place
        control.value = start
    raise AssertionError(f"{name}: no slider's next step is seen")


@pytest.fixture(scope="module")
def places():
    return {name: moved(name) for name in instruments()}


def opened(page, base, names, folder):
    """The live views of a notebook with a cell for each name, run and drawn."""
    sources = [f'from tao_econ import views\nviews.explore("{name}")' for name in names]
    lab.write_notebook(folder / "live.ipynb", *sources)
    lab.open_notebook(page, *base, "live.ipynb")
    lab.run_all(page)
    assert not lab.errors(page)
    boxes = page.locator(".tao-live")
    for number in range(len(names)):
        boxes.nth(number).wait_for(state="attached", timeout=60_000)
        boxes.nth(number).scroll_into_view_if_needed()
        waits(page, boxes.nth(number), DRAWN)
    return boxes


def waits(page, box, question, wanted=True, timeout_s=60):
    """Wait until the answer of a page about a box is true (or false)."""
    for _ in range(timeout_s * 10):
        if bool(box.evaluate(question)) is wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{question} of {box} was not {wanted} in {timeout_s} s")


@pytest.mark.parametrize("names", PAGES, ids="-".join)
def test_every_instrument_follows_a_key_and_its_sliders_have_names(tmp_path, names, places):
    with lab.server(tmp_path, tmp_path / "home") as base, lab.page(tmp_path / "profile") as page:
        boxes = opened(page, base, names, tmp_path)
        for number, name in enumerate(names):
            box = boxes.nth(number)
            box.scroll_into_view_if_needed()
            labels = box.evaluate(NAMES)
            assert labels and all(labels), f"{name}: {labels}"
            before = box.evaluate(DATA)
            others = [boxes.nth(k).evaluate(DATA) for k in range(len(names)) if k != number]
            box.locator(".noUi-handle").nth(places[name]).focus()
            page.keyboard.press("ArrowRight")
            for _ in range(300):
                if box.evaluate(DATA) != before:
                    break
                page.wait_for_timeout(100)
            else:
                raise AssertionError(f"{name}: the slider moved, the figure did not")
            assert others == [boxes.nth(k).evaluate(DATA) for k in range(len(names)) if k != number]
        assert not page.console_errors, page.console_errors
        assert not page.outside, page.outside


def test_a_number_typed_beside_a_slider_is_read_or_refused_in_one_line(tmp_path):
    with lab.server(tmp_path, tmp_path / "home") as base, lab.page(tmp_path / "profile") as page:
        box = opened(page, base, ["emission"], tmp_path).first
        typed = box.get_by_label("decimals").locator("visible=true").and_(page.locator("input"))
        for text in ("1e12", "12,5", "1,0"):
            before = typed.input_value(), box.evaluate(DATA)
            typed.fill(text)
            typed.press("Enter")
            box.locator(".refused").wait_for(timeout=30_000)
            assert "decimals (digits) must be" in box.locator(".refused").text_content()
            assert (typed.input_value(), box.evaluate(DATA)) == before
            typed.fill("1e1")
            typed.press("Enter")
            box.locator(".refused").wait_for(state="detached", timeout=30_000)
            assert typed.input_value() == "10"
        assert not page.console_errors, page.console_errors


GONE = """() => document.querySelector('.tao-live.jupyter-widgets-disconnected') &&
    getComputedStyle(document.querySelector('.tao-live'), '::after').content"""


def kernel(page, item):
    page.locator(".lm-MenuBar-itemLabel", has_text="Kernel").first.click()
    page.locator(".lm-Menu-itemLabel", has_text=item).first.click()


def test_a_live_view_whose_kernel_has_gone_leaves_its_picture(tmp_path):
    with lab.server(tmp_path, tmp_path / "home") as base, lab.page(tmp_path / "profile") as page:
        box = opened(page, base, ["routing"], tmp_path).first
        note = page.locator(".tao-still")
        picture = page.locator(".jp-RenderedImage img")
        picture.wait_for(state="attached", timeout=60_000)
        assert not note.is_visible() and not picture.is_visible()
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1000)
        kernel(page, "Restart Kernel…")
        page.locator(".jp-Dialog button", has_text="Restart").last.click()
        page.wait_for_function(GONE, timeout=60_000)
        assert "run the cell again" in page.evaluate(GONE)
        assert box.is_visible()
        page.reload()
        note.wait_for(timeout=120_000)
        lost = page.get_by_text("model not found")
        lost.wait_for(state="attached", timeout=60_000)
        assert picture.is_visible() and not lost.is_visible()
        assert note.text_content().startswith(still.WORDS)
        page.screenshot(path=tmp_path / "reopened.png")
        lab.run_all(page)  # and it comes back
        page.locator(".tao-live .js-plotly-plot .main-svg").first.wait_for(timeout=60_000)
        assert not note.is_visible() and not picture.is_visible()


# ---- Dark, narrow, enlarged ----

INK = """box => { return [...box.querySelectorAll('.gtitle, .xtick text, .legendtext, .annotation-text')]
        .map(e => getComputedStyle(e).fill.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3) }"""


TOOLS = "box => [...box.querySelectorAll('.modebar-btn')].map(e => e.dataset.title ?? e.outerHTML)"


@pytest.mark.parametrize(  # the second with the list of files, which takes half of it; then 200 %
    ("width", "scale", "dark"), [(820, 1, True), (600, 1, False), (700, 2, False)]
)
def test_dark_narrow_and_enlarged_pages_show_everything(tmp_path, width, scale, dark):
    with (
        lab.server(tmp_path, tmp_path / "home", dark=dark) as base,
        lab.page(tmp_path / "profile", device_scale_factor=scale) as page,
    ):
        boxes = opened(page, base, FEW, tmp_path)
        page.set_viewport_size({"width": width, "height": 900 // scale})
        page.wait_for_timeout(1000)
        page.screenshot(path=tmp_path / "page.png")
        tools = boxes.first.evaluate(TOOLS)
        assert tools and not [
            it for it in tools if re.search("share|cloud|select|produced", it, re.I)
        ]
        for number, name in enumerate(FEW):
            box = boxes.nth(number)
            box.scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
            assert box.evaluate(WIDE) == [], f"{name}: beyond its right edge"
            assert box.locator(".js-plotly-plot").evaluate(lab.FAULTS) == [], name
            code = box.locator(".widget-text input").last
            assert code.input_value().startswith("views.explore")
            assert code.evaluate("it => it.clientWidth") > 100
            inks = box.evaluate(INK)
            assert inks and all((ink > 110) is dark for ink in inks if not 90 < ink < 140), inks


MEET = """box => { const at = [...box.querySelectorAll('.annotation-text')].map(e => [e.textContent, e.getBoundingClientRect()]);
    return at.flatMap(([one, a], i) => at.slice(i + 1).filter(([_, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
        .map(([other]) => one + " | " + other)) }"""


def test_the_boards_table_scrolls_in_a_narrow_pane(tmp_path):
    with (
        lab.server(tmp_path, tmp_path / "home") as base,
        lab.page(tmp_path / "profile", width=1100) as page,
    ):
        box = opened(page, base, ["board"], tmp_path).first
        page.wait_for_timeout(1000)
        assert box.evaluate(MEET) == []
        holder = box.locator(".js-plotly-plot").locator("xpath=..")
        assert holder.evaluate("it => it.scrollWidth > it.clientWidth + 100")
        holder.evaluate("it => { it.scrollLeft = 10_000 }")
        assert holder.evaluate("it => it.scrollLeft > 100")
