"""Every layout of a subnet that is in use is read, says what it took, and gives the same epoch."""

import json

import numpy as np
import pytest
from hostile import one_line
from hypothesis import given, settings
from hypothesis import strategies as st

import tao_econ as te

RULES = te.rules_at("2026-09-11")
HOTKEYS = [f"5Hot{letter}" for letter in "ABCDEFGH"]


def subnet(seed=0, n=6, whole=True):
    """(weights, stake, bonds): u16, or shares."""
    random = np.random.default_rng(seed)
    weights = np.zeros((n, n), np.int64)
    weights[: n // 2] = random.integers(0, 65_536, (n // 2, n)) * random.integers(0, 2, (n // 2, n))
    bonds = random.integers(0, 65_536, (n, n))
    stake = np.where(np.arange(n) < n // 2, random.integers(1, 10**6, n) / 8, 0.0)
    return (weights, stake, bonds) if whole else (weights / 65_535, stake, bonds / 65_535)


def pairs(matrix):
    return [[[j, value] for j, value in enumerate(row) if value] for row in matrix.tolist()]


def by_uid(matrix):
    return {str(i): {str(j): v for j, v in row} for i, row in enumerate(pairs(matrix)) if row}


def npz(path, weights, stake, bonds):
    np.savez(path, weights=weights, stake=stake, bonds=bonds)


def npz_of_sdk(path, weights, stake, bonds):
    np.savez(path, W=weights, S=stake.astype(np.float32), B=bonds)


def written(path, found):
    path.write_text(json.dumps(found), encoding="utf-8")


def json_arrays(path, weights, stake, bonds):
    written(
        path,
        {
            "neurons": len(stake),
            "weights": weights.tolist(),
            "bonds": bonds.tolist(),
            "stake": stake.tolist(),
        },
    )


def json_sparse(path, weights, stake, bonds):
    written(path, {"weights": pairs(weights), "bonds": pairs(bonds), "stake": stake.tolist()})


def json_objects(path, weights, stake, bonds):
    held = {str(i): value for i, value in enumerate(stake.tolist())}
    written(path, {"weights": by_uid(weights), "bonds": by_uid(bonds), "stake": held})


def neurons(path, weights, stake, bonds, as_rows=pairs, shell=lambda rows: rows):
    rows = [
        {"uid": i, "hotkey": HOTKEYS[i], "stake": held, "weights": row, "bonds": bond, "rank": 0.5}
        for i, (held, row, bond) in enumerate(
            zip(stake.tolist(), as_rows(weights), as_rows(bonds), strict=True)
        )
    ]
    written(path, shell(rows[::-1] if as_rows is pairs else rows))


def neurons_dense(path, weights, stake, bonds):
    neurons(path, weights, stake, bonds, np.ndarray.tolist, lambda rows: {"neurons": rows})


def csv_text(rows, delimiter=","):
    return "\n".join(delimiter.join(map(str, row)) for row in rows) + "\n"


def wide(path, weights, stake, _bonds):
    rows = [["uid", "stake", *range(len(stake))]]
    rows += [[i, stake[i], *row] for i, row in enumerate(weights.tolist())]
    path.write_text(csv_text(rows), encoding="utf-8")


def wide_of_hotkeys(path, weights, stake, _bonds):
    n = len(stake)
    rows = [["hotkey", "uid", "STAKE", *HOTKEYS[:n][::-1]]]
    rows += [[HOTKEYS[i], i, stake[i], *weights.tolist()[i][::-1]] for i in reversed(range(n))]
    path.write_text(csv_text(rows), encoding="utf-8")


def wide_of_a_spreadsheet(path, weights, stake, _bonds):
    rows = [["", "UID", "Stake", *range(len(stake))]]
    rows += [[i, i, stake[i], *row] for i, row in enumerate(weights.tolist())]
    text = csv_text(rows, ";").replace(".", ",").replace("\n", "\r\n")
    path.write_text(text, encoding="utf-8-sig", newline="")


def long(path, weights, stake, bonds):
    rows = [["validator", "miner", "weight", "bond", "stake"]]
    rows += [
        [i, j, weights[i, j], bonds[i, j], stake[i]]
        for i in range(len(stake))
        for j in range(len(stake))
    ]
    path.write_text(csv_text(rows), encoding="utf-8")


LAYOUTS = {  # name → (what writes it, ending, whether it holds bonds)
    "npz": (npz, ".npz", True),
    "npz of the SDK": (npz_of_sdk, ".npz", True),
    "json of arrays": (json_arrays, ".json", True),
    "json of sparse arrays": (json_sparse, ".json", True),
    "json by validator and miner": (json_objects, ".json", True),
    "json of neurons, sparse, out of order": (neurons, ".json", True),
    "json of neurons, dense": (neurons_dense, ".json", True),
    "csv": (wide, ".csv", False),
    "csv with hotkeys": (wide_of_hotkeys, ".csv", False),
    "csv of a spreadsheet": (wide_of_a_spreadsheet, ".csv", False),
    "csv, a row a weight": (long, ".csv", True),
}


@pytest.mark.parametrize("whole", [True, False], ids=["u16", "shares"])
@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_is_written_is_read_and_gives_the_same_epoch(tmp_path_factory, layout, whole, seed):
    write, ending, with_bonds = LAYOUTS[layout]
    weights, stake, bonds = subnet(seed, whole=whole)
    path = tmp_path_factory.getbasetemp() / f"own{ending}"
    write(path, weights, stake, bonds)
    mine = te.chain.load_metagraph(path)
    shares = bonds / 65_535 if whole else bonds
    held = shares if with_bonds else np.zeros_like(shares)
    np.testing.assert_array_equal(mine.weights, weights)
    np.testing.assert_array_equal(mine.stake, stake)
    np.testing.assert_array_equal(mine.bonds, held)
    assert mine.uids.tolist() == list(range(6))
    own = te.chain.yuma_epoch(RULES, *mine[:3])
    as_given = te.chain.yuma_epoch(RULES, weights, stake, held)
    for one, other in zip(own, as_given, strict=True):
        np.testing.assert_array_equal(one, other)
    assert ("u16" if whole else "shares") in mine.taken.weights


def test_each_reader_says_which_fields_it_took(tmp_path):
    neurons(tmp_path / "own.json", *subnet())
    mine = te.chain.load_metagraph(tmp_path / "own.json")
    assert mine.hotkeys == tuple(HOTKEYS[:6])
    assert mine.taken == (
        "field 'uid' of each neuron",
        "field 'stake' of each neuron, in its own unit",
        "field 'weights' of each neuron, whole numbers: u16",
        "field 'bonds' of each neuron, whole numbers: u16",
        ("rank",),
    )
    wide_of_a_spreadsheet(tmp_path / "own.csv", *subnet())
    taken = te.chain.load_metagraph(tmp_path / "own.csv").taken
    assert taken.bonds == "none: zeros" and taken.left_out == ("index column",)


def test_bonds_of_one_as_whole_numbers_are_u16(tmp_path):
    eye = np.array([[0, 1], [1, 0]])
    np.savez(tmp_path / "own.npz", weights=eye, stake=[1, 1], bonds=eye.astype(np.uint16))
    mine = te.chain.load_metagraph(tmp_path / "own.npz")
    np.testing.assert_array_equal(mine.bonds, eye / 65_535)
    np.savez(tmp_path / "own.npz", weights=eye, stake=[1, 1], bonds=eye.astype(float))
    np.testing.assert_array_equal(te.chain.load_metagraph(tmp_path / "own.npz").bonds, eye)


def test_u16_as_real_numbers_are_refused_with_what_to_do(tmp_path):
    """The SDK's m.B holds u16 as floats."""
    weights, stake, bonds = subnet()
    np.savez(tmp_path / "own.npz", W=weights / 65_535, S=stake, B=bonds.astype(np.float32))
    one_line(
        lambda: te.chain.load_metagraph(tmp_path / "own.npz"),
        "own.npz: bonds must be shares up to 1",
        "bonds.astype('uint16')",
    )
    np.savez(tmp_path / "own.npz", weights=weights * 0 + 70_000, stake=stake)
    one_line(lambda: te.chain.load_metagraph(tmp_path / "own.npz"), "weights must be u16", "70,000")


def test_gaps_between_uids_are_kept(tmp_path):
    text = "uid,stake,7,3,200\n200,1,0,5,0\n3,2,65535,0,9\n7,4,0,1,0\n"
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    mine = te.chain.load_metagraph(tmp_path / "own.csv")
    assert mine.uids.tolist() == [3, 7, 200] and mine.stake.tolist() == [2, 4, 1]
    assert mine.weights.tolist() == [[0, 65535, 9], [1, 0, 0], [5, 0, 0]]
    rows = "validator,miner,weight,stake\n200,7,0.5,8\n3,200,1,9\n"
    (tmp_path / "own.csv").write_text(rows, encoding="utf-8")
    mine = te.chain.load_metagraph(tmp_path / "own.csv")
    assert mine.uids.tolist() == [3, 7, 200] and mine.stake.tolist() == [9, 0, 8]
    assert mine.weights.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0.5, 0]]


