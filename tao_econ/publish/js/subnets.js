// Shares of subnets, and one Yuma epoch of any size. As chain/shares.py and chain/yuma_kernels.py.
TAO.shares = (rules, pools) => {  // each subnet's share of new TAO
    const unburned = rules.subnet_shares.includes("unburned"), root = rules.subnet_shares.includes("root");
    const raw = pools.price.map((price, i) => price * pools.started[i]), weighted = pools.root_tao * rules.root_weight;
    const kept = raw.map((value, i) => value * (unburned ? 1 - pools.burned[i] : 1) * (root ? weighted / (weighted + pools.alpha[i]) : 1));
    const scaled = values => {
        const total = TAO.sum(values);
        return values.map(value => total > 0 ? value / total : 0);
    };
    let share = scaled(TAO.sum(kept) > 0 ? kept : raw);
    const order = share.map((_, i) => i).sort((a, b) => share[b] - share[a] || a - b);
    if (rules.gate === "rank" || rules.gate === "quantile") {
        let bar = 0, total = 0, count = 0;
        for (const i of order) {
            if (share[i] <= 0) break;
            total += bar = share[i];
            count++;
            if (rules.gate === "rank" ? count === rules.gate_rank : total >= rules.gate_quantile) break;
        }
        if (bar > 0) share = share.map(own => own * (own / bar) ** rules.gate_exponent / (1 + (own / bar) ** rules.gate_exponent));
    } else if (rules.gate === "tiers") {
        const first = TAO.sum(order.slice(0, 32).map(i => share[i])), second = TAO.sum(order.slice(32, 64).map(i => share[i])), was = share;
        share = share.map(() => 0);
        order.slice(0, 64).forEach((i, k) => { share[i] = was[i] * (second > 0 ? k < 32 ? 0.75 / first : 0.25 / second : 1); });
    }
    return scaled(share.map((own, i) => pools.on[i] ? own : 0)).sort((a, b) => b - a);
};

TAO.views.emission_rules = ({ rules, market }, facts) => {
    const say = TAO.say, many = market.subnets, burned = TAO.even(many * market.burning_share), whole = facts.pools;
    const pools = { ...whole, ...Object.fromEntries(["price", "started", "burned", "alpha", "on"].map(key => [key, whole[key].slice(0, many)])) };
    pools.price = pools.price.map(price => price ** market.price_power);
    pools.burned = pools.burned.map((share, i) => i >= many - burned ? 1 : share);
    const share = TAO.shares(rules, pools), plain = TAO.shares({ ...rules, subnet_shares: "price_ema", gate: "none" }, pools);
    const together = values => values.map((total => value => total += value)(0)), all = together(share);
    const counts = [8, 16, 32].map(count => Math.min(count, many)), top = counts.map(count => all[count - 1] / all.at(-1));
    const real = Object.keys(facts.real).every(key => facts.real[key] === market[key]), x = share.map((_, i) => i + 1);
    const gini = TAO.sum(share.slice(1).map((own, i) => (i + 1) * (many - i - 1) / many * (share[i] - own))) / all.at(-1);
    return {
        title: say`The largest 8, 16 and 32 ${real ? "of main net's" : "of a what-if's"} ${many} subnets take ${[top[0], ".0%"]}, ${[top[1], ".0%"]} and ${[top[2], ".0%"]} of new TAO`,
        panels: [{ marks: [{ x, y: share }, { x, y: plain }] },
            { marks: [{ x, y: all }, { x, y: together(plain) }, { x: counts, y: top }] }],
        readout: {
            "subnets": real ? facts.where : `what-if: changed from ${facts.where}`,
            "Gini index": say`${[gini, ".3f"]}`,
            "effective subnets": say`${[1 / TAO.sum(share.map(own => own ** 2)), ".1f"]}`,
            "largest": say`${[share[0] * 3600, ",.0f"]} of 3,600 TAO a day`,
            "get at least 10 TAO a day": `${share.filter(own => own * 3600 >= 10).length} subnets`,
            "* unproven": facts.unproven[`${rules.subnet_shares} ${rules.gate}`],
            "not shown": "rules of flow: flow not known",
        },
    };
};

