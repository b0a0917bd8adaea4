"""How long the ledger takes: all sixty claims, and one redraw of the instrument that judges."""

from tao_econ import claims
from tao_econ.explore import judge


def test_sixty_claims(benchmark):
    claims.findings()  # tables are read once
    found = benchmark(claims._findings.__wrapped__, "volume / 5")
    assert len(found) == 60


def test_one_move_of_the_date(benchmark):
    start = next(iter(judge._menu(judge.scores.SCORES).values()))
    rest = judge._menu(["bitcoin"])["bitcoin"], judge._menu(["all"])["all"]
    evaluation = judge.Evaluation(days_after=108)
    shown = benchmark(judge.draw_judgement, evaluation, start, *rest)
    assert len(shown["data"]) == 7
