// An instrument whose states were computed in advance and stand in the page.
(() => {
    const it = JSON.parse(document.getElementById("states").textContent);
    const menus = it.menus.map((_, i) => document.getElementById("m" + i));
    const sliders = it.sliders.map((_, i) => document.getElementById("s" + i));

    function place(tree, path, value) {
        const keys = path.split("/");
        const last = keys.pop();
        let at = tree;
        for (const key of keys) at = at[key] ??= key === "annotations" ? [] : {};
        at[last] = value;
    }

    function state(shot) {
        const tree = { data: [] };
        for (const [path, value] of Object.entries(it.base)) place(tree, path, structuredClone(value));
        it.shots[shot].forEach((at, i) => { if (at >= 0) place(tree, it.paths[i], structuredClone(it.pool[at])); });
        return tree;
    }

    function show(moved) {
        const chosen = menus.reduce((at, menu, i) => at * it.menus[i].options.length + menu.selectedIndex, 0);
        const one = it.cases[chosen];
        one.sliders.forEach((slider, i) => {
            const input = sliders[i];
            input.max = slider.texts.length - 1;
            if (i !== moved) input.value = slider.start;
            const text = slider.texts[input.value];
            input.setAttribute("aria-valuetext", text);
            input.parentElement.querySelector("output").textContent = text;
        });
        TAO.draw(state(moved === undefined ? one.start : one.sliders[moved].shots[sliders[moved].value]));
    }

    sliders.forEach((input, i) => input.addEventListener("input", () => show(i)));
    menus.forEach(menu => menu.addEventListener("change", () => show()));
    document.getElementById("reset").addEventListener("click", () => {
        menus.forEach((menu, i) => { menu.selectedIndex = it.menus[i].start; });
        show();
    });
    show();
})();
