"""What installs the package: two locks, two lists of requirements and one door that must agree."""

import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from domain import PUBLIC
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import tao_econ

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-test.lock")
PIN = re.compile(r"([a-z0-9._-]+)==([^\s;]+)(?: ; (.+?))? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")
BENCH_LOCK, PEERS = "requirements-bench.lock", ROOT / "benchmarks" / "peers" / "requirements.in"
CONDA_NAMES = {"matplotlib-base": "matplotlib"}


def pins(lock):
    """Every pin of a lock: name → {(version, marker)}."""
    found = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if pin := PIN.fullmatch(line):
            found.setdefault(canonicalize_name(pin[1]), set()).add((pin[2], pin[3]))
    return found


def wanted(*groups):
    lists = [PROJECT["project"]["dependencies"], *(PROJECT["dependency-groups"][g] for g in groups)]
    return [Requirement(text) for one in lists for text in one]


@pytest.mark.parametrize("lock, least", [(LOCKS[0], 100), (LOCKS[1], 100), (BENCH_LOCK, 10)])
def test_a_lock_holds_pins_and_hashes_and_no_address_of_any_host(lock, least):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text and len(pins(lock)) > least
    hashed = True
    for number, line in enumerate(text.splitlines(), 1):
        assert PIN.fullmatch(line) or HASH.fullmatch(line), f"{lock}, line {number}: {line}"
        assert hashed or HASH.fullmatch(line), f"{lock}, line {number}: the pin above has no hash"
        hashed = bool(HASH.fullmatch(line))
    assert hashed


@pytest.mark.parametrize("lock, groups", [(LOCKS[0], ["build"]), (LOCKS[1], ["build", "test"])])
def test_every_requirement_is_pinned_within_its_range(lock, groups):
    locked = pins(lock)
    for requirement in wanted(*groups):
        name = canonicalize_name(requirement.name)
        assert name in locked, f"{name} is missing from {lock}"
        for version, _ in locked[name]:
            assert version in requirement.specifier, (
                f"{name} {version} is not {requirement.specifier}"
            )


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_extra_for_the_notebooks_use_them(lock):
    locked = pins(lock)
    for extra in PROJECT["project"]["optional-dependencies"].values():
        for requirement in map(Requirement, extra):
            name = canonicalize_name(requirement.name)
            assert name in locked and all(
                version in requirement.specifier for version, _ in locked[name]
            ), name


def test_the_test_lock_contains_the_runtime_lock():
    runtime, test = map(pins, LOCKS)
    assert {name: {v for v, _ in test.get(name, ())} for name in runtime} == {
        name: {v for v, _ in found} for name, found in runtime.items()
    }


def test_the_lock_of_the_benchmarks_holds_the_peers_and_nothing_else_does():
    lines = (
        line.partition("#")[0].strip() for line in PEERS.read_text(encoding="utf-8").splitlines()
    )
    peers, locked = [Requirement(line) for line in lines if line], pins(BENCH_LOCK)
    assert {"radcad", "cadcad"} <= {peer.name for peer in peers}
    for peer in peers:
        assert any(
            version in peer.specifier for version, _ in locked[canonicalize_name(peer.name)]
        ), peer.name
    assert not {"radcad", "cadcad"} & (set(pins(LOCKS[0])) | set(pins(LOCKS[1])))


def test_environment_yml_states_the_ranges_of_pyproject():
    lines = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    stated = {}
    for line in (x for x in lines if isinstance(x, str) and " " in x):
        name, _, ranges = line.partition(" ")
        stated[canonicalize_name(CONDA_NAMES.get(name, name))] = SpecifierSet(ranges)
    extras = [
        Requirement(text)
        for extra in PROJECT["project"]["optional-dependencies"].values()
        for text in extra
    ]
    expected = {canonicalize_name(r.name): r.specifier for r in [*wanted("build"), *extras]}
    assert stated == expected | {"python": SpecifierSet(PROJECT["project"]["requires-python"])}
    assert {"pip": ["-e ."]} in lines


def test_what_builds_the_package_is_in_the_build_group():
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


def test_the_one_door_is_executable_and_checks_the_python_range_of_pyproject():
    door = ROOT / "run"
    text = door.read_text(encoding="utf-8")
    assert os.name == "nt" or os.access(door, os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    low, high = re.findall(r"\((\d+), (\d+)\)", text)
    assert SpecifierSet(PROJECT["project"]["requires-python"]) == SpecifierSet(
        f">={'.'.join(low)},<{'.'.join(high)}"
    )


def test_the_version_stands_once_and_in_the_package_as_well():
    assert tao_econ.__version__ == PROJECT["project"]["version"]


def test_every_public_name_of_the_package_is_documented():
    assert len(PUBLIC) > 180 and all(item.__doc__ for item in PUBLIC.values())
