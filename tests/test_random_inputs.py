"""Every public function is put to random inputs: none is missing from the tables, and nothing in
them is made up.
"""

import importlib
from collections import Counter
from pathlib import Path

from domain import PUBLIC

TOPICS = sorted(
    p.stem for p in Path(__file__).parent.rglob("test_random_*.py") if p.stem != Path(__file__).stem
)
BY_HAND = {  # what random arguments cannot be made for: where it is tested instead
    "load_metagraph": "test_hostile_files.py: any bytes, and an archive with any damage",
    "save_metagraph": "chain/test_metagraph.py",
    "integers_of": "chain/test_metagraph_layouts.py: any subnet, as u16 and as shares",
    "copied_subnet": "views/test_own_subnet.py",
    "load_subnets": "chain/test_replays.py: any bytes, and a row with any damage",
    "rule_ledger": "incentives/test_rule_changes.py: one run of every era",
    "chain_value": "chain/test_replays.py",
    "replay_mainnet": "chain/test_replays.py",
    "checkpoints": "inputs/test_checkpoint.py: stops, a kill, and a file with any damage",
    "provenance": "test_hostile_words.py: any side-car",
}


def test_the_tables_name_every_public_function_once_and_nothing_else():
    named = Counter(name for topic in TOPICS for name in importlib.import_module(topic).TABLE)
    assert set(named) | set(BY_HAND) == set(PUBLIC)
    assert set(named.values()) == {1} and not set(named) & set(BY_HAND)
