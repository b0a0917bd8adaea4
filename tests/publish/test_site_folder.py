"""The folder of the site: whatever else is in it stays, and a build that was stopped is mended by
the next.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from hostile import one_line

from tao_econ.publish import pages

FIRST = {"index.html": "one", "notebooks/01.html": "one", "old/only.html": b"one"}
SECOND = {"index.html": "two", "notebooks/01.html": "two", "new/page.html": "two"}


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build a site of these files into site/."""

    def built(files):
        monkeypatch.setattr(pages, "_files", lambda many: dict(files))
        return pages.build(tmp_path / "site")

    return built


def found(folder):
    return {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8")
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_a_second_build_replaces_the_first_and_keeps_what_is_not_its_own(tmp_path, build):
    site = tmp_path / "site"
    site.mkdir()
    mine = {"CNAME": "tao.example", ".git/HEAD": "ref", ".nojekyll": ""}
    for path, text in mine.items():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_text(text)
    assert build(FIRST) == {path: 3 for path in FIRST}
    (site / "notes.txt").write_text("mine")
    (site / "old" / "mine.txt").write_text("mine")
    build(SECOND)
    listed = json.loads((site / pages.LIST).read_text(encoding="utf-8"))
    assert listed == {"files": sorted(SECOND)}
    others = {"notes.txt": "mine", "old/mine.txt": "mine"} | mine
    assert found(site) == SECOND | others | {pages.LIST: (site / pages.LIST).read_text()}


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_build_stopped_between_two_moves_is_mended_by_the_next(
    tmp_path, build, monkeypatch, moved
):
    build(FIRST)
    real, left = os.replace, [moved + 1]  # the list is moved first

    def stopped(source, target):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(source, target)

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        build(SECOND)
    monkeypatch.setattr(os, "replace", real)
    assert not [file for file in (tmp_path / "site").iterdir() if ".part" in file.name]
    build(SECOND)
    assert {k: v for k, v in found(tmp_path / "site").items() if k != pages.LIST} == SECOND


def test_a_link_to_a_folder_stays_one(tmp_path, build):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "elsewhere")
    build(FIRST)
    build(SECOND)
    assert (tmp_path / "site").is_symlink() and (tmp_path / "elsewhere/index.html").exists()


def test_a_page_never_takes_the_place_of_another_file(tmp_path, build):
    build(FIRST)
    (tmp_path / "site" / "new").mkdir()
    (tmp_path / "site" / "new" / "page.html").write_text("mine")
    one_line(lambda: build(SECOND), "site/new/page.html must be of an earlier build")
    assert (tmp_path / "site" / "index.html").read_text() == "one"


@pytest.mark.parametrize(
    "listed",
    [
        "",
        "[]",
        '{"files": 1}',
        '{"files": [1]}',
        '{"files": ["../mine.txt"]}',
        '{"files": ["/etc/passwd"]}',
        '{"files": [".git/HEAD"]}',
        '{"files": [""]}',
        '{"files": ["a/../../mine.txt"]}',
        '{"files": ["."]}',
        '{"files": ["link/mine.txt"]}',
    ],
)
def test_a_spoilt_list_deletes_nothing(tmp_path, build, listed):
    build(FIRST)
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "site" / "link").symlink_to(tmp_path)
    (tmp_path / "site" / pages.LIST).write_text(listed)
    one_line(lambda: build(SECOND), f"site/{pages.LIST} must be the list that a build wrote")
    assert (tmp_path / "mine.txt").exists() and (
        tmp_path / "site" / "index.html"
    ).read_text() == "one"


def test_a_place_that_is_no_folder_is_refused_before_anything_is_computed(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "_files", lambda many: pytest.fail("computed"))
    (tmp_path / "site").write_text("mine")
    one_line(lambda: pages.build(tmp_path / "site"), "site/ must be empty or a site built before")
    with pytest.raises(OSError, match="below"):
        pages.build(tmp_path / "site" / "below")


BUILDING = """
import itertools, sys
from pathlib import Path
from tao_econ.publish import pages
for number in itertools.count(int(sys.argv[2])):
    files = {f"{n % 7}/{n}.html": f"{number % 2}" * 2_000 for n in range(number % 2, 60, 1 + number % 2)}
    pages._files = lambda many: files
    pages.build(Path(sys.argv[1]) / "site")
"""


def building(folder, first):
    return subprocess.Popen([sys.executable, "-c", BUILDING, str(folder), str(first)])


def mended(folder, build):
    """The next build is whole, and nothing else is left."""
    build(SECOND)
    files = found(folder / "site")
    files.pop(pages.LIST)
    assert files == SECOND and not list((folder / "site").glob(".*"))


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("builders", [1, 2])
def test_a_build_killed_at_any_time_is_mended_by_the_next(tmp_path, build, sent, builders):
    working = [building(tmp_path, first) for first in range(builders)]
    for _ in range(1_000):
        if (tmp_path / "site" / pages.LIST).exists():
            break
        time.sleep(0.02)
    for process in working:  # the second goes on while the first is dead
        time.sleep(random.Random(f"{sent} {builders}").uniform(0, 0.3))
        process.send_signal(sent)
        assert process.wait() in (-sent, 1)
    mended(tmp_path, build)


ONCE = """
import sys
from pathlib import Path
from tao_econ.publish import pages
for _ in range(10):
    pages._files = lambda many: {f"{sys.argv[2]}/{n}.html": sys.argv[2] * 9 for n in range(40)}
    pages.build(Path(sys.argv[1]) / "site")
"""


def test_of_two_builds_at_once_the_last_one_wins_whole(tmp_path, build):
    working = [
        subprocess.Popen([sys.executable, "-c", ONCE, str(tmp_path), letter]) for letter in "ab"
    ]
    assert [process.wait() for process in working] == [0, 0]
    files = found(tmp_path / "site")
    listed = json.loads(files.pop(pages.LIST))["files"]
    assert sorted(files) == listed and len(files) == 40 and len(set(files.values())) == 1
    mended(tmp_path, build)
