"""One's own facts: every layout gives the same day, and says from where; what is wrong is one line."""

import dataclasses
import datetime as dt
import json

import pytest

import tao_econ as te
from tao_econ.inputs import rules as inputs

DAY = dt.date(2026, 11, 20)
NOON = "2026-11-20T12:00:00.000Z"
SECONDS = 1_795_176_000  # that noon
PRICE, VOLUME, SUPPLY = 297.585, 95_000_000.5, 11_600_123.456789012
COIN = {
    "id": "bittensor",
    "symbol": "tao",
    "name": "Bittensor",
    "last_updated": NOON,
    "market_data": {
        "current_price": {"usd": PRICE, "eur": 1.0},
        "total_volume": {"usd": VOLUME},
        "circulating_supply": SUPPLY,
        "total_supply": 21e6,
        "last_updated": NOON,
    },
}
MARKET = {
    "id": "bittensor",
    "symbol": "tao",
    "name": "Bittensor",
    "current_price": PRICE,
    "total_volume": VOLUME,
    "circulating_supply": SUPPLY,
    "last_updated": NOON,
}
QUOTE = {"price": PRICE, "volume_24h": VOLUME, "last_updated": NOON}
CMC = {
    "id": 22974,
    "name": "Bittensor",
    "symbol": "TAO",
    "slug": "bittensor",
    "circulating_supply": SUPPLY,
    "quote": {"USD": QUOTE},
}
NAMESAKE = CMC | {"id": 1, "slug": "fusotao", "quote": {"USD": QUOTE | {"price": 0.1}}}
STATUS = {"timestamp": NOON, "error_code": 0}
CAP = PRICE * SUPPLY
JSONS = {
    "CoinGecko, coin": COIN,
    "CoinGecko, markets": [MARKET | {"id": "bitcoin", "symbol": "btc"}, MARKET],
    "CoinGecko, simple price": {
        "bittensor": {
            "usd": PRICE,
            "usd_24h_vol": VOLUME,
            "usd_market_cap": CAP,
            "last_updated_at": SECONDS,
        }
    },
    "CoinGecko, chart": {
        "prices": [[SECONDS * 1000 - 86_400_000, 1.0], [SECONDS * 1000, PRICE]],
        "market_caps": [[SECONDS * 1000 - 86_400_000, 2.0], [SECONDS * 1000, CAP]],
        "total_volumes": [[SECONDS * 1000 - 86_400_000, 3.0], [SECONDS * 1000, VOLUME]],
    },
    "CoinMarketCap by number": {"status": STATUS, "data": {"22974": CMC}},
    "CoinMarketCap by symbol": {"status": STATUS, "data": {"TAO": [NAMESAKE, CMC]}},
    "CoinMarketCap, list of quotes": {
        "status": STATUS,
        "data": [CMC | {"quote": [{"symbol": "USD", **QUOTE}]}],
    },
    "taostats, price": {
        "pagination": {"current_page": 1},
        "data": [
            {
                "symbol": "TAO",
                "slug": "bittensor",
                "circulating_supply": str(SUPPLY),
                "price": str(PRICE),
                "volume_24h": str(VOLUME),
                "last_updated": NOON,
            }
        ],
    },
    "own": {"date": "2026-11-20", "price_usd": PRICE, "volume_usd": VOLUME, "issuance_tao": SUPPLY},
    "own, under a name": {
        "snapshot": {
            "mine": {
                "date": {"value": "2026-11-20", "source": "a clock"},
                "price_usd": {"value": PRICE, "source": "a screen"},
                "volume_usd": {"value": VOLUME, "source": "a screen"},
                "issuance_rao": {"value": 11_600_123_456_789_012, "source": "storage"},
            }
        }
    },
}
OWN_TOML = f"""
date = 2026-11-20
price_usd = {PRICE}
volume_usd = {{ value = {VOLUME}, source = "a screen" }}
issuance_rao = 11_600_123_456_789_012
"""
TEXTS = {
    "own.toml": OWN_TOML,
    "headed.toml": "[snapshot.mine]\n" + OWN_TOML,
    "wide.csv": "\ufeffDATE;Price_USD;issuance_tao;volume_usd\r\n2026-11-19;1;2;3\r\n"
    f"2026-11-20;{PRICE};{SUPPLY};{VOLUME}\r\n",
    "comma.csv": "\ufeff;Date;PRICE_USD;Issuance_TAO;volume_usd\r\n0;2026-11-20;297,585;"
    "11.600.123,456789012;95\u00a0000\u00a0000,5\r\n",
    "grouped.csv": "date,price_usd,issuance_tao,volume_usd\n2026-11-20, 297.585 ,"
    '"11,600,123.456789012","95,000,000.5"\n\n',
    "long.csv": f"field,value,source\ndate,2026-11-20,\nprice_usd,{PRICE},a screen\n"
    f"issuance_tao,{SUPPLY},\nvolume_usd,{VOLUME},\n",
    "coingecko.csv": "snapped_at,price,market_cap,total_volume\n2026-11-19 00:00:00 UTC,1,2,3\n"
    f"2026-11-20 00:00:00 UTC,{PRICE},{CAP!r},{VOLUME}\n",
    "coinmarketcap.csv": "timeOpen;timeClose;timeHigh;timeLow;name;open;high;low;close;volume;"
    "marketCap;circulatingSupply;timestamp\n"
    f'"2026-11-20T00:00:00.000Z";"2026-11-20T23:59:59.999Z";"{NOON}";"{NOON}";"2781";1;2;1;'
    f'{PRICE};{VOLUME};{CAP!r};{SUPPLY};"2026-11-20T23:59:59.999Z"\n',
}


