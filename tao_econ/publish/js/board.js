// The article's eight valuation arguments, judged again at every move. As claims/board.py, rule.py and roots.py.
TAO.board = facts => {
    const cut = (began, numbers, reads) => ({ ...began, ...Object.fromEntries(reads.map(name => [name, numbers[name]])) });
    const measures = {  // what is measured of a claim, by every definition
        C38: ({ own, issued, cap }) => own.others.map(other => issued / cap - other),
        C39: ({ issued, cap, scenario }) => {
            const free = issued * (1 - scenario.lost_share);
            return [free, free - Math.min(free, issued * scenario.staked_share)].map(tao => (cap - issued) / (cap - tao));
        },
        C45: ({ n, cap }) => [n.price_usd * cap / 1e9],
        C29: ({ n, own, chain }) => [1, 1 - n.recycled_share].map(kept => Number(chain().eras[0].reward) / chain().coin * 86400 / own.rules.block_time_s * kept),
        C26: ({ n, own, cap }) => {
            const left = own.rules.max_supply_rao - (own.rules.max_supply_rao >> 1n) - n.issuance_rao;
            const blocks = Number(left) / (Number(own.rules.block_reward_rao) * (1 - n.recycled_share));
            return [left > 0n ? new Date(Date.parse(own.snapshot.date) + blocks / 7200 * 864e5).toISOString().slice(0, 10) : facts.halved];
        },
        C42: ({ n, sold }) => [0, n.recycled_share].map(recycled => sold(recycled) * n.price_usd / 1e6),
        C44: ({ n, own, sold }) => [Math.max(sold(n.recycled_share) * n.price_usd
            - own.scenario.fee_revenue_usd_per_year * n.capture_share / 365.25, 0) / n.volume_usd],
        C47: ({ n, chain }) => [n.openai_bn_usd * 1e9 / (TAO.discounted(chain(), [n.discount_rate])[0] * n.price_usd) * n.capture_share * n.survival_share],
    };
    const measured = (n, { claim }) => {
        const own = facts.states[n.name], scenario = { ...own.scenario, ...n }, snapshot = { ...own.snapshot, issuance_rao: n.issuance_rao };
        const chain = (recycled = n.recycled_share) => TAO.chain(own.rules, snapshot, { ...scenario, recycled_share: recycled });
        const sold = recycled => {
            const at = chain(recycled), pay = TAO.dayPay(at, own.rules, { ...scenario, recycled_share: recycled }, own.owner_cut);
            return TAO.sum(["owners", "miners", "stakers"].map(role => Number(pay[role]) / at.coin * n[`${role}_sold_share`]));
        };
        const found = { n, own, scenario, chain, sold, issued: Number(n.issuance_rao) / 1e9, cap: Number(own.rules.max_supply_rao) / 1e9 };
        return measures[claim](found).sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
    };
    const agrees = ({ sign, stated, tolerance }, value) => typeof value === "string" ? value.startsWith(stated)
        : sign === "<" ? value < +stated : sign === ">" ? value > +stated
        : tolerance === "about" ? Math.abs(value / stated - 1) <= 0.1 : stated / 2 <= value && value <= stated * 2;
    const verdict = (argument, values) => {
        const right = values.filter(value => agrees(argument, value)).length;
        return facts.verdicts[right === values.length ? 0 : right ? 1 : 2];
    };
    const turns = (n, argument) => {  // the smallest change of one number that turns a verdict, by halving
        const start = verdict(argument, measured(n, argument)), { stated } = argument;
        let best = null, within = Infinity;
        for (const key of argument.reads) {
            const input = facts.inputs[key], { scale } = input, here = Number(n[key]) / scale;
            const low = Math.min(input.low, here), high = Math.max(input.high, here), span = high - low;
            const values = at => measured({ ...n, [key]: typeof n[key] === "bigint" ? BigInt(TAO.even(at * scale)) : at * scale }, argument);
            const stays = at => verdict(argument, values(at)) === start;
            const side = at => {
                const [first] = values(at), day = typeof first === "string" ? first.slice(0, stated.length) : first, to = typeof first === "string" ? stated : +stated;
                return (day > to) - (day < to);
            };
            const halved = (same, other, isSame) => {
                for (let i = 0; i < 10; i++) isSame((same + other) / 2) ? same = (same + other) / 2 : other = (same + other) / 2;
                return other;
            };
            for (const [way, end] of [[-1, low], [1, high]]) {
                const whole = way * (end - here), reach = Math.min(whole, within * span), to = here + way * reach, ratio = here > 0 && to > 0;
                const looks = reach > 0 ? Math.ceil(3 * (reach / whole)) : 0;
                for (let i = 1, last = here, value; i <= looks; i++, last = value) {
                    value = i === looks ? to : ratio ? here * (to / here) ** (i / looks) : here + (to - here) * i / looks;
                    const turned = stays(value) && side(last) !== side(value) ? halved(last, value, at => side(at) === side(last)) : value;
                    if (stays(turned)) continue;
                    const found = halved(last, turned, stays), far = Math.abs(found - here) / span;
                    if (far < within) [within, best] = [far, { ...input, value: found, above: found > here, verdict: verdict(argument, values(found)) }];
                    break;
                }
            }
        }
        return best;
    };
    return { cut, measured, verdict, turns };
};

