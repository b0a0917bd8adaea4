"""Files that are there complete or not at all: two writers at once, a kill, a full disk, a folder
that cannot be written.
"""

import contextlib
import errno
import hashlib
import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import tao_econ as te
from tao_econ.analysis.sweep import sweep_to_parquet
from tao_econ.inputs import checkpoint, files
from tao_econ.publish import folders, press

NEW = b"new"
LARGE = 3 << 20  # more than the disk of these tests holds


@pytest.fixture(autouse=True)
def untidied():
    files._tidy.cache_clear()


def python(code, *words):
    return subprocess.Popen([sys.executable, "-c", code, *map(str, words)])


def test_a_write_that_fails_halfway_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "picture.svg"
    files.write_whole(file, b"old")
    monkeypatch.setattr(files.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        files.write_whole(file, NEW)
    assert file.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["picture.svg"]


def test_a_file_that_holds_just_that_is_not_touched(tmp_path):
    file = tmp_path / "picture.svg"
    files.write_whole(file, NEW)
    before = file.stat()
    files.write_whole(file, NEW)
    after = file.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    files.write_whole(file, b"old")
    assert file.read_bytes() == b"old" and file.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask():
    now = os.umask(0)
    os.umask(now)
    return now


WRITER = """
import sys
from pathlib import Path
from tao_econ.inputs import checkpoint, files
file, letter = Path(sys.argv[1]), sys.argv[2]
for number in range(400):
    files.write_whole(file, letter.encode() * 50_000 + b"%d" % (number % 2))
"""


def test_two_writers_of_one_file_never_tear_it(tmp_path):
    file = tmp_path / "shared.svg"
    file.write_bytes(b"a" * 50_000 + b"0")
    writers = [python(WRITER, file, letter) for letter in "ab"]
    looks = 0
    while any(writer.poll() is None for writer in writers):
        found = file.read_bytes()
        assert len(found) == 50_001 and len(set(found[:-1])) == 1, found[:50]
        looks += 1
    assert [writer.returncode for writer in writers] == [0, 0] and looks > 50
    assert [f.name for f in tmp_path.iterdir()] == ["shared.svg"]


KILLED = """
import os, signal, sys, time
from pathlib import Path
from tao_econ.inputs import checkpoint, files
from tao_econ.publish import folders
with folders.staging(Path(sys.argv[1])), files.replacing(Path(sys.argv[1]) / "a.svg") as draft:
    draft.write_bytes(b"half")
    (Path(sys.argv[1]) / "ready").touch()
    time.sleep(60)
"""


@contextlib.contextmanager
def writing(folder):
    """Another process in the middle of a file and a folder."""
    process = python(KILLED, folder)
    for _ in range(600):
        if (folder / "ready").exists():
            break
        time.sleep(0.1)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def hidden(folder):
    return [f.name for f in folder.iterdir() if ".part" in f.name]


def test_what_a_killed_writer_left_goes_with_the_next_write_and_a_living_one_keeps_its_own(
    tmp_path,
):
    (tmp_path / "a.svg").write_bytes(b"old")
    with writing(tmp_path):
        files.write_whole(tmp_path / "b.svg", NEW)
        assert len(hidden(tmp_path)) == 2
    assert (tmp_path / "a.svg").read_bytes() == b"old" and len(hidden(tmp_path)) == 2
    files._tidy.cache_clear()  # as in a new process
    files.write_whole(tmp_path / "b.svg", b"newer")
    with folders.staging(tmp_path):
        assert len(hidden(tmp_path)) == 1
    assert not hidden(tmp_path) and (tmp_path / "a.svg").read_bytes() == b"old"


def test_an_interrupted_writer_leaves_nothing(tmp_path):
    with writing(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        process.wait()
    assert [f.name for f in tmp_path.iterdir()] == ["ready"]


def test_other_files_that_look_alike_and_links_are_left(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / ".0123456789abcdef.part.svg").symlink_to(tmp_path / "mine.txt")
    (tmp_path / ".gitignore").write_text("*.part")
    (tmp_path / "thesis.part").write_text("mine")
    files.write_whole(tmp_path / "b.svg", NEW)
    assert len(list(tmp_path.iterdir())) == 5 and (tmp_path / "mine.txt").read_text() == "mine"


ENTRIES = """
import sys
from pathlib import Path
from tao_econ.publish import folders, press
for name in sys.argv[2:]:
    press._enter(Path(sys.argv[1]), name, dict.fromkeys(("finding", "alt", "shows", *press.KINDS), name))
"""


def test_two_commands_at_once_lose_no_entry_of_the_index(tmp_path):
    names = press.published()
    writers = [python(ENTRIES, tmp_path, *names[first::2]) for first in (0, 1)]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert list(press.read_index(tmp_path)) == names


# ---- Where nothing can be written ----


@pytest.fixture(params=["full", "limited", "read-only"])
def nowhere(request, tmp_path):
    """A folder on a disk of one megabyte, one whose files may not grow, one that nobody writes."""
    folder = tmp_path / "place"
    folder.mkdir()
    if request.param == "limited":
        old = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, old[1]))
        yield folder, errno.EFBIG
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
        return
    options = "size=1m" if request.param == "full" else "ro"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount")
    if request.param == "full":
        (folder / "filler").write_bytes(bytes((1 << 20) - 4096 * 3))
    yield folder, errno.ENOSPC if request.param == "full" else errno.EROFS
    subprocess.run(["umount", str(folder)], check=True)


def figure(folder):
    press.draw("price_waterfall", folder=folder)


def root(x):
    return x**0.5


def parts(folder):
    sweep_to_parquet(root, folder=folder, x=np.arange(5_000.0).tolist(), progress=False)


def metagraph(folder):
    rng = np.random.default_rng(1)
    te.chain.save_metagraph(folder / "own.npz", rng.random((60, 60)), rng.random(60))


def whole(folder):
    files.write_whole(folder / "a.svg", hashlib.sha256(b"x").digest() * 1_000)


def staged(folder):
    with folders.staging(folder) as draft:
        (draft / "index.html").write_bytes(bytes(20_000))


def kept(folder):
    with pytest.MonkeyPatch.context() as patched, te.inputs.checkpoints(folder):
        patched.setattr(checkpoint, "KEEP_EVERY_S", 0.0)
        checkpoint.Checkpoint(("a run",), 1, (np.zeros(10_000),)).keep(1)


WRITERS = [figure, parts, metagraph, whole, staged, kept]


@pytest.mark.parametrize("write", WRITERS)
def test_where_nothing_can_be_written_the_line_names_the_place_and_nothing_is_left(nowhere, write):
    folder, number = nowhere
    with pytest.raises((OSError, ValueError)) as caught:
        write(folder)
    said = str(caught.value)
    assert "\n" not in said and ".part" not in said
    assert str(folder) in said or "own.npz" in said
    assert os.strerror(number) in said
    left = {f.name for f in folder.iterdir()} - {"filler", "_plan.json"}
    assert not hidden(folder) and len(left) <= (write is figure)
