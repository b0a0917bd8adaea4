"""Sequences of epochs of a vector file, played on the exact epoch."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from vectors import U16, Check, Malformed, ratio, worst

from tao_econ import rules_at
from tao_econ.chain import fixed_point as fixed
from tao_econ.chain import yuma_exact as exact
from tao_econ.chain import yuma_exact as subnet
from tao_econ.inputs.checks import MAX_UIDS

MOST_WORK = 10**9  # matrix entries over all steps
PARAMETERS = {  # name in the file → field of Rules and how to read it
    "kappa": ("kappa", lambda v, _: ratio(v, U16)),
    "bonds_penalty": ("bonds_penalty", lambda v, _: ratio(v, U16)),
    "bonds_moving_average": ("bonds_moving_average", lambda v, _: ratio(v, 1_000_000)),
    "yuma3": ("bonds", lambda v, _: "yuma3" if v else "classic"),
    "liquid_alpha": ("liquid_alpha_on", lambda v, _: bool(v)),
    "alpha_low": ("alpha_low", lambda v, _: ratio(v, U16)),
    "alpha_high": ("alpha_high", lambda v, _: ratio(v, U16)),
    "alpha_sigmoid_steepness": ("alpha_sigmoid_steepness", lambda v, _: ratio(v, 100)),
    "activity_cutoff_factor_milli": ("activity_cutoff", lambda v, _: ratio(v, 1_000)),
    "activity_cutoff": (
        "activity_cutoff",
        lambda v, params: ratio(v, max(params.get("tempo", 1), 1)),
    ),
    "min_stake": ("stake_threshold_rao", lambda v, _: v),
    "tempo": ("tempo", lambda v, _: v),
    "max_allowed_validators": ("max_validators", lambda v, _: v),
    "bonds_reset": ("bonds_reset", lambda v, _: bool(v)),
}
ALIASES = {
    "yuma_3": "yuma3",
    "steepness": "alpha_sigmoid_steepness",
    "sigmoid_steepness": "alpha_sigmoid_steepness",
    "alpha_steepness": "alpha_sigmoid_steepness",
    "activity_cutoff_factor": "activity_cutoff_factor_milli",
    "stake_threshold": "min_stake",
    "max_validators": "max_allowed_validators",
    "block": "current_block",
    "registered": "block_at_registration",
    "emission": "rao_emission",
    "emission_rao": "rao_emission",
    "subnet_owner_uid": "owner_uid",
    "last_step_block": "last_mechanism_step_block",
    "commit_reveal": "commit_reveal",
    "commit_blocks": "commit_block",
    "earliest_commit_block": "commit_block",
    "earliest_commit": "commit_block",
    "commits": "commit_block",
    "validator_permits": "validator_permit",
}
FIELDS = {  # name in the file → field of Epoch
    "rank_u16": "incentive_u16",
    "server_trust_u16": "trust_u16",
    "validator_permit": "permits",
    "new_validator_permit": "permits",
    "emission": "emission_rao",
    "combined_emission": "emission_rao",
    "server_emission": "miner_emission_rao",
    "miner_emission": "miner_emission_rao",
    "incentive_emission": "miner_emission_rao",
    "validator_emission": "validator_emission_rao",
    "pruning_score_u16": "pruning_u16",
    "pruning_scores_u16": "pruning_u16",
    "stake_u16": "stake_weight_u16",
}


def _plain(settings: dict) -> dict:
    """Settings under the names used here: without `_enabled`, `_on`, `_u16`, and with aliases
    resolved.
    """
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
    return replace(rules_at("weighted-pools"), **fields)


def _sparse(rows, n: int, what: str):
    """Rows of [uid, u16], or the 512-node tests' short form, as a dense matrix and the mask of
    listed entries.
    """
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
            bonds[:] = subnet.reset_bonds(replace(rules, bonds_reset=True), bonds, uid)
        elif "replace" in name:
            bonds[uid], permits[uid] = 0, False
        else:
            raise Malformed(
                f"pre_ops has an unknown op {name!r} (known: reset_bonds_column, replace_neuron)"
            )


def epochs(vector: dict):
    """Run every step of an epoch sequence; yields each step's Epoch."""
    inputs, params = vector["inputs"], _plain(vector.get("params", {}))
    n = inputs["n"]
    if not isinstance(n, int) or not 1 <= n <= MAX_UIDS:
        raise Malformed(f"n must be in [1, {MAX_UIDS}], got {n!r}")
    if n * n * len(inputs["steps"]) > MOST_WORK:
        raise Malformed(f"{len(inputs['steps'])} steps of {n} UIDs are too many")
    initial = _plain(inputs.get("initial") or {})
    bonds = _sparse(initial.get("bonds") or [[]] * n, n, "bonds")[0]
    permits = np.array(initial.get("validator_permit") or [False] * n, bool)
    step = {"stake": inputs.get("stake"), "rao_emission": 10**9}
    for given in inputs["steps"]:
        step = step | {"pre_ops": None} | _plain(given)
        settings = (
            params
            | _plain(step.get("params") or {})
            | {k: v for k, v in step.items() if k in PARAMETERS}
        )
        rules = _rules(settings)
        _before(step["pre_ops"], bonds, permits, rules)
        weights, listed = _sparse(step["weights"], n, "weights")
        owner = step.get("owner_uid", settings.get("owner_uid"))
        read = permits | ((np.arange(n) == owner) & (owner is not None and rules.owner_permit))
        weights[~read] = (
            0  # stored rows outlive a permit: the chain does not read them, our epoch refuses them
        )
        commits = step.get("commit_block") if settings.get("commit_reveal", True) else None
        epoch = exact.yuma_epoch_exact(
            rules,
            weights,
            step["stake"],
            bonds,
            emission_rao=step["rao_emission"],
            listed=listed,
            permits=permits,
            last_update=step["last_update"],
            block_at_registration=step["block_at_registration"],
            commit_block=None if commits is None else [-1 if c is None else c for c in commits],
            block=step["current_block"],
            owner_uid=owner,
            last_step_block=step.get(
                "last_mechanism_step_block", settings.get("last_mechanism_step_block") or 0
            ),
        )
        yield epoch
        bonds, permits = epoch.bonds_u16.astype(np.int64), epoch.permits.copy()


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
            error, allowed = (
                max(worst(g, w) for g, w in zip(table, wanted, strict=True)),
                min(tolerance, 2e-4),
            )
        elif base == "equal_incentive_positive":
            values = [int(epoch.incentive_u16[uid]) for uid in wanted]
            error = max(values) - min(values) if min(values) > 0 else math.inf
        elif hasattr(epoch, field):
            error = worst(getattr(epoch, field), wanted)
        elif base.endswith("_fraction") and hasattr(epoch, base.removesuffix("_fraction") + "_u16"):
            error, allowed = (
                worst(getattr(epoch, base.removesuffix("_fraction") + "_u16") / U16, wanted),
                tolerance,
            )
        elif hasattr(epoch, f"{base}_q32"):  # printed with ten decimals
            error, allowed = worst(getattr(epoch, f"{base}_q32") / fixed.ONE, wanted), 1e-9
        elif hasattr(epoch, f"{base}_u16"):
            error = worst(getattr(epoch, f"{base}_u16"), wanted)
        else:
            unknown.append(name)
            continue
        checks.append(Check(name, error, allowed))
    return checks, unknown


