"""Break a module in many small ways and see whether its tests notice: see tests/mutation.md."""

import argparse
import ast
import json
import os
import random
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAN = tomllib.loads((ROOT / "tests" / "mutation.toml").read_text(encoding="utf-8"))
OUT_OF_COPY = shutil.ignore_patterns(
    ".git", ".venv", ".mutation", "__pycache__", ".ruff_cache", "site"
)


def annotations(path):
    """(first, last) positions of what is never run: type annotations."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = [
        part
        for node in nodes
        for name in ("annotation", "returns")
        if (part := getattr(node, name, None))
    ]
    return [((a.lineno, a.col_offset), (a.end_lineno, a.end_col_offset)) for a in found]


def draw(session, path, draws):
    """Skip all mutants but one at each of the places drawn."""
    never, skip, places = annotations(path), re.compile("|".join(PLAN["skip"])), {}
    rows = session.execute(
        "SELECT start_pos_row, start_pos_col, operator_name, occurrence, job_id FROM mutation_specs"
    )
    for row, column, operator, _, job in sorted(rows):
        if not skip.search(operator) and not any(a <= (row, column) < b for a, b in never):
            places.setdefault((row, column), []).append(job)
    order = sorted(places)
    rng = random.Random(PLAN["seed"])
    rng.shuffle(order)  # so that a larger draw holds a smaller one
    drawn = {rng.choice(places[place]) for place in order[:draws]}
    rest = [
        (job,)
        for (job,) in session.execute("SELECT job_id FROM work_items").fetchall()
        if job not in drawn
    ]
    session.executemany(
        "INSERT INTO work_results (worker_outcome, job_id) VALUES ('SKIPPED', ?)", rest
    )
    print(f"{sum(map(len, places.values()))} mutants at {len(places)} places, {len(drawn)} drawn")


def run(name, db):
    """Break the module in a copy of the project, one mutant after another, and note in `db` what
    its tests said.
    """
    plan, tool = PLAN["module"][name], os.environ.get("COSMIC_RAY", "cosmic-ray")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(ROOT, Path(folder) / "copy", ignore=OUT_OF_COPY))
        tests = " && ".join(
            f"{sys.executable} -m pytest -x -q -p no:xdist -o addopts='' {one}"
            for one in plan["tests"]
        )
        limited = shlex.join(["bash", "-c", f"ulimit -t {plan['seconds']}; {tests}"])
        (copy / "mutation.cfg").write_text(
            f'[cosmic-ray]\nmodule-path = "{plan["file"]}"\ntest-command = '
            f"{json.dumps(limited)}\ntimeout = 3600\n"
            '[cosmic-ray.distributor]\nname = "local"\n'
        )
        more = {
            "PYTHONPATH": str(copy),
            "HYPOTHESIS_PROFILE": "mutation",
            "NUMBA_DISABLE_JIT": str(int(not plan["jit"])),
        }
        call = {"cwd": copy, "env": os.environ | more, "check": True}
        subprocess.run(["bash", "-c", tests], **call)  # unbroken, the tests must pass
        subprocess.run([tool, "init", "--force", "mutation.cfg", str(db)], **call)
        with sqlite3.connect(db) as session:
            draw(session, copy / "tao_econ" / f"{name}.py", plan["draws"])
        subprocess.run([tool, "exec", "mutation.cfg", str(db)], **call)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", choices=PLAN["module"])
    module = parser.parse_args().module
    db = ROOT / ".mutation" / f"{module}.sqlite"
    db.parent.mkdir(exist_ok=True)
    run(module, db)
    rows = sqlite3.connect(db).execute(
        "SELECT test_outcome, output, diff FROM work_results WHERE test_outcome NOT NULL"
    )
    results = [
        (outcome, diff) for outcome, output, diff in rows if "SyntaxError" not in output
    ]  # no program, no mutant
    survivors = [diff for outcome, diff in results if outcome == "SURVIVED"]
    print(*survivors, f"{len(results)} mutants run, {len(survivors)} survived", sep="\n\n")


if __name__ == "__main__":
    main()
