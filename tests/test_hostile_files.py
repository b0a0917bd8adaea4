"""Files from outside: whatever they hold is read as written or refused in one line."""

import hashlib
import io
import json
import struct
import zipfile

import numpy as np
import pytest
from hostile import DEEP, FORMULAS, one_line, sparse
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.inputs import data
from tao_econ.inputs import rules as inputs

# ---- A subnet of one's own ----

GOOD = "uid,stake,0,1\n0,1.0,0.0,1.0\n1,2.0,1.0,0.0\n"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-32"),
        GOOD.replace("1.0", "é").encode("latin-1"),
        GOOD[:30].encode(),
        GOOD[:-9].encode(),
        b"\0" * 100,
        bytes(range(256)),
        b"uid,stake\n",
        b"uid,stake,0\n\0,1,1\n",
        GOOD.replace("0,1\n", "0,0\n", 1).encode(),
        (GOOD + "1,2.0,1.0,0.0\n").encode(),
        b"\n" * 10_000,
        b"," * 10_000_000,
        b'"' * 1_000,
        b"uid,stake,0\n0,1,9" + b"9" * 1_000_000 + b"\n",
        b"uid,stake,0\n0,1,0x10\n",
        b"uid,stake,0\n0,1,1_0\n",
        b"uid,stake,0\n0,1,-1\n",
        b"uid,stake,0\n0,nan,1\n",
        b"uid,stake,0\n0,,1\n",
        b"uid,stake,0\n0,1,1+1j\n",
        *(f'uid,stake,0\n0,1,"{formula}"\n'.encode() for formula in FORMULAS),
    ],
    ids=lambda content: str(content[:24]),
)
def test_a_hostile_csv_of_a_subnet_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "own.csv").write_bytes(content)
    one_line(lambda: te.chain.load_metagraph(tmp_path / "own.csv"), "own.csv")


def test_a_csv_with_a_mark_of_its_encoding_is_read(tmp_path):
    (tmp_path / "own.csv").write_text(GOOD, encoding="utf-8-sig")
    assert te.chain.load_metagraph(tmp_path / "own.csv").stake.tolist() == [1, 2]


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: ("uid,stake,0\n" + text).encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_a_subnet_or_refused(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    for name in ("any.csv", "any.npz", "any.json", "any.tsv"):
        (folder / name).write_bytes(content)
        try:
            te.chain.load_metagraph(folder / name)
        except ValueError as error:
            assert type(error) is ValueError and "\n" not in str(error) and name in str(error)


def archived(path, compressed=True, **parts):
    """An .npz of raw bytes."""
    with zipfile.ZipFile(
        path, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    ) as archive:
        for name, content in parts.items():
            archive.writestr(f"{name}.npy", content)


def npy(shape, descr="<f8", content=b"", version=(1, 0)):
    """The bytes of an array with a header of one's choice."""
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    size = struct.pack("<H" if version == (1, 0) else "<I", len(header) + 1)
    return b"\x93NUMPY" + bytes(version) + size + header + b"\n" + content


STAKE = npy("(1,)", content=np.ones(1).tobytes())


@pytest.mark.parametrize(
    "weights",
    [
        npy("(1000000, 1000000)", content=bytes(8)),
        npy(f"({2**62}, 4)", content=bytes(8)),
        npy("(-1, 1)", content=bytes(8)),
        npy("(1, 1)"),
        npy("(1, 1)", "|O", bytes(8)),
        npy("(1, 1)", "<c16", bytes(16)),
        npy("(1, 1)", "<U2", bytes(8)),
        npy("(1, 1)", [("a", "<f8")], bytes(8)),
        npy("(1, 1)", "<M8[s]", bytes(8)),
        npy("(1, 1)", "nonsense", bytes(8)),
        npy("(" * 3_000, content=bytes(8)),
        npy("__import__('os').system('true')", content=bytes(8)),
        npy("1", content=bytes(8)),
        npy("(1, 1)", content=np.array([[np.nan]]).tobytes()),
        npy("(1, 1)", content=np.array([[-1.0]]).tobytes()),
        npy("(1, 1)", content=bytes(8), version=(3, 0)),
        npy("(1, 1)", content=bytes(8), version=(9, 9)),
        npy(
            "(1, 1)",
            "<f16",
            np.array([1e4000], "<f16").tobytes()
            if np.finfo(np.longdouble).max > 1e308
            else bytes(16),
        ),
        b"",
        b"\x93NUMPY",
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x80\x04\x95",
    ],
    ids=lambda content: str(content[10:60]),
)
def test_a_hostile_array_is_refused_before_room_is_made_for_it(tmp_path, weights):
    archived(tmp_path / "own.npz", weights=weights, stake=STAKE)
    one_line(lambda: te.chain.load_metagraph(tmp_path / "own.npz"), "own.npz")


def test_a_bomb_an_array_twice_a_lying_archive_and_a_locked_one_are_refused(tmp_path):
    path = tmp_path / "own.npz"
    archived(path, weights=npy("(8000000,)", content=bytes(64_000_000)), stake=STAKE)
    assert path.stat().st_size < 100_000
    one_line(
        lambda: te.chain.load_metagraph(path), "own.npz must unpack to at most 64,000,000 bytes"
    )
    with pytest.warns(UserWarning), zipfile.ZipFile(path, "w") as archive:
        for _ in range(2):
            archive.writestr("stake.npy", STAKE)
    one_line(lambda: te.chain.load_metagraph(path), "own.npz must hold each array once")
    archived(path, compressed=False, weights=npy("(1, 1)", content=bytes(8)), stake=STAKE)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(bytes(8), b"\1" * 8))  # not what its checksum says
    one_line(lambda: te.chain.load_metagraph(path), "own.npz")
    path.write_bytes(
        raw.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")
    )  # marked as encrypted
    one_line(lambda: te.chain.load_metagraph(path), "own.npz")