def _bonds_error(bonds, wanted) -> float:
    """Bonds as [row, column, value] for some entries, or as complete sparse or dense rows."""
    n = len(bonds)
    if (
        len(wanted) == n
        and all(len(row) == n and all(isinstance(x, int) for x in row) for row in wanted)
        and n != 3
    ):
        return int(np.abs(np.array(wanted) - bonds.astype(np.int64)).max())
    complete = len(wanted) == n and not any(isinstance(x, int) for row in wanted for x in row)
    dense, asserted = _sparse(wanted, n, "bonds")
    return int(np.abs(np.where(asserted | complete, bonds.astype(np.int64) - dense, 0)).max())


def replay_epochs(vector: dict) -> tuple[list[Check], list[str]]:
    tolerance = vector.get("tolerance", vector.get("params", {}).get("tolerance", 1e-3))
    checks, unknown = [], []
    expected, reference = (
        vector["expected"]["steps"],
        (vector.get("reference_outputs") or {}).get("steps", []),
    )
    if len(expected) != len(vector["inputs"]["steps"]):
        raise Malformed(f"{len(expected)} steps are expected of {len(vector['inputs']['steps'])}")
    for k, epoch in enumerate(epochs(vector)):
        found, strange = _compare_step(epoch, expected[k] or {}, tolerance)
        checks, unknown = checks + found, unknown + strange
        if k < len(reference) and reference[k]:
            found, strange = _compare_step(epoch, reference[k], tolerance)
            checks += [c._replace(quantity=f"reference.{c.quantity}") for c in found]
    return checks, unknown
