"""What nobody expects, given to every public function: numbers or one line, soon, and no kernel
compiled anew. `hostile_calls.py` says what is given.
"""

import os

import pytest
from hostile_calls import (
    KNOWN_TYPES,
    ROOMS,
    by_hand_names,
    cases,
    compiled,
    names_of,
    run,
)

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
MOST_MIB = 1_024  # above the start


def test_every_public_function_is_in_the_pass():
    from domain import PUBLIC

    assert sorted(name for room in ROOMS for name in names_of(room)) == sorted(PUBLIC)
    assert set(by_hand_names()).isdisjoint(cases())


@pytest.mark.parametrize("room", ROOMS)
def test_every_call_is_answered_or_refused_in_one_line(room, tmp_path):
    found = run(names_of(room), tmp_path, small=not NIGHTLY)
    bad = found[~found["outcome"].isin(["answered", "refused"])]
    shown = bad[["function", "parameter", "value", "outcome", "said"]].head(20)
    assert bad.empty, "\n" + shown.to_string()
    assert found["peak_mib"].max() - found["peak_mib"].min() <= MOST_MIB


BEFORE: dict[str, int] = {}


@pytest.fixture(scope="module", autouse=True)
def before():
    """What other files of this process had compiled."""
    BEFORE.update(compiled())


def test_no_argument_made_a_kernel_compile_anew():
    """Last in this file: beyond what was compiled in this process before the pass."""
    known = {name: max(types, KNOWN_TYPES.get(name, 1)) for name, types in BEFORE.items()}
    many = {
        name: types
        for name, types in compiled().items()
        if types > known.get(name, KNOWN_TYPES.get(name, 1))
    }
    assert not many
