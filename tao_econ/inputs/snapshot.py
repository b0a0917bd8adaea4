"""FACT: what was observed on one date (data/snapshots.toml, or a file of one's own)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from .checks import quoted
from .record import checked_record, quantity
from .snapshot_files import read_values
from .units import MAX_BLOCK, MAX_RAO, RAO_PER_TAO, utc


def _day(value: Any) -> Any:
    """A day from text, as ISO writes it; anything else is left for the field to refuse."""
    if isinstance(value, dt.datetime):
        return utc(value).date()
    if not isinstance(value, str):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"date must be a day such as 2025-12-15, got {quoted(value)}") from None


@checked_record
class Snapshot:
    """FACT: what was observed on one date. `sources` names where each value was read."""

    name: str = quantity(default="your own", unit="", meaning="name of the snapshot")
    date: Annotated[dt.date, BeforeValidator(_day)] = quantity(
        unit="", meaning="day it speaks of, UTC"
    )
    block: int | None = quantity(
        default=None,
        unit="blocks",
        meaning="block number; None where not known",
        ge=0,
        lt=MAX_BLOCK,
    )
    issuance_rao: int = quantity(
        unit="rao",
        meaning="TAO issued so far",
        gt=0,
        lt=MAX_RAO,
        span=(4_000_000 * RAO_PER_TAO, 20_990_000 * RAO_PER_TAO),
    )
    issuance_low_rao: int | None = quantity(
        default=None, unit="rao", meaning="lowest published reading", ge=0
    )
    issuance_high_rao: int | None = quantity(
        default=None, unit="rao", meaning="highest published reading", ge=0
    )
    price_usd: float = quantity(
        unit="USD per TAO", meaning="price of one TAO", gt=0, le=1e9, step=0.1, span=(1, 2_000)
    )
    volume_usd: float | None = quantity(
        default=None, unit="USD per day", meaning="traded volume of the day", gt=0
    )
    staked_tao: float | None = quantity(
        default=None, unit="TAO", meaning="TAO staked; None where not known", ge=0
    )
    fdv_stated_usd: float | None = quantity(
        default=None, unit="USD", meaning="diluted value as its source states it", gt=0
    )
    sources: dict[str, str] = quantity(
        default={}, unit="", meaning="source of each value that has one"
    )

    def __hash__(self) -> int:
        """Of what it says, not of where it was read: that is a dictionary."""
        return hash((self.name, self.date, self.issuance_rao, self.price_usd))

    @classmethod
    def from_file(cls, path: str | Path, **given: Any) -> Snapshot:
        """One day's facts from a file: TOML, JSON or CSV.

        Parameters
        ----------
        path
            one's own, or as CoinGecko, CoinMarketCap or taostats give it (docs/YOUR_NUMBERS.md);
            of several days the youngest, or that of `date`
        given
            fields that the file does not say, or says otherwise; `sources` tell which
        """
        values = read_values(path, **given)
        try:
            return cls(**values)
        except (ValueError, TypeError) as error:
            raise type(error)(f"{Path(path).name}: {error}") from None
