"""One table of what was measured: printed by `./run bench`, kept in measured.json, shown in
README.md.

ROWS and BESIDE say what README.md shows and in which order; every other benchmark is only printed.
Aims stand beside the benchmarks, as `target_s` (or `aim_ratio`) in `benchmark.extra_info`. What
the version before took on the same machine stands in before.json, by the same names.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from tao_econ.views import instruments

HERE = Path(__file__).resolve().parent
MEASURED = HERE / "measured.json"
BEFORE = HERE / "before.json"
README = HERE / "README.md"
BEGIN, END = "<!-- written by ./run bench -->\n", "<!-- end -->\n"
UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))


class Row(NamedTuple):
    """A line of README.md: its name, the benchmarks it is made of, and how many steps one of
    their runs has.
    """

    name: str  # may show what a benchmark noted, as {note}
    keys: tuple[str, ...]  # several give "a to b"
    steps: int = 1


def _keys(file, *tests):
    return tuple(f"{file}::test_{test}" for test in tests)


ERAS = ("tao-flow", "net-flow", "price-unburned", "gate-rank")
SLOW = ("board", "owner_sales")  # instruments with a row of their own
ROWS = (
    Row(
        "all 328,414,167 blocks one by one, with recycling",
        _keys("engine", "bench_all_328_414_167_blocks_one_by_one_with_recycling"),
    ),
    Row(
        "every era without recycling, in closed form",
        _keys("engine", "bench_every_era_in_closed_form"),
    ),
    Row(
        "the whole life sampled once a year, in closed form",
        _keys("engine", "bench_a_whole_life_in_closed_form_sampled_each_year"),
    ),
    Row(
        "supply, inflation and price over 20 years",
        _keys("engine", "bench_supply_path_of_20_years"),
    ),
    Row("`import tao_econ`, warm", _keys("engine", "bench_import[import tao_econ]")),
    Row("of this `import numba, pandas`", _keys("engine", "bench_import[import numba, pandas]")),
    Row(
        "one exact consensus epoch, 256 UIDs, 64 validators, Yuma3",
        _keys("consensus", "exact_epoch[yuma3]"),
    ),
    Row(
        "the exact epoch with liquid alpha",
        _keys("consensus", "exact_epoch[liquid]"),
    ),
    Row(
        "a fast epoch, 64 rows of validators × 192 miners: one call",
        _keys("consensus_float", *(f"rows_of_validators_alone[{r}]" for r in ("yuma3", "classic"))),
    ),
    Row(
        "the fast one with liquid alpha",
        _keys("consensus_float", "rows_of_validators_alone[liquid]"),
    ),
    Row(
        "the same in square matrices of 256 UIDs",
        _keys(
            "consensus_float", *(f"fast_epoch[64x192-{r}]" for r in ("yuma3", "classic", "liquid"))
        ),
    ),
    Row(
        "an epoch of a run of 100", _keys("consensus_float", "run_of_100_epochs[64x192-yuma3]"), 100
    ),
    Row(
        "all 256 UIDs score each other, 64 permits: one call",
        _keys("consensus_float", *(f"fast_epoch[256-{r}]" for r in ("yuma3", "classic", "liquid"))),
    ),
    Row(
        "the consensus guarantee, 28,611 points at 512 UIDs, two threads",
        _keys("retention", "the_documents_grid"),
    ),
    Row(
        "10,000 price paths, 520 weeks, antithetic, drawn with dilution",
        _keys("price_model", "price_paths_with_their_random_numbers[antithetic-float64]"),
    ),
    Row(
        "the same, independent",
        _keys("price_model", "price_paths_with_their_random_numbers[independent-float64]"),
    ),
    Row(
        "the same with normals of float32",
        _keys(
            "price_model",
            "price_paths_with_their_random_numbers[antithetic-float32]",
            "price_paths_with_their_random_numbers[independent-float32]",
        ),
    ),
    Row(
        "1,000 rounds of the query market, 256 UIDs (of 16 replicas)",
        _keys("query_market", "thousand_market_rounds[16]"),
    ),
    Row(
        "one block of dynamic TAO, 128 subnets, all rules but the first",
        _keys("subnets", *(f"bench_10_days_of_128_subnets_at_3_us_a_block[{era}]" for era in ERAS)),
        72_000,
    ),
    Row(
        "the same, the first rules",
        _keys("subnets", "bench_10_days_of_128_subnets_at_3_us_a_block[dynamic-tao]"),
        72_000,
    ),
    Row(
        "a sweep of 1,000,000 points into Parquet files; {more_mb:.0f} MB more at its peak than "
        "10,000 points",
        _keys("sweep", "a_million_points_into_parquet"),
    ),
    Row(
        "first call with no kernel on disk: the fast epoch",
        _keys("first_call", "first_call[fast-epoch]"),
    ),
    Row("the same: subnets, block by block", _keys("first_call", "first_call[subnets]")),
    Row("the same: the exact epoch", _keys("first_call", "first_call[exact-epoch]")),
    Row("the same: the consensus guarantee", _keys("first_call", "first_call[guarantee]")),
    Row(
        "slider key press to repaint, every instrument but two, in headless Chromium",
        _keys(
            "browser",
            *(f"key_press_to_repaint[{name}]" for name in instruments() if name not in SLOW),
        ),
    ),
    *(
        Row(f"the same: `{name}`", _keys("browser", f"key_press_to_repaint[{name}]"))
        for name in SLOW
    ),
)
BESIDE = (
    Row(
        "emission with recycling, a step of one block",
        _keys("peers", "a_step_of_emission[radcad]"),
        72_000,
    ),
    Row("the same", _keys("peers", "a_step_of_emission[cadcad]"), 72_000),
    Row("the same", _keys("peers", "a_step_of_emission[python]"), 72_000),
    Row("one Yuma3 epoch, 64 × 192", _keys("peers", "an_epoch_of_the_torch_simulator")),
    Row(
        "a sweep of 36 points, 10 days of 128 subnets each", _keys("sweep", "two_workers[threads]")
    ),
    Row("the same", _keys("sweep", "two_workers[processes]")),
    Row("the same", _keys("sweep", "two_workers[dask]")),
)


def duration(*seconds: float) -> str:
    """Two significant digits in the unit of the longest: '0.52 ms', '74 to 94 ms'."""
    unit, size = next((u for u in UNITS if max(seconds) >= 0.995 * u[1]), UNITS[-1])
    shown = dict.fromkeys(
        f"{s / size:.0f}" if s >= 99.5 * size else f"{s / size:.2g}" for s in sorted(seconds)
    )
    first, *rest = shown
    return f"{first} to {list(rest)[-1]} {unit}" if rest else f"{first} {unit}"


def line(row: Row, rows: dict, before: dict | None = None) -> list[str]:
    """what, least, median, how many times as fast as before, aim, met?"""
    found = [rows[key] for key in row.keys if key in rows]
    if len(found) < len(row.keys):
        return [re.sub(r"; \{.*", "", row.name), "not measured", "", "", "", ""]
    least, median = ([r[k] / row.steps for r in found] for k in ("least_s", "median_s"))
    aim = found[0].get("target_s")
    name = row.name.format(**found[0]) + (" (CPU time)" if found[0].get("cpu") else "")
    gain = gains(row, rows, before or {})
    if aim is None:
        return [name, duration(*least), duration(*median), gain, "", ""]
    aim /= row.steps
    met = "yes" if max(median) <= aim else "least only" if max(least) <= aim else "no"
    return [name, duration(*least), duration(*median), gain, duration(aim), met]


def gains(row: Row, rows: dict, before: dict) -> str:
    """Least time of the version before ÷ that of this one, where both were measured alike."""
    pairs = [(before[key], rows[key]) for key in row.keys if key in before]
    if len(pairs) < len(row.keys) or any(old.get("cpu") != new.get("cpu") for old, new in pairs):
        return ""
    ratios = sorted(old["least_s"] / new["least_s"] for old, new in pairs)
    return " to ".join(dict.fromkeys(f"{ratio:.1f}" for ratio in (ratios[0], ratios[-1])))


def line_beside(row: Row, rows: dict) -> list[str]:
    """what, compared with, its time, ours, ratio, aim"""
    found = rows.get(row.keys[0])
    if found is None:
        return [row.name, "", "not measured", "", "", ""]
    ours = duration(found["least_s"] / row.steps)
    if "peer_s" not in found:
        return [row.name, found["peer"], found["why"], ours, "", ""]
    ratio, aim = found["peer_s"] / found["least_s"], found.get("aim_ratio")
    name = row.name if "with" not in found else f"{row.name}: {found['with']}"
    shown = f"{ratio:.1f}" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f}"
    return [
        name,
        found["peer"],
        duration(found["peer_s"] / row.steps),
        ours,
        shown,
        f"{aim}" if aim else "",
    ]


HEADS = ["what", "least", "median", "× before", "aim", "met?"]
HEADS_BESIDE = ["what", "beside", "its least", "ours", "ratio", "aim"]


def others(rows: dict) -> list[Row]:
    """The benchmarks that README.md leaves out."""
    named = {key for row in ROWS + BESIDE for key in row.keys}
    return [
        Row(key.replace("::test_", ": ").replace("{", "("), (key,))
        for key in rows
        if key not in named
    ]


def plain(measured: dict) -> str:
    """Everything that was measured, for a terminal."""
    rows = measured["rows"]
    first = [HEADS, *(line(row, rows, measured["before"]) for row in (*ROWS, *others(rows)))]
    second = [HEADS_BESIDE, *(line_beside(row, rows) for row in BESIDE)]
    return about(measured) + "\n\n" + "\n\n".join(map(_aligned, (first, second)))


def markdown(measured: dict) -> str:
    """The tables of README.md, between its two marks."""
    rows = measured["rows"]
    first = [HEADS, ["---"] * 6, *(line(row, rows, measured["before"]) for row in ROWS)]
    second = [HEADS_BESIDE, ["---"] * 6, *(line_beside(row, rows) for row in BESIDE)]
    tables = (
        "\n".join("| " + " | ".join(cells) + " |" for cells in table) for table in (first, second)
    )
    return f"{about(measured)}\n\n" + "\n\n".join(tables) + "\n"


def about(measured: dict) -> str:
    """Where, when and with what."""
    packages = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    return (
        f"Measured by `./run bench` on {measured['date']}, {measured['cores']} cores: {packages}."
    )


def read() -> dict:
    """What measured.json holds, nothing at first; and the rows of the version before."""
    before = json.loads(BEFORE.read_text(encoding="utf-8"))["rows"] if BEFORE.exists() else {}
    if not MEASURED.exists():
        return {"date": "", "cores": 0, "versions": {}, "rows": {}, "before": before}
    return json.loads(MEASURED.read_text(encoding="utf-8")) | {"before": before}


def write(measured: dict) -> None:
    """Into measured.json and README.md."""
    kept = {name: part for name, part in measured.items() if name != "before"}
    MEASURED.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    README.write_text(in_readme(README.read_text(encoding="utf-8"), measured), encoding="utf-8")


def in_readme(text: str, measured: dict) -> str:
    """README.md with its tables made anew."""
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return before + BEGIN + markdown(measured) + END + after


def _aligned(table: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    )