@pytest.mark.parametrize("ends", [("5B", "5A"), ("8", "2")], ids=["hotkeys", "uids"])
def test_stake_comes_from_a_second_file(tmp_path, ends):
    """The tables of neurons that command lines write have stake and no weights."""
    one, other = ends
    head = "uid,hotkey,coldkey,stake,incentive\n"
    (tmp_path / "neurons.csv").write_text(head + "2,5A,x,3,0\n5,5C,y,0,1\n8,5B,z,4,0\n")
    (tmp_path / "own.csv").write_text(f"validator,miner,weight\n{one},{other},65535\n")
    mine = te.chain.load_metagraph(tmp_path / "own.csv", records=tmp_path / "neurons.csv")
    assert mine.uids.tolist() == [2, 5, 8] and mine.stake.tolist() == [3, 0, 4]
    assert mine.weights.tolist() == [[0, 0, 0], [0, 0, 0], [65535, 0, 0]]
    assert mine.hotkeys == ("5A", "5C", "5B") and "of neurons.csv" in mine.taken.stake
    one_line(lambda: te.chain.load_metagraph(tmp_path / "own.csv"), "own.csv", "records=")
    one_line(lambda: te.chain.load_metagraph(tmp_path / "neurons.csv"), "must hold weights")
    (tmp_path / "own.csv").write_text("validator,miner,weight\n9,5,65535\n")
    one_line(
        lambda: te.chain.load_metagraph(tmp_path / "own.csv", records=tmp_path / "neurons.csv"),
        "own.csv: must hold neurons of neurons.csv alone, got",
    )


