// A sale in the market, TAO beside other values, and Kelly's weight. As economy/market.py, day_flows.py,
// comparables.py and portfolio.py.
TAO.fraction = value => {  // a float as a fraction of whole numbers, exactly
    let under = 1n;
    while (!Number.isInteger(value)) [value, under] = [value * 2, under * 2n];
    return [BigInt(value), under];
};
TAO.part = (whole, [over, under]) => whole * over / under;

TAO.dayPay = (chain, rules, scenario, ownerCut) => {  // a day's pay in whole rao
    const [seconds, parts] = TAO.fraction(chain.seconds), [era] = chain.eras, left = era.cap - era.issued;
    const aDay = (era.reward < left ? era.reward : left) * 86400n * parts / seconds, minted = aDay < left ? aDay : left;
    const paid = minted - TAO.part(minted, TAO.fraction(scenario.recycled_share));
    const owners = TAO.part(paid, ownerCut), stakers = TAO.part(paid, TAO.fraction(scenario.stakers_share));
    return { paid, owners, stakers, miners: paid - owners - stakers };
};

TAO.views.sell_pressure = ({ market, sale }, facts) => {
    const say = TAO.say, scenario = { ...facts.scenario, ...sale, recycled_share: market.recycled_share }, price = market.price_usd;
    const snapshot = facts.snapshots[market.snapshot], chain = TAO.chain(facts.rules, snapshot, scenario), { coin } = chain;
    const pay = TAO.dayPay(chain, facts.rules, scenario, facts.owner_cut), inflow = sale.inflow_usd_per_day;
    const by = ["owners", "miners", "stakers"].map(role => Number(pay[role]) / coin * sale[`${role}_sold_share`]);
    const stake = sale.stake_exit_per_day ? TAO.staked(chain, snapshot, scenario) : 0, unstaked = sale.stake_exit_per_day * stake;
    const paid = Number(pay.paid) / coin, sold = TAO.sum(by) + unstaked, left = chain.cap - chain.issued;
    const aYear = Math.min(TAO.sum(by) * 365.25, left) + Math.min(unstaked * 365.25, stake), ofVolume = sold * price / market.volume_usd;
    const fall = part => {
        const share = sale.impact_prefactor * market.daily_volatility * part ** sale.impact_exponent;
        return share > 1 ? NaN : share;
    };
    const off = share => Number.isNaN(share) ? "more than the law can tell" : TAO.format(share, ".2%");
    const unexpected = fall(ofVolume), news = 1 - sale.anticipated_share, own = paid ? sold / paid : 0;
    const cap = chain.issued * (1 - scenario.lost_share) * price;
    const drift = 0 - sale.macro_multiplier * (news * (aYear * price - inflow * 365.25)) / cap;
    const held = sold ? inflow / sold : inflow ? Infinity : price;
    const volumes = TAO.linspace(6, 9, 31).map(power => 10 ** power), shares = TAO.linspace(0, 1, 21).map(share => share * Math.max(1, own));
    const { years, issued } = TAO.issuedPath(chain, facts.years), supply = issued.map(tao => tao * (1 - scenario.lost_share));
    const force = sale.macro_multiplier * news, path = [price], exited = i => Math.min(years[i] * 365.25 * unstaked, stake);
    for (let i = 1; i < years.length; i++) {
        const middle = Math.sqrt(supply[i] * supply[i - 1]), fresh = (paid ? (sold - unstaked) / paid : 0) * Math.log(supply[i] / supply[i - 1]);
        const loss = force * (fresh / (1 - scenario.lost_share) + (exited(i) - exited(i - 1)) / middle);
        let gain = force * inflow * ((years[i] - years[i - 1]) * 365.25) / middle;
        if (loss > 0) gain *= -Math.expm1(-loss) / loss;  // what is bought during a step falls with it
        path.push(path[i - 1] * Math.exp(-loss) + gain);
    }
    return {
        title: say`${[ofVolume, ".1%"]} of volume, ${off(unexpected)} off the price had nobody expected it; ${[aYear * price / 1e6, ",.0f"]} M USD a year hold the price`,
        panels: [
            { marks: [{ y: shares, z: shares.map(share => volumes.map(volume => 100 * fall(paid * price * share / volume))) },
                { x: [market.volume_usd / 1e6], y: [own] }], y: { high: 1.02 * shares.at(-1) } },
            { marks: [{ x: years, y: path }, { y: [price] }, inflow && held > 0 && held < Infinity ? { y: [held, held] } : null],
                x: { label: `years from ${snapshot.date}` } },
        ],
        readout: {
            "sold in a day": say`${[sold, ",.0f"]} TAO, ${[sold * price / 1e6, ".2f"]} M USD`,
            "by owners, miners, stakers": say`${[by[0], ",.0f"]}, ${[by[1], ",.0f"]}, ${[by[2], ",.0f"]} TAO`,
            "of volume": say`${[ofVolume, ".1%"]}: ${ofVolume <= facts.bar ? "bearable" : "not bearable"} at ${[facts.bar, ".0%"]}`,
            "fall if nobody expected it": `${off(unexpected)} (${off(unexpected / (1 + sale.impact_exponent))} on average)`,
            "fall by the part that is news": off(fall(ofVolume * news)),
            "inflow that holds the price": say`${[sold * price / 1e6, ".2f"]} M USD a day`,
            "of market cap": say`${[aYear / chain.issued, ".0%"]} a year`,
            "drift of the log price at first": say`${[drift, "+.0%"]} a year`,
        },
    };
};

