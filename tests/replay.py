"""Replay the chain's own test numbers: ``python tests/replay.py FILE…``.

A vector file says what kind it is; every file of a known kind replays without new code. One line a
file: passed or failed with the largest error of each quantity, or not compared and why. Exit code
1 if any file fails, 2 if none could be compared.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import replay_pools
from replay_epochs import replay_epochs
from replay_math import replay_math, replay_schedule, replay_split
from vectors import NOT_RESULTS, Check, Malformed

from tao_econ import rules_at
from tao_econ.chain import block_emission
from tao_econ.incentives import draw_network, required_honest_weight, retention_map

LARGEST_FILE = 32 << 20


def _difference(got: list, wanted: list) -> float:
    if len(got) != len(wanted):
        return math.inf
    return float(max((abs(int(a) - int(b)) for a, b in zip(got, wanted, strict=True)), default=0))


def replay_emission(vector: dict) -> tuple[list[Check], list[str]]:
    law, inputs, expected = rules_at("2026-09-11"), vector["inputs"], vector["expected"]
    checks = []
    if "emission_rao" in expected:
        got = [block_emission(law, issued) for issued in inputs["issuance_rao"]]
        checks.append(Check("emission_rao", _difference(got, expected["emission_rao"]), 0))
    if rows := expected.get("rows"):
        for name, shift in (("emission_before_rao", -1), ("emission_after_rao", 0)):
            got = [block_emission(law, row["threshold_issuance_rao"] + shift) for row in rows]
            checks.append(Check(name, _difference(got, [row[name] for row in rows]), 0))
    if "final_issuance_rao" in expected:
        issued = inputs["start_issuance_rao"]
        for _ in range(vector["params"]["n_steps"]):
            issued += block_emission(law, issued) * vector["params"]["blocks_per_step"]
        checks.append(
            Check("final_issuance_rao", _difference([issued], [expected["final_issuance_rao"]]), 0)
        )
    return checks, sorted(
        set(expected) - {"emission_rao", "rows", "final_issuance_rao"} - NOT_RESULTS
    )


def replay_guarantee(vector: dict) -> tuple[list[Check], list[str]]:
    cases, stated = (
        vector["inputs"]["required_honest_utility_for_S60"],
        vector["expected"]["honest_utility"],
    )
    checks = []
    for case, wanted in zip(cases, stated, strict=True):
        law = replace(rules_at("yuma3"), bonds="classic", bonds_penalty=Fraction(case["beta"]))
        network = draw_network(weight_spread=case["sigma_w"])
        earned = retention_map(law, network, honest_stake=[0.6], validator_share=case["xi"])
        got = required_honest_weight(earned, [0.6])[0]
        checks.append(Check("honest_utility", abs(got - wanted), 0.02))
    return checks, []


KINDS = {
    "block_emission": replay_emission,
    "halving_thresholds": replay_emission,
    "issuance": replay_emission,
    "consensus_guarantee": replay_guarantee,
    **replay_pools.KINDS,
    "epoch": replay_epochs,
    "math": replay_math,
    "split_emissions": replay_split,
    "blocks_until_next": replay_schedule,
}


def replay(path) -> tuple[list[Check], list[str]]:
    """Every check of one file, the worst of each quantity, and the expectations it does not know
    how to compare.
    """
    path = Path(path)
    if path.stat().st_size > LARGEST_FILE:
        raise Malformed(f"larger than {LARGEST_FILE >> 20} MB")
    vector = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(vector, dict) or not all(
        isinstance(vector.get(k), dict) for k in ("inputs", "expected")
    ):
        raise Malformed("not a vector file: it must have inputs and expected")
    kind = str(vector.get("kind"))
    found = [name for name in KINDS if kind.startswith(name)]
    if not found:
        raise Malformed(f"unknown kind {kind!r} (known: {', '.join(KINDS)})")
    checks, unknown = KINDS[max(found, key=len)](vector | {"name": path.stem})
    worst = {}
    for check in checks:
        if check.quantity not in worst or check.error > worst[check.quantity].error:
            worst[check.quantity] = check
    if not worst:
        raise Malformed("nothing to compare")
    return list(worst.values()), sorted(set(unknown))


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    passed = failed = 0
    for path in paths:
        name = Path(path).name
        try:
            checks, unknown = replay(path)
        except (
            Exception
        ) as error:  # a file from anywhere may be wrong in any way: one line, then the next file
            text = " ".join(str(error).split())[:200]
            kind = "it lacks" if isinstance(error, KeyError) else f"{type(error).__name__}:"
            said = text if isinstance(error, Malformed) else f"{kind} {text}"
            print(f"not compared {name}: {said}")
            continue
        wrong = [c for c in checks if not c.error <= c.tolerance]
        failed += bool(wrong)
        passed += not wrong
        errors = ", ".join(f"{c.quantity} {c.error:.2g}" for c in (wrong or checks))
        left = f" (not compared: {', '.join(unknown)})" if unknown else ""
        print(f"{'FAIL' if wrong else 'PASS'} {name}: {errors}{left}")
    left = len(paths) - passed - failed
    print(f"{passed} of {passed + failed} files pass{f', {left} not compared' if left else ''}")
    return 1 if failed else 0 if passed else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
