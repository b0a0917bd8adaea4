"""Numbers and dates in the notebooks' text, and those their cells print, from the saved files.

Left out of the text: code, formulas, addresses, quotations, bare years, names of notebooks, subnets
and papers, enumeration, exercises (they set numbers for the reader), sources, and, outside of the
three sentences at the top, whole numbers up to twelve without a unit and numbers in words.
"""

import re
from html.parser import HTMLParser
from typing import NamedTuple

SCALES = {"thousand": 1e3, "M": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
SCALES |= {"trn": 1e12, "trillion": 1e12}
UNITS = {
    "share": "% pct percent points point",
    "ratio": "× x times",
    "USD": "USD usd dollars",
    "TAO": "TAO tao",
    "rao": "rao",
    "BTC": "BTC btc",
    "alpha": "alpha",
    "years": "years year",
    "months": "months month",
    "weeks": "weeks week",
    "days": "days day",
    "hours": "hours hour",
    "seconds": "seconds second s",
    "blocks": "blocks block",
    "epochs": "epochs epoch",
    "rounds": "rounds round",
    "sd": "sd",
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words.split()}
COUNTS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
COUNTS += ["twelve"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August"]
MONTHS += ["September", "October", "November", "December"]


def _either(words) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[-+]?\d+)?"
NUMBER = re.compile(
    rf"(?<![\w.,^/])(?<!\w-)(?P<figures>{FIGURES})(?:st\b|nd\b|rd\b|th\b)?(?!\d|[.,]\d)"
    rf"(?:[ \u00a0-]?(?P<scale>{_either(SCALES)})(?!\w))?"
    rf"(?:[ \u00a0-]?(?P<unit>{_either(UNIT_OF)})(?!\w))?(?![A-Za-z])"
)
LINKED = re.compile(r"\s*(?:to|and|or|,|, and|±| :|against)\s*[-−+±]?")
DATE = re.compile(
    r"\b(?P<iso>\d{4}-\d\d(?:-\d\d)?)\b"
    rf"|\b(?:\d{{1,2}} (?:to|and) )?(?:(?P<day>\d{{1,2}}) )?(?P<month>{'|'.join(MONTHS)})\b"
    r"(?: (?P<year>\d{4})\b)?"
)
YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d\b(?![.,]\d| (?:USD|TAO|alpha|blocks|M|bn))")
LEFT_OUT = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]+\$|\[[^\]]*\]\([^)]*\)"
    r"|\S*/\S+\.\w+\S*|\barXiv:\S+|\"[^\"\n]*\"|“[^”]*”"
    r"|(?m:^\| C\d\d: [^\n]*)"  # a row of the ledger, generated
    r"|\*\*(?:Exercises|Sources)\.\*\*.*|\b[Nn]otebooks? \d\d\b|\bsubnet \d+",
    re.DOTALL,
)
ENUMERATED = re.compile(r"^\d+\. ", re.MULTILINE)
ANSWER = re.compile(r"\*\*In three sentences\.\*\*.*?(?=\n\n|\Z)", re.DOTALL)


class Number(NamedTuple):
    """A number as it stands, its value in the base of its unit, half of its last digit, its unit."""

    text: str
    value: float
    half: float
    unit: str


class Date(NamedTuple):
    """A date as it stands; 0 for a year or a day that is not told."""

    text: str
    year: int
    month: int
    day: int


def _number(text: str, scale: str, unit: str) -> Number:
    figures = re.match(FIGURES, text)[0].replace(",", "")
    factor = SCALES.get(scale, 1.0) * {"share": 1e-2, "rao": 1e-9}.get(unit, 1.0)
    decimals = len(figures.partition("e")[0].partition(".")[2])
    unit = "TAO" if unit == "rao" else unit
    return Number(text, float(figures) * factor, 0.5 * 10.0**-decimals * factor, unit)


def numbers(text: str) -> list[Number]:
    """Every number of a text; one of a range or list takes scale and unit of the one it leads to."""
    found = []
    scale = unit = ""
    follows = 0
    for match in reversed(list(NUMBER.finditer(YEAR.sub(" ; ", DATE.sub(" ; ", text))))):
        between = match.string[match.end() : follows]
        if match["scale"] or match["unit"] or not LINKED.fullmatch(between):
            scale = match["scale"] or ""
            unit = UNIT_OF.get(match["unit"], "")
        found.append(_number(match[0].strip(), scale, unit))
        follows = match.start()
    return found[::-1]


