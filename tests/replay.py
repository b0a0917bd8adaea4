"""Replay the chain's own test numbers: ``python tests/replay.py FILE…``.

A vector file says what kind it is; every file of a known kind replays without new code. One line a file:
passed or failed, and the largest error of each quantity. Exit code 1 if any file fails.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tao_econ import (
    Scenario,
    block_emission,
    distribute_dividends,
    draw_network,
    ema_price,
    emission_shares,
    pools,
    required_honest_weight,
    retention_map,
    root_proportion,
    rules_at,
    subnet,
    subnets,
)
from tao_econ import coinbase as cb
from tao_econ import consensus_exact as exact
from tao_econ import fixed_point as fixed
from tao_econ import subnet_state as ss
from tao_econ.units import MOST_UIDS

LARGEST_FILE = 32 << 20
MOST_WORK = 10**9  # matrix entries over all steps
U16 = 65_535


class Check(NamedTuple):
    quantity: str
    error: float  # largest
    tolerance: float


class Malformed(ValueError):
    """A vector file that does not say what it must."""


# ---- Epochs ----

PARAMETERS = {  # name in the file → field of Rules and how to read it
    "kappa": ("kappa", lambda v, _: _ratio(v, U16)),
    "bonds_penalty": ("bonds_penalty", lambda v, _: _ratio(v, U16)),
    "bonds_moving_average": ("bonds_moving_average", lambda v, _: _ratio(v, 1_000_000)),
    "yuma3": ("bonds", lambda v, _: "yuma3" if v else "classic"),
    "liquid_alpha": ("liquid_alpha_on", lambda v, _: bool(v)),
    "alpha_low": ("alpha_low", lambda v, _: _ratio(v, U16)),
    "alpha_high": ("alpha_high", lambda v, _: _ratio(v, U16)),
    "alpha_sigmoid_steepness": ("alpha_sigmoid_steepness", lambda v, _: _ratio(v, 100)),
    "activity_cutoff_factor_milli": ("activity_cutoff", lambda v, _: _ratio(v, 1_000)),
    "activity_cutoff": ("activity_cutoff", lambda v, params: _ratio(v, max(params.get("tempo", 1), 1))),
    "min_stake": ("stake_threshold_rao", lambda v, _: v),
    "tempo": ("tempo", lambda v, _: v),
    "max_allowed_validators": ("max_validators", lambda v, _: v),
    "bonds_reset": ("bonds_reset", lambda v, _: bool(v)),
}
ALIASES = {
    "yuma_3": "yuma3", "steepness": "alpha_sigmoid_steepness", "sigmoid_steepness": "alpha_sigmoid_steepness",
    "alpha_steepness": "alpha_sigmoid_steepness", "activity_cutoff_factor": "activity_cutoff_factor_milli",
    "stake_threshold": "min_stake", "max_validators": "max_allowed_validators", "block": "current_block",
    "registered": "block_at_registration", "emission": "rao_emission", "emission_rao": "rao_emission",
    "subnet_owner_uid": "owner_uid", "last_step_block": "last_mechanism_step_block", "commit_reveal": "commit_reveal",
    "commit_blocks": "commit_block", "earliest_commit_block": "commit_block", "earliest_commit": "commit_block",
    "commits": "commit_block", "validator_permits": "validator_permit",
}  # fmt: skip
FIELDS = {  # name in the file → field of Epoch
    "rank_u16": "incentive_u16", "server_trust_u16": "trust_u16", "validator_permit": "permits",
    "new_validator_permit": "permits", "emission": "emission_rao", "combined_emission": "emission_rao",
    "server_emission": "miner_emission_rao", "miner_emission": "miner_emission_rao",
    "incentive_emission": "miner_emission_rao", "validator_emission": "validator_emission_rao",
    "pruning_score_u16": "pruning_u16", "pruning_scores_u16": "pruning_u16", "stake_u16": "stake_weight_u16",
}  # fmt: skip


def _ratio(value, of: int) -> Fraction:
    return Fraction(value, of) if isinstance(value, int) else Fraction(str(value))


def _plain(settings: dict) -> dict:
    """Settings under the names used here: without `_enabled`, `_on`, `_u16`, and with aliases resolved."""
    plain = {}
    for name, value in settings.items():
        name = name.lower()
        for ending in ("_enabled", "_on", "_u16"):
            name = name.removesuffix(ending)
        plain[ALIASES.get(name, name)] = value
    return plain


def _rules(params: dict):
    """HEAD's rules with the file's hyperparameters; owner's privileges and the rest as on chain."""
    fields = {}
    for name, (field, read) in PARAMETERS.items():
        if name in params:
            fields[field] = read(params[name], params)
    return replace(rules_at("yuma3"), **fields)


