"""Eight rooms, arrows down only, and the few rules that keep the house small and plain."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "tao_econ"

ROOMS = {  # room: the rooms below it that it may import, and what it needs from outside
    "inputs": ("", "numpy pandas pydantic tqdm"),
    "chain": ("inputs", "numba numpy pandas"),
    "analysis": ("inputs", "SALib numpy pandas pyarrow scipy"),
    "economy": ("inputs chain analysis", "numpy pandas scipy"),
    "incentives": ("inputs chain analysis economy", "numpy pandas scipy"),
    "claims": ("inputs chain analysis economy", "numpy pandas"),
    "views": (
        "inputs chain analysis economy incentives claims",
        "anywidget ipywidgets matplotlib numpy pandas scipy traitlets",
    ),
    "publish": (
        "inputs chain economy incentives claims views",
        "matplotlib mistune nbclient nbformat numpy numpydoc pandas papermill PIL",
    ),
}
ONLY_IN = {"numba": {"chain/_jit.py"}}  # library: the files that may import it
NOT_ON_IMPORT = {
    "matplotlib",
    "plotly",
    "distributed",
    "ipywidgets",
    "anywidget",
    "SALib",
    "IPython",
}
BANNED = {"utils", "util", "helpers", "core", "base", "types", "config", "models", "common", "misc"}
FACE = set(
    [
        "Rules",
        "Snapshot",
        "Scenario",
        "rules_at",
        "load_snapshot",
        "load_scenario",
        "eras",
        "describe",
        "stressed",
        "sweep",
        "provenance",
        "__version__",
    ]
)
ENGINE_LINES = 5_000
READERS = {  # files in and out, and their layouts: no rule of the chain
    "chain/metagraph_files.py",
    "chain/subnet_files.py",
    "chain/subnet_states.py",
    "inputs/checkpoint.py",
    "inputs/csv_files.py",
    "inputs/files.py",
    "inputs/own_tables.py",
    "inputs/snapshot_files.py",
}
READER_LINES = 1_300
# exceptions to the ceilings, each with its reason
LONG_FILES: dict[str, str] = {
    "chain/subnet_kernels.py": "one compile unit: kernels that call each other share a file",
    "chain/yuma_kernels.py": "one compile unit too",
}
LONG_FUNCTIONS: dict[str, str] = {}
MANY_PARAMETERS: dict[str, str] = {
    "chain/subnets.py make_subnets": "the constructor of a record: a column of subnets each",
    "chain/yuma.py yuma_epoch": "a subnet's matrices and vectors as the chain keeps them",
    "chain/yuma.py yuma_run": "the same, over epochs",
    "chain/yuma_exact.py yuma_epoch_exact": "everything that an epoch of the chain reads",
    "incentives/guarantee.py honest_weight_needed": "a study's axes are arguments by name",
}

FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {p: ast.parse(p.read_text(encoding="utf-8")) for p in FILES}
NAMES = {p: p.relative_to(PACKAGE).as_posix() for p in FILES}


def room_of(path):
    return NAMES[path].partition("/")[0]


def imported(path):
    """(module of ours or "" for another's, dotted path, names) of every import anywhere in a file."""
    inside = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield False, alias.name, []
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if node.level == 0:
                yield node.module.partition(".")[0] == "tao_econ", node.module, names
                continue
            base = inside[: len(inside) - node.level + 1]
            yield True, ".".join([*base, *filter(None, [node.module])]), names


def rooms_of(path):
    """The rooms a file imports, its own apart."""
    found = set()
    for ours, module, names in imported(path):
        if ours:
            found |= {module.partition(".")[0]} if module else set(names)
    return found - {room_of(path)}


def outside(path):
    found = {module.partition(".")[0] for ours, module, _ in imported(path) if not ours}
    return found - set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_every_file_stands_in_a_room_and_looks_down_only(path):
    if path.parent == PACKAGE:
        assert NAMES[path] in ("__init__.py", "__main__.py")
        return
    below, libraries = ROOMS[room_of(path)]
    assert rooms_of(path) <= set(below.split())
    assert outside(path) <= set(libraries.split())


@pytest.mark.parametrize("room", ROOMS)
def test_the_table_allows_no_more_than_is_used(room):
    files = [p for p in FILES if room_of(p) == room]
    below, libraries = ROOMS[room]
    assert set().union(*map(rooms_of, files)) == set(below.split())
    assert set().union(*map(outside, files)) == set(libraries.split())


def test_arrows_between_rooms_run_down_and_are_few():
    floors = list(ROOMS)
    arrows = [(room, low) for room, (below, _) in ROOMS.items() for low in below.split()]
    assert all(floors.index(low) < floors.index(room) for room, low in arrows)
    assert len(arrows) <= 40


@pytest.mark.parametrize("library, files", ONLY_IN.items())
def test_a_library_of_one_file_is_imported_nowhere_else(library, files):
    assert {NAMES[p] for p in FILES if library in outside(p)} == files


def test_the_face_has_twelve_names_and_the_rooms():
    body = TREES[PACKAGE / "__init__.py"].body[1:]
    assert all(isinstance(node, (ast.ImportFrom, ast.Assign)) for node in body)
    names = {alias.name for node in body for alias in getattr(node, "names", ())} | {"__version__"}
    assert names - FACE <= set(ROOMS) and names >= FACE and len(FACE) == 12


@pytest.mark.parametrize("room", ["chain", "economy", "incentives", "analysis"])
def test_what_a_room_offers_is_public_and_nothing_else_is_needed(room):
    """Everything a room's own __init__ offers comes from one of its files."""
    for node in TREES[PACKAGE / room / "__init__.py"].body[1:]:
        assert isinstance(node, ast.ImportFrom) and node.level == 1


def lines_of_code(path):
    """Lines of a file, its docstrings and blank lines apart."""
    lines = path.read_text(encoding="utf-8").splitlines()
    said = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            said |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return sum(bool(line.strip()) for number, line in enumerate(lines, 1) if number not in said)


def test_the_engine_is_small():
    files = [p for p in FILES if room_of(p) in ("inputs", "chain")]
    lines = {NAMES[p]: lines_of_code(p) for p in files}
    assert sum(lines[name] for name in lines.keys() - READERS) <= ENGINE_LINES
    assert sum(lines[name] for name in READERS) <= READER_LINES


def compiled(path):
    """The kernels of a file."""
    for node in ast.walk(TREES[path]):
        for decorator in getattr(node, "decorator_list", []):
            words = {getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(decorator)}
            if words & {
                "kernel",
                "float_kernel",
                "part",
                "njit",
                "jit",
                "vectorize",
                "guvectorize",
            }:
                yield node


@pytest.mark.parametrize("path", [p for p in FILES if any(compiled(p))], ids=NAMES.get)
def test_a_kernel_uses_nothing_of_another_file_of_ours(path):
    """numba compiles in what it calls and reads; only its own file and the source key see a change."""
    foreign = {
        alias.asname or alias.name
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ImportFrom) and (node.level or node.module.startswith("tao_econ"))
        for alias in node.names
    }
    for kernel in compiled(path):
        names = [n for part in kernel.body for n in ast.walk(part) if isinstance(n, ast.Name)]
        own = {arg.arg for arg in kernel.args.args} | {
            n.id for n in names if isinstance(n.ctx, ast.Store)
        }
        used = {n.id for n in names} - own
        assert not used & foreign, f"{kernel.name} compiles in {sorted(used & foreign)}"


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_a_kernel_sorts_by_a_named_routine_of_its_own(path):
    """np.sort and np.argsort share an inner symbol between cached kernels (numba issue 10486)."""
    for kernel in compiled(path):
        words = {n.attr for n in ast.walk(kernel) if isinstance(n, ast.Attribute)}
        assert not words & {"sort", "argsort"}, kernel.name


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_a_compiled_function_is_private(path):
    for kernel in compiled(path):
        assert kernel.name.startswith("_"), kernel.name


