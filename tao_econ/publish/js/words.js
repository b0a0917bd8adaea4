// Numbers as Python says them: the part of its format language that the views use, and its rounding.
TAO.fixed = (value, places) => {  // of a number >= 0; halves go to the even digit, as toFixed's do not
    if (value >= 1e21) return BigInt(value) + (places ? "." + "0".repeat(places) : "");
    const near = value.toFixed(places), [whole, part] = value.toFixed(100).split(".");
    if (!/^50*$/.test(part.slice(places))) return near;
    const below = whole + (places ? "." + part.slice(0, places) : "");
    return "02468".includes(below.at(-1)) ? below : near;
};

TAO.general = (value, digits) => {
    if (value === 0) return "0";
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    const bare = text => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
    if (power >= -4 && power < digits) return bare(TAO.fixed(value, digits - 1 - power));
    return `${bare(mantissa)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
};

TAO.format = (value, form) => {
    const [, plus, comma, places = "6", kind] = form.match(/^(\+?)(,?)(?:\.(\d+))?([fg%])$/);
    value = Number(value);
    const sign = value < 0 || Object.is(value, -0) ? "-" : plus;
    const size = Math.abs(value) * (kind === "%" ? 100 : 1);
    if (!Number.isFinite(size)) return (Number.isNaN(size) ? plus + "nan" : sign + "inf") + (kind === "%" ? "%" : "");
    const text = kind === "g" ? TAO.general(size, +places || 1) : TAO.fixed(size, +places);
    const [whole, ...rest] = text.split(".");
    return sign + [comma ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole, ...rest].join(".") + (kind === "%" ? "%" : "");
};

TAO.digits = value => value.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 20 });  // all of a float

TAO.say = (strings, ...parts) =>  // say`${[value, ".1%"]} a year`
    strings.reduce((said, text, i) => said + (Array.isArray(parts[i - 1]) ? TAO.format(...parts[i - 1]) : parts[i - 1]) + text);

TAO.even = value => Math.sign(value) * TAO.fixed(Math.abs(value), 0);  // round() of Python

TAO.linspace = (low, high, many) => Array.from({ length: many }, (_, i) => i === many - 1 ? high : low + i * ((high - low) / (many - 1)));

TAO.interp = (at, x, y) => {
    if (at <= x[0]) return y[0];
    const next = x.findIndex(value => value > at);
    if (next < 0) return y.at(-1);
    return (y[next] - y[next - 1]) / (x[next] - x[next - 1]) * (at - x[next - 1]) + y[next - 1];
};
TAO.sum = values => values.reduce((total, value) => total + value, 0);