def _sparse(rows, n: int, what: str):
    """Rows of [uid, u16], or the 512-node tests' short form, as a dense matrix and the mask of listed entries."""
    dense, listed = np.zeros((n, n), np.int64), np.zeros((n, n), bool)
    if isinstance(rows, dict):
        if max(len(rows["validators"]), len(rows["servers"])) > n:
            raise Malformed(f"{what} name more than {n} validators or servers")
        pairs = [(i, j) for i in rows["validators"] for j in rows["servers"]]
        pairs += [(j, j) for j in rows["servers"]] if rows.get("server_self") else []
        rows = [[i, j, rows["value"] if i != j else U16] for i, j in pairs]
    elif len(rows) == n and not any(isinstance(x, int) for row in rows for x in row):
        rows = [[i, j, value] for i, row in enumerate(rows) for j, value in row]
    for i, j, value in rows or ():
        if not (0 <= i < n and 0 <= j < n):
            raise Malformed(f"{what} name UID {i if not 0 <= i < n else j}, but there are {n}")
        if not isinstance(value, int) or not 0 <= value <= U16:
            raise Malformed(f"{what} must be u16, got {value!r}")
        dense[i, j], listed[i, j] = value, True
    return dense, listed


def _before(ops, bonds, permits, rules) -> None:
    """What happens to bonds and permits before an epoch, in place."""
    for op in ops or ():
        uid, name = op["uid"], op["op"]
        if not 0 <= uid < len(bonds):
            raise Malformed(f"pre_ops name UID {uid}, but there are {len(bonds)}")
        if "reset" in name:
            bonds[:] = subnet.reset_bonds(bonds, uid, replace(rules, bonds_reset=True))
        elif "replace" in name:
            bonds[uid], permits[uid] = 0, False
        else:
            raise Malformed(f"pre_ops has an unknown op {name!r} (known: reset_bonds_column, replace_neuron)")


def epochs(vector: dict):
    """Run every step of an epoch sequence; yields each step's Epoch."""
    inputs, params = vector["inputs"], _plain(vector.get("params", {}))
    n = inputs["n"]
    if not isinstance(n, int) or not 1 <= n <= MOST_UIDS:
        raise Malformed(f"n must be in [1, {MOST_UIDS}], got {n!r}")
    if n * n * len(inputs["steps"]) > MOST_WORK:
        raise Malformed(f"{len(inputs['steps'])} steps of {n} UIDs are too many")
    initial = _plain(inputs.get("initial") or {})
    bonds = _sparse(initial.get("bonds") or [[]] * n, n, "bonds")[0]
    permits = np.array(initial.get("validator_permit") or [False] * n, bool)
    step = {"stake": inputs.get("stake"), "rao_emission": 10**9}
    for given in inputs["steps"]:
        step = step | {"pre_ops": None} | _plain(given)
        settings = params | _plain(step.get("params") or {}) | {k: v for k, v in step.items() if k in PARAMETERS}
        rules = _rules(settings)
        _before(step["pre_ops"], bonds, permits, rules)
        weights, listed = _sparse(step["weights"], n, "weights")
        owner = step.get("owner_uid", settings.get("owner_uid"))
        read = permits | ((np.arange(n) == owner) & (owner is not None and rules.owner_privileges))
        weights[~read] = 0  # stored rows outlive a permit: the chain does not read them, our epoch refuses them
        commits = step.get("commit_block") if settings.get("commit_reveal", True) else None
        epoch = exact.yuma_epoch_exact(
            weights, step["stake"], bonds, rules,
            emission_rao=step["rao_emission"], listed=listed, permits=permits,
            last_update=step["last_update"], block_at_registration=step["block_at_registration"],
            commit_block=None if commits is None else [-1 if c is None else c for c in commits],
            block=step["current_block"], owner_uid=owner,
            last_step_block=step.get("last_mechanism_step_block", settings.get("last_mechanism_step_block") or 0),
        )  # fmt: skip
        yield epoch
        bonds, permits = epoch.bonds_u16.astype(np.int64), epoch.permits.copy()


def _worst(got, wanted) -> float:
    """The largest absolute difference; None in `wanted` is not asserted."""
    got, wanted = np.asarray(got).tolist(), list(wanted)
    if len(got) != len(wanted):
        raise Malformed(f"{len(wanted)} values are expected where there are {len(got)}")
    errors = [abs(float(w) - float(g)) if isinstance(w, float) else abs(int(g) - int(w) if not isinstance(g, float)
              else g - w) for g, w in zip(got, wanted, strict=True) if w is not None]  # fmt: skip
    return math.inf if any(math.isnan(e) for e in errors) else max(errors, default=0)


