"""Every number typed in a notebook's text is printed by a cell of the same notebook."""

import json

import pytest
from prose_numbers import unprinted

from tao_econ.publish import notebooks

FILES = notebooks.select([])


def notebook(text, *outputs):
    """A notebook of one markdown cell and one code cell with the outputs given."""
    return {
        "cells": [
            {"cell_type": "markdown", "source": [text]},
            {"cell_type": "code", "source": [], "outputs": list(outputs)},
        ]
    }


def line(text):
    return {"output_type": "stream", "text": [text]}


def table(head, *rows):
    cells = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [head, *rows]
    )
    return {"output_type": "execute_result", "data": {"text/html": [f"<table>{cells}</table>"]}}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_number_of_the_text_is_printed(file):
    missing = [
        f"notebook {file.stem[:2]}, cell {cell}: '{text}' is printed by no cell"
        for cell, text in unprinted(json.loads(file.read_text(encoding="utf-8")))
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize(
    ("typed", "output"),
    [
        ("it is 48 %", line("0.4812")),
        ("it is 48 %", line("grew 48.1%")),
        ("from 37 to 66 %", line("37% and 66%")),
        ("3.36 bn USD", table(["", "now"], ["fdv_usd", "3360000000.0"])),
        (
            "5.3 to 5.9 M TAO",
            table(
                ["", "value", "unit"], ["low", "5.3e15", "rao"], ["high", "5900000000000000", "rao"]
            ),
        ),
        ("740 M USD a year", table(["", "case"], ["fees, M USD a year", "740.429"])),
        ("60 % of it", table(["", "here, %"], ["0.4", "60.0"])),
        ("grew 3.1 times", line("the value grew 3.10×")),
        ("on 15 December 2025, in March", line("2025-12-15 and 2024-03-07")),
        ("four months and 7 months, **In three sentences.** four rules", line("7 months, 4 rules")),
        ('[notebook 04](04_x.ipynb), `99`, $x = 98$, "97 %", in 2023, subnet 92', line("")),
        ("**Exercises.** 1. Set 400 %. **Sources.** Nature 555, 2019.", line("")),
    ],
)
def test_a_printed_number_is_found(typed, output):
    assert unprinted(notebook(typed, output)) == []


@pytest.mark.parametrize(
    ("typed", "output", "missing"),
    [
        ("it is 84 %", line("48 % or 0.48"), "84 %"),
        ("it is 48 %", line("48 USD, 48 subnets, 48 times"), "48 %"),
        ("48 USD", line("48 % and 48 TAO"), "48 USD"),
        ("it is 48.1 %", line("0.4805 and 48 %"), "48.1 %"),
        ("3.36 bn", line("3.36 M"), "3.36 bn"),
        ("for 84 days", table(["", "years"], ["a", "84"]), "84 days"),
        ("on 15 December", line("2025-12-14"), "15 December"),
        ("**In three sentences.** Four rules.", line("5 rules"), "4"),
    ],
)
def test_another_number_or_another_unit_does_not_hold_it(typed, output, missing):
    assert unprinted(notebook(typed, output)) == [(0, missing)]