TAO.yuma = (law, weights, stake) => {  // validators' rows of weights on miners, who hold no bonds yet
    const GRID = 2 ** 32, total = values => TAO.sum(values) || 1, miners = weights[0].map((_, j) => j);
    const onGrid = values => values.map(value => Math.floor(value / total(values) * GRID) / GRID);
    const share = onGrid(stake), permits = share.map(own => own >= 1 / GRID), votes = onGrid(onGrid(share));
    const given = weights.map((row, i) => row.map(weight => permits[i] ? weight / total(row) : 0)), need = Math.min(law.kappa, TAO.sum(votes));
    const by = values => miners.map(j => TAO.sum(values.map(row => row[j]))), times = (row, i) => row.map(value => votes[i] * value);
    const consensus = miners.map(j => {  // the largest weight that κ of votes support
        let support = 0;
        for (const i of votes.map((_, i) => i).filter(i => votes[i] > 0).sort((a, b) => given[b][j] - given[a][j]))
            if ((support += votes[i]) >= need) return given[i][j];
        return 0;
    });
    const clipped = given.map(row => row.map((weight, j) => Math.min(weight, consensus[j]))), rank = by(clipped.map(times)), said = by(given.map(times));
    const incentive = rank.map(value => value / total(rank));
    const bonds = given.map((row, i) => row.map((weight, j) => {
        const own = Math.floor(weight * GRID);
        const followed = own + Math.floor(law.penalty * (Math.min(own, Math.floor(consensus[j] * GRID)) - own));
        return law.yuma3 ? Math.floor((1 - law.kept) * followed) : Math.floor(votes[i] * followed);
    }));
    const held = by(bonds);
    if (!law.yuma3) bonds.forEach(row => row.forEach((order, j) => {
        row[j] = Math.floor((1 - law.kept) * Math.floor(order * (held[j] ? GRID / held[j] : 0) + 2 ** -16));
    }));
    const issued = by(bonds), earned = bonds.map((row, i) =>
        TAO.sum(row.map((bond, j) => issued[j] ? incentive[j] / issued[j] * bond : 0)) * (law.yuma3 ? votes[i] : 1));
    return { stake: share, consensus, incentive, trust: rank.map((value, j) => said[j] ? value / said[j] : 0),
        dividends: earned.map(value => value / total(earned)), validatorTrust: clipped.map(TAO.sum) };
};

TAO.views.epoch = ({ rules, subnet }, facts) => {
    const say = TAO.say, grid = value => Math.floor(Math.trunc(value * 65535) * 2 ** 32 / 65535) / 2 ** 32, you = 4;
    const law = { yuma3: rules.bonds === "yuma3", kappa: grid(subnet.kappa), penalty: grid(subnet.bonds_penalty), kept: facts.kept };
    const stake = [subnet.stake_1, subnet.stake_2, subnet.stake_3, subnet.stake_4, subnet.your_stake];
    const got = TAO.yuma(law, [...facts.others, [subnet.your_weight_1, subnet.your_weight_2, subnet.your_weight_3]], stake);
    const share = got.stake[you], earned = got.dividends[you], bars = columns => columns.map(y => ({ y }));
    const percents = values => values.map((value, i) => say`miner ${i + 1} ${[value, ".1%"]}`).join(", ");
    return {
        title: say`You hold ${[share, ".1%"]} of stake and earn ${[earned, ".1%"]} of dividends`,
        panels: [{ marks: bars([got.consensus, got.incentive, got.trust]) }, { marks: bars([got.stake, got.dividends, got.validatorTrust]) }],
        readout: {
            "your dividends": say`${[earned, ".1%"]}`,
            "dividends per stake, you over all": share ? say`${[earned / share, ".2f"]}` : "no stake",
            "your weight that survives": say`${[got.validatorTrust[you], ".1%"]}`,
            incentive: percents(got.incentive),
            trust: percents(got.trust),
        },
    };
};