def _compare_step(epoch, expected: dict, tolerance: float) -> tuple[list[Check], list[str]]:
    checks, unknown = [], []
    expected = dict(expected)
    for name, value in (expected.pop("logged", None) or {}).items():
        expected[f"logged_{name}"] = value
    first = expected.pop("bonds_fraction_first_column", None)
    for name, wanted in expected.items():
        if wanted is None or name in {"note", "notes"}:
            continue
        base = name.removeprefix("logged_")
        field = FIELDS.get(base, base)
        allowed = 0.0
        if base in {"bonds_u16", "bonds"}:
            error = _bonds_error(epoch.bonds_u16, wanted)
        elif base == "bonds_fraction":
            columns = len(wanted[0])
            start = len(epoch.bonds_u16) - columns if first is None else first
            table = epoch.bonds_u16[: len(wanted), start : start + columns] / U16
            error, allowed = max(_worst(g, w) for g, w in zip(table, wanted, strict=True)), min(tolerance, 2e-4)
        elif base == "equal_incentive_positive":
            values = [int(epoch.incentive_u16[uid]) for uid in wanted]
            error = max(values) - min(values) if min(values) > 0 else math.inf
        elif hasattr(epoch, field):
            error = _worst(getattr(epoch, field), wanted)
        elif base.endswith("_fraction") and hasattr(epoch, base.removesuffix("_fraction") + "_u16"):
            error, allowed = _worst(getattr(epoch, base.removesuffix("_fraction") + "_u16") / U16, wanted), tolerance
        elif hasattr(epoch, f"{base}_q32"):  # printed with ten decimals
            error, allowed = _worst(getattr(epoch, f"{base}_q32") / fixed.ONE, wanted), 1e-9
        elif hasattr(epoch, f"{base}_u16"):
            error = _worst(getattr(epoch, f"{base}_u16"), wanted)
        else:
            unknown.append(name)
            continue
        checks.append(Check(name, error, allowed))
    return checks, unknown


def _bonds_error(bonds, wanted) -> float:
    """Bonds as [row, column, value] for some entries, or as complete sparse or dense rows."""
    n = len(bonds)
    if len(wanted) == n and all(len(row) == n and all(isinstance(x, int) for x in row) for row in wanted) and n != 3:
        return int(np.abs(np.array(wanted) - bonds.astype(np.int64)).max())
    complete = len(wanted) == n and not any(isinstance(x, int) for row in wanted for x in row)
    dense, asserted = _sparse(wanted, n, "bonds")
    return int(np.abs(np.where(asserted | complete, bonds.astype(np.int64) - dense, 0)).max())


def replay_epochs(vector: dict) -> tuple[list[Check], list[str]]:
    tolerance = vector.get("tolerance", vector.get("params", {}).get("tolerance", 1e-3))
    checks, unknown = [], []
    expected, reference = vector["expected"]["steps"], (vector.get("reference_outputs") or {}).get("steps", [])
    if len(expected) != len(vector["inputs"]["steps"]):
        raise Malformed(f"{len(expected)} steps are expected of {len(vector['inputs']['steps'])}")
    for k, epoch in enumerate(epochs(vector)):
        found, strange = _compare_step(epoch, expected[k] or {}, tolerance)
        checks, unknown = checks + found, unknown + strange
        if k < len(reference) and reference[k]:
            found, strange = _compare_step(epoch, reference[k], tolerance)
            checks += [c._replace(quantity=f"reference.{c.quantity}") for c in found]
    return checks, unknown


# ---- The chain's arithmetic ----


def _fixed(values):
    """Numbers (nested as they come) as Q32 integers, to the nearest."""
    given = np.asarray(values, dtype=float)
    if not np.isfinite(given).all() or (np.abs(given) >= 1 << 31).any():
        raise Malformed("numbers must be finite and below 2^31")
    return np.rint(given * fixed.ONE).astype(np.int64)


def _of(case: dict, *names, default=None):
    for name in names:
        if name in case:
            return case[name]
    if default is not None:
        return default
    raise Malformed(f"a case has none of {', '.join(names)}")


MATRIX = ("matrix", "weights", "scores", "score", "x", "input")
VECTOR = ("vector", "weights", "values", "x", "input", "vec")


def _matrix(case: dict, *names):
    given = _of(case, *names)
    flat = _fixed(given)
    if flat.ndim == 1:
        flat = flat.reshape(case["shape"]) if "shape" in case else flat.reshape(-1, 1)
    return np.ascontiguousarray(flat)


def _by_columns(change):
    return lambda case: _floats(change(np.ascontiguousarray(_matrix(case, *MATRIX).T)).T)


def _floats(values):
    return np.asarray(values) / fixed.ONE


def _median(case):
    stake, majority = _fixed(case["stake"]), case.get("majority")
    minority = case.get("minority")
    minority = fixed.ONE - int(_fixed(majority)) if not isinstance(minority, int | float) else int(_fixed(minority))
    high = case.get("partition_hi")
    high = int(stake.sum()) if not isinstance(high, int | float) else int(_fixed(high))
    low = int(_fixed(_of(case, "partition_lo", default=0.0)))
    return _floats(fixed._weighted_median(stake, _fixed(_of(case, "score", "scores")), minority, low, high))


def _median_col(case):
    stake, score = _fixed(case["stake"]), _fixed(_of(case, "score", "scores", "weights", "matrix"))
    if score.ndim == 1 and stake.size:
        score = score.reshape(case.get("shape") or (stake.size, -1))
    score = score.reshape(stake.size, -1) if score.size else np.zeros((stake.size, score.shape[-1]), np.int64)
    by_miner = np.ascontiguousarray(score.T)
    return _floats(exact._consensus(by_miner, stake, int(_fixed(_of(case, "majority", "kappa")))))


