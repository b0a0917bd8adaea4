"""How long the ledger takes: all claims, and one redraw of the instrument that judges."""

import itertools
from dataclasses import replace

from tao_econ import claims
from tao_econ.views import VIEWS, screen


def test_sixty_claims(benchmark):
    claims.findings()  # tables are read once
    found = benchmark(claims.findings, claims.world(), stress="volume / 5")
    assert len(found) == 78


def test_one_move_of_the_date(benchmark):
    judgement = VIEWS["judgement"]
    records = judgement.records()
    records["evaluation"] = replace(records["evaluation"], days_after=108)
    shown = benchmark(lambda: screen.plotted(judgement.drawn(records)))
    assert len(shown["data"]) == 7


def test_one_move_on_the_board(benchmark):
    """Eight arguments judged, what turns each found anew, and the picture: the price moves."""
    board = VIEWS["board"]
    start = board.records()["numbers"]
    prices = itertools.count(161)
    shown = benchmark(
        lambda: screen.plotted(board.drawn({"numbers": replace(start, price_usd=next(prices) / 1)}))
    )
    assert shown["data"]
