// Eras, halving dates and one pool. As chain/emission.py, economy/recycled_halving.py and chain/pools.py.
TAO.ratio = (amount, { scale }, unit) => Number(amount) / (Number(scale) * Number(unit));

TAO.views.emission = ({ rules, scenario, unit }) => {
    const say = TAO.say, one = 10n ** BigInt(unit.decimals), horizon = scenario.horizon_years;
    const finer = { ...rules, units_per_coin: one, block_reward_rao: one, max_supply_rao: 21000000n * one };
    const chain = TAO.chain(finer, { issuance_rao: 0n }, scenario), last = chain.eras.length - 1;
    const years = chain.eras.map(era => Number(era.first) * chain.perYear);
    const issued = chain.eras.map(era => TAO.ratio(era.issued, era, one)), left = chain.eras.map(era => TAO.ratio(era.cap - era.issued, era, one));
    const x = TAO.linspace(0, horizon, 521), seen = years.filter(year => year <= horizon);
    return {
        title: say`Emission ends after ${[years[last], ".1f"]} years and ${last} rewards`,
        panels: [
            { marks: [{ x, y: x.map(year => TAO.interp(year, years, issued) / 1e6) }] },
            { marks: [{ x: seen, y: left.slice(0, seen.length) }, { x: [0, horizon], y: [1 / Number(one), 1 / Number(one)] }] },
        ],
        readout: {
            "rewards above zero": `${last}`,
            "emission ends": say`${[years[last], ".2f"]} years`,
            "issued at the end": say`${[issued[last], ",.4f"]} TAO`,
            "never issued": say`${[left[last], ".3g"]} TAO`,
            "first halving": last ? say`${[years[1], ".2f"]} years` : "none",
        },
    };
};

TAO.decimalYear = ms => {
    const year = new Date(ms).getUTCFullYear(), start = Date.UTC(year, 0, 1);
    return year + (ms - start) / (Date.UTC(year + 1, 0, 1) - start);
};

TAO.nextHalving = (rules, snapshot, scenario) => {
    const chain = TAO.chain(rules, snapshot, scenario), [now, then] = chain.eras, blocks = Number(then.first - now.first);
    const at = Number(then.issued) / chain.coin;
    return { halving: then.halving, when: Date.parse(snapshot.date) + blocks * chain.seconds * 1000, years: blocks * chain.perYear,
        at, missing: at - chain.issued, perDay: Number(now.net) / chain.coin * 86400 / chain.seconds };
};

TAO.views.halving_at_recycling = ({ snapshot, scenario }, { rules }) => {
    const say = TAO.say, shares = TAO.linspace(0, 0.6, 31), day = ms => new Date(ms).toISOString().slice(0, 10);
    const halving = share => TAO.nextHalving(rules, snapshot, { ...scenario, recycled_share: share });
    const got = halving(scenario.recycled_share), soonest = halving(0), start = TAO.decimalYear(Date.parse(snapshot.date));
    const issued = Number(snapshot.issuance_rao) / 1e9, ends = [issued / 1e6, got.at / 1e6];
    const month = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
    return {
        title: say`Halving ${got.halving} comes in ${month.format(got.when)} at ${[scenario.recycled_share, ".1%"]} recycled`,
        panels: [
            { marks: [{ x: shares, y: shares.map(share => TAO.decimalYear(halving(share).when)) },
                { x: [scenario.recycled_share], y: [TAO.decimalYear(got.when)] }] },
            { marks: [{ x: [start, TAO.decimalYear(got.when)], y: ends }, { x: [start, TAO.decimalYear(soonest.when)], y: ends }, { y: [ends[1]] }] },
        ],
        readout: {
            "date": day(got.when),
            "from the snapshot": say`${[got.years, ".2f"]} years`,
            "issued so far": say`${[issued, ",.0f"]} TAO`,
            "missing": say`${[got.missing, ",.0f"]} TAO to ${[got.at, ",.0f"]}`,
            "issued a day until then": say`${[got.perDay, ",.0f"]} TAO`,
            "with nothing recycled": day(soonest.when),
        },
    };
};

TAO.views.pool = ({ trade }) => {
    const say = TAO.say, paid = trade.trade_tao, fee = trade.fee_parts / 65535;
    const price = pool => pool.alpha <= 0 ? 0 : (1 - pool.weight) * pool.tao / (pool.weight * pool.alpha);
    const out = (given, taken, power, amount) => -taken * Math.expm1(-power * Math.log1p(amount / given));
    const swap = (pool, { tao = 0, alpha = 0 }, fee) => {
        const power = pool.weight / (1 - pool.weight), kept = 1 - fee;
        if (alpha > 1000 * pool.alpha)
            throw new Error(`alpha_in must be at most 1,000 times the reserve of ${TAO.digits(pool.alpha)}, got ${TAO.digits(alpha)}`);
        const got = tao ? out(pool.tao, pool.alpha, power, tao * kept) : out(pool.alpha, pool.tao, 1 / power, alpha * kept);
        const after = price(tao ? { ...pool, tao: pool.tao + tao * kept, alpha: pool.alpha * Math.exp(-power * Math.log1p(tao * kept / pool.tao)) }
            : { ...pool, tao: pool.tao * Math.exp(-Math.log1p(alpha * kept / pool.alpha) / power), alpha: pool.alpha + alpha * kept });
        return { got, after, change: after / price(pool) - 1 };
    };
    const worth = (pool, amount) => {  // and what is got over what is paid, at the spot price
        const spot = price(pool), done = swap(pool, amount >= 0 ? { tao: amount } : { alpha: -amount / spot }, fee);
        return { ...done, kept: amount > 0 ? done.got * spot / amount : amount ? done.got / -amount : 1 - fee };
    };
    const mine = { tao: trade.reserve_tao, alpha: trade.reserve_alpha, weight: trade.tao_weight };
    const x = TAO.linspace(-0.5, 0.5, 51).map(part => part * mine.tao), each = x.map(amount => worth(mine, amount));
    const done = worth(mine, paid), until = mine.alpha * Math.expm1(-mine.weight * Math.log(0.95 * price(mine) / price(mine)));
    const farthest = Math.max(...each.map(one => one.change), done.change) + 1;
    if (farthest > 10000) throw new Error(say`a trade must move the price at most 10,000-fold, got ${[farthest, ",.3g"]}-fold`);
    return {
        title: say`${paid < 0 ? "Selling alpha worth" : "Paying in"} ${[Math.abs(paid), ",.0f"]} TAO moves the price by ${[done.change, "+.1%"]}`,
        panels: [
            { marks: [{ x, y: each.map(one => one.change) }, { x, y: x.map(amount => worth({ ...mine, weight: 0.5 }, amount).change) },
                { x: [paid], y: [done.change] }] },
            { marks: [{ x, y: each.map(one => one.kept) }, { x: [paid], y: [paid ? done.kept : 1] }] },
        ],
        readout: {
            "spot price": say`${[price(mine), ".6f"]} TAO`,
            "price after": say`${[done.after, ".6f"]} TAO`,
            "you get": paid < 0 ? say`${[done.got, ",.2f"]} TAO` : say`${[done.got, ",.1f"]} alpha`,
            "below the spot price": paid ? say`${[1 - done.kept, ".2%"]}` : "no trade",
            "a price 5 % lower pays sellers": say`${[swap(mine, { alpha: until }, 0).got, ",.0f"]} TAO`,
        },
    };
};