@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=4))
def test_an_archive_with_any_damage_is_read_or_refused(tmp_path_factory, at, junk):
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    buffer = io.BytesIO()
    np.savez_compressed(buffer, weights=np.ones((3, 3)), stake=np.ones(3))
    raw = buffer.getvalue()
    at %= len(raw)
    path.write_bytes(raw[:at] + junk + raw[at + len(junk) :])
    try:
        te.chain.load_metagraph(path)
    except ValueError as error:
        assert type(error) is ValueError and "\n" not in str(error) and "damaged.npz" in str(error)


@pytest.mark.parametrize("name", ["own.csv", "own.npz", "own.json", "own.tsv"])
def test_a_file_too_large_a_folder_and_a_name_too_long_are_refused_unread(tmp_path, name):
    one_line(
        lambda: te.chain.load_metagraph(sparse(tmp_path / name)), name, "64,000,000", "200,000,000"
    )
    (tmp_path / "folder" / name).mkdir(parents=True)
    for path in (
        tmp_path / "folder" / name,
        tmp_path / ("x" * 300 + name),
        tmp_path / f"a\0{name}",
    ):
        one_line(lambda path=path: te.chain.load_metagraph(path), "path must be a file")
    one_line(
        lambda: te.chain.save_metagraph(
            tmp_path / "nowhere" / "own.npz", np.ones((1, 1)), np.ones(1)
        ),
        "path must",
    )


# ---- Facts and laws ----


@pytest.fixture
def facts(tmp_path, monkeypatch):
    """A folder with one table and its description, to be spoilt."""
    raw = b"name,count,share,day\na,1,0.5,2024-01-01\nb,2,1,2024-01-02\n"
    fields = [
        {"name": "name", "type": "string", "constraints": {"required": True, "unique": True}},
        {"name": "count", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "share", "type": "number", "constraints": {"minimum": 0, "maximum": 1}},
        {"name": "day", "type": "date"},
    ]
    (tmp_path / "table.csv").write_bytes(raw)
    about = {
        "name": "table",
        "path": "table.csv",
        "hash": "sha256:" + hashlib.sha256(raw).hexdigest(),
        "schema": {"fields": fields},
    }
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [about]}), encoding="utf-8")
    data._package.cache_clear()
    yield tmp_path
    data._package.cache_clear()


