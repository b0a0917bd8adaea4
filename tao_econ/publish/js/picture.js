// What every instrument's page shares: how a state {data, layout, read, error} is shown.
"use strict";
const TAO = { views: {} };  // one namespace: modules are not loaded from a disk
TAO.draw = (() => {
    const plot = document.getElementById("plot");
    const dark = matchMedia("(prefers-color-scheme: dark)"), narrow = matchMedia("(max-width: 59.99rem)");
    const INK = /"(#222222|#222|#333333|#333|#000000|#000|black)"/g;
    let width = 0, last = null;
    const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const inked = text => dark.matches ? text.replace(INK, `"${colour("--ink")}"`) : text;  // near-black must be seen on a dark page

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

    function draw(state) {  // while a control in the sheet is moved, the picture comes into sight
        if (last && narrow.matches && plot.getBoundingClientRect().top > innerHeight / 3) plot.scrollIntoView();
        last = state;
        const now = JSON.parse(inked(JSON.stringify(state)));
        document.getElementById("refused").textContent = now.error ?? "";
        plot.classList.toggle("stale", now.error !== undefined);
        if (now.error !== undefined) return;
        document.getElementById("finding").textContent = signed((now.layout.title?.text ?? "").replace(/<[^>]+>/g, " "));
        document.getElementById("read").replaceChildren(...now.read.map(([label, text]) => {
            const box = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
            [dt.textContent, dd.textContent] = [label, signed(text)];
            box.append(dt, dd);
            return box;
        }));
        const room = Math.max(width = plot.clientWidth, now.layout.annotations?.length > 20 ? 1000 : 0);  // a table of words scrolls
        room > width ? plot.tabIndex = 0 : plot.removeAttribute("tabindex");
        const layout = fitted(now.data, dressed(now.layout), room);
        Plotly.react(plot, now.data, { ...layout, width: room }, { displayModeBar: false, responsive: false, doubleClick: "reset" });
    }

    dark.addEventListener("change", () => draw(last));
    new ResizeObserver(() => { if (last && plot.clientWidth !== width) draw(last); }).observe(plot);
    return draw;
})();