def _ema_alpha(case):
    new, old = _matrix(case, "new"), _matrix(case, "old")
    rates = _fixed(_of(case, "alpha", "alphas", "rates"))
    if rates.size == new.size:
        rates = rates.reshape(new.shape)
    elif rates.size == len(new) != new.shape[1]:
        rates = rates.reshape(-1, 1)
    return _floats(fixed._ema_varying(new, old, np.ascontiguousarray(np.broadcast_to(rates, new.shape))))


def _equal_bounds(case):
    """Bonds under liquid alpha with equal bounds, less bonds at that fixed rate: zero."""
    weights, bonds = _matrix(case, "weights"), _matrix(case, "bonds")
    low, high = (Fraction(_of(case, f"alpha_{x}_u16", f"alpha_{x}"), U16) for x in ("low", "high"))
    rules = replace(rules_at("yuma3"), alpha_low=low, alpha_high=high)
    consensus = _fixed(case["consensus"])[: weights.shape[1]]
    rates = exact._liquid_rates(np.ascontiguousarray(weights.T), np.ascontiguousarray(bonds.T), consensus, rules).T
    one_rate = np.full(weights.shape, fixed.ONE - fixed.q32(_ratio(_of(case, "bonds_moving_average"), 1_000_000)))
    liquid, plain = (fixed._ema_varying(weights, bonds, np.ascontiguousarray(r)) for r in (rates, one_rate))
    return _floats(liquid - plain)


def _sigmoid(case):
    slope = int(-_fixed(_of(case, "rho", "steepness", "slope")))
    x = np.atleast_2d(_fixed(_of(case, "x", "input", "vector")))
    return _floats(fixed._sigmoid_each(x, int(_fixed(_of(case, "kappa", "centre", "center"))), slope))


def _limited(case):
    row = _of(case, *VECTOR)
    if len(row) == 2 and isinstance(row[0], list):  # given as a pair
        row, limit = row
    else:
        limit = _of(case, "max_limit", "limit", "max_weight", "max_allowed", "max")
    return subnet.within_max_weight(np.asarray(row, int), limit)


def _matmul(case):
    matrix = _matrix(case, "matrix")
    rows, cols = _fixed(case["vector_rows"]), _fixed(case["vector_cols"])
    by_column = fixed._products(np.ascontiguousarray(matrix.T), rows).sum(axis=1)
    return _floats(np.concatenate([by_column, fixed._products(matrix, cols).sum(axis=1)]))


MATHS = {  # part of the test's or file's name → what it computes; the longest that fits is taken
    "col_clip": lambda c: _floats(np.minimum(_matrix(c, *MATRIX), _fixed(_of(c, "threshold", "col_threshold")))),
    "col_normalize": _by_columns(fixed.normalize_each),
    "col_max_upscale": _by_columns(fixed.max_upscale_each),
    "row_normalize": lambda c: _floats(fixed.normalize_each(_matrix(c, *MATRIX))),
    "normalize": lambda c: _floats(fixed.normalize(_fixed(_of(c, *VECTOR)))),
    "interpolate": lambda c: _floats(
        fixed.interpolate(*(np.atleast_2d(_fixed(_of(c, x))) for x in ("mat1", "mat2")), int(_fixed(c["ratio"])))),
    "is_topk": lambda c: exact._top_k(np.asarray(_of(c, *VECTOR)), c["k"]),
    "liquid_alpha_equal": _equal_bounds,
    "mat_ema_alpha": _ema_alpha,
    "matmul": _matmul,
    "sigmoid_safe": _sigmoid,
    "exp_safe": lambda c: _floats([fixed._exp_safe(int(x)) for x in np.ravel(_fixed(_of(c, "x", "input")))]),
    "u16_max_upscale": lambda c: subnet.stored_weights(np.asarray(_of(c, *VECTOR, "case"), int)),
    "check_vec_max_limited": _limited,
    "weighted_median": _median,
    "weighted_median_col": _median_col,
}  # fmt: skip


def _cases(inputs: dict) -> list[dict]:
    """The cases of a file: listed, as a table of columns and rows, as several vectors, or just one."""
    if "rows" in inputs and "columns" in inputs:
        return [dict(zip(inputs["columns"], row, strict=True)) for row in inputs["rows"]]
    shared = {k: v for k, v in inputs.items() if k not in {"cases", "vectors", "matrices"}}
    for plural, single in (("cases", "vector"), ("vectors", "vector"), ("matrices", "matrix")):
        if plural in inputs:
            return [shared | (case if isinstance(case, dict) else {single: case}) for case in inputs[plural]]
    return [inputs]


def _flat(values) -> list:
    if isinstance(values, np.ndarray):
        return values.ravel().tolist()
    return [x for v in values for x in _flat(v)] if isinstance(values, list | tuple) else [values]


