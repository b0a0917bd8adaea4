// The schedule in whole rao, supply over time, and its value. As chain/emission.py and economy/supply.py.
TAO.eras = (rules, issued, ppm, block = 0n) => {  // amounts in 1/scale rao, integers where decimals are unlimited too
    if (ppm >= 1000000n) throw new Error(`recycled_ppm must be in [0, 1,000,000), got ${ppm}`);
    const halvings = BigInt(rules.max_halvings), every = BigInt(rules.halving_interval_blocks);
    const scale = rules.whole_rao ? 1n : (1n << halvings) * 1000000n;
    const cap = rules.max_supply_rao * scale, reward = rules.block_reward_rao * scale;
    let last = rules.block_reward_rao.toString(2).length;
    if (!rules.whole_rao || last > rules.max_halvings) last = rules.max_halvings;
    const threshold = k => scale * (rules.max_supply_rao - (rules.max_supply_rao >> BigInt(k)));
    const found = [];
    issued *= scale;
    for (let k = 0; ;) {
        if (rules.schedule === "issuance") while (k < last && issued >= threshold(k + 1)) k++;
        else if (rules.schedule === "block") k = Math.min(Number(block / every), rules.max_halvings);
        const paid = k >= rules.max_halvings ? 0n : reward >> BigInt(k);
        const net = paid - paid * ppm / 1000000n;
        let blocks = null;
        if (paid && rules.schedule === "issuance") blocks = -((issued - threshold(k + 1)) / net);
        if (paid && rules.schedule === "issuance" && (issued - threshold(k + 1)) % net) blocks += 1n;
        if (paid && rules.schedule === "block") blocks = BigInt(k + 1) * every - block;
        found.push({ halving: k, first: block, blocks, issued, reward: paid, net, cap, scale });
        if (blocks === null) return found;
        block += blocks;
        issued += net * blocks;
    }
};

TAO.chain = (rules, snapshot, scenario) => {  // what the functions below share
    const coin = Number(rules.units_per_coin);
    const seconds = scenario.block_time_s === 12 ? rules.block_time_s : scenario.block_time_s;
    const ppm = BigInt(TAO.even(scenario.recycled_share * 1e6));
    const eras = TAO.eras(rules, snapshot.issuance_rao, ppm, BigInt(snapshot.block ?? 0));
    return { coin, seconds, eras, issued: Number(snapshot.issuance_rao) / coin, cap: Number(rules.max_supply_rao) / coin,
        perDay: TAO.even(86400 / rules.block_time_s), perYear: seconds / 86400 / 365.25, start: eras[0].first };
};

TAO.runs = ({ eras, coin, start }, blocks) => {  // [first block from now, blocks, net TAO a block] up to the cap
    const found = [];
    for (const era of eras) {
        const first = Number(era.first - start);
        if (!era.reward || blocks <= first || era.issued >= era.cap) break;
        const toCap = Number(era.cap - era.issued) / Number(era.net);
        const run = Math.min(era.blocks === null ? Infinity : Number(era.blocks), blocks - first, toCap);
        found.push([first, run, Number(era.net) / Number(era.scale) / coin]);
    }
    return found;
};

TAO.supplyAfter = (chain, years) =>
    TAO.sum(TAO.runs(chain, years * 365.25 * 86400 / chain.seconds).map(([, run, net]) => run * net)) + chain.issued;

TAO.discounted = (chain, rates) => {
    const runs = TAO.runs(chain, Infinity), a = chain.perYear;
    return rates.map(yearly => {
        const rate = Math.log1p(yearly);
        return chain.issued + TAO.sum(runs.map(([first, run, net]) =>
            net / a * (rate < 1e-290 ? run * a : Math.exp(-rate * first * a) * -Math.expm1(-rate * run * a) / rate)));
    });
};

TAO.issuedPath = (chain, horizon, every = 30) => {  // years from now and TAO issued, each `every` nominal days
    const { eras, perDay, seconds, start, coin } = chain;
    const days = Math.trunc(horizon * (365.25 * 86400 / seconds) / perDay), samples = Math.floor(days / every) + 1;
    const years = [], issued = [];
    for (let i = 0, k = 0; i < samples; i++) {
        const since = BigInt(perDay * every * i);
        while (k + 1 < eras.length && start + since >= eras[k + 1].first) k++;
        const rao = eras[k].issued + eras[k].net * (start + since - eras[k].first);
        years.push(perDay * every * i * seconds / 86400 / 365.25);
        issued.push(Number(rao < eras[k].cap ? rao : eras[k].cap) / Number(eras[k].scale) / coin);
    }
    return { years, issued };
};
TAO.staked = (chain, snapshot, scenario) => snapshot.staked_tao ?? chain.issued * scenario.staked_share;
TAO.circulating = (chain, snapshot, scenario) => {
    const circulating = chain.issued * (1 - scenario.lost_share), staked = TAO.staked(chain, snapshot, scenario);
    if (staked > circulating) throw new Error(TAO.say`staked_tao must be at most what circulates (${[circulating, ",.0f"]}), got ${[staked, ",.0f"]}`);
    return circulating;
};

TAO.views.supply = ({ snapshot, scenario }, { rules }) => {
    const say = TAO.say, chain = TAO.chain(rules, snapshot, scenario), bn = snapshot.price_usd / 1e9;
    const { years, issued } = TAO.issuedPath(chain, scenario.horizon_years), kept = 1 - scenario.lost_share;
    const circulating = TAO.circulating(chain, snapshot, scenario);
    const floating = circulating - scenario.stake_stickiness * TAO.staked(chain, snapshot, scenario);
    const price = years.map((year, i) =>
        circulating * snapshot.price_usd * (1 + scenario.market_cap_growth) ** year / (issued[i] * kept));
    const [here] = TAO.discounted(chain, [scenario.discount_rate]).map(tao => tao * bn);
    const cap = circulating * snapshot.price_usd / 1e9, fdv = chain.cap * snapshot.price_usd / 1e9;
    const growth = span => TAO.supplyAfter(chain, span) / chain.issued - 1, ratio = circulating / chain.cap;
    if (Math.max(...price) > 1e15) throw new Error(say`market_cap_growth must leave a price of at most 1e+15 USD, got ${[Math.max(...price), ".3g"]}`);
    return {
        title: say`${[cap, ".2f"]} bn market cap, ${[fdv, ".2f"]} bn FDV, ${[here, ".2f"]} bn discounted at ${[scenario.discount_rate, ".0%"]}`,
        panels: [
            { marks: [{ x: years, y: price }, { y: [snapshot.price_usd] }], x: { label: `years from ${snapshot.date}` } },
            { marks: [{ y: TAO.discounted(chain, TAO.linspace(0, 1, 51)).map(tao => tao * bn) }, { y: [fdv] }, { y: [cap] },
                { x: [scenario.discount_rate], y: [here] }, { y: [floating * bn] }] },
        ],
        readout: {
            "issued": say`${[chain.issued / 1e6, ".3f"]} M TAO`,
            "float": say`${[floating / 1e6, ".2f"]} M TAO (stake ${snapshot.staked_tao === null ? "assumed" : "read on chain"})`,
            "market cap / FDV": say`${[ratio, ".1%"]}`,
            "FDV over market cap": say`${[1 / ratio, ".2f"]}×`,
            "cap growth for a flat price, 1 year": say`${[growth(1), ".1%"]}`,
            "for a flat price, 5 years": say`${[growth(5), ".0%"]}`,
        },
    };
};
