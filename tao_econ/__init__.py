"""tao_econ: the economics of Bittensor's TAO, recomputed from the chain's rules. The public names, in reading order."""

from .inputs import Rules as Rules
from .inputs import Scenario as Scenario
from .inputs import Snapshot as Snapshot
from .inputs import describe as describe
from .inputs import eras as eras
from .inputs import load_scenario as load_scenario
from .inputs import load_snapshot as load_snapshot
from .inputs import rules_at as rules_at
from .emission import block_emission as block_emission
from .emission import emission_path as emission_path
from .emission import final_supply_rao as final_supply_rao
from .emission import halving_table as halving_table
from .emission import issuance_eras as issuance_eras
from .consensus import yuma_epoch as yuma_epoch
from .consensus import yuma_run as yuma_run
from .consensus_exact import yuma_epoch_exact as yuma_epoch_exact
from .halving import check_supply_points as check_supply_points
from .halving import next_halvings as next_halvings
from .halving import replay_first_halving as replay_first_halving
from .halving import unrecycled_first_halving as unrecycled_first_halving
from .supply import break_even_growth as break_even_growth
from .supply import decompose_price as decompose_price
from .supply import discounted_supply as discounted_supply
from .supply import holder_yield as holder_yield
from .supply import mc_fdv_ranking as mc_fdv_ranking
from .supply import supply_after as supply_after
from .supply import supply_at as supply_at
from .supply import supply_path as supply_path

__version__ = "0.1.0"
