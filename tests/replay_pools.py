"""Dynamic TAO: blocks, shares, pools and dividends of a vector file, played on the block loop
and its functions.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
from vectors import NOT_RESULTS, U16, Check, Malformed, cases_of, flat, listed, named, ratio

from tao_econ import Scenario, rules_at
from tao_econ.chain import (
    Pool,
    block_emission,
    ema_price,
    emission_shares,
    root_proportion,
    subnets,
    swap,
)
from tao_econ.chain import subnet_kernels as kernels
from tao_econ.chain.shares import flow_measure, gate_of
from tao_econ.chain.subnet_kernels import RAO, REAL
from tao_econ.economy import distribute_dividends

HEAD = replace(rules_at("price-unburned"), price_ema_rate=Fraction(3, 1_000_000))

VERDICTS = {"accepted", "refused"}


def _u64(case: dict) -> Fraction:
    weight = named(case, "tao_weight", "root_weight", default=0.0)
    return (
        Fraction(weight, 1 << 64)
        if isinstance(weight, int) and weight > 1
        else Fraction(str(weight))
    )


def _state(case: dict, reserves, outstanding, emission: int | None) -> tuple:
    """A law and a state of so many subnets, all rao; `emission`: the alpha a block mints, by its
    curve if None.
    """
    n = len(reserves[0])
    on = np.array([bool(x) for x in listed(named(case, "enabled", default=[True] * n))])
    state = subnets.empty_state(on)
    for name, amounts in zip(("reserve_tao", "reserve_alpha"), reserves, strict=True):
        state.rao[getattr(RAO, name)] = amounts
    state.rao[RAO.outstanding_alpha] = outstanding
    for row, value in (
        (REAL.tao_weight, 0.5),
        (REAL.live, 1.0),
        (REAL.rate, 1.0),
        (REAL.keep, 1.0),
    ):
        state.real[row] = value
    cut = named(case, "owner_cut", "cut", default=11_796)
    state.real[REAL.cut] = cut / U16 if isinstance(cut, int) else cut
    state.total["root_rao"] = named(case, "root_tao", "root_stake", default=0)
    law = subnets._law(HEAD, Scenario())
    law = law._replace(weighted=False, root_weight=float(_u64(case)))
    if emission is not None:
        law = law._replace(
            thresholds_rao=np.zeros(1, np.int64), rewards_rao=np.array([emission], np.int64)
        )
    kernels._alpha_halvings(law, state.rao, state.real)
    kernels._smooth(law, state.rao, state.real)
    return law, state


def _dtao_terms(case):
    tao = listed(named(case, "pool_tao", "tao_reserve", "tao_in_pool"))
    alpha = listed(named(case, "pool_alpha", "alpha_reserve", "alpha_in_pool"))
    out = listed(named(case, "outstanding", "pool_out", default=[0] * len(tao)))
    minted = case.get("alpha_emission", case.get("alpha_out_emission"))
    law, state = _state(case, (tao, alpha), out, listed(minted)[0] if minted is not None else None)
    given = case.get("tao_emission", case.get("tao_emissions"))
    if given is not None:
        reward = sum(listed(given))
        state.real[REAL.share] = np.array(listed(given)) / max(reward, 1)
    else:
        reward = named(case, "block_emission", "emission")
        prices = listed(named(case, "ema_price", "moving_price", "ema", default=[1] * len(tao)))
        state.real[REAL.share] = emission_shares(
            HEAD, price_ema_tao=[float(p) for p in prices], emission_on=state.on
        )
    root = law.root_weight * state.total[0]["root_rao"]
    kernels._terms(law, state.rao, state.real, root, float(reward))
    return {
        "excess": state.rao[RAO.buy],
        "buy": state.rao[RAO.buy],
        "alpha_out": state.rao[RAO.paid],
        "alpha_in": state.rao[RAO.alpha_in],
        "tao_in": state.rao[RAO.inject],
        "price": state.real[REAL.price_tao],
    }


def _dtao_split(case):
    minted = named(case, "alpha_out")
    issuance = named(case, "alpha_issuance", default=minted)
    law, state = _state(case, ([1], [issuance]), [0], minted)
    root = law.root_weight * state.total[0]["root_rao"]
    kernels._pay(law, state, root, bool(case.get("root_sell", True)))
    pending = {
        "server": RAO.servers,
        "validator": RAO.validators,
        "root_alpha": RAO.root_due,
        "owner": RAO.owner,
    }
    return {name: state.rao[row] for name, row in pending.items()}


def _dtao_owner_cut(case):
    return {
        "owner": [
            int(_dtao_split(case | {"owner_cut": cut})["owner"][0])
            for cut in listed(named(case, "cut"))
        ]
    }


def _dtao_shares(case):
    reward, prices = named(case, "block_emission", "emission"), named(case, "ema_price", "price")
    burned = named(case, "burn", default=[0.0] * len(prices))
    on = np.array([bool(x) for x in named(case, "enabled", default=[True] * len(prices))])
    share = emission_shares(
        HEAD, price_ema_tao=[float(p) for p in prices], burned_share=burned, emission_on=on
    )
    return {"emission": [int(reward * s) for s in share], "share": share}


def _gated(case: dict):
    """The rules of HEAD with the gate that a file names."""
    gate = case.get("gate", "none")
    fields = {"gate": gate}
    if "exponent" in case:
        fields["gate_exponent"] = case["exponent"]
    if "rank" in case:
        fields["gate_rank"] = case["rank"]
    if "quantile" in case:
        fields["gate_quantile"] = ratio(case["quantile"], 1)
    return replace(HEAD, **fields)


def _dtao_gate(case):
    """Shares behind a gate, and its bar: given, or found from smoothed prices or shares."""
    rules = _gated(case)
    given = [float(p) for p in named(case, "ema_price", "price", "share")]
    n = len(given)
    more = {
        "price_ema_tao": given,
        "burned_share": named(case, "burn", default=[0.0] * n),
        "emission_on": np.array(
            [bool(x) for x in named(case, "enabled", "_on", default=[True] * n)]
        ),
    }
    before = emission_shares(
        replace(rules, gate="none"), **more | {"emission_on": np.ones(n, bool)}
    )
    bar = case.get("bar")
    if bar is None and rules.gate in ("rank", "quantile"):
        bar = kernels._bar(gate_of(rules), before)
    return {"bar": bar, "share": emission_shares(rules, bar=bar, **more)}


def _live(vector: dict) -> tuple[list[Check], list[str]]:
    """Shares that a block of main net paid by, from storage of 32 fraction bits."""
    params, inputs, expected = vector["params"], vector["inputs"], vector["expected"]
    share = emission_shares(
        _gated(params),
        price_ema_tao=np.array(named(inputs, "price_q32"), float) / (1 << 32),
        burned_share=np.array(named(inputs, "burned_q32"), float) / (1 << 32),
        emission_on=np.array([bool(x) for x in named(inputs, "emission_on", "enabled")]),
    )
    paid = np.array(named(expected, "_rao"), float)
    if len(paid) != len(share):
        raise Malformed(f"{len(paid)} values are expected where there are {len(share)}")
    checks = [Check("share", float(np.abs(share - paid / paid.sum()).max()), params["tolerance"])]
    known = {name for name in expected if name.endswith("_rao")}
    if {"total_issuance", "block_emission"} <= set(params):
        reward = block_emission(HEAD, params["total_issuance"])
        checks.append(Check("block_emission", abs(reward - params["block_emission"]), 0))
    if "sum" in expected:  # each subnet's part is cut to whole rao
        known.add("sum")
        checks.append(Check("sum", abs(paid.sum() - expected["sum"]), 0))
        checks.append(Check("cut", named(params, "block_emission") - expected["sum"], len(paid)))
    return checks, sorted(set(expected) - known - NOT_RESULTS)


def _dtao_trade(case):
    """A trade of one side with a fee that stays outside the pool: what goes in and what comes out."""
    weight = float(named(case, "w_quote", default=0.5))
    fee = case["amount"] * named(case, "fee_u16", default=0) // U16
    tao, alpha = (float(named(case, f"{side}_reserve")) for side in ("tao", "alpha"))
    into = case["amount"] - fee
    buys = {"buy": True, "sell": False}[case["side"]]
    power = weight / (1 - weight)
    reserves = (tao, alpha, power) if buys else (alpha, tao, 1 / power)
    return {"paid_out": math.floor(kernels._out(*reserves, float(into))), "into_pool": into}


def _dtao_two_sides(case):
    """What comes out of one pool by its weights, whichever side is put in."""
    weight = float(named(case, "w_quote"))
    power = weight / (1 - weight)
    sides = (float(case[name]) for name in ("reserve_in", "reserve_out"))
    reserve_in, reserve_out = sides
    out = [
        kernels._out(reserve_in, reserve_out, p, float(case["delta_in"]))
        for p in (1 / power, power)
    ]
    return {"paid_out_selling": out[0], "paid_out_buying": out[1]}


def _bounds(vector: dict) -> tuple[list[Check], list[str]]:
    """Named sub-cases, "at_1000": "accepted", "above_1000": "refused": a trade so many times as
    large as the reserve that takes it in, or one unit more.
    """
    checks, unknown = [], []
    reserve = 1_000.0
    pool = Pool(reserve_tao=reserve, reserve_alpha=reserve)
    for name, wanted in vector["expected"].items():
        where, _, times = name.partition("_")
        if where not in ("at", "above") or not times.isdigit() or wanted not in VERDICTS:
            unknown.append(name)
            continue
        amount = reserve * int(times) + (where == "above")
        for side in ("tao_in", "alpha_in"):
            try:
                swap(pool, **{side: amount})
                got = "accepted"
            except ValueError:
                got = "refused"
            checks.append(Check(name, float(got != wanted), 0))
    return checks, unknown


def _dtao_price(case):
    first, n = named(case, "first_emission", default=0), case.get("iterations", 1)
    rules = replace(
        HEAD,
        price_ema_rate=ratio(named(case, "moving_alpha"), 1),
        price_ema_warmup_blocks=named(case, "halving_blocks", default=0),
    )
    mean = float(named(case, "start"))
    for _ in range(n):  # the block stands still in the chain's test
        mean = ema_price(
            rules,
            mean,
            float(named(case, "spot")),
            age_blocks=case.get("block", 0) - first,
            blocks=1,
        )
    return {"value": mean}


def _dtao_flow(case):
    values = [float(v) for v in named(case, "value", "flow", "ema")]
    power = named(case, "exponent", "power", default=case.get("p", 1.0))
    reward = named(case, "block_emission", "emission", default=0)
    measure = flow_measure(
        values, power=float(power), cutoff_tao=float(named(case, "cutoff", default=0.0))
    )
    share = emission_shares(replace(HEAD, subnet_shares="flow_ema"), flow_ema_tao=measure)
    return {"result": share, "share": share, "emission": reward * share}


def _dtao_root(case):
    part = root_proportion(
        replace(HEAD, root_weight=_u64(case)),
        float(named(case, "root_tao")),
        float(named(case, "alpha_issuance")),
    )
    bits = math.floor(part * (1 << 32))
    return {"bits": bits, "root_proportion": bits / (1 << 32)}


def _dtao_pool(case):
    """What a row of a pool's file may ask: amounts out, the power itself, the price, a new
    weight, a limit.
    """
    weight = float(named(case, "w_quote", "quote_weight", "weight", default=0.5))
    buy, got = weight / (1 - weight), {}
    if "side" in case:
        return _dtao_trade(case)
    if "reserve_in" in case:
        return _dtao_two_sides(case)
    if "base_quote" in case:
        power = 1 / buy if case["base_quote"] else buy
        return {"value": 1 - kernels._out(float(case["reserve"]), 1.0, power, float(case["delta"]))}
    target = named(case, "target", "limit", "price_new", "new_price", default=-1.0)
    tao = float(named(case, "tao_reserve", "quote_reserve", "reserve_tao", "tao", "reserve"))
    alpha = float(named(case, "alpha_reserve", "base_reserve", "reserve_alpha", "alpha", "reserve"))
    if target >= 0:
        now = {name: value for name, value in case.items() if value != target}
        price = float(
            named(now, "current", "old", "price", default=kernels._price(tao, alpha, weight))
        )
        ratio = math.log(target / price)
        buys, sells = (
            max(x, 0.0)
            for x in (tao * math.expm1((1 - weight) * ratio), alpha * math.expm1(-weight * ratio))
        )
        return {"tao": buys, "quote": buys, "alpha": sells, "base": sells, "delta": buys or sells}
    if "delta_in" in case:
        delta = float(case["delta_in"])
        got = {
            "alpha_out": math.floor(kernels._out(tao, alpha, buy, delta)),
            "tao_out": math.floor(kernels._out(alpha, tao, 1 / buy, delta)),
        }
    elif any("delta" in name or "add" in name for name in case):
        extra = [
            float(
                named(
                    case,
                    *(f"{side}_{w}" for w in ("delta", "added", "add")),
                    f"delta_{side}",
                    f"added_{side}",
                    default=0,
                )
            )
            for side in ("tao", "alpha")
        ]
        after = kernels._neutral_weight(tao, alpha, weight, *extra)
        got = {"weight": after, "w_quote": after, "w_base": 1 - after}
        got["price"] = kernels._price(tao + extra[0], alpha + extra[1], after)
        return got
    return got | {"price": kernels._price(tao, alpha, weight)}


def _dtao_dividends(case):
    stakes = np.array(case["stakes"], float).reshape(-1, 2)
    alpha, root = distribute_dividends(
        float(case["pending_validator_alpha"]),
        float(case["pending_root_alpha"]),
        dividends=case["dividends"],
        alpha_stake=stakes[:, 0],
        root_stake=stakes[:, 1],
        root_weight=float(case["tao_weight"]),
    )
    return {
        "total_alpha": alpha.sum(),
        "total_root": root.sum(),
        "hotkey_alpha": alpha,
        "hotkey_root": root,
    }


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
        return {
            name: [row[k] for row in expected["rows"]] for k, name in enumerate(expected["columns"])
        }
    tables = {k: v for k, v in expected.items() if k not in NOT_RESULTS and v is not None}
    return {
        k: v if cases > 1 or (isinstance(v, list) and len(v) == 1) else [v]
        for k, v in tables.items()
    }


def _replay_cases(compute):
    def run(vector: dict) -> tuple[list[Check], list[str]]:
        params, expected = vector.get("params") or {}, vector["expected"]
        cases, checks, unknown = cases_of(vector["inputs"]), [], []
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
                if wanted is None:  # not asserted of this case
                    continue
                got, wanted = flat(np.asarray(result[key]).tolist()), flat(wanted)
                if len(got) != len(wanted):
                    raise Malformed(
                        f"{len(wanted)} values of {name} are expected where there are {len(got)}"
                    )
                tolerance = allowed[0][k] if isinstance(allowed[0], list) else allowed[0]
                pairs = [(g, w) for g, w in zip(got, wanted, strict=True) if w is not None]
                errors = [_bound(g, w) / (abs(w) if relative and w else 1) for g, w in pairs]
                printed = 1e-12 if stated else 1e-9  # of decimals, where an amount in rao is exact
                least = max(
                    (printed * max(abs(w), 1) for _, w in pairs if isinstance(w, float)), default=0
                )
                one = (
                    f"{name}[{k}]" if isinstance(allowed[0], list) else name
                )  # each case has its own tolerance
                checks.append(
                    Check(one, max(errors, default=0.0), max(relative or tolerance, least))
                )
        return checks, unknown

    return run


KINDS = {
    name: _replay_cases(compute)
    for name, compute in {
        "subnet_terms": _dtao_terms,
        "owner_cut": _dtao_owner_cut,
        "emit_to_subnet": _dtao_split,
        "subnet_tao_emission": _dtao_shares,
        "subnet_shares": _dtao_shares,
        "subnet_shares_gate": _dtao_gate,
        "moving_price": _dtao_price,
        "pow_normalize": _dtao_flow,
        "taoflow": _dtao_flow,
        "flow": _dtao_flow,
        "root_proportion": _dtao_root,
        "balancer": _dtao_pool,
        "swap": _dtao_pool,
        "dividend_distribution": _dtao_dividends,
    }.items()
} | {"subnet_shares_live": _live, "swap_bound": _bounds}