def dates(text: str) -> list[Date]:
    """Every day, or month, that a text names."""
    found = []
    for match in DATE.finditer(text):
        if match["iso"]:
            year, month, day = (match["iso"] + "-0").split("-")[:3]
        else:
            year, month, day = match["year"], MONTHS.index(match["month"]) + 1, match["day"]
        found.append(Date(match[0], int(year or 0), int(month), int(day or 0)))
    return found


def _is_tiny(number: Number) -> bool:
    return not number.unit and number.text.isdecimal() and number.value <= 12


def stated(markdown: str) -> list[Number | Date]:
    """The numbers and dates of a markdown cell that some cell has to print."""
    text = LEFT_OUT.sub(" ; ", ENUMERATED.sub("", markdown))
    answer = "".join(ANSWER.findall(text)).replace("In three sentences", "")
    for value, word in enumerate(COUNTS, start=2):
        answer = re.sub(rf"\b{word}\b", str(value), answer, flags=re.IGNORECASE)
    rest = ANSWER.sub(" ; ", text)
    kept = [number for number in numbers(rest) if not _is_tiny(number)]
    return numbers(answer) + kept + dates(text)


class _Table(HTMLParser):
    """Cells of an HTML table, row by row."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def _labelled(labels) -> tuple[str, str]:
    """First scale and first unit after labels' last commas: "fees, M USD a year", "fdv_bn_usd"."""
    tails = [label.rpartition(",")[2] for label in labels]
    words = [word for tail in tails for word in re.split(r"[^\w%×]+|_", tail)]
    scales = [word for word in words if word in SCALES]
    units = [UNIT_OF[word] for word in words if word in UNIT_OF and "share" not in words]
    return (scales or [""])[0], (units or [""])[0]


def _in_table(html: str) -> list[Number]:
    """Numbers of a table; a bare one takes its unit from a column of units, its row or its column.

    A row's label tells a unit as "fees, M USD a year" or "fdv_usd": TAO alone may be a token's name.
    """
    table = _Table()
    table.feed(html)
    found = []
    heads = table.rows[0] if table.rows else []  # a live view's note is no table
    for row in table.rows[1:]:
        above = heads if len(heads) == len(row) else [""] * len(row)
        labels = [cell for cell in row if re.search(r"[a-z][,_]", cell)]
        if "unit" in above:
            labels = [row[heads.index("unit")]]
        for cell, head in zip(row, above, strict=True):
            if re.fullmatch(rf"[-+−]?(?:{FIGURES})", cell):
                found.append(_number(cell.lstrip("-+−"), *_labelled([*labels, head])))
            else:
                found += numbers(cell)
    return found


def printed(notebook) -> list[Number | Date]:
    """Numbers and dates in a notebook's saved outputs: lines, tables, titles of figures."""
    found = []
    for output in (output for cell in notebook["cells"] for output in cell.get("outputs", [])):
        data = output.get("data", {})
        lines = "".join(output.get("text", data.get("text/plain", "")))
        lines += "".join(data.get("text/markdown", ""))
        found += dates(lines)
        if "text/html" in data:
            html = "".join(data["text/html"])
            found += _in_table(html) + dates(re.sub(r"<[^>]+>", " ", html))
        else:
            found += numbers(lines)
    return found


def holds(shown: Number | Date, said: Number | Date) -> bool:
    """Whether what is printed is what is typed: to its last digit and with its unit, where both
    carry one; a date as far as it is told.
    """
    if type(shown) is not type(said):
        return False
    if isinstance(said, Date):
        pairs = zip(shown[1:], said[1:], strict=True)
        return all(told in (0, given) for given, told in pairs)
    same_unit = shown.unit == said.unit or "" in (shown.unit, said.unit)
    return same_unit and abs(shown.value - said.value) <= said.half * (1 + 1e-9)


def unprinted(notebook) -> list[tuple[int, str]]:
    """What the text states and no cell prints: number of the markdown cell, words as they stand."""
    shown = printed(notebook)
    return [
        (place, said.text)
        for place, cell in enumerate(notebook["cells"])
        if cell["cell_type"] == "markdown"
        for said in stated("".join(cell["source"]))
        if not any(holds(given, said) for given in shown)
    ]