TAO.views.board = ({ numbers }, facts) => {
    const { cut, measured, verdict, turns } = TAO.board(facts), began = facts.states[numbers.name].numbers, signed = name => `${facts.signs[name]} ${name}`;
    const wrap = text => text.split(" ").reduce((lines, word) => lines && (lines + " " + word).split("\n").at(-1).length <= 19 ? `${lines} ${word}` : lines ? `${lines}\n${word}` : word, "");
    const amount = value => Math.abs(value) >= 1e9 ? TAO.say`${[value / 1e9, ".3g"]} bn` : Math.abs(value) >= 1e6 ? TAO.say`${[value / 1e6, ".3g"]} M`
        : TAO.format(value, Math.abs(value) >= 1000 ? ",.0f" : ".3g");
    const rows = facts.arguments.map(argument => {
        const now = cut(began, numbers, argument.reads), values = measured(now, argument), turn = turns(now, argument), { unit } = argument;
        const ends = [values[0], values.at(-1)].map(value => typeof value === "string" ? value : TAO.format(value * argument.scale, `,.${argument.places}f`).replace("-", "−"));
        const found = verdict(argument, values), was = verdict(argument, measured(began, argument));
        return { argument, found, was, recomputed: [...new Set(ends)].join(" to ") + (!unit || "×%".includes(unit[0]) ? "" : " ") + unit,
            said: found === was ? signed(found) : `${signed(found)}, was ${signed(was)}`,
            turn: turn ? `${turn.name} ${turn.above ? "above" : "below"} ${`${amount(turn.value)}${turn.unit === "%" ? "" : " "}${turn.unit}`.trim()}: ${turn.verdict}`
                : "none of these numbers alone" };
    });
    const counted = facts.verdicts.map((name, i) => [rows.filter(row => row.found === name).length, name, facts.plural[i]]).filter(([many]) => many);
    const moved = rows.filter(row => row.found !== row.was).length, places = keep => rows.flatMap((row, i) => keep(row) ? [i] : []);
    const points = (y, x) => y.length ? { x: y.map(() => x), y } : null, cells = key => rows.map(row => wrap(row[key]));
    return {
        title: `Of the article's ${rows.length} valuation arguments ${counted.map(([many, name, plural]) => `${many} ${many > 1 ? plural : facts.one[name] ?? name}`).join(", ")}`
            + (moved ? `; ${moved} turned by what was moved` : ""),
        panels: [{ marks: [points(places(row => row.found !== row.was), facts.end), ...facts.verdicts.map(name => points(places(row => row.found === name), facts.at))] }],
        notes: [...rows.map(() => undefined), ...cells("recomputed"), ...rows.map(() => undefined), ...cells("said"), ...cells("turn")],
        readout: Object.fromEntries(rows.map(row => [`${row.argument.claim} ${row.argument.short}`, `${row.recomputed}: ${row.said}`])),
    };
};
