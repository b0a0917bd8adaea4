"""The emission model as radCAD writes it: one policy, one state variable, a block a step. Prints
JSON for the table.

Its fastest settings: one process, no copies of the state, no substeps kept.
"""

import json
import sys
import time
from bisect import bisect_right
from importlib.metadata import version

from radcad import Backend, Engine, Model, Simulation

GIVEN = json.loads(sys.argv[1])


def mint(params, substep, history, state):
    return {
        "reward_rao": params["rewards"][
            bisect_right(params["thresholds"], state["issuance_rao"]) - 1
        ]
    }


def issue(params, substep, history, state, signals):
    return "issuance_rao", state["issuance_rao"] + signals["reward_rao"] - params["recycled"]


def run():
    model = Model(
        initial_state={"issuance_rao": GIVEN["issuance_rao"]},
        state_update_blocks=[{"policies": {"mint": mint}, "variables": {"issuance_rao": issue}}],
        params={name: [GIVEN[name]] for name in ("rewards", "thresholds", "recycled")},
    )
    simulation = Simulation(model=model, timesteps=GIVEN["blocks"])
    simulation.engine = Engine(backend=Backend.SINGLE_PROCESS, deepcopy=False, drop_substeps=True)
    start = time.process_time()
    rows = simulation.run()
    return time.process_time() - start, [row["issuance_rao"] for row in rows[:: GIVEN["every"]]]


took, issued = zip(*(run() for _ in range(GIVEN["rounds"])), strict=True)
print(
    json.dumps({"peer": f"radCAD {version('radcad')}", "seconds": took, "issuance_rao": issued[0]})
)