def functions(path):
    return [node for node in ast.walk(TREES[path]) if isinstance(node, ast.FunctionDef)]


def lines_of(function):
    """Lines of a function, its docstring apart."""
    first = function.body[0]
    said = isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str)
    words = first.end_lineno - first.lineno + 1 if said else 0
    return function.end_lineno - function.lineno + 1 - words


def parameters(function):
    given = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return [arg.arg for arg in given if arg.arg not in ("self", "cls")]


def test_a_file_has_at_most_500_lines():
    found = {NAMES[p] for p in FILES if len(p.read_text(encoding="utf-8").splitlines()) > 500}
    assert found == set(LONG_FILES) and len(LONG_FILES) <= 5


def test_a_function_has_at_most_50_lines():
    found = {f"{NAMES[p]} {f.name}" for p in FILES for f in functions(p) if lines_of(f) > 50}
    assert found == set(LONG_FUNCTIONS) and len(LONG_FUNCTIONS) <= 5


def test_a_function_has_at_most_8_parameters():
    found = {f"{NAMES[p]} {f.name}" for p in FILES for f in functions(p) if len(parameters(f)) > 8}
    assert found == set(MANY_PARAMETERS) and len(MANY_PARAMETERS) <= 5


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_a_statement_assigns_one_thing(path):
    """`a, b = f(x), g(y)` is two statements on one line; `a, b = b, a` is one."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = {ast.unparse(part) for part in node.targets[0].elts}
            packed = isinstance(node.value, ast.Tuple) and names != {
                ast.unparse(part) for part in node.value.elts
            }
            assert not packed, f"line {node.lineno}: {ast.unparse(node)}"


CHECKS = {
    f.name
    for f in functions(PACKAGE / "inputs" / "checks.py")
    if f.name[0] != "_" and ast.unparse(f.returns) not in ("None", "str")
}


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_what_a_check_returns_is_used(path):
    """A check gives Python's number for NumPy's: the raw one would overflow or compile anew."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name = ast.unparse(node.value.func).rpartition(".")[2]
            assert name not in CHECKS, f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Compare):
            for part in (node.left, *node.comparators):
                bare = isinstance(part, ast.Call) and ast.unparse(part.func) in CHECKS
                assert not bare, f"line {node.lineno}: {ast.unparse(node)}"