def spoilt(folder, old, new):
    raw = (folder / "table.csv").read_bytes()
    assert old in raw
    (folder / "table.csv").write_bytes(raw.replace(old, new, 1))
    return lambda: data.load("table", folder=folder)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"0.5", b"inf", "column share"),
        (b"0.5", b"1e999", "column share"),
        (b"0.5", b"nan", "column share"),
        (b"0.5", b"-1", "column share"),
        (b"0.5", b"=1/2", "column share"),
        (b"0.5", b"1\0", "table.csv"),
        (b",1,", b",99999999999999999999999,", "table.csv"),
        (b",1,", b",1e30,", "table.csv"),
        (b",1,", b",-1,", "column count"),
        (b",1,", b",1.5,", "column count"),
        (b"a,", b"b,", "column name"),
        (b"name,", b"name,name,", "columns"),
        (b"2024-01-01", b"0000-00-00", "column day"),
        (b"2024-01-01", b"2024-01-01T00:00", "column day"),
        (b"a,1", b"=cmd|'x'!A0,1", "hash"),
        (b"name", b"\xef\xbb\xbfname", "hash"),
        (b"name", b"\xff", "UTF-8"),
        (b"a,1", b"a,1" + b",1" * 100_000, "table.csv"),
        (b"name,", b"x," * 100_000, "columns"),
        (b"\na,1,0.5,2024-01-01\nb,2,1,2024-01-02\n", b"\na", "table.csv"),
        (b"a,1", b'"a,1', "table.csv"),
    ],
)
def test_a_spoilt_table_of_facts_names_file_and_fault(facts, old, new, words):
    one_line(spoilt(facts, old, new), "data/table.csv", words)


def test_a_table_elsewhere_or_too_large_is_refused_unread(facts, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "table.csv"
    elsewhere.write_bytes((facts / "table.csv").read_bytes())
    (facts / "table.csv").unlink()
    (facts / "table.csv").symlink_to(elsewhere)
    one_line(lambda: data.load("table", folder=facts), "data/table.csv", "itself")
    (facts / "table.csv").unlink()
    sparse(facts / "table.csv")
    one_line(
        lambda: data.load("table", folder=facts), "data/table.csv", "64,000,000", "200,000,000"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"resources": 1}',
        b'{"resources": [{"name": "table"}]}',
        DEEP.encode(),
        b"\xff\xfe",
        b'{"resources": [{"name": "table", "path": "../../etc/passwd", "hash": "x", "schema": '
        b'{"fields": [1]}}]}',
    ],
    ids=lambda content: str(content[:40]),
)
def test_a_spoilt_description_of_the_tables_is_refused(facts, content):
    (facts / "datapackage.json").write_bytes(content)
    one_line(lambda: data.load("table", folder=facts), "data/datapackage.json")


TOML = {
    name: (inputs.DATA / name).read_text(encoding="utf-8")
    for name in ("eras.toml", "snapshots.toml", "scenarios.toml")
}
READERS = {
    "eras.toml": inputs.eras,
    "snapshots.toml": lambda: te.load_snapshot("article"),
    "scenarios.toml": lambda: te.load_scenario("article"),
}


@pytest.fixture
def laws(tmp_path, monkeypatch):
    """A folder in place of data/, of which nothing is remembered."""
    caches = inputs._toml, inputs.eras, inputs.schedules
    monkeypatch.setattr(inputs, "DATA", tmp_path)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


def put(folder, name, content):
    """A file of laws, with the hash that goes with it."""
    (folder / name).write_bytes(content)
    package = {"hashes": {name: "sha256:" + hashlib.sha256(content).hexdigest()}}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


