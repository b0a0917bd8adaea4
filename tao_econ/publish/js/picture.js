// What every instrument's page shares: how a state {data, layout, read, error} is shown.
"use strict";
const TAO = { views: {} };  // one namespace: modules are not loaded from a disk
TAO.draw = (() => {
    const plot = document.getElementById("plot");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const DARK_INK = new Set(["#222222", "#222", "#333333", "#333", "#000000", "#000", "black"]);
    let width = 0, last = null;
    const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    function inked(value) {  // what is drawn in near-black must be seen on a dark page
        if (typeof value === "string") return DARK_INK.has(value) ? colour("--ink") : value;
        if (!value || typeof value !== "object" || (Array.isArray(value) && typeof value[0] === "number")) return value;
        for (const key of Object.keys(value)) value[key] = inked(value[key]);
        return value;
    }

    function dressed(layout) {
        const axis = { gridcolor: colour("--grid"), zerolinecolor: colour("--grid"), linecolor: colour("--line"), automargin: true,
            title: { font: { size: 13 }, standoff: 8 } };
        layout.template = { layout: {
            paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: axis, yaxis: axis,
            font: { color: colour("--ink"), family: "system-ui, sans-serif", size: 13 },
            colorway: ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"],
        } };
        layout.uirevision = "keep";
        layout.margin = { ...layout.margin, t: 20 };
        delete layout.title;
        if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;  // a finger scrolls the page
        return layout;
    }

    function stacked(layout) {  // panels side by side come one below the other where the page is narrow
        layout.margin = { ...layout.margin, l: 45, r: 8 };
        const axes = Object.keys(layout).filter(key => /^xaxis\d*$/.test(key) && layout[key].domain)
            .sort((a, b) => layout[a].domain[0] - layout[b].domain[0]);
        const partner = key => layout["yaxis" + key.slice(5)] ??= {};
        const apart = new Set(axes.map(key => layout[key].domain[0])).size === axes.length;
        if (axes.length > 1 && apart && !axes.some(key => partner(key).domain)) {
            const gap = 0.15, each = (1 - gap * (axes.length - 1)) / axes.length;
            axes.forEach((key, i) => {
                const top = 1 - i * (each + gap);
                layout[key].domain = [0, 1];
                partner(key).domain = [Math.max(0, top - each), top];
            });
            layout.height = 120 + 330 * axes.length;
            if (layout.legend) layout.legend.y = -0.28 * 300 / (330 * axes.length);
        }
        return layout;
    }

    function draw(state) {
        last = state;
        const now = structuredClone(state);
        document.getElementById("refused").textContent = now.error ?? "";
        plot.classList.toggle("stale", now.error !== undefined);
        if (now.error !== undefined) return;
        document.getElementById("finding").textContent = (now.layout.title?.text ?? "").replace(/<[^>]+>/g, " ");
        document.getElementById("read").replaceChildren(...now.read.map(([label, text]) => {
            const box = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
            [dt.textContent, dd.textContent] = [label, text];
            box.append(dt, dd);
            return box;
        }));
        if (dark.matches) inked(now.data), inked(now.layout);
        let layout = dressed(now.layout);
        const room = Math.max(width = plot.clientWidth, now.layout.annotations?.length > 20 ? 1080 : 0);  // a table of words scrolls
        room > width ? plot.tabIndex = 0 : plot.removeAttribute("tabindex");
        if (room < 620) {
            layout = stacked(layout);
            for (const trace of now.data.filter(it => it.colorbar)) {
                trace.colorbar = { ...trace.colorbar, orientation: "h", y: -0.2, yanchor: "top", thickness: 12, len: 1,
                    nticks: 5, tickangle: 0, title: { ...trace.colorbar.title, side: "top", font: { size: 13 } } };
            }
        }
        Plotly.react(plot, now.data, { ...layout, width: room }, { displayModeBar: false, responsive: false, doubleClick: "reset" });
    }

    dark.addEventListener("change", () => draw(last));
    new ResizeObserver(() => { if (last && plot.clientWidth !== width) draw(last); }).observe(plot);
    return draw;
})();
