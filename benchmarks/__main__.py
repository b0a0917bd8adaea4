"""Run the benchmarks, print one table, and write it into measured.json and README.md beside it.

python benchmarks [--least | --table] [pytest's arguments: a file, -k NAME]
--least  : a benchmark measured before keeps the better of its two runs; for a machine that is not
quiet
--table  : run nothing; print measured.json and write it into README.md
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import table


def run(arguments: list[str]) -> tuple[int, list[dict]]:
    """pytest's exit code and what it measured."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            "-o",
            "testpaths=benchmarks",
            "--benchmark-quiet",
        ]
        command += [f"--benchmark-json={out}", *arguments]
        code = subprocess.run(command, cwd=table.HERE.parent).returncode
        text = out.read_text(encoding="utf-8") if out.exists() else ""
        return code, json.loads(text)["benchmarks"] if text else []


def row(found: dict) -> dict:
    """One benchmark as it is kept: seconds, and what it noted itself, which comes first."""
    stats = found["stats"]
    kept = {
        "least_s": stats["min"],
        "median_s": stats["median"],
        "rounds": stats["rounds"],
    } | found["extra_info"]
    if found["options"]["timer"] == "process_time":
        kept["cpu"] = True
    return {name: float(f"{v:.4g}") if isinstance(v, float) else v for name, v in kept.items()}


def better(old: dict, new: dict) -> dict:
    """The run with the larger speed-up where that is the aim, else the faster one."""
    if "aim_ratio" in new:
        return max(old, new, key=lambda r: r["peer_s"] / r["least_s"])
    return min(new, old, key=lambda r: ("peer" in r and "peer_s" not in r, r["least_s"]))


def main(arguments: list[str]) -> int:
    """Measure, print, write."""
    keep_better, code, found = "--least" in arguments, 0, []
    if "--table" not in arguments:
        code, found = run([a for a in arguments if a != "--least"])
    measured = table.read()
    if found:
        versions = {"Python": sys.version.split()[0]} | {
            p: version(p) for p in ("numpy", "numba", "pandas")
        }
        before = measured["rows"] if measured["versions"] == versions else {}
        rows = {
            f["fullname"].removeprefix("benchmarks/test_bench_").replace(".py::", "::"): row(f)
            for f in found
        }
        if keep_better:
            rows = {
                key: better(before[key], new) if key in before else new for key, new in rows.items()
            }
        date = datetime.date.today().isoformat()
        measured = {
            "date": date,
            "cores": os.cpu_count(),
            "versions": versions,
            "rows": dict(sorted((before | rows).items())),
            "before": measured["before"],
        }
    print(table.plain(measured))
    if measured["rows"]:
        table.write(measured)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
