// Room for a picture, in JupyterLab and on the site: on a narrow page panels stand one below the
// other, titles break into lines, and close ticks are said less often.
const LETTER = 7.2, LINE = 17, NARROW = 620;  // pixels; below that two panels do not fit side by side

function broken(text, room) {  // into lines of so many pixels
    const lines = [""];
    for (const word of text.replaceAll("<br>", " ").split(" ")) {
        if ((lines.at(-1) + " " + word).length * LETTER > room && lines.at(-1)) lines.push("");
        lines.push(`${lines.pop()} ${word}`.trim());
    }
    return lines;
}

const signed = text => text.replace(/(^|[\s(+±])-(?=\d)/g, "$1−");  // a minus is as long as a plus

const longest = texts => Math.max(0, ...texts.map(text => Math.max(...String(text).split("<br>").map(line => line.length))));
const said = axis => axis.showgrid === false && axis.tickvals ? axis.ticktext : null;  // the names of categories

function few(axis, room, shown) {  // ticks of an axis of logs: decades where 2 and 5 would run into them
    const known = shown.flat(2).filter(value => value > 0);
    const [low, high] = axis.range ?? [Math.log10(Math.min(...known)), Math.log10(Math.max(...known))];
    const label = axis.tickformat ? LETTER * longest([10 ** Math.ceil(low), 10 ** Math.floor(high)]) * 1.2 + 8 : 26;
    const decade = room / (high - low);
    if (axis.type !== "log" || axis.tickvals || !(high - low > 1) || 0.3 * decade > label) return {};
    return { dtick: Math.ceil(label / decade) };
}

function spread(values, texts, room) {  // every so many of the numbers beside a colour bar, zero among them
    const step = Math.ceil(LINE * (values.length - 1) / room), zero = Math.max(values.indexOf(0), 0) % step;
    const kept = all => all.filter((_, i) => i % step === zero);
    return { tickvals: kept(values), ticktext: kept(texts) };
}

function fitted(data, layout, width) {
    const panels = Object.keys(layout).filter(key => /^xaxis\d*$/.test(key)).map(key => key.slice(5));
    const of = (side, end) => layout[`${side}axis${end}`];
    const on = end => data.filter(trace => (trace.xaxis ?? "x") === `x${end}`);
    const names = Math.max(...panels.map(end => longest(said(of("y", end)) ?? ["10,000"]) * LETTER + 28));
    const side = width < NARROW && panels.length === layout.grid.columns * layout.grid.rows;
    const bar = data.some(trace => trace.colorbar && trace.showscale !== false) ? 64 : 0;
    if (side) layout.margin = { ...layout.margin, l: 45, r: 12 };
    const whole = width - Math.max(layout.margin.l, side ? names : 0) - layout.margin.r - (side ? bar : 0);
    const lines = {};
    for (const end of panels) {
        const x = of("x", end), room = side ? whole : whole * ((x.domain ?? [0, 1])[1] - (x.domain ?? [0, 1])[0]);
        lines[end] = broken(x.title?.text ?? "", Math.max(room + 16, 110));
        layout[`xaxis${end}`] = { ...x, ...few(x, room, on(end).map(trace => trace.x)), title: { ...x.title, text: lines[end].join("<br>") } };
    }
    return side ? below(data, layout, panels, { whole, lines, on, of }) : layout;
}

function below(data, layout, panels, { whole, lines, on, of }) {
    const bars = panels.map(end => on(end).filter(trace => trace.colorbar && trace.showscale !== false));
    const headed = panels.map(end => (layout.annotations ?? []).some(note => note.xref === `x${end} domain`));
    const tall = panels.map(end => Math.max(215, 18 * (said(of("y", end))?.length ?? 0)));
    const turned = panels.map(end => whole < 160 || said(of("x", end)) && longest(said(of("x", end))) * LETTER * said(of("x", end)).length > whole);
    const under = panels.map((end, i) => 40 + LINE * lines[end].length + (turned[i] ? 34 : 0));
    const above = panels.map((_, i) => 12 + (headed[i] ? LINE : 0));
    const last = panels.length - 1, sum = values => values.reduce((all, value) => all + value, 0);
    const inner = sum(tall) + sum(under.slice(0, last)) + sum(above.slice(1));
    let top = inner, rows = 1, used = 0;
    for (const trace of data.filter(({ name, showlegend }) => name && showlegend !== false)) {
        const words = broken(trace.name, Math.max(whole - 48, 100)), item = 48 + longest(words) * LETTER;
        trace.name = words.join("<br>");
        if (used && used + item > whole) rows += 1, used = 0;
        rows += 0.7 * (words.length - 1);
        used += item;
    }
    panels.forEach((end, i) => {
        layout[`xaxis${end}`] = { ...of("x", end), domain: [0, 1] };
        layout[`yaxis${end}`] = { ...of("y", end), domain: [Math.max(0, top - tall[i]) / inner, top / inner] };
        for (const { colorbar } of bars[i]) {
            const at = { thickness: 12, len: tall[i] / inner, lenmode: "fraction", y: top / inner, yanchor: "top" };
            Object.assign(colorbar, at, colorbar.tickvals ? spread(colorbar.tickvals, colorbar.ticktext, tall[i]) : { nticks: 6 });
        }
        top -= tall[i] + under[i] + (above[i + 1] ?? 0);
    });
    layout.margin = { ...layout.margin, t: layout.margin.t + above[0], b: under[last] + 26 * rows + 12 };
    layout.height = layout.margin.t + inner + layout.margin.b;
    layout.legend = { ...layout.legend, y: -under[last] / inner, yanchor: "top" };
    return layout;
}
