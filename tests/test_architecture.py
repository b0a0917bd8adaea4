"""Who may import whom, and the few rules that keep the package small and flat."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "tao_econ"
ANY = "any module"

# module: what it imports of ours, what it imports from outside the standard library. A leaf may
# import any module
# of ours and no model may import a leaf. A new module is one line.
TABLE = {
    "_jit": ("", "numba"),
    "units": ("", "numpy"),
    "records": ("units", "pandas pydantic"),
    "scenario": ("records", ""),
    "inputs": ("records scenario units", ""),
    "data": ("inputs records", "numpy pandas"),
    "emission": ("_jit inputs units", "numpy pandas"),
    "halving": ("data emission inputs units", "numpy pandas scipy"),
    "supply": ("data emission inputs records units", "numpy pandas"),
    "market": ("data emission inputs records supply units", "numpy pandas"),
    "price_model": ("_jit emission inputs records units", "numpy scipy"),
    "rewards": ("emission inputs records supply units", "numpy"),
    "pools": ("_jit records units", ""),
    "subnet_shares": ("_jit inputs records units", "numpy"),
    "subnet_state": ("", "numpy"),
    "coinbase": ("_jit pools subnet_shares subnet_state", "numpy"),
    "subnets": (
        "_jit coinbase emission inputs pools records subnet_shares subnet_state units",
        "numpy",
    ),
    "subnet_questions": (
        "data emission inputs records stake subnet_shares subnets units",
        "numpy pandas",
    ),
    "fixed_point": ("_jit", "numpy"),
    "consensus_exact": ("fixed_point inputs units", "numpy"),
    "consensus_kernels": ("_jit", "numpy"),
    "consensus_tables": ("_jit", "numpy"),
    "consensus_variants": ("", "numpy"),
    "consensus": (
        "consensus_kernels consensus_tables consensus_variants inputs records units",
        "numpy",
    ),
    "subnet": ("fixed_point inputs units", "numpy"),
    "stake": ("units", "numpy pandas"),
    "stake_model": ("stake units", "numpy scipy"),
    "retention_kernels": ("_jit", "numpy"),
    "retention": ("inputs retention_kernels units", "numpy"),
    "attacks": ("consensus emission inputs retention supply units", "numpy"),
    "lego": ("uncertainty units", "numpy scipy"),
    "routing": ("units", "numpy scipy"),
    "jury": ("stake units", "numpy scipy"),
    "query_cost": ("units", "numpy scipy"),
    "query_market_record": ("records", ""),
    "query_market": (
        "consensus data inputs lego query_market_record stake_model units",
        "numpy pandas",
    ),
    "metagraph": ("units", "numpy pandas"),
    "comparables": ("data inputs records supply units", "numpy pandas"),
    "tree": ("data inputs records units", "numpy pandas"),
    "valuation": ("comparables emission inputs supply units", "numpy scipy"),
    "football": ("comparables inputs tree units valuation", "numpy pandas"),
    "portfolio": ("units", "scipy"),
    "uncertainty": ("records units", "SALib numpy pandas scipy"),
    "sidecar": ("inputs", ""),
    "sweep": ("records units", "numpy pandas pyarrow tqdm"),
    "stress": ("data emission inputs records supply units", "numpy"),
    "assumptions": (ANY, ""),
    "figures": (ANY, "matplotlib numpy pandas scipy"),
    "explore": (ANY, "IPython anywidget ipywidgets numpy pandas plotly traitlets"),
    "notebooks": (ANY, "nbclient nbformat papermill"),
    "site": (ANY, "mistune nbformat"),
    "claims": (ANY, "numpy pandas"),
    "__main__": (ANY, "tqdm"),
}
ONLY_IN = {  # library: the one module that may import it
    "matplotlib": "figures",
    "plotly": "explore",
    "ipywidgets": "explore",
    "anywidget": "explore",
    "numba": "_jit",
}
NOT_ON_IMPORT = {
    "matplotlib",
    "plotly",
    "distributed",
    "ipywidgets",
    "anywidget",
    "SALib",
    "IPython",
}
# Public where another module of ours needs them, but no part of what `import tao_econ` offers;
# sweep.sweep keeps its module
INNER = {
    "_jit",
    "units",
    "records",
    "data",
    "fixed_point",
    "consensus_tables",
    "consensus_variants",
    "sweep",
}
HELPERS = {
    "schedules",
    "snapshot_names",
    "scenario_names",
    "column",
    "flags",
    "in_bounds",
    "checked_network",
    "origin",
    "data_hashes",
    "ratio",
    "whole_rao_fits",
}
BANNED = {"utils", "util", "helpers", "core", "base", "types", "config", "models", "common", "misc"}

FILES = sorted(p for p in PACKAGE.rglob("*.py"))
TREES = {p: ast.parse(p.read_text(encoding="utf-8")) for p in FILES}
MODULES = sorted(
    {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in FILES} - {"__init__"}
)
LEAVES = {name for name, (ours, _) in TABLE.items() if ours == ANY}


def files_of(module):
    """The one file of a module, or all files of a folder."""
    return [p for p in FILES if p.relative_to(PACKAGE).parts[0].removesuffix(".py") == module]


def imports(module):
    """(ours, from outside): top-level names imported anywhere in a module, inside functions too."""
    ours, outside = set(), set()
    for path in files_of(module):
        inside = path.relative_to(PACKAGE).parts[:-1]
        for node in ast.walk(TREES[path]):
            if isinstance(node, ast.Import):
                outside |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = (
                    (node.module or "").split(".")
                    if node.module
                    else [alias.name for alias in node.names]
                )
                if node.level == 0:
                    outside.add(names[0])
                elif node.level > len(
                    inside
                ):  # reaches the package itself, not a sister inside a folder
                    ours |= {names[0]} if node.module else set(names)
    if "tao_econ" in outside:
        ours.add("__init__")
    return ours, outside - set(sys.stdlib_module_names) - {"tao_econ"}


def test_every_module_has_its_line_in_the_table():
    assert set(MODULES) <= set(TABLE)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_the_table_says(module):
    ours, outside = imports(module)
    may, libraries = TABLE[module]
    if may == ANY:
        assert ours <= set(TABLE) | {"__init__"}
        assert outside <= set(libraries.split())
    else:
        assert ours == set(may.split())
        assert outside == set(libraries.split())
        assert not ours & LEAVES


@pytest.mark.parametrize("library, module", ONLY_IN.items())
def test_a_library_of_one_module_is_imported_nowhere_else(library, module):
    assert {m for m in [*MODULES, "__init__"] if library in imports(m)[1]} <= {module}


def test_the_package_itself_imports_no_leaf_and_defines_nothing():
    ours, outside = imports("__init__")
    assert not ours & LEAVES and not outside
    body = TREES[PACKAGE / "__init__.py"].body[1:]
    assert all(isinstance(node, (ast.ImportFrom, ast.Assign)) for node in body)


@pytest.mark.parametrize("module", [m for m in MODULES if m not in LEAVES | INNER])
def test_every_public_function_of_a_model_is_offered_by_the_package(module):
    offered = {
        alias.name
        for node in TREES[PACKAGE / "__init__.py"].body[1:]
        for alias in getattr(node, "names", ())
    }
    for path in files_of(module):
        public = {
            n.name
            for n in TREES[path].body
            if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")
        }
        assert public - offered <= HELPERS, public - offered


def test_imports_of_the_table_form_no_circle():
    left = {name: set(ours.split()) for name, (ours, _) in TABLE.items() if ours != ANY}
    while left:
        free = {name for name, needs in left.items() if not needs & set(left)}
        assert free, f"a circle among {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_compiled_function_is_private(path):
    for node in ast.walk(TREES[path]):
        for decorator in getattr(node, "decorator_list", []):
            words = {getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(decorator)}
            if words & {"kernel", "njit", "jit", "vectorize", "guvectorize"}:
                assert node.name.startswith("_"), node.name


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_is_at_most_500_lines_and_a_function_at_most_80(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 <= 80, node.name


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
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
