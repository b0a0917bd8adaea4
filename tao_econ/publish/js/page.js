// An instrument that is computed in the page: its view's template from Python, its numbers from TAO.views.
TAO.page = (() => {
    const ints = (_, value) => typeof value === "string" && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
    const it = JSON.parse(document.getElementById("states").textContent, ints);
    const lines = text => text.replaceAll("\n", "<br>"), named = axis => axis.ticks ? [] : axis.names;

    function told(panel, x, y) {  // where a trace stands, and the names of what it stands at
        const out = { x: x.length ? x : [null], y: y.length ? y : [null] };
        for (const side of ["x", "y"]) {
            const names = named(panel[side]), near = at => Math.min(Math.max(TAO.even(at), 0), names.length - 1);
            if (names.length && out[side][0] !== null) out.customdata = out[side].map(at => names[near(at)].replaceAll("\n", " "));
        }
        return out;
    }

    function ends(panel, side) {  // of what a panel shows, where its axis has no limits
        const names = side === "x" ? ["x"] : ["y", "low", "high"], { low, high } = panel[side];
        const shown = panel.marks.flatMap(mark => mark ? names.flatMap(name => mark[name] ?? []) : []).filter(v => !Number.isNaN(v));
        return [low ?? Math.min(...shown), high ?? Math.max(...shown)];
    }

    function trace(panel, mark) {
        const { kind, x = [], y = [] } = mark;
        if (kind === "Map") return { x, y, z: mark.z, text: mark.z };
        if (kind === "Bars") return { ...told(panel, x, y), base: mark.base, text: (mark.text ?? []).map(lines),
            ...(mark.colour ? { marker: { color: mark.colour } } : {}) };
        if (kind !== "Level") return told(panel, x, y);
        const at = x.length ? x : y, [low, high] = ends(panel, x.length ? "y" : "x");
        const [along, across] = at.length === 2 ? [[at[0], at[1], at[1], at[0]], [low, low, high, high]] : [[at[0], at[0]], [low, high]];
        return told(panel, ...(x.length ? [along, across] : [across, along]));
    }

    function axis(given, side, shown) {
        const range = [given.low, given.high].map(end => end === null ? null : given.scale === "log" ? Math.log10(end) : end);
        const { range: _, rangemode, autorange, tickvals, ticktext, ...rest } = shown, down = side === "y" && named(given).length;
        rest.title = { text: lines(given.label) };
        if (range[0] === 0 && range[1] === null && given.scale === "linear") rest.rangemode = "tozero";
        else if (range.some(end => end !== null)) rest.range = down ? range.reverse() : range;
        else if (down) rest.autorange = "reversed";
        if (given.names.length) [rest.tickvals, rest.ticktext] = [given.ticks ?? given.names.map((_, i) => i), given.names.map(lines)];
        return rest;
    }

    function lost(panel) {  // what is at 0 or below on an axis of logs, mark by mark
        return panel.marks.filter(mark => mark && mark.kind !== "Map").flatMap(mark => ["x", "y"].map(side => {
            const at = (side === "y" && mark.high?.length ? mark.high : mark[side]) ?? [], other = side === "x" ? "y" : "x";
            const gone = at.flatMap((value, i) => value !== null && value <= 0 ? [i] : []), names = named(panel[other]);
            if (panel[side].scale !== "log" || !gone.length) return "";
            const some = names.length ? gone.map(i => names[TAO.even(mark[other][i])].split(/\s+/).join(" ")).join(", ") : `${gone.length} of ${at.length}`;
            return gone.length === at.length ? mark.label : `${mark.label} (${some})`.trim();
        }));
    }

    function filled(view) {  // the template with a view's numbers and words in it
        const layout = { ...it.layout, title: { ...it.layout.title, text: view.title } }, data = [], missing = [];
        it.panels.forEach((panel, number) => {
            const given = view.panels[number], end = number ? number + 1 : "";
            const now = { x: { ...panel.x, ...given.x }, y: { ...panel.y, ...given.y } };
            now.marks = panel.marks.map((mark, i) => given.marks[i] === null ? null : { ...mark, ...given.marks[i] });
            for (const side of ["x", "y"]) layout[`${side}axis${end}`] = axis(now[side], side, layout[`${side}axis${end}`]);
            missing.push(...lost(now));
            now.marks.forEach((mark, i) => {
                if (!mark || mark.at === null) return;  // absent here, or a text
                const was = it.data[mark.at], hover = was.hovertemplate.replace(lines(panel.x.label), lines(now.x.label));
                data.push({ ...was, hovertemplate: hover, ...trace(now, mark) });
            });
        });
        const said = view.notes ?? [];  // the texts that a state changes
        layout.annotations = layout.annotations.map((note, i) => said[i] === undefined ? note : { ...note, text: lines(said[i]) });
        const gone = [...new Set(missing.filter(words => words))].join("; ");
        const told = gone ? [["not shown, 0 has no place on an axis of logs", gone]] : [];
        return { data, layout, read: [...Object.entries(view.readout), ...told] };
    }

    const start = () => ({ chosen: { ...it.chosen }, records: structuredClone(it.records) });
    const field = (state, { argument, name }) => state.records[argument][name];
    const shown = (slider, value) => slider.in_rao ? Number(value) / 1e15 : Number(value);

    function choose(state, key, name) {
        const menu = it.menus.find(menu => menu.key === key);
        if (!menu.options.includes(name)) throw new Error(`${key} must be one of ${menu.options.join(", ")}, got ${name}`);
        state.chosen[key] = name;
        state.records[key] = structuredClone(menu.records[menu.options.indexOf(name)]);
    }

    function set(state, key, text) {  // a field to a value: the address writes rao and whole numbers exactly
        const slider = it.sliders.find(slider => slider.key === key);
        if (!slider) throw new Error(`unknown setting ${key} (known: ${[...it.menus, ...it.sliders].map(one => one.key).join(", ")})`);
        const exact = typeof field(state, slider) === "bigint";
        if (exact || slider.whole ? !/^\d+$/.test(text) : text === "" || !Number.isFinite(Number(text))) throw new Error(`${key} must be a number, got ${text}`);
        const value = exact ? BigInt(text) : Number(text), at = shown(slider, value), here = shown(slider, field(state, slider));
        const low = Math.min(slider.low, here), high = Math.max(slider.high, here);  // a menu may lead beyond a slider's ends
        if (at < low || at > high) throw new Error(`${key} must be in [${low}, ${high}], got ${at}`);
        state.records[slider.argument][slider.name] = value;
    }

    function at(settings) {  // the state of settings such as { snapshot: "article", price_usd: "300" }
        const state = start(), menus = it.menus.map(menu => menu.key).filter(key => key in settings);
        for (const key of menus) choose(state, key, settings[key]);
        for (const key of Object.keys(settings)) if (!menus.includes(key)) set(state, key, settings[key]);
        return state;
    }

    function settings(state) {  // those in which a state differs from the start, menus first
        const chosen = Object.entries(state.chosen).filter(([key, name]) => name !== it.chosen[key]);
        const found = Object.fromEntries(chosen), from = at(found);
        for (const slider of it.sliders) if (field(state, slider) !== field(from, slider)) found[slider.key] = String(field(state, slider));
        return found;
    }

    function picture(state) {
        try {
            return filled(TAO.views[it.name](state.records, it.facts));
        } catch (error) {
            return { error: error.message };
        }
    }

    let now = start(), anchors = {}, written = 0, last = "";
    const menus = it.menus.map((_, i) => document.getElementById("m" + i));
    const inputs = it.sliders.map((_, i) => document.getElementById("s" + i));

    const refuse = text => { document.getElementById("refused").textContent = text; };
    function place(slider, steps) {  // the value so many steps from where the slider was set
        const from = anchors[slider.key];
        if (!steps) return from;
        const wanted = slider.log ? Number((from * 10 ** (steps / 100)).toPrecision(4)) : Number((from + steps * slider.step).toPrecision(12));
        const value = Math.min(Math.max(wanted, slider.low), slider.high);
        return slider.whole ? TAO.even(value) : value;
    }

    function anchor() {  // every control at the present state
        menus.forEach((menu, i) => { menu.selectedIndex = it.menus[i].options.indexOf(now.chosen[it.menus[i].key]); });
        it.sliders.forEach((slider, i) => {
            const value = anchors[slider.key] = shown(slider, field(now, slider));
            slider.low = Math.min(slider.low, value);
            slider.high = Math.max(slider.high, value);
            const steps = end => slider.log ? Math.log10(end / value) * 100 : (end - value) / slider.step;
            inputs[i].min = Math.floor(steps(slider.low) + 1e-6);
            inputs[i].max = Math.ceil(steps(slider.high) - 1e-6);
            inputs[i].value = 0;
        });
        show();
    }

    function show(moved) {
        it.sliders.forEach((slider, i) => {
            const text = TAO.format(shown(slider, field(now, slider)), `,.${slider.places}f`);
            inputs[i].setAttribute("aria-valuetext", text);
            inputs[i].parentElement.querySelector("output").textContent = text;
        });
        const drawn = picture(now), was = last;
        TAO.draw(drawn);
        last = JSON.stringify(drawn);
        if (moved && last === was && !drawn.error) refuse(`nothing here depends on ${moved.label} as the others stand`);
        clearTimeout(written);
        written = setTimeout(() => {  // so that a link shares the state
            const said = String(new URLSearchParams(settings(now)));
            history.replaceState(null, "", location.href.split("#")[0] + (said && "#" + said));
        }, 200);
    }

    function read(event) {  // the address; a link to a place in the page is no state
        if (event && location.hash && !location.hash.includes("=")) return;
        let refused = "";
        try {
            now = at(Object.fromEntries(new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "")));
        } catch (error) {
            [now, refused] = [start(), error.message];
        }
        anchor();
        if (refused) refuse(`${refused}; shown is the start`);
    }

    inputs.forEach((input, i) => input.addEventListener("input", () => {
        const slider = it.sliders[i], value = place(slider, Number(input.value));
        now.records[slider.argument][slider.name] = slider.in_rao ? BigInt(TAO.even(value * 1e6)) * 1000000000n : value;
        show(slider);
    }));
    menus.forEach((menu, i) => menu.addEventListener("change", () => { choose(now, it.menus[i].key, menu.value); anchor(); }));
    document.getElementById("reset").addEventListener("click", () => { now = start(); anchor(); });
    addEventListener("hashchange", read);
    read();
    return { at, picture, settings };
})();