def written(folder, name, content):
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def same_day(snapshot):
    assert snapshot.date == DAY
    assert (snapshot.price_usd, snapshot.volume_usd) == (PRICE, VOLUME)
    assert snapshot.issuance_rao == pytest.approx(11_600_123_456_789_012, rel=1e-15)


@pytest.mark.parametrize("name", JSONS)
def test_json_of_every_layout_gives_the_same_day(name, tmp_path):
    snapshot = te.Snapshot.from_file(written(tmp_path, "mine.json", JSONS[name]))
    same_day(snapshot)
    assert {"date", "price_usd", "volume_usd", "issuance_rao"} == set(snapshot.sources)
    assert snapshot.name == "mine"


@pytest.mark.parametrize("name", TEXTS)
def test_tables_and_toml_give_the_same_day(name, tmp_path):
    snapshot = te.Snapshot.from_file(str(written(tmp_path, name, TEXTS[name])))
    same_day(snapshot)
    assert snapshot.name == name.partition(".")[0]


def test_sources_say_file_key_maker_and_what_is_inferred(tmp_path):
    chart = te.Snapshot.from_file(written(tmp_path, "cg.csv", TEXTS["coingecko.csv"]))
    assert chart.sources["price_usd"] == "cg.csv: price (CoinGecko, chart as CSV)"
    assert "market_cap over price" in chart.sources["issuance_rao"]
    assert "what circulates, taken for what is issued" in chart.sources["issuance_rao"]
    assert chart.sources["date"].endswith("of 2 rows")
    mine = te.Snapshot.from_file(written(tmp_path, "own.toml", OWN_TOML), price_usd=2.0)
    assert mine.sources["volume_usd"] == "a screen"
    assert mine.sources["issuance_rao"] == "own.toml: issuance_rao"
    assert mine.sources["price_usd"] == "given beside the file" and mine.price_usd == 2.0


def test_stats_of_the_chain_are_in_rao_and_want_a_price(tmp_path, refused):
    stats = {
        "data": [
            {
                "block_number": 9_500_000,
                "timestamp": NOON,
                "issued": "11600123456789012",
                "staked": "7318081123456789",
                "accounts": 5,
            }
        ]
    }
    file = written(tmp_path, "stats.json", stats)
    snapshot = te.Snapshot.from_file(file, price_usd=PRICE, name="today")
    assert (snapshot.issuance_rao, snapshot.block) == (11_600_123_456_789_012, 9_500_000)
    assert snapshot.staked_tao == 7_318_081.123456789 and snapshot.name == "today"
    with refused("stats.json: Snapshot.price_usd is missing", kind=TypeError):
        te.Snapshot.from_file(file)


