"""The emission model as cadCAD writes it: one policy, one state variable, a block a step. Prints
JSON for the table.

Its fastest settings: one process, no copies of the state, nothing printed.
"""

import json
import sys
import time
from bisect import bisect_right
from importlib.metadata import version

from cadCAD.configuration import Experiment
from cadCAD.configuration.utils import config_sim
from cadCAD.engine import ExecutionContext, ExecutionMode, Executor

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
    experiment = Experiment()
    experiment.append_model(
        model_id="emission",
        initial_state={"issuance_rao": GIVEN["issuance_rao"]},
        partial_state_update_blocks=[
            {"policies": {"mint": mint}, "variables": {"issuance_rao": issue}}
        ],
        sim_configs=config_sim(
            {
                "N": 1,
                "T": range(GIVEN["blocks"]),
                "M": {name: [GIVEN[name]] for name in ("rewards", "thresholds", "recycled")},
            }
        ),
    )
    context = ExecutionContext(ExecutionMode.single_mode, additional_objs={"deepcopy_off": True})
    start = time.process_time()
    rows, _, _ = Executor(context, experiment.configs, supress_print=True).execute()
    took = time.process_time() - start
    by_step = {row["timestep"]: row["issuance_rao"] for row in rows}
    return took, [by_step[step] for step in range(0, GIVEN["blocks"] + 1, GIVEN["every"])]


took, issued = zip(*(run() for _ in range(GIVEN["rounds"])), strict=True)
print(
    json.dumps({"peer": f"cadCAD {version('cadcad')}", "seconds": took, "issuance_rao": issued[0]})
)
