"""One Yuma3 epoch of the torch simulator bactensor/yuma-simulation, from a checkout. Prints JSON
for the table.

It is imported from the checkout and called as it is; the arguments are given by name, since its
versions differ in them.
"""

import inspect
import json
import sys
import time
from pathlib import Path

import torch

GIVEN = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
sys.path[:0] = [str(Path(sys.argv[1]) / "src"), sys.argv[1]]

from yuma_simulation._internal import yumas  # noqa: E402

CONFIG = yumas.YumaConfig(
    simulation=yumas.SimulationHyperparameters(
        kappa=GIVEN["kappa"], bond_penalty=GIVEN["bonds_penalty"]
    ),
    yuma_params=yumas.YumaParams(),
)
weights, stake = torch.tensor(GIVEN["weights"]), torch.tensor(GIVEN["stake"])
offered = {
    "W": weights,
    "S": stake,
    "num_validators": weights.shape[0],
    "num_servers": weights.shape[1],
    "use_full_matrices": False,
    "B_old": None,
    "C_old": None,
    "config": CONFIG,
}
asked = {
    name: offered[name] for name in inspect.signature(yumas.Yuma3).parameters if name in offered
}

took = []
for _ in range(GIVEN["rounds"]):
    start = time.perf_counter()
    epoch = yumas.Yuma3(**asked)
    took.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "peer": f"yuma-simulation, torch {torch.__version__.partition('+')[0]}",
            "seconds": took,
            "incentive": epoch["server_incentive"].tolist(),
            "dividends": epoch["validator_reward_normalized"].tolist(),
        }
    )
)