# what each recipe of notebook 09 writes, by hand: two validators, one miner
RECIPES = {
    "SDK 9 and 10": {  # rows of m.W sum to 1, m.B are u16 as floats until they are cast
        "weights": np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]], np.float32),
        "stake": np.array([5, 3, 0], np.float32),
        "bonds": np.array([[0, 0, 65_535.0], [0, 0, 10.0], [0, 0, 0]]).astype("uint16"),
    },
    "SDK 11": {
        "weights": np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]),
        "stake": [5.0, 3.0, 0.0],
        "bonds": np.array([[0, 0, 1.0], [0, 0, 10 / 65_535], [0, 0, 0]]),
    },
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_a_recipe_of_the_notebook_writes_is_read(tmp_path, recipe):
    np.savez(tmp_path / "subnet1.npz", **RECIPES[recipe])
    mine = te.chain.load_metagraph(tmp_path / "subnet1.npz")
    assert mine.stake.tolist() == [5, 3, 0] and mine.weights[:, 2].tolist() == [1, 1, 0]
    np.testing.assert_allclose(mine.bonds[:, 2], [1, 10 / 65_535, 0], rtol=1e-15)


def test_what_the_command_line_writes_is_read(tmp_path):
    """Neurons without weights from one command; weights by validator from another, put together."""
    shown = [
        {"uid": uid, "stake": held, "alpha_stake": held, "hotkey": f"5{uid}", "coldkey": "x"}
        for uid, held in enumerate((5.0, 3.0, 0.0))
    ]
    written(tmp_path / "neurons.json", {"netuid": 1, "owner": "x", "uids": shown})
    (tmp_path / "own.csv").write_text("validator,miner,weight\n0,2,65535\n1,2,7\n")
    mine = te.chain.load_metagraph(tmp_path / "own.csv", records=tmp_path / "neurons.json")
    assert mine.stake.tolist() == [5, 3, 0] and mine.weights[:, 2].tolist() == [65_535, 7, 0]
    assert "alpha_stake" in mine.taken.left_out
    together = {"weights": {"0": {"2": 1.0}, "1": {"2": 1.0}}, "stake": {"0": 5, "1": 3, "2": 0}}
    written(tmp_path / "own.json", together)
    assert te.chain.load_metagraph(tmp_path / "own.json").weights[:, 2].tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("stakes", "read"),
    [
        (("1,234.5", "12"), [1234.5, 12]),
        (("1,234,567", "2,000"), [1234567, 2000]),
        (("1 234 567", "8"), [1234567, 8]),
        (("1'234'567.5", "8"), [1234567.5, 8]),
        (("0,5", "1.234"), [0.5, 1234]),
        (("1.234,5", "2"), [1234.5, 2]),
        (("1e3", "2.5"), [1000, 2.5]),
        (("1.234", "2"), [1.234, 2]),
    ],
)
def test_thousands_are_read_where_the_file_shows_its_marks(tmp_path, stakes, read):
    rows = [f'{k}\t"{stake}"\t{k}\t{1 - k}\n' for k, stake in enumerate(stakes)]
    (tmp_path / "own.tsv").write_text("uid\tstake\t0\t1\n" + "".join(rows), encoding="utf-8")
    assert te.chain.load_metagraph(tmp_path / "own.tsv").stake.tolist() == read


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", 'uid,stake,0\n0,"1,234",1\n', ("row 2, column stake", "one reading", "1,234")),
        ("a.csv", 'uid,stake,0\n0,"1,5",0.5\n', ("one decimal mark", "0.5", "1,5")),
        ("a.csv", "uid,stake,0\n0,1,=A1\n", ("row 2, column 0", "=A1")),
        ("a.csv", "uid,hotkey,stake,0\n0,=A1,1,1\n", ("row 2, column hotkey", "=A1")),
        ("a.csv", "uid,stake,0\n0,1,1\n0,1,1\n", ("row 3, column uid", "twice")),
        ("a.csv", "uid,stake,0\n0,1,\0\n", ("row 2", "NUL")),
        ("a.csv", "uid,stake,0,0\n0,1,1,1\n", ("each column once",)),
        ("a.csv", "uid,stake,0\n0,1\n", ("row 2", "3 cells")),
        ("a.csv", "uid,stake,0,1\n0,1,0,1\n", ("columns of weights", "UID 1")),
        ("a.csv", "uid,stake,0\n0,1,0\n1,1,0\n", ("columns of weights", "'1'")),
        ("a.csv", "uid,stake,total_stake,0\n0,1,1,0\n", ("stake once",)),
        ("a.csv", "uid,stake,0\n0,1,70000\n", ("u16", "70,000")),
        ("a.csv", "uid,stake,0\n0,1,1.5\n", ("shares up to 1", "1.5")),
        ("a.csv", "validator,miner,weight,stake\n0,1,1,1\n0,1,2,1\n", ("row 3, column miner",)),
        ("a.csv", "validator,miner,weight,stake\n0,1,1,1\n0,2,2,3\n", ("row 3, column stake",)),
        ("a.csv", "validator,miner,weight,stake\n0,99999,1,1\n", ("row 2, column miner",)),
        ("a.csv", ",uid,stake,0\n5,0,1,1\n", ("count the rows",)),
        ("a.json", "[]", ("list of neurons",)),
        ("a.json", "{}", ("'weights'",)),
        ("a.json", "1", ("list of neurons",)),
        ("a.json", '{"weights": [[1]], "weights": [[1]]}', ("each key once",)),
        ("a.json", '{"weights": [[1]], "W": [[1]], "stake": [1]}', ("weights once",)),
        ("a.json", '{"weights": [[NaN]], "stake": [1]}', ("finite", "NaN")),
        ("a.json", '{"weights": [["1"]], "stake": [1]}', ("numbers", "'1'")),
        ("a.json", '{"weights": [[true]], "stake": [1]}', ("numbers", "True")),
        ("a.json", '{"weights": [[1, 2]], "stake": [1]}', ("2 numbers for UID 0",)),
        ("a.json", '{"weights": [[[0, 1], [0, 2]]], "stake": [1]}', ("each UID once",)),
        ("a.json", '{"weights": [[[5, 1]]], "stake": [1]}', ("got UID 5",)),
        ("a.json", '{"weights": [[1]], "stake": [1, 2]}', ("row for each",)),
        ("a.json", '{"weights": [[1]], "stake": [-1]}', (">= 0",)),
        ("a.json", '{"weights": [[1]], "stake": [1e999]}', ("stake",)),
        ("a.json", '{"weights": [[1]], "stake": [' + "9" * 5_000 + "]}", ("digits",)),
        ("a.json", '{"weights": 1, "stake": [1]}', ("list",)),
        ("a.json", '[{"stake": 1}]', ("'uid'",)),
        ("a.json", '[{"uid": 0, "weights": []}]', ("stake",)),
        ("a.json", '[{"uid": 0, "stake": 1}]', ("weights",)),
        ("a.json", '[{"uid": 0, "stake": 1, "weights": []}, {"uid": 1}]', ("'stake'",)),
        ("a.json", "[" * 100_000, ("JSON",)),
        ("a.json", '{"weights": [[1]], "stake": [1]', ("JSON",)),
    ],
)
def test_a_layout_with_a_fault_is_one_line(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content.encode())
    one_line(lambda: te.chain.load_metagraph(tmp_path / name), name, *words)


