"""The commands: python -m tao_econ COMMAND; --help lists them."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import signal
import sys
from pathlib import Path

from .inputs.checks import quoted
from .inputs.record import summary
from .inputs.rules import OWN_SNAPSHOT, Snapshot

PLAIN = {  # commands without options
    "replays": "recompute blocks of main net; fail if one is further off than its aim",
    "assumptions": "write ASSUMPTIONS.md",
    "site": "write site/: every page, figure and instrument, to be read without a kernel",
    "warm": "compile every kernel now; each is kept until the sources change",
}
OWN_FACTS = "your own facts of a day, TOML, JSON or CSV, in place of the latest ones"
SHELL = ("lab", "test", "bench", "lint", "python")  # commands of ./run alone
NOT_OPTIONS = ("command", "names")
ALONE = ("check", "list")  # options that go with no other one
TRACEBACK = "TAO_ECON_TRACEBACK"


class _Parser(argparse.ArgumentParser):
    """A parser, and those of its commands, that take no abbreviation and complain in one line."""

    def __init__(self, **options):
        super().__init__(**options, allow_abbrev=False)

    def error(self, message):
        raise ValueError(f"{message}; ./{self.prog} --help says what there is")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="run", description="Draw, execute, check.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    figures = commands.add_parser("figures", help="draw figures into figures/ as SVG and PNG")
    figures.add_argument(
        "names", nargs="*", metavar="NAME", help="which figures; all if none is named"
    )
    figures.add_argument("--list", action="store_true", help="say what each figure shows and stop")
    figures.add_argument(
        "--check", action="store_true", help="draw nothing; fail if a figure is out of date"
    )
    figures.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="vary a field of a record"
    )
    figures.add_argument(
        "--stress", metavar="NAME", help="draw under a named stress, such as 'volume / 5'"
    )
    figures.add_argument(
        "--subnet", metavar="FILE", help="your own subnet's weights and stake: .npz, .json, .csv"
    )
    figures.add_argument("--json", action="store_true", help="with --list: as JSON")
    figures.add_argument("--snapshot", metavar="FILE", help=OWN_FACTS)
    notebooks = commands.add_parser(
        "notebooks", help="execute notebooks and save them with their outputs"
    )
    notebooks.add_argument(
        "names", nargs="*", metavar="NAME", help="which notebooks; all if none is named"
    )
    notebooks.add_argument(
        "--check", action="store_true", help="save nothing; fail if an output changed"
    )
    notebooks.add_argument(
        "-p",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter; saves a copy",
    )
    notebooks.add_argument("--snapshot", metavar="FILE", help=OWN_FACTS + "; saves a copy")
    _claims_options(commands)
    _ask_options(commands)
    _add_options(commands)
    for name, said in PLAIN.items():
        commands.add_parser(name, help=said)
    return parser


def _add_options(commands) -> None:
    added = commands.add_parser("add", help="put a dated reading into a table of data/")
    added.add_argument("what", choices=["reading"], help="a reading: nothing else can be added so")
    added.add_argument("kind", metavar="KIND", help="supply, price, stake or pool")
    added.add_argument("cells", nargs="+", metavar="COLUMN=VALUE", help="the cells of its row")
    words = commands.add_parser("completion", help="print a completion for a shell")
    words.add_argument("shell", choices=["bash"], help="source it; zsh reads it by bashcompinit")


def _ask_options(commands) -> None:
    questions = "halving, supply, fdv, pressure, split or yield"
    asked = commands.add_parser("ask", help=f"one number with its range: {questions}")
    asked.add_argument("question", metavar="QUESTION", help=questions)
    swept = commands.add_parser("sweep", help="the same number over values of one field")
    swept.add_argument("question", metavar="QUESTION", help=questions)
    swept.add_argument("over", metavar="FIELD=VALUE,VALUE…", help="the field and its values")
    for parser in (asked, swept):
        parser.add_argument("--snapshot", metavar="FILE", help=OWN_FACTS)
        parser.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", help="vary what goes in"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")


def _claims_options(commands) -> None:
    claims = commands.add_parser(
        "claims", help="judge the article's claims; write figures/claims.csv and claims.html"
    )
    claims.add_argument(
        "--check", action="store_true", help="write nothing; fail if a file is out of date"
    )
    claims.add_argument(
        "--stress", metavar="NAME", help="print the ledger under a named stress; write nothing"
    )
    claims.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="judge with another value of the article's own numbers; 'now.FIELD' of the latest, "
        "'C46.openai_closed' a fact; write nothing",
    )
    claims.add_argument(
        "--snapshot", metavar="FILE", help="judge with the snapshot of a TOML file; write nothing"
    )
    claims.add_argument("--json", action="store_true", help="print JSON; write nothing")


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. A mistake is one line on stderr and code 2.

    What a command says is printed when its work is done, so a reader who leaves early, such as
    `head`, stops nothing.
    """
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = _answered(sys.argv[1:] if arguments is None else arguments)
    try:
        print(said.getvalue(), end="", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor at the exit
    return code


def _answered(arguments: list[str]) -> int:
    """The exit code of a command, whatever happens in it."""
    verbs = {
        "figures": _figures,
        "notebooks": _notebooks,
        "claims": _claims,
        "ask": _ask,
        "sweep": _sweep,
        "add": _add,
        "completion": _completion,
        "replays": _replays,
        "assumptions": _assumptions,
        "site": _site,
        "warm": _warm,
    }
    try:
        if sys.flags.optimize > 1:
            raise ValueError("PYTHONOPTIMIZE must be at most 1: pages are made of docstrings")
        words = ["--help" if word == "help" else word for word in arguments[:2]] + arguments[2:]
        given = _parser().parse_args(words)
        _refuse_company(given)
        if OWN_SNAPSHOT in os.environ:  # what a command writes says what it was given
            raise ValueError(f"{OWN_SNAPSHOT} must not be set for a command: --snapshot FILE is")
        return verbs[given.command](given)
    except KeyboardInterrupt:
        _complain("stopped; what was finished is kept")
        return 130
    except (ValueError, TypeError) as error:
        _complain(str(error))
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except SystemExit as left:
        return int(left.code or 0)  # of --help
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        said = f"a fault of this program, {type(error).__name__}: {error}"
        _complain(f"{said}; {TRACEBACK}=1 shows where")
    return 2


def _complain(said: str) -> None:
    print("run:", *said.split(), file=sys.stderr)  # one line, whatever a library says


def _refuse_company(given: argparse.Namespace) -> None:
    """Refuse an option that another one would make void, and an empty one."""
    options = {name: value for name, value in vars(given).items() if name not in NOT_OPTIONS}
    used = [name for name, value in options.items() if value not in (None, False, [])]
    flags = {name: f"-{name}" if len(name) == 1 else f"--{name}" for name in used}
    for name, flag in flags.items():
        goes = {name, "json"} if name == "list" else {name}
        others = [other for key, other in flags.items() if key not in goes]
        if name in ALONE and others:
            raise ValueError(f"{flag} must stand without other options, got {others[0]} as well")
        if options[name] == "":
            raise ValueError(f"{flag} must not be empty, got ''")


def _pairs(given: list[str], flag: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (equals and name) or name.startswith(".") or name.endswith("."):
            raise ValueError(f"{flag} must be NAME=VALUE, got {quoted(text)}")
        if name in pairs:
            raise ValueError(f"{flag} must set a name once, got {quoted(name)} twice")
        pairs[name] = value
    return pairs


def _snapshot(file: str | None) -> Snapshot | None:
    """The snapshot of a file, having said what was taken from it."""
    if file is None:
        return None
    snapshot = Snapshot.from_file(file)
    for field, source in snapshot.sources.items():
        print(f"{field} = {getattr(snapshot, field)}  from {source}", file=sys.stderr)
    return snapshot


def _figures(given) -> int:
    from tqdm import tqdm

    from .publish import press
    from .views import VIEWS

    settings = _pairs(given.set, "--set")
    names = press.select(given.names, of_a_snapshot=bool(given.snapshot))
    if given.json and not given.list:
        raise ValueError("--json must stand beside --list, got it alone")
    snapshot = _snapshot(given.snapshot)
    if given.list:
        if given.json:
            print(json.dumps({name: summary(VIEWS[name]) for name in names}, indent=1))
            return 0
        for name in names:
            print(f"{name:24} {summary(VIEWS[name])}")
        return 0
    if given.check:
        with tqdm(names, desc="checking", leave=False, disable=None) as bar:
            wrong = {name: press.problems(name) for name in bar}
        for name in names:
            print(f"{name:24} {wrong[name] or 'as drawn'}")
        return 1 if any(wrong.values()) else 0
    varied = settings or given.stress is not None or given.subnet or snapshot
    for name in names if varied else []:
        # refuse before anything is drawn
        records = press.vary(name, settings, given.subnet, snapshot)
        if given.stress is not None:
            press.under_stress(records, given.stress)
    with tqdm(names, desc="drawing", leave=False, disable=None) as bar:
        drawn = [
            name
            for name in bar
            if press.draw(
                name, settings, stress=given.stress, subnet=given.subnet, snapshot=snapshot
            )
        ]
    place = "figures/what_if/" if varied else "figures/"
    if not drawn:
        what = "1 figure" if len(names) == 1 else f"{len(names)} figures"
        print(f"{what} recomputed, all as published in {place}; next: ./run")
        return 0
    print(f"{len(drawn)} drawn, {len(names) - len(drawn)} unchanged in {place}", *drawn, sep="\n  ")
    return 0


def _ask(given) -> int:
    from .publish import answers

    records, settings = _asked(given)
    answer = answers.ask(given.question, *records, settings=settings)
    print(json.dumps(answers.plain(answer), indent=1) if given.json else answers.in_words(answer))
    return 0


def _sweep(given) -> int:
    from .publish import answers

    records, settings = _asked(given)
    ((field, text),) = _pairs([given.over], "FIELD=VALUE,VALUE…").items()
    found = answers.sweep(
        given.question, *records, field=field, values=text.split(","), settings=settings
    )
    if given.json:
        rows = [{"at": value} | answers.plain(answer) for value, answer in found.items()]
        print(json.dumps({"field": field, "answers": rows}, indent=1))
    else:
        print(answers.table_in_words(field, found))
    return 0


def _asked(given) -> tuple[tuple, dict[str, str]]:
    """The records that a question starts from, and the settings beside them."""
    from .inputs.rules import latest_snapshot, load_scenario, load_snapshot, rules_at

    snapshot = _snapshot(given.snapshot) or load_snapshot(latest_snapshot())
    settings = _pairs(given.set, "--set")
    day = settings.get("date", snapshot.date)
    return (rules_at(day), snapshot, load_scenario("base")), settings


def _add(given) -> int:
    from .publish import readings

    added = readings.add(given.kind, _pairs(given.cells, "COLUMN=VALUE"))
    print(f"data/{added.table}.csv: line {added.row} of {added.rows + 1}, {added.hash}")
    wait = "comparing every figure and verdict takes minutes; the reading stays if you stop here"
    print(wait, file=sys.stderr)  # what goes to stdout is seen when all is done
    figures, turned = readings.changed()
    print("figures that show something else now:", ", ".join(figures) or "none")
    print("verdicts that turned:", ", ".join(f"{id} {how}" for id, how in turned.items()) or "none")
    if figures or turned:
        print("./run figures, ./run notebooks and ./run claims write them anew")
    return 0


def _completion(given) -> int:
    from .publish import answers, notebooks, readings
    from .views import VIEWS

    names = {
        "figures": VIEWS,
        "notebooks": [file.stem for file in notebooks.select([])],
        "ask": answers.QUESTIONS,
        "sweep": answers.QUESTIONS,
        "add": ["reading", *readings.KINDS],
        "completion": ["bash"],
    }
    verbs = _verbs(_parser())
    cases = "\n".join(
        f'        {verb}) w="{" ".join([*names.get(verb, ()), *_options(parser)])}" ;;'
        for verb, parser in verbs.items()
    )
    print(
        "_tao_econ_run() {\n    local w\n    case ${COMP_WORDS[1]} in\n"
        f'{cases}\n        *) w="" ;;\n    esac\n'
        f'    [[ $COMP_CWORD == 1 ]] && w="{" ".join(sorted([*verbs, *SHELL]))}"\n'
        '    COMPREPLY=($(compgen -W "$w" -- "${COMP_WORDS[COMP_CWORD]}"))\n}\n'
        "complete -o default -F _tao_econ_run ./run run"
    )
    return 0


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands with their parsers."""
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return dict(commands.choices)


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """The options of a command, the long form where there is one."""
    return [action.option_strings[-1] for action in parser._actions if action.option_strings]


def _notebooks(given) -> int:
    from tqdm import tqdm

    from .publish import notebooks

    how: dict = {"parameters": _pairs(given.p, "-p"), "save": not given.check}
    _snapshot(given.snapshot)
    files = notebooks.select(given.names)
    with tqdm(files, desc="executing", leave=False, disable=None) as bar:
        changed = {file.stem: notebooks.run(file, snapshot=given.snapshot, **how) for file in bar}
    for name, difference in changed.items():
        print(f"{name:28} {difference or 'as committed'}")
    return 1 if given.check and any(changed.values()) else 0


def _claims(given) -> int:
    from . import claims
    from .economy import score_forecasts
    from .publish import ledger as page

    records = claims.world()
    if given.snapshot:
        records = claims.with_snapshot(records, Path(given.snapshot))
    records = claims.varied(records, _pairs(given.set, "--set"))
    ledger = claims.check(records, stress=given.stress)
    if given.json:
        print(page.json(ledger))
        return 0
    for row in ledger.itertuples():
        then, now = (verdict or "-" for verdict in (row.verdict_then, row.verdict_now))
        print(f"{row.id}  {then:22} {now:22} {row.grade}  {row.claim[:90]}")
    print(claims.counts(ledger).to_string())
    print(*page.due(score_forecasts()), sep="\n")
    if given.stress or given.set or given.snapshot:
        print(*page.turned(ledger), sep="\n")
        return 0
    changed = page.write(check=given.check)
    done = "is out of date: ./run claims writes it" if given.check else "written"
    print(*[f"{name} {done}" for name in changed] or ["as written"], sep="\n")
    return 1 if given.check and changed else 0


def _replays(given) -> int:
    from .chain import mainnet

    found = mainnet.replay_mainnet()
    print(mainnet.HEADER, *(one.line() for one in found), sep="\n")
    held = sum(one.passed for one in found)
    print(f"{held} of {len(found)} within their aim")
    return 0 if held == len(found) else 1


def _assumptions(given) -> int:
    from .inputs.files import write_whole
    from .publish import assumptions

    write_whole(assumptions.FILE, assumptions.text().encode())
    print(f"{assumptions.FILE.name} written")
    return 0


def _site(given) -> int:
    from .publish import pages

    written = pages.build()
    count = sum(path.endswith(".html") for path in written)
    print(f"{count} pages, {sum(written.values()) / 1e6:.1f} MB in site/; open site/index.html")
    return 0


def _warm(given) -> int:
    from tqdm import tqdm

    from .publish.warm import STEPS

    with tqdm(STEPS.items(), leave=False, disable=None) as bar:
        for name, first_call in bar:
            bar.set_description(f"compiling {name}")
            first_call()
    return 0


def _stopped(*_) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, _stopped)
    sys.exit(main())