def _compare_cases(vector: dict, compute, tolerance: float, quantity: str) -> list[Check]:
    cases, expected = _cases(vector["inputs"]), vector["expected"]
    if "property" in expected:  # a difference that must vanish
        wanted = [None] * len(cases)
    else:
        values = list(expected.values()) if isinstance(expected, dict) else [expected]
        one_per_case = len(values) == 1 and isinstance(values[0], list) and (
            len(cases) > 1 or set(vector["inputs"]) & {"cases", "vectors", "matrices", "rows"})  # fmt: skip
        wanted = values[0] if one_per_case else [values]
    if len(wanted) != len(cases):
        raise Malformed(f"{len(wanted)} results are expected of {len(cases)} cases")
    worst = 0.0
    for case, target in zip(cases, wanted, strict=True):
        # The chain's tests write some numbers as f32 and some as f64; the file does not say which.
        readings = [(_as_f64, _as_f64), (_as_f32, _as_f32), (_as_f32, _as_f64)]
        got = {read: _flat(np.asarray(compute(read(case)))) for read in (_as_f64, _as_f32)}
        worst = max(worst, min(_case_error(got[read], target, tolerance, aim) for read, aim in readings))
    return [Check(quantity, worst, tolerance and tolerance + 1 / fixed.ONE)]


def _case_error(got: list, target, tolerance: float, read) -> float:
    target = [0.0] * len(got) if target is None else read(_flat(target))
    if tolerance == 0:  # exact: floats are put on the grid of Q32
        target = [x if x is None or isinstance(x, int) else round(x * fixed.ONE) / fixed.ONE for x in target]
    return _worst(got, target)


def _as_f64(value):
    return value


def _as_f32(value):
    if isinstance(value, dict):
        return {k: _as_f32(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_as_f32(v) for v in value]
    return float(np.float32(value)) if isinstance(value, float) else value


def replay_math(vector: dict) -> tuple[list[Check], list[str]]:
    source = vector.get("source") or {}
    said = f"{source.get('test', '')} {vector.get('name', '')}".lower()
    known = [name for name in MATHS if name in said]
    if not known:
        raise Malformed(f"source.test names no known function, got {source.get('test')!r} (known: {', '.join(MATHS)})")
    name = max(known, key=len)
    tolerance = vector.get("tolerance", vector.get("params", {}).get("tolerance", 0))
    return _compare_cases(vector, MATHS[name], tolerance, name), []


def replay_split(vector: dict) -> tuple[list[Check], list[str]]:
    def split(case):
        emission, count = _of(case, "alpha", "emission", "emission_rao"), _of(case, "count", "mechanisms")
        return subnet.split_among_mechanisms(emission, count, case.get("split"))

    return _compare_cases(vector, split, 0, "emission"), []


def replay_schedule(vector: dict) -> tuple[list[Check], list[str]]:
    def blocks(case):
        last, now = _of(case, "last_epoch_block", "last_epoch"), _of(case, "block_number", "current_block", "block")
        return np.array(subnet.blocks_until_next_epoch(case["tempo"], last, now), object)

    return _compare_cases(vector, blocks, 0, "blocks"), []


# ---- Dynamic TAO ----

HEAD = replace(rules_at("price-unburned"), price_ema_rate=Fraction(3, 1_000_000))
NOT_RESULTS = {"tolerance", "tolerances", "note", "notes", "rule", "columns"}


def _named(case: dict, *parts, default=None):
    """The first value whose name has one of the parts in it, in their order."""
    for part in parts:
        for name, value in case.items():
            if part in name.lower():
                return value
    if default is not None:
        return default
    raise Malformed(f"a case has none of {', '.join(parts)}")


def _list(value) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]


def _u64(case: dict) -> Fraction:
    weight = _named(case, "tao_weight", "root_weight", default=0.0)
    return Fraction(weight, 1 << 64) if isinstance(weight, int) and weight > 1 else Fraction(str(weight))


def _state(case: dict, reserves, outstanding, emission: int | None) -> tuple:
    """A law and a state of so many subnets, all rao; `emission`: the alpha a block mints, by its curve if None."""
    n = len(reserves[0])
    on = np.array([bool(x) for x in _list(_named(case, "enabled", default=[True] * n))])
    whole, real = np.zeros((ss.WHOLE_ROWS, n), np.int64), np.zeros((ss.REAL_ROWS, n))
    state = ss.State(whole, real, np.zeros(ss.TOTALS, np.int64), on, np.array([-1.0]))
    state.whole[ss.TAO], state.whole[ss.ALPHA_IN_POOL], state.whole[ss.OUTSTANDING] = *reserves, outstanding
    for row, value in ((ss.WEIGHT, 0.5), (ss.LIVE, 1.0), (ss.RATE, 1.0), (ss.KEEP, 1.0)):
        state.real[row] = value
    cut = _named(case, "owner_cut", "cut", default=11_796)
    state.real[ss.CUT] = cut / U16 if isinstance(cut, int) else cut
    state.total[ss.ROOT_TAO] = _named(case, "root_tao", "root_stake", default=0)
    law, thresholds, rewards = subnets._law(HEAD, Scenario(), True)
    law = law._replace(weighted=False, root_weight=float(_u64(case)))
    if emission is not None:
        thresholds, rewards = np.zeros(1, np.int64), np.array([emission], np.int64)
    cb._alpha_halvings(state, thresholds, rewards)
    cb._smooth(law, state.whole, state.real)
    return law, state