@pytest.mark.parametrize("name", ["m.pt", "m.PKL", "m.pickle", "m.npy"])
def test_a_pickle_is_refused_unread_with_what_to_do_instead(tmp_path, name):
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    one_line(lambda: te.chain.load_metagraph(tmp_path / name), name, "numpy.savez", "pickle")


def test_an_array_of_objects_is_refused_with_what_to_do_instead(tmp_path):
    np.savez(tmp_path / "own.npz", W=np.array([[{}]], object), S=[1.0])
    one_line(lambda: te.chain.load_metagraph(tmp_path / "own.npz"), "own.npz", "numpy.asarray")


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["uid", "stake", "weights", "bonds", "neurons", "0", "1"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_subnet_or_one_line(tmp_path_factory, found):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    try:
        te.chain.load_metagraph(path)
    except ValueError as error:
        assert type(error) is ValueError and "\n" not in str(error) and "any.json" in str(error)


@pytest.mark.parametrize("whole", [True, False], ids=["u16", "shares"])
def test_one_conversion_serves_the_exact_epoch(tmp_path, whole):
    weights, stake, bonds = subnet(3, whole=whole)
    weights[:3] = np.where(weights[:3].max(axis=1, keepdims=True) > 0, weights[:3], weights[:1])
    npz(tmp_path / "own.npz", weights, stake, bonds)
    mine = te.chain.load_metagraph(tmp_path / "own.npz")
    exact = te.chain.integers_of(mine, stake_unit="tao")
    if whole:
        np.testing.assert_array_equal(exact.weights_u16, weights)
        np.testing.assert_array_equal(exact.bonds_u16, bonds)
    else:  # what the SDK sends
        for row, sent in zip(weights, exact.weights_u16, strict=True):
            most = row.max()
            assert sent.tolist() == [round(w / most * 65_535) if most else 0 for w in row.tolist()]
    assert exact.stake_rao.tolist() == [round(each * 10**9) for each in stake]
    epoch = te.chain.yuma_epoch_exact(RULES, *exact)
    counted = np.where(exact.stake_rao >= RULES.stake_threshold_rao, mine.stake, 0.0)
    own = te.chain.yuma_epoch(RULES, mine.weights, counted, mine.bonds)
    np.testing.assert_allclose(epoch.incentive_u16 / 65_535, own.incentive, atol=5e-5)
    np.testing.assert_allclose(epoch.dividends_u16 / 65_535, own.dividends, atol=5e-5)


def test_no_unit_of_stake_is_guessed(tmp_path):
    npz(tmp_path / "own.npz", *subnet())
    mine = te.chain.load_metagraph(tmp_path / "own.npz")
    one_line(lambda: te.chain.integers_of(mine, stake_unit="alpha"), "stake_unit", "tao")
    one_line(lambda: te.chain.integers_of(mine, stake_unit="rao"), "stake", "rao")
    one_line(lambda: te.chain.integers_of(mine._replace(stake=mine.stake * 1e12), stake_unit="tao"))
