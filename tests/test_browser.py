"""The notebooks in a real JupyterLab: Run All, move a slider with the keyboard, read the
figure's own numbers.
"""

import shutil
import statistics
from dataclasses import replace
from pathlib import Path

import lab
import numpy as np
import pytest

import tao_econ as te
from tao_econ.views.handles import RATIO
from tao_econ.views.issuance import walk

ROOT = Path(__file__).resolve().parents[1]

pytestmark = [
    pytest.mark.skipif(
        lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
    ),
]

READ = """() => { const g = document.querySelector('.js-plotly-plot');
    return {y: [...g._fullData[0].y], x: [...g._fullData[0].x]} }"""
LATE = (
    """const whole = AbortSignal.timeout; AbortSignal.timeout = ms => whole.call(AbortSignal, 1)"""
)
FILLS = """() => { const g = document.querySelector('.js-plotly-plot');
    return Math.abs(g._fullLayout.width - g.parentElement.getBoundingClientRect().width) < 2 }"""
WATCH = """() => { window.keys = []; window.drawn = [];
    document.addEventListener('keydown', () => window.keys.push(performance.now()), true);
    document.querySelector('.js-plotly-plot').on('plotly_afterplot',
        () => requestAnimationFrame(() => window.drawn.push(performance.now()))) }"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")  # JupyterLab saves what it runs
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    with lab.server(root, tmp_path_factory.mktemp("lab")) as address:
        yield address


def emission_after(presses: int):
    """The model's curve after so many steps of the first slider, recycled_share."""
    scenario = replace(
        te.load_scenario("article"), horizon_years=260.0, recycled_share=0.002 * presses
    )
    years, issued, _ = walk(te.rules_at("2026-09-11"), scenario)
    return np.interp(np.linspace(0, 260, 521), years, issued) / 1e6


def supply_after(presses: int):
    """The model's curve after so many steps of the first slider, price_usd, in equal ratios."""
    snapshot = te.load_snapshot("2026-09-11")
    price = snapshot.price_usd
    for _ in range(presses):
        price = float(f"{price * 10**RATIO:.4g}")
    snapshot = replace(snapshot, price_usd=price)
    return te.economy.supply_path(
        te.rules_at("2026-09-11"), snapshot, te.load_scenario("base")
    ).price_usd


@pytest.mark.parametrize(
    ("notebook", "model"),
    [("05_supply_curve", emission_after), ("01_circulating_vs_fdv", supply_after)],
)
def test_run_all_then_a_key_press_moves_the_figure_to_the_models_numbers(
    base, tmp_path, notebook, model
):
    with lab.page(tmp_path / "profile") as page:
        lab.open_notebook(page, *base, f"notebooks/{notebook}.ipynb")
        lab.run_all(page)
        assert not lab.errors(page)
        assert all(p.strip("[]: ").isdigit() for p in lab.prompts(page)), lab.prompts(page)
        figure = page.locator(".js-plotly-plot").first
        figure.scroll_into_view_if_needed()
        page.wait_for_selector(".js-plotly-plot .main-svg")
        page.wait_for_timeout(1000)
        page.wait_for_function(FILLS, timeout=120_000)
        before = page.evaluate(READ)
        np.testing.assert_allclose(before["y"], model(0), rtol=1e-9)

        page.evaluate(WATCH)
        page.locator(".noUi-handle").first.focus()
        latencies = []
        for _ in range(12):
            drawn = page.evaluate("window.drawn.length")
            page.keyboard.press("ArrowRight")
            page.wait_for_function("n => window.drawn.length > n", arg=drawn, timeout=120_000)
            latencies.append(page.evaluate("window.drawn.at(-1) - window.keys.at(-1)"))
            page.wait_for_timeout(150)
        after = page.evaluate(READ)
        page.screenshot(path=tmp_path / "after.png")
        assert after["y"] != before["y"], "the slider moved, the figure did not"
        np.testing.assert_allclose(after["y"], model(12), rtol=1e-9)
        print(
            f"{notebook}: key press to repaint {statistics.median(latencies):.0f} ms median, "
            f"{max(latencies):.0f} ms worst"
        )

        page.get_by_role("button", name="Reset", exact=True).first.click()
        back = "y => [...document.querySelector('.js-plotly-plot')._fullData[0].y][5] === y"
        page.wait_for_function(back, arg=before["y"][5], timeout=120_000)
        assert not page.outside, page.outside
        assert not page.console_errors, page.console_errors


def test_a_figure_follows_on_a_machine_six_times_as_slow(tmp_path):
    code = 'from tao_econ import views\nviews.explore("supply")'
    lab.write_notebook(tmp_path / "slow.ipynb", code)
    with lab.server(tmp_path, tmp_path / "lab") as place, lab.page(tmp_path / "profile") as page:
        page.add_init_script(LATE)
        lab.open_notebook(page, *place, "slow.ipynb")
        slow = page.context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 6})
        lab.run_all(page)
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=300_000)
        before = page.evaluate(READ)
        np.testing.assert_allclose(before["y"], supply_after(0), rtol=1e-9)
        page.locator(".noUi-handle").first.focus()
        page.keyboard.press("ArrowRight")
        moved = "y => [...document.querySelector('.js-plotly-plot')._fullData[0].y][5] !== y"
        page.wait_for_function(moved, arg=before["y"][5], timeout=120_000)
        np.testing.assert_allclose(page.evaluate(READ)["y"], supply_after(1), rtol=1e-9)
