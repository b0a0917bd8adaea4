"""Law, fact and assumption: frozen records with units and checks, and the dated tables."""

from .checkpoint import checkpoints as checkpoints
from .proofs import Known as Known
from .proofs import how_known as how_known
from .proofs import not_modelled as not_modelled
from .record import describe as describe
from .rules import Rules as Rules
from .rules import Scenario as Scenario
from .rules import Snapshot as Snapshot
from .rules import eras as eras
from .rules import load_scenario as load_scenario
from .rules import load_snapshot as load_snapshot
from .rules import rules_at as rules_at
