"""From key press to repaint, in a real JupyterLab with headless Chromium. Target: 120 ms median,
200 ms p95.
"""

import statistics
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import lab  # noqa: E402
from test_browser import FILLS, WATCH  # noqa: E402

pytestmark = pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)


@pytest.mark.parametrize("notebook", ["05_supply_curve", "01_circulating_vs_fdv"])
def test_key_press_to_repaint(benchmark, tmp_path, notebook):
    with lab.server(ROOT, tmp_path / "home") as base, lab.page(tmp_path / "profile") as page:
        lab.open_notebook(page, *base, f"notebooks/{notebook}.ipynb")
        lab.run_all(page)
        page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()
        page.wait_for_selector(".js-plotly-plot .main-svg")
        page.wait_for_timeout(1500)
        page.wait_for_function(FILLS, timeout=60_000)
        page.evaluate(WATCH)
        handle = page.locator(".noUi-handle").first
        took = []

        def press():
            handle.focus()  # a page that is still settling may have taken it away
            drawn = page.evaluate("window.drawn.length")
            page.keyboard.press("ArrowRight")
            page.wait_for_function("n => window.drawn.length > n", arg=drawn, timeout=60_000)
            took.append(page.evaluate("window.drawn.at(-1) - window.keys.at(-1)"))
            page.wait_for_timeout(150)

        benchmark.pedantic(press, rounds=40)
    least, median, p95 = (ms / 1e3 for ms in (min(took), statistics.median(took), sorted(took)[37]))
    benchmark.extra_info |= {
        "least_s": least,
        "median_s": median,
        "p95_s": p95,
        "target_s": 0.12,
    }  # as the page saw it