def _dtao_terms(case):
    tao = _list(_named(case, "pool_tao", "tao_reserve", "tao_in_pool"))
    alpha = _list(_named(case, "pool_alpha", "alpha_reserve", "alpha_in_pool"))
    out = _list(_named(case, "outstanding", "pool_out", default=[0] * len(tao)))
    minted = case.get("alpha_emission", case.get("alpha_out_emission"))
    law, state = _state(case, (tao, alpha), out, _list(minted)[0] if minted is not None else None)
    given = case.get("tao_emission", case.get("tao_emissions"))
    if given is not None:
        reward = sum(_list(given))
        state.real[ss.SHARE] = np.array(_list(given)) / max(reward, 1)
    else:
        reward = _named(case, "block_emission", "emission")
        prices = _list(_named(case, "ema_price", "moving_price", "ema", default=[1] * len(tao)))
        state.real[ss.SHARE] = emission_shares(HEAD, price_ema_tao=[float(p) for p in prices], emission_on=state.on)
    cb._terms(law, state.whole, state.real, law.root_weight * state.total[ss.ROOT_TAO], reward)
    return {"excess": state.whole[ss.BUY], "buy": state.whole[ss.BUY], "alpha_out": state.whole[ss.PAID],
            "alpha_in": state.whole[ss.ALPHA_IN], "tao_in": state.whole[ss.INJECT], "price": state.real[ss.SPOT]}  # fmt: skip


def _dtao_split(case):
    minted = _named(case, "alpha_out")
    issuance = _named(case, "alpha_issuance", default=minted)
    law, state = _state(case, ([1], [issuance]), [0], minted)
    cb._pay(law, state, law.root_weight * state.total[ss.ROOT_TAO], bool(case.get("root_sell", True)))
    pending = {"server": ss.SERVERS, "validator": ss.VALIDATORS, "root_alpha": ss.ROOT_DUE, "owner": ss.OWNER}
    return {name: state.whole[row] for name, row in pending.items()}


def _dtao_owner_cut(case):
    return {"owner": [int(_dtao_split(case | {"owner_cut": cut})["owner"][0]) for cut in _list(_named(case, "cut"))]}


def _dtao_shares(case):
    reward, prices = _named(case, "block_emission", "emission"), _named(case, "ema_price", "price")
    burned = _named(case, "burn", default=[0.0] * len(prices))
    on = np.array([bool(x) for x in _named(case, "enabled", default=[True] * len(prices))])
    share = emission_shares(HEAD, price_ema_tao=[float(p) for p in prices], burned_share=burned, emission_on=on)
    return {"emission": [int(reward * s) for s in share], "share": share}


def _dtao_price(case):
    first, n = _named(case, "first_emission"), case.get("iterations", 1)
    rules = replace(HEAD, price_ema_rate=_ratio(_named(case, "moving_alpha"), 1),
                    price_ema_warmup_blocks=_named(case, "halving_blocks", default=201_600))  # fmt: skip
    mean = float(_named(case, "start"))
    for _ in range(n):  # the block stands still in the chain's test
        mean = ema_price(mean, float(_named(case, "spot")), age_blocks=case["block"] - first, blocks=1, rules=rules)
    return {"value": mean}


def _dtao_flow(case):
    values = [float(v) for v in _named(case, "value", "flow", "ema")]
    power = _named(case, "exponent", "power", default=case.get("p", 1.0))
    reward = _named(case, "block_emission", "emission", default=0)
    share = emission_shares(replace(HEAD, subnet_shares="flow_ema"), flow_ema_tao=values, flow_power=float(power),
                            flow_cutoff_tao=float(_named(case, "cutoff", default=0.0)))  # fmt: skip
    return {"result": share, "share": share, "emission": reward * share}


def _dtao_root(case):
    part = root_proportion(float(_named(case, "root_tao")), float(_named(case, "alpha_issuance")),
                           replace(HEAD, root_weight=_u64(case)))  # fmt: skip
    bits = math.floor(part * (1 << 32))
    return {"bits": bits, "root_proportion": bits / (1 << 32)}


