"""The one door, `./run`, with stand-ins for every Python: what it starts, from where, and what it
says when it cannot.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = (
    "bash",
    "cat",
    "cksum",
    "dirname",
    "env",
    "grep",
    "id",
    "ls",
    "mkdir",
    "readlink",
    "rm",
    "sed",
)
NOTES = """#!/usr/bin/env bash
[[ ${2:-} == *version_info* ]] && exit ${OLD:-0}
[[ ${2:-} == *base_prefix* ]] && exit 0
if [[ ${1:-} == -m && ${2:-} == venv ]]; then
    mkdir -p "$3/bin"; cat "$0" >"$3/bin/python"; chmod +x "$3/bin/python"; echo home >"$3/pyvenv.cfg"
fi
echo "$PWD|$PYTHONPATH|$*"
"""


@pytest.fixture
def clone(tmp_path):
    """A clone in a folder with a difficult name, and a path on which nothing else is found."""
    folder = tmp_path / "a b'c\"é ü$(x)"
    folder.mkdir()
    for name in ("run", "pyproject.toml", "requirements.lock", "requirements-test.lock"):
        shutil.copy(ROOT / name, folder)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in (*TOOLS, "chmod"):
        (tools / name).symlink_to(shutil.which(name))
    return folder


def stand_in(file, notes=NOTES):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(notes)
    file.chmod(0o755)


def started(clone, *words, door=None, **more):
    """How the door answers, on a path that holds the tools and what stands beside them."""
    environment = {"PATH": str(clone.parent / "tools"), "PYTHONPATH": "/another/tao_econ"} | more
    return subprocess.run(
        [door or "./run", *words], cwd=clone, env=environment, capture_output=True, text=True
    )


def starting(clone):
    """The same without waiting for it, in a group of its own."""
    return subprocess.Popen(
        ["./run", "python", "-V"],
        cwd=clone,
        env={"PATH": str(clone.parent / "tools")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def ready(clone):
    """The same, with a Python on the path and set up."""
    stand_in(clone.parent / "tools" / "python3.12")
    done = started(clone, "python", "first")
    assert done.returncode == 0, done.stderr
    return clone


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_is_no_mistake_and_needs_no_set_up(clone, word):
    done = started(clone, word)
    assert done.returncode == 0 and not done.stderr and "./run figures" in done.stdout
    assert started(clone, "lint", word).stdout.startswith("./run lint")
    assert not (clone / ".venv").exists()


def test_a_word_that_is_no_command_is_refused(clone):
    done = started(clone, "figure" * 100)
    assert done.returncode == 2 and not done.stdout
    last = done.stderr.splitlines()[-1]
    assert last.startswith("run: unknown command 'figure") and len(last) < 200
    assert started(clone, "lint", "tests").returncode == 2


def test_without_python_there_is_one_line(clone):
    done = started(clone, "figures")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "no Python from 3.11 to 3.14 found" in done.stderr


def test_a_python_that_was_named_is_taken_or_refused(clone):
    for name in ("python3.12", "mine"):
        stand_in(clone.parent / "tools" / name)
    done = started(clone, "figures", PYTHON="nowhere")
    assert done.returncode == 1 and "PYTHON must be a Python from 3.11 to 3.14" in done.stderr
    assert not (clone / ".venv").exists()
    assert started(clone, "figures", PYTHON="mine").returncode == 0


def test_what_starts_is_this_clones_code_whatever_the_surroundings(ready, tmp_path):
    (tmp_path / "link").symlink_to(ready / "run")
    for door in ("./run", str(tmp_path / "link")):
        done = started(ready, "python", "-V", door=door, CDPATH=str(tmp_path), PYTHONHOME="/x")
        assert done.stderr == "" and done.stdout.strip() == f"{ready}|{ready}|-V"


def test_a_moved_and_a_copied_clone_are_set_up_again(ready):
    assert "setting up" not in started(ready, "python").stderr
    shutil.copytree(ready, ready.parent / "copy")
    done = started(ready.parent / "copy", "python", "-V")
    assert "setting up" in done.stderr
    assert f"{ready.parent / 'copy'}|" in done.stdout and "-e ." in done.stdout
    ready.rename(ready.parent / "moved")
    assert "setting up" in started(ready.parent / "moved", "python").stderr
    assert "setting up" not in started(ready.parent / "moved", "python").stderr


def test_an_environment_that_was_made_by_half_is_made_anew_and_another_folder_is_left(ready):
    (ready / ".venv" / ".ready-runtime").unlink()
    (ready / ".venv" / "bin" / "python").unlink()
    assert started(ready, "python", "-V").returncode == 0
    shutil.rmtree(ready / ".venv")
    (ready / ".venv").mkdir()
    (ready / ".venv" / "mine.txt").write_text("mine")
    done = started(ready, "python", "-V")
    assert done.returncode == 1 and ".venv must be an environment" in done.stderr
    assert (ready / ".venv" / "mine.txt").exists()


@pytest.fixture
def slow(clone):
    """A clone that is not set up yet, on a path whose Python installs for a second."""
    if not shutil.which("flock"):
        pytest.skip("no flock: of two set-ups at once nobody waits")
    for name in ("flock", "sleep"):
        (clone.parent / "tools" / name).symlink_to(shutil.which(name))
    stand_in(clone.parent / "tools" / "python3.12", NOTES + "[[ ${2:-} != pip ]] || sleep 0.5\n")
    return clone


def test_of_two_set_ups_at_once_the_second_waits_and_does_not_set_up_again(slow):
    both = [starting(slow) for _ in range(2)]
    said = [one.communicate()[1] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted("setting up" in words for words in said) == [False, True]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("after", [0.0, 0.3, 0.7])
def test_a_set_up_that_was_stopped_is_done_by_the_next(slow, sent, after):
    stopped = starting(slow)
    while not (slow / ".venv").exists():
        time.sleep(0.01)
    time.sleep(after)
    os.killpg(stopped.pid, sent)
    stopped.communicate()
    whole = (slow / ".venv" / ".ready-runtime").exists()
    assert whole == (not stopped.returncode)  # a shell between two commands misses Ctrl-C
    assert not (whole and sent == signal.SIGKILL)
    done = started(slow, "python", "-V")
    assert done.returncode == 0 and ("setting up" in done.stderr) != whole, done.stderr
    assert "setting up" not in started(slow, "python", "-V").stderr


def test_a_set_up_that_fails_starts_nothing_and_is_tried_again(clone):
    stand_in(
        clone.parent / "tools" / "python3.12", NOTES + "[[ ${2:-} != pip ]] || exit ${FAILS:-0}\n"
    )
    done = started(clone, "python", "-V", FAILS="3")
    assert done.returncode == 1 and "-V" not in done.stdout
    assert "setting up" in started(clone, "python", "-V").stderr
    assert "setting up" not in started(clone, "python", "-V").stderr


def test_jupyterlab_is_started_closed_and_as_root_too(ready):
    for words in ((), ("lab",), ("--no-browser",)):
        done = started(ready, *words)
        said = done.stdout.strip().splitlines()[-1]
        assert "-m jupyterlab --ServerApp.ip=127.0.0.1" in said
        for closed in ("NeverCheckForUpdate", "news_url=None", "extension_manager=readonly"):
            assert closed in said
        root = os.getuid() == 0
        assert ("--allow-root" in said) == root and ("as root JupyterLab" in done.stderr) == root
        assert "token" not in said and ("--no-browser" in said) == ("--no-browser" in words)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_line(clone):
    stand_in(clone.parent / "tools" / "python3.12")
    clone.chmod(0o555)
    done = started(clone, "figures")
    clone.chmod(0o755)
    assert (
        done.returncode == 1 and done.stderr.count("\n") == 1 and "must be a folder" in done.stderr
    )


DOOR = (ROOT / "run").read_text(encoding="utf-8")


def test_ctrl_c_while_the_program_loads_ends_it_without_a_word():
    start = re.search(r"^START='(.*?)'$", DOOR, re.DOTALL | re.MULTILINE)[1]
    command = [sys.executable, "-c", start, "figures", "--list"]
    whole = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert whole.returncode == 0 and "inflation" in whole.stdout
    for wait in (0.3, 0.6):
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
        assert process.returncode in (-signal.SIGINT, 130) and said.count("\n") <= 1, said


def test_jupyterlab_as_it_is_started_listens_here_wants_its_token_and_asks_nobody(tmp_path):
    options = re.search(r"^LAB=\((.*?)\)$", DOOR, re.DOTALL | re.MULTILINE)[1].split()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    about = os.environ | places | {"TAO_ECON_GUARD_LOG": str(tmp_path / "refused")}
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "jupyterlab", *options, "--allow-root", "--no-browser"]
        process = subprocess.Popen([*command, f"--port={port}"], cwd=ROOT, env=about, stderr=out)
    try:
        for _ in range(900):
            if token := re.search(
                r"127\.0\.0\.1.*token=(\w{20,})", log.read_text(errors="replace")
            ):
                break
            time.sleep(0.1)
        base = f"http://127.0.0.1:{port}"
        for asked, empty in (
            ("update", b'{"notification": null}'),
            ("news", b'{"news": []}'),
            ("extensions", b""),
        ):
            answer = urllib.request.urlopen(
                f"{base}/lab/api/{asked}?token={token[1]}", timeout=30
            ).read()
            assert empty in answer
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{base}/api/contents", timeout=30)
        with contextlib.closing(socket.socket()) as outside, pytest.raises(OSError):
            outside.connect(("127.0.0.2", port))
    finally:
        process.terminate()
        process.wait(30)
    assert not (tmp_path / "refused").exists(), (tmp_path / "refused").read_text()
