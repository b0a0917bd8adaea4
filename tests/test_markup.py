"""Markup in a claim, a title, a file's name, a table or an instrument stays text: in Chromium, with
the pages' own policy taken away, and with it.
"""

import json
import re
import shutil

import lab
import mistune
import nbformat
import pandas as pd
import pytest
from hostile import one_line

from tao_econ.claims import VERDICTS
from tao_econ.claims.rule import Finding, Judgement, Read, Reading
from tao_econ.inputs import Rules, Snapshot, data
from tao_econ.publish import (
    figures_page,
    front,
    ledger,
    names,
    pages,
    press,
    prose,
    reference,
    search,
)

BAD = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>\'"><!--<script>&lt;'
FILE = '13_"><img src=x onerror=window.hit=1>'
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
HOSTILE = [
    "<script>x</script>",
    "<svg/onload=x>",
    "<img src='x'onerror=x>",
    "<a title='>' onclick=x>y</a>",
    "<a xlink:href=javascript:x>",
    "<a href='&#106;avascript:x'>",
    "<meta http-equiv=refresh>",
    "<img src=http://x>",
    "<td/onclick=x>",
    "<table></div></table>",
    "<!-- x -->",
    "<?x?>",
    "</table>",
    "<table style='background:url(x)'>",
    "<style>@import 'x'</style ><b>",
    "<td class='a\"onclick=x'>",
    "<![CDATA[x]]>",
    "<td><scr<script>ipt>",
    "<svg><style><img src=x onerror=x></style></svg>",
    "<iframe srcdoc=x>",
    "<form action=x>",
    "<base href=x>",
    "<td id=states>",
    "<math><mi xlink:href=x>",
    "<details open ontoggle=x>",
]


@pytest.mark.parametrize("table", HOSTILE)
def test_a_notebook_with_anything_but_a_table_in_a_table_makes_no_page(table):
    none = prose.Pages({}, {}, [])
    output = {"data": {"text/html": table}}
    one_line(lambda: prose._output(output, "01_x", none, prose.Notebook()), "01_x", "script")


def test_a_table_is_written_as_it_is_and_text_in_it_as_text():
    table = pd.DataFrame({BAD: [BAD]}).to_html()
    again = prose.table(table, "01_x")
    assert again == table.replace(' border="1"', "").replace("&quot;", '"').replace("&#x27;", "'")
    assert prose.table("<td>a < b<iframe", "01_x") == "<td>a &lt; b&lt;iframe</td>"


def book():
    cells = [
        nbformat.v4.new_markdown_cell(
            f"# {BAD}\n\n**In three sentences.** A {BAD}. [x]({FILE}.ipynb)"
        ),
        nbformat.v4.new_code_cell(
            f"print('''{BAD}''')",
            outputs=[
                nbformat.v4.new_output("stream", text=BAD),
                nbformat.v4.new_output(
                    "display_data", data={"text/html": pd.DataFrame({BAD: [BAD]}).to_html()}
                ),
            ],
        ),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def claims():
    row = dict.fromkeys([*ledger.HEADS, "unit", "missing"], BAD)
    row |= {f"{kind}_{when}": "" for kind in ("readings",) for when in ("then", "now")}
    row |= {"verdict_then": VERDICTS[0], "verdict_now": VERDICTS[0], "ours": False}
    read = Judgement(
        (
            Read(Reading("then", BAD, BAD, BAD), BAD, True),
            Read(Reading("then", BAD, BAD, BAD), None, None, BAD),
        )
    )
    facts = pd.DataFrame([dict.fromkeys(data.load("evidence"), BAD)] * 2)
    facts["link"] = [f"javascript:{BAD}", "https://x.invalid/"]
    counted = pd.DataFrame({"then": 1, "now": 1}, index=list(VERDICTS))
    turned = pd.DataFrame({"as it is": [VERDICTS[0]], BAD: [VERDICTS[1]]}, index=[(BAD, "now")])
    made = ledger.page(
        pd.DataFrame([row]), counted, turned, found={BAD: Finding(read, None)}, evidence=facts
    )
    return made.decode()


def instrument():
    shot = {"read": 0, "data/0/type": 1, "data/0/y": 2, "data/0/name": 3, "layout/title/text": 4}
    packed = {
        "menus": [{"label": BAD, "options": [BAD], "start": 0}],
        "sliders": [{"label": BAD, "meaning": BAD, "source": BAD}],
        "cases": [{"start": 0, "sliders": [{"start": 0, "texts": [BAD], "shots": [0]}]}],
        "base": {},
        "paths": list(shot),
        "shots": [list(shot.values())],
        "pool": [[[BAD, BAD]], "scatter", [1, 2], BAD, BAD],
    }
    return pages._instrument("supply", BAD, json.dumps(packed), pages._menu(True), {})


def hostile(rules: Rules) -> Snapshot:
    """<img src=x onerror="window.hit=1"> and `<img src=x onerror="window.hit=1">`, [x](javascript:hit).

    Parameters
    ----------
    rules : <img src=x onerror="window.hit=1">
        <script>window.hit=1</script>

    Raises
    ------
    <img src=x onerror="window.hit=1">
        <svg onload="window.hit=1">
    """


def entry():
    """A function of the reference whose words, types and text are hostile."""
    name = names.Name("inputs", BAD, "inputs.rules", hostile, BAD)
    return search.box("../") + reference._entry(name, reference.Guide())


def gallery():
    said = dict.fromkeys(("caption", "call", "problem"), BAD)
    drawn = figures_page.Drawing(file="figures/supply.csv", data=b"", sources=(BAD,), **said)
    index = {"inflation": {"finding": BAD, "alt": BAD}}
    return search.box() + figures_page.page(index, {}, {"inflation": drawn})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A page of each kind, all their words hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    made = prose.notebook(
        book(), FILE, prose.Pages({f"{FILE}.ipynb": prose.address(f"{FILE}.html")}, {}, [])
    )
    menu = pages._menu(True)
    body = made.body + pages._onward(FILE, {"a": made, FILE: made}) + front._finding(FILE, made)
    texts = {
        "notebooks/book.html": pages._page(made.title, body, pages._menu(True), up="../"),
        "index.html": pages._page(
            BAD, front.page({FILE: made, "b": made}, [], {}, True), pages._menu(True)
        ),
        "claims.html": claims(),
        "instruments/supply.html": instrument(),
        "reference/inputs.html": pages._page(BAD, entry(), menu, up="../", scripts="'self'"),
        "figures.html": pages._page(BAD, gallery(), menu, scripts="'self'"),
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "assets").mkdir()
    for path, content in pages.assets().items():
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "figures").mkdir()
    shutil.copy(press.OUTPUT / "inflation.svg", folder / "figures")
    (folder / search.INDEX).write_text(search.index([(BAD, BAD, BAD, "figures.html")]))
    return folder