TAO.views.comparable = ({ other, snapshot, count, scenario }, facts) => {
    const say = TAO.say, chain = TAO.chain(facts.rules, snapshot, scenario), price = snapshot.price_usd, worth = other.value_usd;
    const counted = { market_cap: TAO.circulating(chain, snapshot, scenario), fdv: chain.cap,
        discounted_fdv: TAO.discounted(chain, [scenario.discount_rate])[0] };
    const supply = counted[count.denominator], fees = scenario.fee_revenue_usd_per_year, own = supply * price;
    const multiple = worth / own * scenario.capture_share * scenario.survival_share, implied = price * multiple;
    const day = facts.days[snapshot.date], { names, values } = day[count.denominator === "market_cap" ? "market_cap" : "fdv"];
    const kept = scenario.capture_share * scenario.survival_share, captured = fees * scenario.capture_share * scenario.survival_share;
    const dots = values.map((_, i) => i), sales = day.low.map((_, i) => names.length + i), shares = TAO.linspace(0, 1, 51);
    return {
        title: say`Ratio ${[worth / own, ".2f"]}×, times capture and survival ${[multiple, ".2f"]}×: ${[implied, ",.2f"]} USD per TAO`,
        panels: [
            { marks: [{ x: values.map(value => value * kept / supply), y: dots },
                { x: [...day.low, ...day.high].map(multiple => multiple * captured / supply), y: [...sales, ...sales] }, { x: [price] }],
                y: { names: [...names, ...day.companies.map(name => `${name}, sales`)] } },
            { marks: [...facts.order.map(name => ({ y: shares.map(share => share * worth * scenario.survival_share / counted[name]) })),
                { y: [price] }, { x: [scenario.capture_share], y: [implied] }] },
        ],
        readout: {
            "comparable": say`${[worth / 1e9, ",.2f"]} bn USD`,
            "TAO": say`${[own / 1e9, ",.2f"]} bn USD`,
            "ratio": say`${[worth / own, ",.2f"]}×`,
            "capture × survival that gives the price": own / worth <= 1 ? say`${[own / worth, ".2%"]}` : "above 100%",
            "TAO's own value over fees": fees ? say`${[own / fees, ",.0f"]}×` : "no fees",
        },
    };
};

TAO.normal = x => {  // chance below x, to 1e-15: a series
    if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
    let term = x, total = x;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(total); k += 2) total += term *= x * x / k;
    return 0.5 + total * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
};

TAO.views.portfolio = ({ snapshot, scenario, holder }, facts) => {
    const say = TAO.say, chain = TAO.chain(facts.rules, snapshot, scenario), span = scenario.horizon_years, { fraction } = holder;
    const sigma = Math.sqrt(holder.volatility ** 2 + scenario.jumps_per_year * (scenario.jump_log_mean ** 2 + scenario.jump_log_sd ** 2));
    const drift = holder.drift - Math.log(TAO.supplyAfter(chain, span) / chain.issued) / span, years = holder.years_of_prices;
    const full = drift / sigma ** 2, sharpe2 = (drift / sigma) ** 2, error = sigma / Math.sqrt(years), spread = error / sigma ** 2;
    const growth = (fraction - fraction ** 2 / 2) * sharpe2, prior = holder.prior_sd ** 2;
    const shrunk = (0 + prior / (prior + error ** 2) * drift) / sigma ** 2, weight = Number(TAO.format(full, ".2f")) + 0;
    const halved = fraction ? 0.5 ** Math.max(2 / fraction - 1, 0) : 0, moments = TAO.linspace(0, span, 13);
    const band = (z, error) => moments.map(t => snapshot.price_usd * Math.exp((holder.drift - sigma ** 2 / 2) * t
        + z * Math.sqrt(sigma ** 2 * t + (error * t) ** 2)) / (TAO.supplyAfter(chain, t) / chain.issued));
    const likely = TAO.linspace(-2, 3, 101).map(at => Math.exp(-(((at - full) / spread) ** 2) / 2) / (spread * Math.sqrt(2 * Math.PI)));
    return {
        title: say`Kelly's weight ${[weight, ".0%"]} of wealth after dilution, ± ${[100 * facts.errors * spread, ".0f"]} points; with your prior ${[shrunk, ".0%"]}`,
        panels: [
            { marks: [band(0, 0), band(facts.z, 0), band(-facts.z, 0), band(facts.z, error), band(-facts.z, error)].map(y => ({ x: moments, y })),
                x: { label: `years from ${snapshot.date}` } },
            { marks: [{ y: likely }, { x: [full] }, { x: [shrunk] }, { x: [fraction * full] }] },
        ],
        readout: {
            "drift known to": say`± ${[facts.errors * error, ".0%"]} a year`,
            "how sure": facts.how_sure,
            "before dilution": say`${[holder.drift / sigma ** 2, ".0%"]} of wealth`,
            "after dilution": say`${[weight, ".0%"]}`,
            "estimates that say sell short": say`${[TAO.normal(-drift / error), ".0%"]}`,
            "growth, drift known": say`${[growth, "+.1%"]} a year`,
            "drift estimated": say`${[growth - fraction ** 2 / (2 * years), "+.1%"]} a year`,
            "best part of Kelly": say`${[sharpe2 / (sharpe2 + 1 / years), ".0%"]}`,
            "ever half of wealth, drift known": drift ? say`${[halved, ".0%"]}` : "no position",
        },
    };
};
