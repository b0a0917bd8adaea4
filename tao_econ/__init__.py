"""tao_econ: the economics of Bittensor's TAO, recomputed from the chain's rules.

Twelve names and the rooms: `te.chain.block_emission`, `te.economy.supply_at`,
`te.incentives.bribery`.
"""

from . import analysis as analysis
from . import chain as chain
from . import economy as economy
from . import incentives as incentives
from . import inputs as inputs
from .analysis.sweep import sweep as sweep
from .economy.stress import stressed as stressed
from .inputs import Rules as Rules
from .inputs import Scenario as Scenario
from .inputs import Snapshot as Snapshot
from .inputs import describe as describe
from .inputs import eras as eras
from .inputs import load_scenario as load_scenario
from .inputs import load_snapshot as load_snapshot
from .inputs import rules_at as rules_at
from .publish.sidecar import provenance as provenance

__version__ = "0.1.0"
