"""Break a module in many small ways and see whether its tests notice: `./run python tests/mutate.py emission`.

The breaking is cosmic-ray's (tests/mutation.md); here mutants are drawn. `--again` runs the earlier survivors alone.
"""

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
OUT_OF_COPY = shutil.ignore_patterns(".git", ".venv", ".mutation", "__pycache__", ".ruff_cache", "site")


def annotations(path):
    """(first, last) positions of what is never run: type annotations."""
    found = [getattr(node, name, None) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             for name in ("annotation", "returns")]  # fmt: skip
    return [((a.lineno, a.col_offset), (a.end_lineno, a.end_col_offset)) for a in found if a is not None]


def draw(session, path, draws):
    """Skip all mutants but one at each of the places drawn; returns how many there were to draw from, and places."""
    never, skip = annotations(path), re.compile("|".join(PLAN["skip"]))
    rows = session.execute("SELECT start_pos_row, start_pos_col, operator_name, occurrence, job_id FROM mutation_specs")
    places = {}
    for row, column, operator, _, job in sorted(rows):
        if not skip.search(operator) and not any(a <= (row, column) < b for a, b in never):
            places.setdefault((row, column), []).append(job)
    order = sorted(places)
    rng = random.Random(PLAN["seed"])
    rng.shuffle(order)  # so that a larger draw holds a smaller one
    drawn = {rng.choice(places[place]) for place in order[:draws]}
    rest = [(job,) for (job,) in session.execute("SELECT job_id FROM work_items").fetchall() if job not in drawn]
    session.executemany("INSERT INTO work_results (worker_outcome, job_id) VALUES ('SKIPPED', ?)", rest)
    return sum(map(len, places.values())), len(places)


def main(name, again):
    plan, tool = PLAN["module"][name], os.environ.get("COSMIC_RAY", "cosmic-ray")
    db = ROOT / ".mutation" / f"{name}.sqlite"
    db.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(ROOT, Path(folder) / "copy", ignore=OUT_OF_COPY))
        tests = [re.sub(r"\btest_\w+\.py", r"tests/\g<0>", one) for one in plan["tests"]]
        command = " && ".join(f"{sys.executable} -m pytest -x -q -p no:xdist -o addopts='' {one}" for one in tests)
        command = shlex.join(["bash", "-c", f"ulimit -t {plan['seconds']}; {command}"])
        (copy / "mutation.cfg").write_text(
            f'[cosmic-ray]\nmodule-path = "tao_econ/{name}.py"\ntimeout = 3600\n'
            f"test-command = {json.dumps(command)}\n" + '[cosmic-ray.distributor]\nname = "local"\n'
        )
        more = {"PYTHONPATH": str(copy), "HYPOTHESIS_PROFILE": "mutation", "NUMBA_DISABLE_JIT": str(int(not plan["jit"]))}
        ray = {"cwd": copy, "env": os.environ | more, "check": True}
        if not again:
            subprocess.run([tool, "init", "--force", "mutation.cfg", str(db)], **ray)
        with sqlite3.connect(db) as session:
            if again:
                session.execute("DELETE FROM work_results WHERE test_outcome = 'SURVIVED'")
            else:
                print("{} mutants, {} places".format(*draw(session, copy / "tao_econ" / f"{name}.py", plan["draws"])))
        subprocess.run(shlex.split(command), **ray, stdout=subprocess.DEVNULL)  # unbroken, the tests must pass
        subprocess.run([tool, "exec", "mutation.cfg", str(db)], **ray)
    run = sqlite3.connect(db).execute("SELECT test_outcome, output, diff FROM work_results WHERE test_outcome NOT NULL")
    results = [(outcome, diff) for outcome, output, diff in run if "SyntaxError" not in output]  # no program, no mutant
    survivors = [diff for outcome, diff in results if outcome == "SURVIVED"]
    print(*survivors, sep="\n\n")
    print(f"{name}: {len(results)} mutants run, {len(results) - len(survivors)} caught, {len(survivors)} survived")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", choices=PLAN["module"])
    parser.add_argument("--again", action="store_true")
    main(**{"name" if k == "module" else k: v for k, v in vars(parser.parse_args()).items()})