def test_every_page_carries_a_policy(site):
    for file in site.rglob("*.html"):
        assert len(POLICY.findall(file.read_text(encoding="utf-8"))) == 1, file.name


@pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)
@pytest.mark.parametrize("guarded", [False, True])
def test_markup_stays_text_in_a_browser(site, tmp_path, guarded):
    start = site.resolve().as_uri() + "/"
    with lab.page(tmp_path / "profile", local=(start,)) as page:
        for file in sorted(site.rglob("*.html")):
            text = file.read_text(encoding="utf-8")
            try:
                if not guarded:
                    file.write_text(POLICY.sub("", text), encoding="utf-8")
                page.goto(start + str(file.relative_to(site)))
                if file.parent.name == "instruments":
                    page.wait_for_selector("#plot .main-svg")
                if page.locator("#q").count():
                    page.fill("#q", "onerror")
                    assert page.locator("#hits li").inner_text().count("<img src=x") == 3
            finally:
                file.write_text(text, encoding="utf-8")
            page.wait_for_timeout(200)
            assert page.evaluate("window.hit") is None, file.name
            assert (
                page.evaluate("document.querySelectorAll('[onerror], img[src=x]').length") == 0
            ), file.name
            assert "<img src=x" in page.evaluate("document.body.innerText"), file.name
            assert page.locator(".modebar-btn").count() == 0
            assert not page.outside and not page.console_errors, (file.name, page.console_errors)


@pytest.mark.skipif(
    lab.chromium() is None, reason="no Chromium found on the path; set CHROMIUM to one"
)
def test_what_slipped_through_would_not_run_nor_load(site, tmp_path):
    start = site.resolve().as_uri() + "/"
    slip = (
        '<img src="http://192.0.2.1/x" onerror="window.hit=1"><script>window.hit=1</script></body>'
    )
    with lab.page(tmp_path / "profile", local=(start,)) as page:
        for file in sorted(site.rglob("*.html")):
            other = file.with_name(f"slipped-{file.name}")
            other.write_text(
                file.read_text(encoding="utf-8").replace("</body>", slip), encoding="utf-8"
            )
            page.goto(start + str(other.relative_to(site)))
            other.unlink()
            page.wait_for_timeout(200)
            assert page.evaluate("window.hit") is None, file.name
            assert len(page.console_errors) >= 2, file.name  # the policy speaks
            page.console_errors.clear()


def test_a_folded_solution_is_kept_and_no_other_markup():
    render = mistune.create_markdown(renderer=prose._Renderer({}, ""))
    folded = "<details><summary>Solutions</summary>\n\nyes\n\n</details>\n"
    assert render(folded).startswith("<details><summary>Solutions</summary>\n<p>yes</p>")
    for text in ("<details onclick='x'><summary>S</summary>\n", folded.replace("S", "<b>", 1)):
        assert "<details" not in render(text)
