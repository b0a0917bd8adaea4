"""Executing the notebooks and keeping them tidy: outputs that read without running, none that go
stale.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.files import WORKPLACE, write_whole
from ..inputs.record import unknown
from ..inputs.rules import OWN_SNAPSHOT
from ..views.parameters import HEADS, check_head

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = WORKPLACE / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
STUDY = "study"  # tag of a cell that takes a minute or more and that no other cell needs


def select(names: Iterable[str]) -> list[Path]:
    """Notebook files by name or number, or all; a ValueError names one that does not exist."""
    files = {file.stem: file for file in sorted(FOLDER.glob("[0-9A-Z][0-9]_*.ipynb"))}
    chosen = []
    for name in names:
        found = [
            f
            for stem, f in files.items()
            if name in (stem, stem[:2], f.name, f"{FOLDER.name}/{f.name}")
        ]
        if not found:
            raise ValueError(unknown("notebook", name, files))
        chosen += found
    return chosen or list(files.values())


def run(
    file: Path,
    parameters: dict[str, str] | None = None,
    *,
    save: bool = True,
    studies: bool = True,
    snapshot: str | Path | None = None,
) -> str:
    """Execute a notebook.

    Parameters
    ----------
    file
        the notebook
    parameters
        name → text; with any, a copy goes to notebooks/what_if/ and the notebook itself stays
    save
        whether the notebook gets the new outputs
    studies
        whether cells tagged as studies run too; otherwise they keep their outputs
    snapshot
        a file of facts in the place of the latest ones; a copy is saved, as with parameters, and
        asserts of what was published are off

    Returns
    -------
    str
        how its outputs differ from those saved, '' if they do not

    Raises
    ------
    ValueError
        naming notebook and cell if a cell fails or writes to stderr
    """
    import nbformat

    from .press import file_stem

    before = nbformat.read(file, as_version=4)
    after = execute(before, file, parameters, studies=studies, snapshot=snapshot)
    if parameters or snapshot:
        named = {"snapshot": Path(snapshot).stem} if snapshot else {}
        copy = FOLDER / "what_if" / f"{file_stem(file.stem, named | (parameters or {}))}.ipynb"
        _write(after, copy)
        return f"saved as notebooks/what_if/{copy.name}"
    changed = difference(before, after)
    if save and after != before:
        _write(after, file)
    return changed


def execute(
    notebook: NotebookNode,
    file: Path,
    parameters: dict[str, str] | None = None,
    *,
    studies: bool = True,
    snapshot: str | Path | None = None,
) -> NotebookNode:
    """A tidied, executed copy of a notebook."""
    import copy
    import tempfile

    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    work = copy.deepcopy(notebook)
    if parameters:
        known = _parameters(work)
        for name in parameters:
            if name not in known:
                raise ValueError(unknown(f"parameter of {file.stem}", name, known))
        values = {name: _value(text) for name, text in parameters.items()}
        _refuse_outside(file.stem, values)
        work = parameterize_notebook(
            load_notebook_node(str(file)), values, kernel_name="python3", language="python"
        )
    # asserts in notebooks hold what was published, so they are off for other facts and numbers
    own = {"PYTHONOPTIMIZE": "1"} if snapshot or parameters else {}
    own |= {OWN_SNAPSHOT: str(Path(snapshot).resolve())} if snapshot else {}
    try:
        with tempfile.TemporaryDirectory() as profile:  # a user's own would run start-up files
            NotebookClient(
                work,
                timeout=900,
                kernel_name="python3",
                resources={"metadata": {"path": FOLDER}},
                skip_cells_with_tag="" if studies else STUDY,
                on_notebook_start=_keep_signals,
                # neither its notice on TCP nor its complaint at being stopped is an output of ours
                extra_arguments=["--IPKernelApp.log_level=CRITICAL", f"--ipython-dir={profile}"],
            ).execute(env=os.environ | own)
    except CellExecutionError as error:
        numbers = ", ".join(f"{name}={text}" for name, text in (parameters or {}).items())
        given = f" with {numbers}" if numbers else ""
        raise ValueError(
            f"notebook {file.stem} stopped{given}: {error.ename}: {error.evalue}"
        ) from None
    return tidy(work, file.stem, warnings_kept=bool(parameters or snapshot))


def _refuse_outside(stem: str, values: dict[str, Any]) -> None:
    """What the notebook would say of its own numbers, before a kernel starts."""
    if stem[:2] not in HEADS:
        return
    try:
        check_head(stem[:2], values)
    except (ValueError, TypeError) as error:
        raise ValueError(f"notebook {stem}: {error}") from None


def _keep_signals(**_) -> None:
    """Take SIGINT and SIGTERM back from nbclient, which would end in its own tracebacks; it still
    shuts the kernel down at the exit.
    """
    import asyncio
    import signal

    loop = asyncio.get_event_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(RuntimeError, NotImplementedError):  # no main thread; Windows
            if loop.remove_signal_handler(wanted):
                signal.signal(wanted, signal.default_int_handler)


def tidy(notebook: NotebookNode, name: str, *, warnings_kept: bool = False) -> NotebookNode:
    """Drop what changes from run to run or cannot be shown again: widgets, timings, versions.

    A cell of a published notebook warns of nothing; with a reader's own numbers it may, and the
    copy shows it.
    """
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{name[:2]}-{number:02d}"
        cell.metadata = _kept(cell.metadata)
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if output.get("name") == "stderr" and not warnings_kept:
                raise ValueError(
                    f"notebook {name}, cell {number}: wrote to stderr: {output.text.strip()[:200]}"
                )
        cell.outputs = _joined(o for o in cell.outputs if WIDGET not in o.get("data", {}))
        for output in cell.outputs:
            output.pop("transient", None)
    return notebook


def _kept(metadata) -> dict[str, Any]:
    """Of a cell's metadata its tags, and that JupyterLab folds its source."""
    kept = {"tags": metadata["tags"]} if metadata.get("tags") else {}
    if metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    return kept


