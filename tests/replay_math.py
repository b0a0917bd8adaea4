"""The chain's arithmetic and what stands around an epoch, played on fixed_point and subnet."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from vectors import U16, Check, Malformed, cases_of, flat, of, ratio, worst

from tao_econ import rules_at
from tao_econ.chain import fixed_point as fixed
from tao_econ.chain import yuma_exact as exact
from tao_econ.chain import yuma_exact as subnet

MATRIX = ("matrix", "weights", "scores", "score", "x", "input")
VECTOR = ("vector", "weights", "values", "x", "input", "vec")


def _fixed(values):
    """Numbers (nested as they come) as Q32 integers, to the nearest."""
    given = np.asarray(values, dtype=float)
    if not np.isfinite(given).all() or (np.abs(given) >= 1 << 31).any():
        raise Malformed("numbers must be finite and below 2^31")
    return np.rint(given * fixed.ONE).astype(np.int64)


def _matrix(case: dict, *names):
    given = of(case, *names)
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
    minority = (
        fixed.ONE - int(_fixed(majority))
        if not isinstance(minority, int | float)
        else int(_fixed(minority))
    )
    high = case.get("partition_hi")
    high = int(stake.sum()) if not isinstance(high, int | float) else int(_fixed(high))
    low = int(_fixed(of(case, "partition_lo", default=0.0)))
    return _floats(
        fixed._weighted_median(stake, _fixed(of(case, "score", "scores")), minority, low, high)
    )


def _median_col(case):
    stake, score = _fixed(case["stake"]), _fixed(of(case, "score", "scores", "weights", "matrix"))
    if score.ndim == 1 and stake.size:
        score = score.reshape(case.get("shape") or (stake.size, -1))
    score = (
        score.reshape(stake.size, -1)
        if score.size
        else np.zeros((stake.size, score.shape[-1]), np.int64)
    )
    by_miner = np.ascontiguousarray(score.T)
    return _floats(exact._consensus(by_miner, stake, int(_fixed(of(case, "majority", "kappa")))))


def _ema_alpha(case):
    new, old = _matrix(case, "new"), _matrix(case, "old")
    rates = _fixed(of(case, "alpha", "alphas", "rates"))
    if rates.size == new.size:
        rates = rates.reshape(new.shape)
    elif rates.size == len(new) != new.shape[1]:
        rates = rates.reshape(-1, 1)
    return _floats(
        fixed._ema_varying(new, old, np.ascontiguousarray(np.broadcast_to(rates, new.shape)))
    )


def _equal_bounds(case):
    """Bonds under liquid alpha with equal bounds, less bonds at that fixed rate: zero."""
    weights, bonds = _matrix(case, "weights"), _matrix(case, "bonds")
    low, high = (Fraction(of(case, f"alpha_{x}_u16", f"alpha_{x}"), U16) for x in ("low", "high"))
    rules = replace(rules_at("yuma3"), alpha_low=low, alpha_high=high)
    consensus = _fixed(case["consensus"])[: weights.shape[1]]
    rates = exact._liquid_rates(
        np.ascontiguousarray(weights.T), np.ascontiguousarray(bonds.T), consensus, rules
    ).T
    one_rate = np.full(
        weights.shape, fixed.ONE - fixed.q32(ratio(of(case, "bonds_moving_average"), 1_000_000))
    )
    liquid, plain = (
        fixed._ema_varying(weights, bonds, np.ascontiguousarray(r)) for r in (rates, one_rate)
    )
    return _floats(liquid - plain)


def _sigmoid(case):
    slope = int(-_fixed(of(case, "rho", "steepness", "slope")))
    x = np.atleast_2d(_fixed(of(case, "x", "input", "vector")))
    return _floats(
        fixed._sigmoid_each(x, int(_fixed(of(case, "kappa", "centre", "center"))), slope)
    )


def _limited(case):
    row = of(case, *VECTOR)
    if len(row) == 2 and isinstance(row[0], list):  # given as a pair
        row, limit = row
    else:
        limit = of(case, "max_limit", "limit", "max_weight", "max_allowed", "max")
    return subnet.within_max_weight(np.asarray(row, int), limit)


def _matmul(case):
    matrix = _matrix(case, "matrix")
    rows, cols = _fixed(case["vector_rows"]), _fixed(case["vector_cols"])
    by_column = fixed._products(np.ascontiguousarray(matrix.T), rows).sum(axis=1)
    return _floats(np.concatenate([by_column, fixed._products(matrix, cols).sum(axis=1)]))


MATHS = {  # part of the test's or file's name → what it computes; the longest that fits is taken
    "col_clip": lambda c: _floats(
        np.minimum(_matrix(c, *MATRIX), _fixed(of(c, "threshold", "col_threshold")))
    ),
    "col_normalize": _by_columns(fixed.normalize_each),
    "col_max_upscale": _by_columns(fixed.max_upscale_each),
    "row_normalize": lambda c: _floats(fixed.normalize_each(_matrix(c, *MATRIX))),
    "normalize": lambda c: _floats(fixed.normalize(_fixed(of(c, *VECTOR)))),
    "interpolate": lambda c: _floats(
        fixed.interpolate(
            *(np.atleast_2d(_fixed(of(c, x))) for x in ("mat1", "mat2")), int(_fixed(c["ratio"]))
        )
    ),
    "is_topk": lambda c: exact._top_k(np.asarray(of(c, *VECTOR)), c["k"]),
    "liquid_alpha_equal": _equal_bounds,
    "mat_ema_alpha": _ema_alpha,
    "matmul": _matmul,
    "sigmoid_safe": _sigmoid,
    "exp_safe": lambda c: _floats(
        [fixed._exp_safe(int(x)) for x in np.ravel(_fixed(of(c, "x", "input")))]
    ),
    "vec_max_upscale": lambda c: fixed.max_upscale_u16(_fixed(of(c, *VECTOR))),
    "u16_max_upscale": lambda c: subnet.stored_weights(np.asarray(of(c, *VECTOR, "case"), int)),
    "check_vec_max_limited": _limited,
    "weighted_median": _median,
    "weighted_median_col": _median_col,
}


def _compare_cases(vector: dict, compute, tolerance: float, quantity: str) -> list[Check]:
    cases, expected = cases_of(vector["inputs"]), vector["expected"]
    if "property" in expected:  # a difference that must vanish
        wanted = [None] * len(cases)
    else:
        values = list(expected.values()) if isinstance(expected, dict) else [expected]
        one_per_case = (
            len(values) == 1
            and isinstance(values[0], list)
            and (len(cases) > 1 or set(vector["inputs"]) & {"cases", "vectors", "matrices", "rows"})
        )
        wanted = values[0] if one_per_case else [values]
    if len(wanted) != len(cases):
        raise Malformed(f"{len(wanted)} results are expected of {len(cases)} cases")
    worst = 0.0
    for case, target in zip(cases, wanted, strict=True):
        # The chain's tests write some numbers as f32 and some as f64; the file does not say which.
        readings = [(_as_f64, _as_f64), (_as_f32, _as_f32), (_as_f32, _as_f64)]
        got = {read: flat(np.asarray(compute(read(case)))) for read in (_as_f64, _as_f32)}
        worst = max(
            worst, min(_case_error(got[read], target, tolerance, aim) for read, aim in readings)
        )
    return [Check(quantity, worst, tolerance and tolerance + 1 / fixed.ONE)]


def _case_error(got: list, target, tolerance: float, read) -> float:
    target = [0.0] * len(got) if target is None else read(flat(target))
    if tolerance == 0:  # exact: floats are put on the grid of Q32
        target = [
            x if x is None or isinstance(x, int) else round(x * fixed.ONE) / fixed.ONE
            for x in target
        ]
    return worst(got, target)


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
        raise Malformed(
            f"source.test names no known function, got {source.get('test')!r} (known: "
            f"{', '.join(MATHS)})"
        )
    name = max(known, key=len)
    tolerance = vector.get("tolerance", vector.get("params", {}).get("tolerance", 0))
    return _compare_cases(vector, MATHS[name], tolerance, name), []


def replay_split(vector: dict) -> tuple[list[Check], list[str]]:
    def split(case):
        emission, count = (
            of(case, "alpha", "emission", "emission_rao"),
            of(case, "count", "mechanisms"),
        )
        return subnet.split_among_mechanisms(emission, count, case.get("split"))

    return _compare_cases(vector, split, 0, "emission"), []


def replay_schedule(vector: dict) -> tuple[list[Check], list[str]]:
    def blocks(case):
        last, now = (
            of(case, "last_epoch_block", "last_epoch"),
            of(case, "block_number", "current_block", "block"),
        )
        return np.array(subnet.blocks_until_next_epoch(case["tempo"], last, now), object)

    return _compare_cases(vector, blocks, 0, "blocks"), []