def fields_of(node):
    """The fields of a named tuple or a record, in their order; none for another class."""
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    marks = {ast.unparse(mark).partition("(")[0].rpartition(".")[2] for mark in node.decorator_list}
    if "NamedTuple" not in bases and not marks & {"dataclass", "checked_record"}:
        return []
    return [part.target.id for part in node.body if isinstance(part, ast.AnnAssign)]


MANY_FIELDS = {
    node.name
    for path in FILES
    for node in ast.walk(TREES[path])
    if isinstance(node, ast.ClassDef) and len(fields_of(node)) >= 6
}


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_a_record_of_six_fields_or_more_is_built_by_keyword(path):
    """Two fields of one type that change places would mislabel a number without a word."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).removesuffix("._make").rpartition(".")[2]
            assert not (name in MANY_FIELDS and node.args), f"line {node.lineno}: {name}"


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_every_module_and_every_public_function_says_what_it_is_for(path):
    assert ast.get_docstring(TREES[path])
    for node in TREES[path].body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def test_no_module_is_named_after_nothing():
    assert (
        not {part.removesuffix(".py") for p in FILES for part in p.relative_to(PACKAGE).parts}
        & BANNED
    )


def test_importing_the_package_pulls_in_no_pictures_and_no_widgets():
    code = "import sys, tao_econ; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    loaded = set(done.stdout.split())
    assert "tao_econ" in loaded and not loaded & NOT_ON_IMPORT


WITHOUT_TABLES = """
import importlib, pkgutil, sys, tomllib
import pandas

def refuse(*given, **named):
    raise AssertionError("a table is read at import")

tomllib.load = tomllib.loads = pandas.read_csv = refuse
import tao_econ
for room in sys.argv[1:]:
    package = importlib.import_module(f"tao_econ.{room}")
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)
"""


def test_no_table_and_no_named_record_is_loaded_at_import():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TABLES, *ROOMS],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
    )
    assert done.returncode == 0, done.stderr


def test_the_formatter_alone_decides_the_layout():
    pattern = "fmt: " + "(skip|off)|isort: " + "(skip|off)"
    found = subprocess.run(
        ["git", "grep", "-nE", pattern], capture_output=True, text=True, cwd=PACKAGE.parent
    )
    assert found.returncode in (1, 128) and not found.stdout, found.stdout  # 128: no repository