def _joined(outputs) -> list:
    """Outputs with printed lines in one piece: a busy kernel sends them in several."""
    kept: list[Any] = []
    for output in outputs:
        if (
            kept
            and output.output_type == "stream" == kept[-1].output_type
            and output.name == kept[-1].name
        ):
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def executed(file: Path) -> NotebookNode:
    """A notebook as `run` leaves it.

    Raises
    ------
    ValueError
        for one that JupyterLab saved while it ran, with cells not executed or widgets in it
    """
    import nbformat

    book = nbformat.read(file, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    widgets = [o for cell in code for o in cell.outputs if WIDGET in o.get("data", {})]
    if widgets or [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        rule = f"must be executed whole (./run notebooks {file.stem[:2]} does it)"
        raise ValueError(f"notebook {file.stem} {rule}, got one saved half run")
    return book


def words(notebook: NotebookNode) -> list[list[str]]:
    """Every text and table output, cell by cell: what a reader reads."""
    kept = []
    for cell in notebook.cells:
        texts = []
        for output in cell.get("outputs", []):
            texts.append("".join(output.get("text", "")))
            texts += [
                "".join(output.get("data", {}).get(kind, ""))
                for kind in ("text/plain", "text/html", "text/markdown")
            ]
        kept.append([t for t in texts if t])
    return kept


def difference(before: NotebookNode, after: NotebookNode) -> str:
    """The first difference a reader would see between two executions; '' for none."""
    old = words(before)
    new = words(after)
    if len(old) != len(new):
        return f"has {len(new)} cells, had {len(old)}"
    for number, (was, now) in enumerate(zip(old, new, strict=True)):
        if was != now:
            return f"cell {number}: was {json.dumps(was)[:160]}, is {json.dumps(now)[:160]}"
    return ""


def _parameters(notebook) -> list[str]:
    """Names assigned in the cell tagged `parameters`."""
    names = []
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            names += [
                ast.unparse(t)
                for s in ast.parse(cell.source).body
                if isinstance(s, ast.Assign)
                for t in s.targets
            ]
    return names


def _value(text: str):
    try:
        return ast.literal_eval(text)
    except (
        ValueError,
        SyntaxError,
        TypeError,
        MemoryError,
        RecursionError,
    ):  # the last two where brackets nest deep
        return text


def _write(notebook, file: Path) -> None:
    import nbformat

    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, (nbformat.writes(notebook).rstrip("\n") + "\n").encode())