def _dtao_pool(case):
    """What a row of a pool's file may ask: amounts out, the power itself, the price, a new weight, a limit."""
    weight = float(_named(case, "w_quote", "quote_weight", "weight", default=0.5))
    buy, got = weight / (1 - weight), {}
    if "base_quote" in case:
        power = 1 / buy if case["base_quote"] else buy
        return {"value": 1 - pools._out(float(case["reserve"]), 1.0, power, float(case["delta"]))}
    target = _named(case, "target", "limit", "price_new", "new_price", default=-1.0)
    tao = float(_named(case, "tao_reserve", "quote_reserve", "reserve_tao", "tao", "reserve"))
    alpha = float(_named(case, "alpha_reserve", "base_reserve", "reserve_alpha", "alpha", "reserve"))
    if target >= 0:
        now = {name: value for name, value in case.items() if value != target}
        price = float(_named(now, "current", "old", "price", default=pools._price(tao, alpha, weight)))
        ratio = math.log(target / price)
        buys, sells = (max(x, 0.0) for x in (tao * math.expm1((1 - weight) * ratio), alpha * math.expm1(-weight * ratio)))
        return {"tao": buys, "quote": buys, "alpha": sells, "base": sells, "delta": buys or sells}
    if "delta_in" in case:
        delta = float(case["delta_in"])
        got = {"alpha_out": math.floor(pools._out(tao, alpha, buy, delta)),
               "tao_out": math.floor(pools._out(alpha, tao, 1 / buy, delta))}  # fmt: skip
    elif any("delta" in name or "add" in name for name in case):
        extra = [float(_named(case, *(f"{side}_{w}" for w in ("delta", "added", "add")), f"delta_{side}", f"added_{side}",
                              default=0)) for side in ("tao", "alpha")]  # fmt: skip
        after = pools._neutral_weight(tao, alpha, weight, *extra)
        got = {"weight": after, "w_quote": after, "w_base": 1 - after}
        got["price"] = pools._price(tao + extra[0], alpha + extra[1], after)
        return got
    return got | {"price": pools._price(tao, alpha, weight)}


def _dtao_dividends(case):
    stakes = np.array(case["stakes"], float).reshape(-1, 2)
    alpha, root = distribute_dividends(
        float(case["pending_validator_alpha"]), float(case["pending_root_alpha"]), dividends=case["dividends"],
        alpha_stake=stakes[:, 0], root_stake=stakes[:, 1], root_weight=float(case["tao_weight"]),
    )  # fmt: skip
    return {"total_alpha": alpha.sum(), "total_root": root.sum(), "hotkey_alpha": alpha, "hotkey_root": root}


def _bound(got: float, wanted) -> float:
    """The error against a number, or how far an inequality such as "<0.001" is missed."""
    if isinstance(wanted, str):
        sign, limit = wanted.strip()[0], float(wanted.strip().lstrip("<>= "))
        return max(0.0, got - limit if sign == "<" else limit - got)
    if math.isnan(float(got)):
        return math.inf
    return abs(int(got) - wanted if isinstance(wanted, int) else float(got) - float(wanted))


def _tables(expected: dict, cases: int) -> dict:
    """Expected results by name, one entry a case."""
    if "rows" in expected and "columns" in expected:
        return {name: [row[k] for row in expected["rows"]] for k, name in enumerate(expected["columns"])}
    tables = {k: v for k, v in expected.items() if k not in NOT_RESULTS and v is not None}
    return {k: v if cases > 1 or (isinstance(v, list) and len(v) == 1) else [v] for k, v in tables.items()}


def _replay_cases(compute):
    def run(vector: dict) -> tuple[list[Check], list[str]]:
        params, expected = vector.get("params") or {}, vector["expected"]
        cases, checks, unknown = _cases(vector["inputs"]), [], []
        stated = [x[k] for x in (expected, params, vector) for k in x if k.startswith("tolerance")]
        allowed = stated or [0]
        relative = params.get("relative_tolerance")
        results = [compute(params | case) for case in cases]
        tables = _tables(expected, len(cases))
        for name, rows in (vector.get("derived_per_hotkey") or {}).items():
            tables[f"hotkey_{name}"] = rows
        for name, rows in tables.items():
            key = next((k for k in results[0] if k in name), None)
            if key is None:
                unknown.append(name)
                continue
            if len(rows) != len(cases):
                raise Malformed(f"{len(rows)} values of {name} are expected of {len(cases)} cases")
            for k, (result, wanted) in enumerate(zip(results, rows, strict=True)):
                got, wanted = _flat(np.asarray(result[key]).tolist()), _flat(wanted)
                if len(got) != len(wanted):
                    raise Malformed(f"{len(wanted)} values of {name} are expected where there are {len(got)}")
                tolerance = allowed[0][k] if isinstance(allowed[0], list) else allowed[0]
                pairs = [(g, w) for g, w in zip(got, wanted, strict=True) if w is not None]
                errors = [_bound(g, w) / (abs(w) if relative and w else 1) for g, w in pairs]
                printed = 1e-12 if stated else 1e-9  # of decimals, where an amount in rao is exact
                least = max((printed * max(abs(w), 1) for _, w in pairs if isinstance(w, float)), default=0)
                one = f"{name}[{k}]" if isinstance(allowed[0], list) else name  # each case has its own tolerance
                checks.append(Check(one, max(errors, default=0.0), max(relative or tolerance, least)))
        return checks, unknown

    return run


