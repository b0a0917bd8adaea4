"""What several test files share: hypothesis profiles, rules and snapshots, and the form of a
refusal.
"""

from __future__ import annotations

import contextlib
import os
import re
import runpy
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

import tao_econ
from tao_econ.inputs import rules as inputs

# The constants of whatever source is loaded would make examples depend on the order of test files.
providers._get_local_constants = lambda: providers._local_constants

settings.register_profile(
    "default", max_examples=20, deadline=None, derandomize=True, database=None
)
settings.register_profile(
    "nightly",
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", 10**5)),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
# One failure is enough there, however long its example: see tests/mutation.md.
settings.register_profile(
    "mutation", settings.get_profile("default"), phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

GUARD = Path(__file__).parent / "guard"
runpy.run_path(
    str(GUARD / "sitecustomize.py")
)  # here, and below in every Python that a test starts
if str(GUARD) not in os.environ.get("PYTHONPATH", ""):
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(GUARD), os.environ.get("PYTHONPATH")])
    )
    os.environ["TAO_ECON_GUARD_LOG"] = str(Path(tempfile.mkdtemp()) / "refused.txt")


def pytest_sessionfinish(session):
    log = Path(os.environ["TAO_ECON_GUARD_LOG"])
    if log.exists() and not hasattr(session.config, "workerinput"):
        print(f"\n{log.read_text(encoding='utf-8')}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


RULE = re.compile(r"\b(must|unknown|missing)\b")


@contextlib.contextmanager
def _refused(name, *shown, kind=(ValueError, TypeError)):
    with pytest.raises(kind) as caught:
        yield
    line = str(caught.value)
    assert type(caught.value) in (ValueError, TypeError), f"{type(caught.value).__name__}: {line}"
    assert "\n" not in line, line
    assert name in line, f"{name!r} is not named: {line}"
    assert RULE.search(line), f"no rule is stated: {line}"
    for value in shown:
        assert str(value) in line, f"{value!r} is not shown: {line}"


@pytest.fixture(scope="module")
def refused():
    """`with refused(field, value, ...)`: a ValueError or TypeError of exactly one line with
    field, rule and value.
    """
    return _refused


@pytest.fixture(scope="module")
def rules():
    """Every schedule the tests need, by a short name."""
    return SimpleNamespace(
        chain=inputs.rules_at("2026-09-11"),
        constant=inputs.rules_at("2023-11-20"),
        article=inputs.rules_at("article"),
        article_rao=inputs.rules_at("article-whole-rao"),
        bitcoin=inputs.rules_at("bitcoin"),
    )


@pytest.fixture(scope="module")
def snapshots():
    """The named snapshots, in the order article, day, halving, latest."""
    names = {
        "article": "article",
        "day": "2023-11-20",
        "halving": "halving-2025-12-15",
        "latest": "2026-09-11",
    }
    return SimpleNamespace(**{short: tao_econ.load_snapshot(name) for short, name in names.items()})


@pytest.fixture(scope="module")
def as_article():
    """The article's own scenario."""
    return tao_econ.load_scenario("article")
