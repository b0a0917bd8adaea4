"""Every band that is printed covers as often as it says, or `bands.csv` says that it does not."""

import csv

import pytest
from bands import BANDS, TABLE

ROWS = {row["band"]: row for row in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())}


def test_the_table_names_every_band_once():
    assert list(ROWS) == [band.name for band in BANDS]


@pytest.mark.xdist_group("bands")
@pytest.mark.parametrize("band", BANDS, ids=lambda band: band.name)
def test_a_band_covers_as_often_as_the_table_says(band):
    row = ROWS[band.name]
    assert (row["printed"], float(row["nominal"]), row["held"]) == band[1:3] + band[4:]
    covered = band.measure()
    assert covered == pytest.approx(float(row["measured"]), abs=0.005)
    if band.held == "within 3 points":
        assert abs(covered - band.nominal) <= 0.03
    elif band.held == "at least":
        assert covered >= band.nominal - 0.03
    else:
        assert covered < band.nominal - 0.03, "it covers: hold it to that"