# ---- Emission, and the consensus guarantee ----


def _difference(got: list, wanted: list) -> float:
    if len(got) != len(wanted):
        return math.inf
    return float(max((abs(int(a) - int(b)) for a, b in zip(got, wanted, strict=True)), default=0))


def replay_emission(vector: dict) -> tuple[list[Check], list[str]]:
    law, inputs, expected = rules_at("2026-09-11"), vector["inputs"], vector["expected"]
    checks = []
    if "emission_rao" in expected:
        got = [block_emission(issued, law) for issued in inputs["issuance_rao"]]
        checks.append(Check("emission_rao", _difference(got, expected["emission_rao"]), 0))
    if rows := expected.get("rows"):
        for name, shift in (("emission_before_rao", -1), ("emission_after_rao", 0)):
            got = [block_emission(row["threshold_issuance_rao"] + shift, law) for row in rows]
            checks.append(Check(name, _difference(got, [row[name] for row in rows]), 0))
    if "final_issuance_rao" in expected:
        issued = inputs["start_issuance_rao"]
        for _ in range(vector["params"]["n_steps"]):
            issued += block_emission(issued, law) * vector["params"]["blocks_per_step"]
        checks.append(Check("final_issuance_rao", _difference([issued], [expected["final_issuance_rao"]]), 0))
    return checks, sorted(set(expected) - {"emission_rao", "rows", "final_issuance_rao"} - NOT_RESULTS)


def replay_guarantee(vector: dict) -> tuple[list[Check], list[str]]:
    cases, stated = vector["inputs"]["required_honest_utility_for_S60"], vector["expected"]["honest_utility"]
    checks = []
    for case, wanted in zip(cases, stated, strict=True):
        law = replace(rules_at("yuma3"), bonds="classic", bonds_penalty=Fraction(case["beta"]))
        network = draw_network(weight_spread=case["sigma_w"])
        earned = retention_map(law, network, honest_stake=[0.6], validator_share=case["xi"])
        got = required_honest_weight(earned, [0.6])[0]
        checks.append(Check("honest_utility", abs(got - wanted), 0.02))
    return checks, []


KINDS = {"block_emission": replay_emission, "halving_thresholds": replay_emission, "issuance": replay_emission,
         "consensus_guarantee": replay_guarantee,
         "subnet_terms": _replay_cases(_dtao_terms), "owner_cut": _replay_cases(_dtao_owner_cut),
         "emit_to_subnet": _replay_cases(_dtao_split), "subnet_tao_emission": _replay_cases(_dtao_shares),
         "subnet_shares": _replay_cases(_dtao_shares), "moving_price": _replay_cases(_dtao_price),
         "pow_normalize": _replay_cases(_dtao_flow), "taoflow": _replay_cases(_dtao_flow),
         "flow": _replay_cases(_dtao_flow), "root_proportion": _replay_cases(_dtao_root),
         "balancer": _replay_cases(_dtao_pool), "swap": _replay_cases(_dtao_pool),
         "dividend_distribution": _replay_cases(_dtao_dividends),
         "epoch": replay_epochs, "math": replay_math, "split_emissions": replay_split,
         "blocks_until_next": replay_schedule}  # fmt: skip


def replay(path) -> tuple[list[Check], list[str]]:
    """Every check of one file, the worst of each quantity, and the expectations it does not know how to compare."""
    path = Path(path)
    if path.stat().st_size > LARGEST_FILE:
        raise Malformed(f"larger than {LARGEST_FILE >> 20} MB")
    vector = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(vector, dict) or not all(isinstance(vector.get(k), dict) for k in ("inputs", "expected")):
        raise Malformed("not a vector file: it must have inputs and expected")
    kind = str(vector.get("kind"))
    found = [run for name, run in KINDS.items() if kind.startswith(name)]
    if not found:
        raise Malformed(f"unknown kind {kind!r} (known: {', '.join(KINDS)})")
    checks, unknown = found[0](vector | {"name": path.stem})
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
    failed = 0
    for path in paths:
        name = Path(path).name
        try:
            checks, unknown = replay(path)
        except Exception as error:  # a file from anywhere may be wrong in any way: one line, then the next file
            text = " ".join(str(error).split())[:200]
            kind = "it lacks" if isinstance(error, KeyError) else f"{type(error).__name__}:"
            print(f"FAIL {name}: {text if isinstance(error, Malformed) else f'{kind} {text}'}")
            failed += 1
            continue
        wrong = [c for c in checks if not c.error <= c.tolerance]
        failed += bool(wrong)
        errors = ", ".join(f"{c.quantity} {c.error:.2g}" for c in (wrong or checks))
        left = f" (not compared: {', '.join(unknown)})" if unknown else ""
        print(f"{'FAIL' if wrong else 'PASS'} {name}: {errors}{left}")
    print(f"{len(paths) - failed} of {len(paths)} files pass")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