def test_a_day_of_several_may_be_asked_for(tmp_path, refused):
    file = written(tmp_path, "wide.csv", TEXTS["wide.csv"])
    assert te.Snapshot.from_file(file, date="2026-11-19").price_usd == 1.0
    with refused("wide.csv: date must be from 2026-11-19 to 2026-11-20", "2026-11-18"):
        te.Snapshot.from_file(file, date="2026-11-18")


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("a.xlsx", "", ["must end with .toml, .json, .csv"]),
        ("a.json", "{", ["a.json must be JSON"]),
        ("a.toml", "x =", ["a.toml must be TOML"]),
        ("a.json", "[" * 100_000, ["a.json must be JSON"]),
        ("a.json", [], ["must hold values by name, got none"]),
        ("a.json", [3], ["must hold values by name, got 3"]),
        ("a.csv", "date\n", ["a header and a row"]),
        ("a.csv", "date,price_usd\n2026-11-20\n", ["row 2: must have 2 cells", "got 1"]),
        ("a.csv", "field,value\ndate,2026-11-20\ndate,2026-11-21\n", ["row 3", "not stand twice"]),
        (
            "a.csv",
            'date,price_usd,issuance_tao\n2026-11-20,"1,234",11700000\n',
            ["price_usd must be a number, got '1,234'"],
        ),
        (
            "a.csv",
            "date,price_usd,issuance_tao\n2026-11-20,=1+1,11700000\n",
            ["price_usd must be a number, got '=1+1'"],
        ),
        ("a.csv", "date,price_usd\n2026-11-20,1\0\n", ["NUL"]),
        ("a.csv", "date,date\n1,2\n", ["each column once, got 'date' twice"]),
        ("a.json", {"bitcoin": {"usd": 9e4}}, ["coin must be TAO, got 'bitcoin'"]),
        ("a.json", [MARKET | {"id": "bitcoin", "symbol": "btc"}], ["coin must be TAO"]),
        ("a.json", {"data": {"1": {"price": 1}, "2": {"price": 2}}}, ["speak of TAO once"]),
        ("a.json", {"price": 3}, ["its keys must be fields", "got price"]),
        ("a.json", {"date": "2026-11-20", "prise_usd": 3}, ["did you mean 'price_usd'"]),
        ("a.json", {"date": "2026-11-20", "issuance": 3}, ["unit", "issuance_tao or issuance_rao"]),
        ("a.json", {"date": "2026-11-20", "supply": 3}, ["unit", "issuance_tao or issuance_rao"]),
        (
            "a.json",
            {"date": "2026-11-20", "issuance_tao": 3, "issuance_rao": 3},
            ["issuance_rao must be given once"],
        ),
        ("a.json", {"date": "2026-11-20", "price_usd": "3,000"}, ["price_usd must be a number"]),
        ("a.json", {"date": "2026-11-20", "price_usd": True}, ["price_usd must be a number"]),
        ("a.json", '{"date": "2026-11-20", "price_usd": NaN}', ["price_usd must be a number"]),
        ("a.json", '{"date": "2026-11-20", "price_usd": 1e999999}', ["must be a number"]),
        ("a.json", {"date": "20 Nov", "price_usd": 3}, ["date must be a date", "'20 Nov'"]),
        ("a.json", {"date": "2026-11-20", "block": 1.5}, ["block must be a whole number"]),
        (
            "a.json",
            {"date": "2026-11-20", "price_usd": -1, "issuance_tao": 3},
            ["price_usd must be", "got -1"],
        ),
        ("a.json", {"price_usd": 3, "issuance_tao": 3}, ["Snapshot.date is missing"]),
    ],
)
def test_what_is_wrong_is_one_line_with_the_file(name, content, words, tmp_path):
    file = written(tmp_path, name, content)
    with pytest.raises((ValueError, TypeError)) as caught:
        te.Snapshot.from_file(file)
    said = str(caught.value)
    assert "\n" not in said and file.name in said, said
    assert all(word in said for word in words), said


def test_a_file_that_is_not_there_is_one_line(tmp_path, refused):
    with refused("path must be a file, but 'none.toml' is not there"):
        te.Snapshot.from_file(tmp_path / "none.toml")


def test_a_snapshot_takes_a_date_as_text_and_needs_no_sources(refused):
    said = {"issuance_rao": 10**16, "price_usd": 300.0}
    snapshot = te.Snapshot(date="2026-11-20", **said)
    assert snapshot == te.Snapshot(date=DAY, **said) and snapshot.sources == {}
    assert te.Snapshot(date=dt.datetime(2026, 11, 20, 3), **said).date == DAY
    assert len({snapshot, dataclasses.replace(snapshot, price_usd=1.0)}) == 2
    with refused("date must be a day such as 2025-12-15, got '2026-13-01'"):
        te.Snapshot(date="2026-13-01", **said)


def test_where_a_snapshot_has_a_name_a_file_will_do(tmp_path):
    file = written(tmp_path, "own.toml", OWN_TOML)
    same_day(inputs.load_snapshot(str(file)))
    assert "supply" in str(
        te.economy.supply_at(
            te.rules_at("2026-09-11"), inputs.load_snapshot(str(file)), te.load_scenario("base")
        )
    )