@pytest.mark.parametrize("name", TOML)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: b"",
        lambda text: text[:500].encode(),
        lambda text: text.encode("utf-16"),
        lambda text: b"\0" * 100,
        lambda text: f"x = {DEEP}".encode(),
        lambda text: b"era = 1\nsnapshot = 1\nscenario = 1",
        lambda text: b"era = [1]\n[snapshot]\narticle = 1\n[scenario]\narticle = 1",
        lambda text: b"#" * 2_000_000,
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: f"x = {'9' * 5_000}\n{text}".encode(),
        None,
    ],
    ids=[
        "empty",
        "truncated",
        "utf-16",
        "nul",
        "deep",
        "numbers",
        "lists",
        "huge",
        "marked",
        "digits",
        "gone",
    ],
)
def test_a_spoilt_file_of_laws_facts_or_assumptions_is_refused(laws, name, spoil):
    if spoil:
        put(laws, name, spoil(TOML[name]))
    one_line(READERS[name], f"data/{name}")


KAPPA, ISSUED = 'kappa = "32767/65535"', "issuance_rao = { value = 5_675_000_000_000_000"


@pytest.mark.parametrize(
    ("name", "old", "new", "word"),
    [
        ("eras.toml", KAPPA, 'kappa = "1e999999999"', "ratio"),
        ("eras.toml", KAPPA, 'kappa = "1/0"', "0"),
        ("eras.toml", KAPPA, "kappa = 2", "kappa"),
        ("eras.toml", KAPPA, "kappa = inf", "kappa"),
        ("eras.toml", KAPPA, 'kappa = "1/2"\ncappa = 1', "cappa"),
        ("eras.toml", KAPPA, "kappa = true", "ratio"),
        (
            "snapshots.toml",
            "price_usd = { value = 160.0",
            "price_usd = { value = -1.0",
            "price_usd",
        ),
        ("snapshots.toml", "price_usd = { value = 160.0", "price_usd = { value = nan", "price_usd"),
        ("snapshots.toml", ISSUED, "issuance_rao = { value = 1e16", "issuance_rao"),
        (
            "snapshots.toml",
            ISSUED,
            "issuance_rao = { value = 9_999_999_999_999_999_999_999",
            "issuance_rao",
        ),
        (
            "snapshots.toml",
            "[snapshot.article]\ndate = 2023-11-20",
            '[snapshot.article]\ndate = "soon"',
            "date",
        ),
        (
            "snapshots.toml",
            "[snapshot.article]\ndate = 2023-11-20",
            "[snapshot.article]\nprice = 1",
            "price",
        ),
        ("scenarios.toml", "[scenario.article]", "[scenario.article]\nprize_usd = 1", "prize_usd"),
        (
            "scenarios.toml",
            "[scenario.article]",
            '[scenario.article]\nvelocity = "much"',
            "velocity",
        ),
        ("scenarios.toml", "[scenario.article]", "[scenario.article]\nvelocity = inf", "velocity"),
    ],
)
def test_a_wrong_value_in_a_file_names_file_field_and_rule(laws, name, old, new, word):
    assert old in TOML[name]
    put(laws, name, TOML[name].replace(old, new, 1).encode())
    one_line(READERS[name], f"data/{name}", word)


@pytest.mark.parametrize("name", TOML)
def test_a_changed_law_a_link_and_a_file_without_a_hash_are_refused(laws, tmp_path_factory, name):
    put(laws, name, TOML[name].encode())
    READERS[name]()
    inputs._toml.cache_clear()
    inputs.eras.cache_clear()
    (laws / name).write_text(TOML[name] + "\n", encoding="utf-8")
    one_line(READERS[name], f"data/{name} must match its hash in datapackage.json, got sha256:")
    (laws / "datapackage.json").write_text("{}", encoding="utf-8")
    one_line(READERS[name], "data/datapackage.json")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / name
    elsewhere.write_text(TOML[name], encoding="utf-8")
    (laws / name).unlink()
    (laws / name).symlink_to(elsewhere)
    one_line(READERS[name], f"data/{name}", "itself")


def test_eras_twice_or_out_of_order_are_refused(laws):
    text = TOML["eras.toml"]
    first, second, *rest = text.split("\n[[era]]\n")
    for content in (f"{first}\n[[era]]\n{second}\n[[era]]\n{second}", text + "\n" + text):
        inputs._toml.cache_clear()
        put(laws, "eras.toml", content.encode())
        one_line(inputs.eras, "data/eras.toml")
