"""One day's facts from a file that somebody has: TOML, JSON or CSV of one's own, or as CoinGecko,
CoinMarketCap and taostats write them.

Only units that the file's keys say, or that its maker documents, are read. What is taken stands in
the snapshot's `sources`, a line a field; what is not taken is left alone.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from .checks import quoted
from .csv_files import Table, read_table, read_text, sized
from .record import unknown
from .units import RAO_PER_TAO, utc

KINDS = (".toml", ".json", ".csv")
MAX_BYTES = 16_000_000  # of one file
MAX_DIGITS = 60  # of one number
MILLISECONDS_FROM = 10**11  # as seconds this is the year 5138
NAME = "bittensor"
COINS = {"tao", NAME}  # how a list of coins names this one
CHART = {"prices": "price", "market_caps": "market_cap", "total_volumes": "total_volume"}
AMOUNTS = ("issuance", "issuance_low", "issuance_high", "staked")  # in TAO or in rao
OWN = (
    "date",
    *(f"{amount}_{unit}" for amount in AMOUNTS for unit in ("rao", "tao")),
    *("price_usd", "block", "volume_usd", "fdv_stated_usd"),
)
UNITLESS = {"issuance": "issuance_", "supply": "issuance_", "staked": "staked_"}


class Layout(NamedTuple):
    """Who writes such a file, the keys that tell it, and the key of each field with its unit."""

    maker: str
    known_by: tuple[str, ...]
    keys: dict[str, tuple[str, ...]]  # field with unit → keys, the first that is filled counts


IMPLIED = "implied_tao"  # market cap over price: TAO that circulates, taken for what is issued
LAYOUTS = (
    Layout(
        "CoinGecko, coin",
        ("market_data.current_price.usd",),
        {
            "price_usd": ("market_data.current_price.usd",),
            "volume_usd": ("market_data.total_volume.usd",),
            "issuance_tao": ("market_data.circulating_supply",),
            IMPLIED: ("market_data.market_cap.usd",),
            "date": ("market_data.last_updated", "last_updated"),
        },
    ),
    Layout(
        "CoinGecko, markets",
        ("current_price", "total_volume"),
        {
            "price_usd": ("current_price",),
            "volume_usd": ("total_volume",),
            "issuance_tao": ("circulating_supply",),
            "date": ("last_updated",),
        },
    ),
    Layout(
        "CoinGecko, simple price",
        ("usd",),
        {
            "price_usd": ("usd",),
            "volume_usd": ("usd_24h_vol",),
            IMPLIED: ("usd_market_cap",),
            "date": ("last_updated_at",),
        },
    ),
    Layout(
        "CoinGecko, chart as CSV",
        ("snapped_at", "price"),
        {
            "price_usd": ("price",),
            "volume_usd": ("total_volume",),
            IMPLIED: ("market_cap",),
            "date": ("snapped_at",),
        },
    ),
    Layout(
        "CoinMarketCap, quotes",
        ("quote.usd.price",),
        {
            "price_usd": ("quote.usd.price",),
            "volume_usd": ("quote.usd.volume_24h",),
            "issuance_tao": ("circulating_supply",),
            "date": ("quote.usd.last_updated", "last_updated"),
        },
    ),
    Layout(
        "CoinMarketCap, history as CSV",
        ("timeopen", "close"),
        {
            "price_usd": ("close",),
            "volume_usd": ("volume",),
            "issuance_tao": ("circulatingsupply",),
            IMPLIED: ("marketcap",),
            "date": ("timeclose", "timestamp", "timeopen"),
        },
    ),
    Layout(
        "taostats, price",
        ("price", "volume_24h"),
        {
            "price_usd": ("price",),
            "volume_usd": ("volume_24h",),
            "issuance_tao": ("circulating_supply",),
            "date": ("last_updated", "updated_at"),
        },
    ),
    Layout(
        "taostats, stats",
        ("issued", "staked", "block_number"),
        {
            "issuance_rao": ("issued",),
            "staked_rao": ("staked",),
            "block": ("block_number",),
            "date": ("timestamp",),
        },
    ),
)
MINE = Layout("", (), {field: (field,) for field in OWN})


def read_values(path: str | Path, **given: Any) -> dict[str, Any]:
    """The fields of a snapshot, as `Snapshot.from_file` says."""
    file = Path(path)
    found = _parsed(file)
    wanted = given.get("date")
    try:
        rows = _records(found)
        layout = _layout(rows[0])
        if layout is MINE:
            rows = [_own(row) for row in rows]
        row, day = _row(rows, layout.keys.get("date", ()), wanted)
        values, sources = _taken(row, layout, file.name)
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from None
    name = rows[0].get("name") if not layout.maker else None
    told = {"name": str(name or file.stem)} | values
    if day is not None:
        told["date"] = day
        if len(rows) > 1:
            sources["date"] += f", of {len(rows):,} rows"
    told |= given
    sources |= dict.fromkeys(given.keys() - {"name", "sources"}, "given beside the file")
    return told | {"sources": sources | given.get("sources", {})}


def _parsed(file: Path) -> Any:
    kind = file.suffix.lower()
    if kind not in KINDS:
        raise ValueError(f"{file.name} must end with {', '.join(KINDS)}, got {quoted(kind)}")
    sized(file, MAX_BYTES)
    if kind == ".csv":
        return _rows(read_table(file))
    text = read_text(file)
    try:
        if kind == ".toml":
            return tomllib.loads(text, parse_float=Decimal)
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation) as error:
        said = "its values are nested too deep" if isinstance(error, RecursionError) else error
        raise ValueError(f"{file.name} must be {kind[1:].upper()}: {said}") from None


def _rows(table: Table) -> list[dict[str, Any]]:
    """The rows of a CSV by column; a table of columns `field`, `value` and, if known, `source` is
    one row.
    """
    columns = {name: table.plain(name) for name in table.columns}
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    if list(columns)[:2] == ["field", "value"]:
        for row, name in enumerate(columns["field"]):
            if name in columns["field"][:row]:
                table.refuse(row, "field", "not stand twice")
        return [{row["field"]: _with_source(row) for row in rows}]
    return rows  # type: ignore[return-value]


def _with_source(cells: Mapping[str, str]) -> Any:
    return {key: cells[key] for key in ("value", "source") if cells.get(key)}


def _records(found: Any) -> list[dict[str, Any]]:
    """What is said of this coin, flat and in lower case; several days of it are several rows."""
    while isinstance(found, dict):
        if "data" in found:
            found = found["data"]
        elif found.keys() >= CHART.keys():
            found = _chart(found)
        elif found and all(map(_holds, found.values())):
            found = _part(found)
        else:
            found = [found]
    if not isinstance(found, list) or not found:
        raise ValueError("it must hold values by name, got none")
    if not all(isinstance(row, dict) and row for row in found):
        raise ValueError(f"it must hold values by name, got {quoted(found[0])}")
    return _ours([_flat(row) for row in found])


def _holds(value: Any) -> bool:
    return isinstance(value, (dict, list)) and not (isinstance(value, dict) and "value" in value)


def _part(found: Mapping[str, Any]) -> Any:
    """The part under this coin's name or number, or the only one."""
    named = [key for key in found if str(key).lower() in COINS]
    firsts = {key: it[0] if isinstance(it, list) and it else it for key, it in found.items()}
    said = [key for key, it in firsts.items() if isinstance(it, dict) and _coin(it) & COINS]
    several = named or said or list(found)
    if len(several) != 1:
        raise ValueError(f"it must speak of TAO once, got the parts {', '.join(several)[:80]}")
    part = found[several[0]]
    coin = {"id": several[0]} if isinstance(part, dict) and "usd" in part else {}
    return part | coin if coin else part


