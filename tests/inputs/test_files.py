"""Files that are there complete or not at all."""

import pytest

from tao_econ.inputs import files


def test_a_write_that_fails_halfway_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "picture.svg"
    files.write_whole(file, b"old")
    monkeypatch.setattr(files.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        files.write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["picture.svg"]
