// A picture on a page of JupyterLab. The module is small so that a widget is ready at once: the
// library that draws, five megabytes, is asked of the kernel once a page and after that.
const CONFIG = {
    displaylogo: false, responsive: false, showSendToCloud: false,
    modeBarButtonsToRemove: ["sendDataToCloud", "select2d", "lasso2d"],
};
const page = window.taoEcon ??= { library: null, waiting: [], asked: 0 };

function library(model) {
    if (page.library) return Promise.resolve(page.library);
    ask(model);
    return new Promise(done => page.waiting.push(done));
}

function ask(model) {
    if (page.library) return;
    if (Date.now() - page.asked > 10_000) {
        page.asked = Date.now();
        model.send({ kind: "library" });
    }
    setTimeout(() => ask(model), 2_000);  // whoever was asked may have gone
}

function heard(message, buffers) {
    if (message.kind === "library" && !page.library) {
        const module = { exports: {} };
        new Function("module", "exports", "define", new TextDecoder().decode(buffers[0]))(module, module.exports, undefined);
        page.library = module.exports;
        page.waiting.splice(0).forEach(done => done(page.library));
    }
}

function save(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function colours(at) {
    const style = getComputedStyle(at);
    const ink = style.getPropertyValue("--jp-ui-font-color1").trim() || "#333";
    const [red, green, blue] = (style.color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
    return { ink, dark: red + green + blue > 384 };
}

function template({ ink, dark }) {
    const grid = dark ? "#444" : "#e4e7ec";
    const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, title: { standoff: 8 } };
    return { layout: {
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: axis, yaxis: axis,
        font: { color: ink }, hoverlabel: { namelength: -1, align: "left" }, modebar: { bgcolor: "rgba(0,0,0,0)" },
        colorway: ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"],
    } };
}

function inked(value, ink) {  // what is drawn in near-black must be seen on a dark page
    if (typeof value === "string") return /^(#[0-3]{3}|#([0-3][0-9a-f]){3}|black)$/i.test(value) ? ink : value;
    if (!value || typeof value !== "object" || (Array.isArray(value) && typeof value[0] === "number")) return value;
    for (const key of Object.keys(value)) value[key] = inked(value[key], ink);
    return value;
}

function titled(layout, width) {  // a title in lines that fit
    layout.title = { ...layout.title, text: signed(layout.title.text) };
    if (width >= 700) return layout;
    const lines = broken(layout.title.text, width - 10);
    layout.title = { ...layout.title, text: lines.join("<br>"), font: { ...layout.title.font, size: 12 }, yanchor: "top", y: 1, pad: { t: 18 } };
    layout.margin = { ...layout.margin, t: 58 + 16 * lines.length };
    return layout;
}

function named(el) {  // the handles of sliders and the boxes beside them have no name of their own
    const box = el.closest(".tao-live");
    for (const slider of box?.querySelectorAll(".widget-slider") ?? []) {
        const label = slider.querySelector(".widget-label")?.textContent;
        const parts = slider.parentElement.querySelectorAll("[role=slider], input");
        parts.forEach(part => label && part.setAttribute("aria-label", label));
    }
}

// Numbers and answers come by a widget of the core: whoever wrote the host of this module gives
// up two seconds after the first sight of a page, and a busy page would then hear nothing more.
function wire(model) {
    const id = model.get("wire").slice("IPY_MODEL_".length);
    return model.widget_manager.get_model(id);
}

async function render({ model: host, el }) {
    const model = await wire(host);
    const plot = document.createElement("div");
    const note = document.createElement("small");
    note.textContent = "drawing…";
    el.style.width = "100%";
    el.append(note, plot);
    let busy = false, again = false, width = 0, gone = false;

    async function draw() {
        if (busy) { again = true; return; }
        busy = true;
        try {
            const it = await library(model);
            do {
                again = false;
                width = Math.round(el.getBoundingClientRect().width);
                if (gone || !width) break;
                const look = colours(el), { data, layout } = structuredClone(model.get("picture"));
                if (look.dark) inked(data, look.ink), inked(layout, look.ink);
                const room = Math.max(width, layout.annotations?.length > 20 ? 900 : 0);  // a table of words scrolls
                el.style.overflowX = room > width ? "auto" : "";
                fitted(data, titled(layout, room), room);
                await it.react(plot, data, { ...layout, width: room, template: template(look) }, CONFIG);
            } while (again);
            note.remove();
            named(el);
        } catch (error) {
            note.textContent = `the figure could not be drawn: ${error.message}`;
            el.prepend(note);
        } finally {
            busy = false;
        }
    }

    function stale() {
        plot.style.opacity = model.get("stale") ? 0.3 : 1;
    }

    async function asked(message) {
        if (message.kind === "text") save(message.name, new Blob([message.text], { type: "text/csv" }));
        if (message.kind === "picture") {
            const url = await (await library(model)).toImage(plot, { format: message.format, scale: message.format === "png" ? 2 : 1 });
            save(message.name, await (await fetch(url)).blob());
        }
    }

    const watch = new ResizeObserver(() => {
        if (Math.round(el.getBoundingClientRect().width) !== width) draw();
    });
    watch.observe(el);
    model.on("change:picture", draw);
    model.on("change:stale", stale);
    model.on("msg:custom", heard);
    model.on("msg:custom", asked);
    stale();
    draw();
    return () => {
        gone = true;
        watch.disconnect();
        model.off("change:picture", draw);
        model.off("change:stale", stale);
        model.off("msg:custom", heard);
        model.off("msg:custom", asked);
        page.library?.purge(plot);
    };
}

export default { render };