def _chart(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a chart of [moment, value] pairs, by moment."""
    rows: dict[Any, dict[str, Any]] = {}
    for key, column in CHART.items():
        for pair in found[key]:
            if not isinstance(pair, list) or len(pair) != 2:
                raise ValueError(f"{key} must hold pairs of moment and value, got {quoted(pair)}")
            rows.setdefault(pair[0], {"snapped_at": pair[0]})[column] = pair[1]
    return list(rows.values())


def _ours(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of this coin, where rows say of which coin they are."""
    coins = [_coin(row) for row in rows]
    if not any(coins):
        return rows
    for wanted in ({NAME}, COINS):  # a symbol may be that of several coins
        kept = [row for row, coin in zip(rows, coins, strict=True) if coin & wanted]
        if len({str(row.get("id")) for row in kept}) > 1:
            raise ValueError(f"it must speak of one coin named TAO, got {len(kept)}")
        if kept:
            return kept
    seen = sorted(set().union(*coins))[:5]
    raise ValueError(f"its coin must be TAO, got {', '.join(map(quoted, seen))}")


def _coin(row: Mapping[str, Any]) -> set[str]:
    """What a row says of its coin: symbol and slug, in lower case."""
    said = [row[key] for key in ("symbol", "slug", "id") if isinstance(row.get(key), str)]
    return {text.lower() for text in said}


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested values under dotted names; a list of records that name a symbol under that."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{before}{key}".lower()
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            value = {str(v.get("symbol", place)): v for place, v in enumerate(value)}
        if isinstance(value, dict) and "value" not in value:
            flat |= _flat(value, f"{name}.")
        else:
            flat[name] = value
    return flat


def _own(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose keys are fields, all known and each with its unit."""
    for key in row:
        if key in UNITLESS:
            units = f"{UNITLESS[key]}tao or {UNITLESS[key]}rao"
            raise ValueError(f"{key} must say its unit, as {units}, got {key!r}")
        if key not in {*OWN, "name"}:
            raise ValueError(unknown("field", key, OWN))
    return row


def _layout(row: Mapping[str, Any]) -> Layout:
    for layout in LAYOUTS:
        if all(key in row for key in layout.known_by):
            return layout
    if any(key in (*OWN, *UNITLESS) for key in row):
        return MINE
    makers = ", ".join(layout.maker for layout in LAYOUTS)
    seen = ", ".join(list(row)[:8])
    raise ValueError(f"its keys must be fields ({', '.join(OWN)}) or as of {makers}; got {seen}")


def _row(rows, keys, wanted) -> tuple[dict, date | None]:
    """The row of a day, or the youngest, and its day."""
    if len(rows) == 1:
        return rows[0], _day(rows[0], keys)
    days = [day for day in (_day(row, keys) for row in rows) if day is not None]
    if len(days) < len(rows):
        raise ValueError("each of its rows must have a date, got one without")
    if wanted is None:
        return max(zip(rows, days, strict=True), key=lambda pair: pair[1])
    day = utc(wanted).date()
    for row, its in zip(rows, days, strict=True):
        if its == day:
            return row, day
    raise ValueError(f"date must be from {min(days)} to {max(days)} and in its rows, got {day}")


def _day(row, keys) -> date | None:
    for key in keys:
        cell = _cell(row, key)
        if cell is None:
            continue
        if isinstance(cell, date):
            return utc(cell).date()
        text = re.sub(r"\s*UTC$", "", str(cell).strip())
        if text.isdigit() and len(text) >= 9:
            seconds = int(text) / (1000 if int(text) >= MILLISECONDS_FROM else 1)
            if seconds < MILLISECONDS_FROM:
                return datetime.fromtimestamp(seconds, UTC).date()
        try:
            return utc(text).date()
        except ValueError:
            raise ValueError(
                f"{key} must be a date such as 2025-12-15, got {quoted(cell)}"
            ) from None
    return None


def _cell(row, key) -> Any:
    """What stands under a key, without its source; None where nothing does."""
    cell = row.get(key)
    value = cell.get("value") if isinstance(cell, dict) else cell
    return None if isinstance(value, str) and not value.strip() else value


def _taken(row, layout: Layout, file: str) -> tuple[dict, dict]:
    """Each field that the row fills, and where it was read."""
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for with_unit, keys in layout.keys.items():
        key = next((key for key in keys if _cell(row, key) is not None), None)
        field = _field(with_unit)
        if key is None or (with_unit == IMPLIED and field in values):
            continue
        if field in values:
            raise ValueError(f"{field} must be given once, got it in TAO and in rao")
        said = row[key].get("source") if isinstance(row[key], dict) else None
        sources[field] = str(said or f"{file}: {key}{layout.maker and f' ({layout.maker})'}")
        if field == "date":
            continue
        number = _number(key, _cell(row, key))
        if with_unit == IMPLIED:
            if not values.get("price_usd"):
                raise ValueError(f"price must be > 0, got {values.get('price_usd')}")
            number /= Decimal(repr(values["price_usd"]))
            sources[field] = f"{file}: {key} over price ({layout.maker})"
        if layout.maker and field == "issuance_rao" and with_unit != field:
            sources[field] += "; what circulates, taken for what is issued"
        values[field] = _amount(key, with_unit, number)
    return values, sources


def _field(with_unit: str) -> str:
    """The snapshot's field for what is given with a unit."""
    if with_unit == IMPLIED:
        return "issuance_rao"
    if with_unit.startswith("issuance"):
        return with_unit.replace("_tao", "_rao")
    return with_unit.replace("staked_rao", "staked_tao")


def _number(key: str, cell: Any) -> Decimal:
    text = str(cell).strip()
    try:
        number = Decimal(text)
        if isinstance(cell, bool) or len(text) > MAX_DIGITS or not number.is_finite():
            raise InvalidOperation
        if number and not -MAX_DIGITS < number.adjusted() < MAX_DIGITS:
            raise InvalidOperation
        return number
    except InvalidOperation:
        raise ValueError(f"{key} must be a number, got {quoted(cell)}") from None


def _amount(key: str, with_unit: str, number: Decimal) -> int | float:
    """A number in its field's unit: whole rao, whole blocks, floating TAO and USD."""
    if with_unit in ("block", "issuance_rao", "issuance_low_rao", "issuance_high_rao"):
        if number != int(number):
            raise ValueError(f"{key} must be a whole number, got {number}")
        return int(number)
    if _field(with_unit).startswith("issuance"):
        return round(number * RAO_PER_TAO)
    return float(number / RAO_PER_TAO if with_unit == "staked_rao" else number)
