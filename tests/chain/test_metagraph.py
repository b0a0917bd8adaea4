"""A subnet from a file: what is read is what was written, and hostile files are refused in one
line.
"""

import io
import zipfile

import numpy as np
import pytest

import tao_econ as te

RULES = te.rules_at("2026-09-11")


def subnet(n=6, seed=0):
    random = np.random.default_rng(seed)
    return random.random((n, n)), 1 + random.random(n), random.random((n, n))


def csv_of(weights, stake):
    rows = [["uid", "stake", *range(len(stake))]]
    rows += [[i, repr(float(s)), *map(repr, map(float, weights[i]))] for i, s in enumerate(stake)]
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


def test_npz_and_csv_bring_back_what_was_written_and_run(tmp_path):
    weights, stake, bonds = subnet()
    te.chain.save_metagraph(tmp_path / "own.npz", weights, stake, bonds)
    (tmp_path / "own.csv").write_text(csv_of(weights, stake), encoding="utf-8")
    one, two = (
        te.chain.load_metagraph(tmp_path / "own.npz"),
        te.chain.load_metagraph(tmp_path / "own.csv"),
    )
    np.testing.assert_array_equal(one.weights, weights)
    np.testing.assert_array_equal(one.stake, stake)
    np.testing.assert_array_equal(one.bonds, bonds)
    np.testing.assert_array_equal(two.weights, weights)
    np.testing.assert_array_equal(two.stake, stake)
    assert not two.bonds.any()
    assert te.chain.yuma_epoch(RULES, *one[:3]).dividends.sum() == pytest.approx(1)
    assert list(tmp_path.iterdir()) != [] and not list(tmp_path.glob(".*"))


def test_bonds_of_the_chain_are_shares_of_65535(tmp_path):
    weights, stake, _ = subnet()
    te.chain.save_metagraph(
        tmp_path / "own.npz", weights, stake, np.full((6, 6), 65_535, np.uint16)
    )
    assert (te.chain.load_metagraph(tmp_path / "own.npz").bonds == 1).all()


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("a.npz", b"no zip at all", "a.npz"),
        ("a.npz", b"", "a.npz"),
        ("a.csv", b"", "a.csv"),
        ("a.csv", b"\xff\xfe\x00", "a.csv"),
        ("a.csv", b"uid,stake,0\n0,1,=1+1\n", "row 2, column 0"),
        ("a.csv", b"uid,stake,0\n0,inf,1\n", "row 2, column stake"),
        ("a.csv", b"uid,stake,0,1\n0,1,0,1\n", "columns"),
        ("a.csv", b"uid,stake,0,1\n1,1,0,1\n1,1,0,1\n", "row 3, column uid"),
        ("a.csv", b"uid,stake,0\n0,-1,1\n", "-1"),
        ("a.csv", b'uid,stake,0\n0,1,"1\n', "a.csv"),
        ("a.txt", b"", "a.txt"),
    ],
)
def test_a_file_that_is_not_in_the_layout_is_refused(tmp_path, refused, name, content, shown):
    (tmp_path / name).write_bytes(content)
    with refused(name, shown):
        te.chain.load_metagraph(tmp_path / name)


def test_pickled_objects_missing_arrays_and_wrong_shapes_are_refused(tmp_path, refused):
    path = tmp_path / "own.npz"
    weights, stake, _ = subnet()
    np.savez(path, weights=np.array([{"run": "me"}], dtype=object), stake=stake)
    with refused("own.npz", "plain arrays"):
        te.chain.load_metagraph(path)
    np.savez(path, stake=stake)
    with refused("own.npz", "weights"):
        te.chain.load_metagraph(path)
    for wrong in ({"weights": weights[:5]}, {"stake": stake[:, None]}, {"bonds": np.ones((5, 5))}):
        np.savez(path, **({"weights": weights, "stake": stake} | wrong))
        with refused(next(iter(wrong))):
            te.chain.load_metagraph(path)
    np.savez(path, weights=weights.astype(str), stake=stake)
    with refused("weights", "<U"):
        te.chain.load_metagraph(path)
    with refused("path", "gone.npz"):
        te.chain.load_metagraph(tmp_path / "gone.npz")


def test_a_truncated_archive_and_a_huge_one_are_refused(tmp_path, refused):
    buffer = io.BytesIO()
    np.savez(buffer, weights=np.ones((40, 40)), stake=np.ones(40))
    (tmp_path / "cut.npz").write_bytes(buffer.getvalue()[:300])
    with refused("cut.npz"):
        te.chain.load_metagraph(tmp_path / "cut.npz")
    with zipfile.ZipFile(tmp_path / "big.npz", "w") as archive:
        archive.writestr("weights.npy", b"\0" * 65_000_000)
    with refused("big.npz", "64,000,000"):
        te.chain.load_metagraph(tmp_path / "big.npz")
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights.npy", b"\0" * 65_000_000)
    with refused("bomb.npz", "unpack", "65,000,000"):
        te.chain.load_metagraph(tmp_path / "bomb.npz")


def test_what_could_not_be_loaded_is_not_written(tmp_path, refused):
    weights, stake, _ = subnet()
    (tmp_path / "own.npz").write_bytes(b"before")
    with refused("own.npz", "(6, 5)"):
        te.chain.save_metagraph(tmp_path / "own.npz", weights[:, :5], stake)
    with refused("path", "own.csv"):
        te.chain.save_metagraph(tmp_path / "own.csv", weights, stake)
    assert (tmp_path / "own.npz").read_bytes() == b"before" and len(list(tmp_path.iterdir())) == 1
