"""Nothing in the package opens a connection: the guard that the whole suite runs under, and the
package without any socket.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tao_econ

PACKAGE = Path(tao_econ.__file__).parent
NETWORK = {
    "aiohttp",
    "asyncio",
    "ftplib",
    "http",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "telnetlib",
    "urllib",
    "urllib3",
    "webbrowser",
    "xmlrpc",
    "zmq",
}
# The one loop that is asked for gives back the signals that nbclient took from it, no more.
LOOP_OF_A_KERNEL = "publish/notebooks.py"
EVERYTHING = """
import importlib, inspect, pkgutil
from concurrent.futures import ThreadPoolExecutor
import tao_econ as te
for module in pkgutil.walk_packages(te.__path__, "tao_econ."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from tao_econ import claims, views
assert len(claims.check()) == 79
for name in ("supply_four_ways", "guarantee_on_real_stake", "price_fan"):
    assert views.VIEWS[name]().bytes("png")
panels = [views.explore(name) for name in views.instruments()]
assert len(panels) > 15
with ThreadPoolExecutor(2) as pool:
    assert len(te.sweep(lambda x: x, executor=pool, x=[1.0, 2.0])) == 2
"""


def guarded(code, log, strict=""):
    environment = os.environ | {"TAO_ECON_GUARD": strict, "TAO_ECON_GUARD_LOG": str(log)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )


@pytest.mark.parametrize(
    "code, wanted",
    [
        ("import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)", "192.0.2.1"),
        ("import urllib.request as u; u.urlopen('http://tao.invalid/', timeout=1)", "tao.invalid"),
        (
            "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
            "192.0.2.1",
        ),
    ],
)
def test_the_guard_refuses_what_leaves_the_machine_and_keeps_a_record(code, wanted, tmp_path):
    done = guarded(code, tmp_path / "log")
    assert done.returncode == 1 and "nothing may reach beyond this machine" in done.stderr
    assert wanted in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_swallowed_refusal_is_on_record(tmp_path):
    code = "import socket\ntry: socket.create_connection(('192.0.2.1', 80))\nexcept OSError: pass"
    assert guarded(code, tmp_path / "log").returncode == 0
    assert "192.0.2.1" in (tmp_path / "log").read_text(encoding="utf-8")


def test_this_very_process_is_guarded():
    assert sys.tao_econ_guarded


def test_models_figures_instruments_and_claims_need_no_socket_at_all(tmp_path):
    done = guarded(EVERYTHING, tmp_path / "log", "strict")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "log").exists()


def test_no_file_of_the_package_imports_what_could_reach_out():
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [getattr(node, "module", None) or ""]
            )
            reaching = {name.split(".")[0] for name in names} & NETWORK
            if path == PACKAGE / LOOP_OF_A_KERNEL and names == ["asyncio"]:
                assert isinstance(node, ast.Import) and node.names[0].asname is None
                assert _taken_from(tree, "asyncio") == ["get_event_loop"]
                continue
            assert not reaching, path


def _taken_from(tree: ast.AST, module: str) -> list[str]:
    """What of a module is used; its bare name counts as ''."""
    inside = {node.value: node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return [
        inside.get(node, "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == module
    ]
