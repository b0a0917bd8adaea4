"""A real JupyterLab on loopback, driven by headless Chromium: what the browser tests share."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
QUIET = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    }
}
THEMES = "@jupyterlab/apputils-extension/themes"
# Of a plot: words upon words or upon the legend, and words beyond its edges, each with what it is.
FAULTS = """plot => {
    const at = e => e.getBoundingClientRect(), edge = at(plot), words = e => e.textContent.slice(0, 50);
    const seen = e => e.textContent && at(e).width && !/rotate\\([^0,][^)]*\\)/.test(e.getAttribute('transform') ?? '');
    const texts = [...plot.querySelectorAll('[class$=title], .xtick text, .ytick text, [class*=xtick] text, [class*=ytick] text, .cbaxis text')]
        .filter(e => e.tagName === 'text' && seen(e) && !e.closest('.legend'));
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const found = [];
    texts.forEach((one, i) => texts.slice(i + 1).forEach(other => {
        if (words(one) !== words(other) && meet(at(one), at(other))) found.push(`${words(one)} | ${words(other)}`) }));
    for (const legend of plot.querySelectorAll('.legend'))
        for (const e of [...texts, ...plot.querySelectorAll('.cbfills')])
            if (meet(at(e), at(legend))) found.push(`legend | ${words(e) || 'colour bar'}`);
    for (const e of [...texts, ...plot.querySelectorAll('.legend')])
        if (at(e).right > edge.right + 1 || at(e).left < edge.left - 1 || at(e).bottom > edge.bottom + 1) found.push(`beyond the edge: ${words(e)}`);
    return found }"""
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"


AXE = Path(__file__).parent / "vendor" / "axe.min.js"


def barriers(page) -> list[tuple[str, str]]:
    """What axe calls serious or critical on a page: (rule, the first place)."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({ preload: false }).then(it => it.violations)")
    return [
        (it["id"], it["nodes"][0]["html"])
        for it in found
        if it["impact"] in ("serious", "critical")
    ]


def chromium() -> str | None:
    """A Chromium to drive: $CHROMIUM or the first known name on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for found in map(shutil.which, NAMES) if found), None)


@contextlib.contextmanager
def server(root: Path, home: Path, dark: bool = False):
    """Yield (base address, token) of a JupyterLab whose settings live in a throw-away folder."""
    settings_of = QUIET | ({THEMES: {"theme": "JupyterLab Dark"}} if dark else {})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    for plugin, settings in settings_of.items():
        file = home / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    log = home / "lab.log"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={root}",
        "--allow-root",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {name: str(home / folder) for name, folder in places.items()},
        )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(900):
            if process.poll() is not None:
                raise RuntimeError(log.read_text()[-2000:])
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{base}/api?token={token}", timeout=1).read()
                break
            time.sleep(0.1)
        else:
            raise TimeoutError("JupyterLab did not answer in 90 s")
        yield base, token
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def page(
    profile: Path, width=1400, height=1000, local=("http://127.0.0.1", "ws://127.0.0.1"), **more
):
    """Yield a page that records requests to other places than the local ones and errors on its
    console.
    """
    from playwright.sync_api import sync_playwright

    local = (*local, "data:", "blob:", "about:")
    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            headless=True,
            args=list(FLAGS),
            viewport={"width": width, "height": height},
            **more,
        )
        it = context.new_page()
        it.outside, it.console_errors = [], []
        it.on("request", lambda r: None if r.url.startswith(local) else it.outside.append(r.url))
        it.on("console", lambda m: it.console_errors.append(m.text) if m.type == "error" else None)
        it.on("pageerror", lambda e: it.console_errors.append(str(e)))
        try:
            yield it
        finally:
            context.close()


def write_notebook(file: Path, *sources: str) -> None:
    """A notebook with a cell for each source."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, file)


def open_notebook(it, base: str, token: str, path: str) -> None:
    """Open a notebook in a workspace of its own and wait for its kernel.

    Run All is silently ignored until a kernel is attached; the status bar's "| Idle" is the honest
    sign.
    """
    it.goto(f"{base}/lab/workspaces/{secrets.token_hex(4)}/tree/{path}?token={token}")
    it.wait_for_function(
        """() => [...document.querySelectorAll('#jp-main-statusbar *')]
            .some(e => /\\|\\s*Idle$/.test((e.textContent || '').trim()))""",
        timeout=180_000,
    )


def run_all(it, timeout_s=300) -> None:
    """As a person does: Run > Run All Cells, then wait until no cell is waiting and the kernel
    is idle.
    """
    it.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    it.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
    it.wait_for_timeout(500)
    it.wait_for_function(
        f"""() => {{
            const s = document.querySelector('{PANEL} .jp-Notebook-ExecutionIndicator');
            const waiting = [...document.querySelectorAll('{PANEL} .jp-InputPrompt')].some(e => e.textContent.includes('*'));
            return s && s.dataset.status === 'idle' && !waiting }}""",
        timeout=timeout_s * 1000,
    )


def prompts(it) -> list[str]:
    """Execution counts beside the code cells on the page; '[ ]:' is a cell that never ran."""
    return it.locator(f"{PANEL} .jp-CodeCell .jp-InputPrompt").all_text_contents()


def errors(it) -> list[str]:
    """What the page shows of errors and of stderr."""
    stderr = f"{PANEL} .jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"
    return it.locator(f"{stderr}, .jp-RenderedError").all_text_contents()
