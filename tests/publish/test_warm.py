"""Set-up compiles what a user would otherwise wait for."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import sys
from importlib import import_module
from tao_econ.publish.warm import STEPS
for call in STEPS.values():
    call()
for word in sys.argv[1:]:
    module, name = word.split(":")
    if not getattr(import_module(module), name).signatures:
        print(name)
"""


def used(tree):
    return {
        getattr(node, "id", getattr(node, "attr", getattr(node, "name", "")))
        for node in ast.walk(tree)
        if isinstance(node, (ast.Name, ast.Attribute, ast.alias))
    }


def called_from_python():
    """module:name of every kernel that a function of the package calls which is none itself."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in (ROOT / "tao_econ").rglob("*.py")
    }
    kernels = {}
    plain = {}
    for path, tree in trees.items():
        marked = [
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
            and any(used(mark) & {"kernel", "float_kernel", "part"} for mark in node.decorator_list)
        ]
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        kernels |= {(path, node.name): f"{module}:{node.name}" for node in marked}
        plain[path] = set().union(*(used(node) for node in tree.body if node not in marked))
    return sorted(
        word
        for (path, name), word in kernels.items()
        for other, names in plain.items()
        if name in names and (other == path or path.stem in other.read_text(encoding="utf-8"))
    )


def test_set_up_calls_every_kernel_that_python_calls():
    words = called_from_python()
    assert len(words) > 20
    found = subprocess.run(
        [sys.executable, "-c", CODE, *words], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert found.stdout.split() == []


def test_the_command_says_nothing_where_nobody_looks():
    done = subprocess.run(
        [sys.executable, "-m", "tao_econ", "warm"], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
