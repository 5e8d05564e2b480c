"""The commands: each a few lines that call the library and say what was written."""

from __future__ import annotations

import gc
import io
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from clusterid import __version__
from clusterid._console import Console, first_line
from clusterid._disk._stopping import Stopped, Stopping
from clusterid._disk._writing import PAGE, TABLE, checked_file, whole_file
from clusterid.errors import (
    ClusteridError,
    ClusteridWarning,
    SourceError,
    StudyError,
)

if TYPE_CHECKING:
    from clusterid._disk._whole_folder import Claim
    from clusterid.clusters import CandidateClusters
    from clusterid.study import Study
    from clusterid.study.reading._inputs import Inputs

__all__ = ["app", "main"]

app = typer.Typer(
    name="clusterid",
    help="Identify regional industry clusters: measure, link, detect, compare, map.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
data_app = typer.Typer(help="Official data sets by name.", no_args_is_help=True)
app.add_typer(data_app, name="data")


class Language(StrEnum):
    """Languages of map and report."""

    en = "en"
    de = "de"


class Engine(StrEnum):
    """Engines that aggregate plants."""

    duckdb = "duckdb"
    pandas = "pandas"
    spark = "spark"


_console = Console()
_stopping = Stopping()


#: Options without a value that every command understands.
_GLOBAL_FLAGS = ("--debug", "--quiet", "--json")

Output = Annotated[
    Path | None, typer.Option("-o", "--output", help="folder or file to write")
]
LanguageOption = Annotated[
    Language | None, typer.Option(help="language of map and report")
]
Seed = Annotated[int, typer.Option(help="another draw of chance", min=0, max=2**63 - 1)]
StudyPath = Annotated[Path, typer.Argument(help="the study file", show_default=False)]
ResultPath = Annotated[
    Path, typer.Argument(help="folder of an earlier result", show_default=False)
]


def _version(value: bool) -> None:
    if value:
        sys.stdout.write(f"clusterid {__version__}\n")
        raise typer.Exit


@app.callback()
def _global(
    debug: Annotated[bool, typer.Option(help="show the traceback of a fault")] = False,
    quiet: Annotated[bool, typer.Option(help="no progress, no warnings")] = False,
    json_output: Annotated[
        bool, typer.Option("--json", help="print results as JSON, one object a line")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True)
    ] = False,
) -> None:
    _console.debug, _console.quiet, _console.as_json = debug, quiet, json_output
    logging.getLogger("clusterid").setLevel(logging.ERROR if quiet else logging.WARNING)


@app.command()
def demo(
    output: Output = None,
    language: LanguageOption = None,
    seed: Seed = 0,
) -> None:
    """Run the embedded, simulated study, from nothing to map and report."""
    from clusterid.study import claim_folder, demo_study

    folder = output or Path("clusterid-demo")
    claim = claim_folder(folder)
    _run(demo_study(seed=seed), folder, claim, language, None)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="where to start a study")],
    template: Annotated[
        str, typer.Option(help="empty, germany, great_britain, united_states, europe")
    ] = "empty",
) -> None:
    """Write a commented study.toml and a data folder to fill."""
    from clusterid.study import init_study

    for path in init_study(folder, template):
        _console.say(str(path), written=path)


@app.command()
def check(study: StudyPath) -> None:
    """Read and check everything, change nothing, list every fault."""
    from clusterid.study import read_study

    try:
        with _console.progress() as listener:
            summary = read_study(study).check(progress=listener)
    except StudyError as error:
        if not _console.as_json:  # the count is the result; the list follows as words
            n = max(1, len(error.faults))
            _console.say(f"check: {n} fault{'s' * (n > 1)}, nothing changed")
        raise
    for line, facts in summary:
        _console.say(line, **facts)


@app.command()
def run(
    study: StudyPath,
    output: Output = None,
    engine: Annotated[
        Engine | None, typer.Option(help="engine that aggregates plants")
    ] = None,
    language: LanguageOption = None,
    preset: Annotated[
        str | None,
        typer.Option(help="another [method] preset for this run; see presets"),
    ] = None,
    confidential: Annotated[
        bool,
        typer.Option(
            "--confidential",
            help="keep the unpublished result of plants, too, in a folder of its own",
        ),
    ] = False,
) -> None:
    """Run a study from its files to map, report and tables."""
    from clusterid.study import (
        claim_folder,
        confidential_folder,
        read_study,
        refuse_mixing,
    )

    loaded = read_study(study)
    if preset is not None:
        loaded = loaded.with_preset(preset)
    folder = output or loaded.output_folder
    if not confidential:
        _run(loaded, folder, claim_folder(folder), language, engine)
        return
    beside = confidential_folder(folder)
    refuse_mixing(folder, confidential=False)
    refuse_mixing(beside, confidential=True)
    claims = claim_folder(folder), claim_folder(beside)
    if loaded.config.plants is None:
        loaded.run(confidential=True)  # refuses, and says why
    with _console.progress() as listener:
        if listener is not None:
            listener("reading", 0, 1)
        inputs = loaded.inputs(engine=engine.value if engine else "duckdb")
    _run(loaded, folder, claims[0], language, engine, inputs=inputs)
    _run(loaded, beside, claims[1], language, engine, inputs=inputs, confidential=True)


@app.command("presets")
def presets_() -> None:
    """List the published rules that a run may use instead of grades."""
    from clusterid.clusters import presets

    for name, row in presets().iterrows():
        facts = {str(key): value for key, value in row.items()}
        ranks = " [an index: ranks, cannot tell clusters]" if row["is_index"] else ""
        text = f"{name}{ranks}: {row['rule']}\n    {row['citation']}\n    beware: "
        _console.say(text + row["warning"], preset=name, **facts)


@app.command("map")
def map_(
    result: ResultPath, output: Output = None, language: LanguageOption = None
) -> None:
    """Write the map of an earlier result again."""
    from clusterid.maps import cluster_map

    _again(result, cluster_map, "map", output, language)


@app.command()
def report(
    result: ResultPath,
    output: Output = None,
    language: LanguageOption = None,
    region: Annotated[
        str | None, typer.Option(help="code or name: a page on this region alone")
    ] = None,
) -> None:
    """Write the report of an earlier result again, or the page of one region."""
    from functools import partial

    from clusterid.reports import report as report_page

    page_of = report_page if region is None else partial(report_page, region=region)
    _again(result, page_of, "report", output, language)


@app.command()
def survey(
    places: Annotated[Path, typer.Argument(help="places asked")],
    answers: Annotated[Path, typer.Argument(help="answers")],
    declared: Annotated[Path | None, typer.Option(help="declared clusters")] = None,
    item: Annotated[
        str | None, typer.Option(help="one question, all if absent")
    ] = None,
    by: Annotated[str | None, typer.Option(help="column of places to split by")] = None,
) -> None:
    """Tabulate a survey: per cent of cases and of responses, with intervals."""
    import pandas as pd

    from clusterid.survey import read_survey

    loaded = read_survey(places, answers, declared)
    questions = [item] if item else sorted(loaded.answers["question"].unique())
    for question in questions:
        table = loaded.table(question, by=by)
        flat = pd.DataFrame(table).reset_index()
        records = flat.to_dict("records")
        text = f"{question}\n{flat.to_string(index=False)}\n"
        _console.say(text, question=question, rows=records)


@app.command()
def concentration(
    employment: Annotated[Path, typer.Argument(help="table: region, industry, jobs")],
    output: Annotated[Path, typer.Option("-o", "--output", help="CSV or Parquet")],
    column: Annotated[
        list[str] | None, typer.Option(help="our_name=name_in_the_file, repeatable")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="year, when there are several")
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(
            help="industry=4 or region=3: characters of the codes that are counted; "
            "shorter codes in the file are their totals, repeatable"
        ),
    ] = None,
    total: Annotated[
        list[str] | None,
        typer.Option(help="industry=10: the code that stands for all, repeatable"),
    ] = None,
    totals: Annotated[
        Path | None, typer.Option(help="file of totals: region, industry, value")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="column=value: keep these rows alone, repeatable"),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Test the location quotients of one table of employment.

    Where cells are withheld, totals decide: they stand in the same file (--level,
    --total) or in one of their own (--totals).
    """
    from clusterid.study import concentration_of_table, write_csv

    target = checked_file(output, TABLE)
    if target.exists() and employment.exists() and target.samefile(employment):
        raise SourceError(f"{output}: is the table that is read; name another file.")
    pairs = dict(_pair(text) for text in column or [])
    table = concentration_of_table(
        employment,
        columns=pairs,
        year=year,
        seed=seed,
        totals=totals,
        levels={name: _whole(text) for name, text in map(_pair, level or [])},
        total_codes=dict(map(_pair, total or [])),
        filters=dict(map(_pair, only or [])),
    )
    with whole_file(output, TABLE) as part:
        if output.suffix.lower() in TABLE[1:]:
            table.to_parquet(part, index=False)
        else:
            write_csv(table, part)
    _console.wrote(output, "written", rows=len(table))


@app.command()
def simulate(
    output: Annotated[Path, typer.Option("-o", "--output", help="folder to write")],
    seed: Seed = 0,
    planted: Annotated[
        int | None, typer.Option(help="number of planted clusters; 0 is a null economy")
    ] = None,
) -> None:
    """Write a simulated economy with planted clusters as a study folder."""
    from clusterid.simulation import simulate_economy

    if os.path.lexists(output) and not (output.is_dir() and not any(output.iterdir())):
        raise StudyError(f"{output}: is not an empty folder; name another with -o.")
    made = simulate_economy(seed=seed, planted=planted)
    found = len(made.truth.clusters)
    if planted is not None and found < planted:
        _console.note(f"there is room for {found} clusters of {planted}.")
    made.save(output)
    _console.say(str(output / "study.toml"), study=output / "study.toml")


@data_app.command("list")
def data_list() -> None:
    """List the data sets that can be fetched, and those that are embedded."""
    from clusterid.sources import catalogue

    for row in catalogue().to_dict("records"):
        facts = {str(key): value for key, value in row.items()}
        _console.say("  ".join(str(value) for value in row.values()), **facts)


DataName = Annotated[str, typer.Argument(help="name from the list")]


@data_app.command("fetch")
def data_fetch(name: DataName) -> None:
    """Fetch a data set into the cache, checked by its SHA-256, resumable."""
    from clusterid.sources import fetch

    found = fetch(name)
    _console.say(str(found), name=name, path=found)


@data_app.command("path")
def data_path(name: DataName) -> None:
    """Print where a data set lies."""
    from clusterid.sources import path

    found = path(name)
    _console.say(str(found), name=name, path=found)


def _pair(text: str) -> tuple[str, str]:
    name, sign, in_file = text.partition("=")
    if not sign or not name or not in_file:
        raise typer.BadParameter(f"{text!r} is not of the form name=value")
    return name, in_file


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise typer.BadParameter(f"{text!r} is no number of characters")
    return int(text)


class _Page(Protocol):
    def save(self, path: Path) -> Path: ...


def _again(
    folder: Path,
    page_of: Callable[..., _Page],
    what: str,
    output: Path | None,
    language: Language | None,
) -> None:
    """Write one page of an earlier result, in its language or another."""
    from clusterid.study import read_result, refuse_mixing

    target = output or Path(f"{what}.html")
    checked_file(target, PAGE)
    with _shown_from(folder):
        result = read_result(folder)
        refuse_mixing(target.parent, confidential=result.provenance.confidential)
        page = page_of(result, language=language.value if language else result.language)
    _console.wrote(page.save(target), what)


def _run(
    study: Study,
    output: Path,
    claim: Claim,
    language: Language | None,
    engine: Engine | None,
    *,
    inputs: Inputs | None = None,
    confidential: bool = False,
) -> None:
    with _console.progress() as listener:
        result = study.run(
            progress=listener,
            engine=engine and engine.value,
            language=language and language.value,
            confidential=confidential,
            inputs=inputs,
        )
        _stopping.raise_if_asked()
        folder = study.save(result, output, claim=claim)
    for warning in result.warnings:
        _console.note(warning)
    if result.candidates is not None:
        _say_grades(result.candidates, result.economy.metadata.kind)
    for name in ("map.html", "report.html", "clusters.csv", "concentrations.csv",
                 "verdicts.csv"):  # fmt: skip
        if (folder / name).exists():
            _console.say(str(output / name), file=output / name)


def _say_grades(found: CandidateClusters, kind: str) -> None:
    """Say how many clusters there are at each grade, in words."""
    grades = {grade: n for grade, n in found.by_grade.items() if n}
    from clusterid.legend import words

    said = words("en", kind=kind)
    parts = [f"{n:,} {grade} ({said(f'grade.{grade}')})" for grade, n in grades.items()]
    counted = f"{len(found.table):,} clusters"
    line = f"{counted}: {', '.join(parts)}" if parts else counted
    _console.say(line, clusters=len(found.table), grades=grades)
    if found.highest_possible == "C":
        _console.note(said("map.jobs_only"))


def _global_options_first(arguments: list[str]) -> list[str]:
    """Return the arguments with the options of every command before the command.

    ``clusterid run study.toml --quiet`` means ``clusterid --quiet run study.toml``.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    before, after = arguments[:end], arguments[end:]
    flags = [a for a in before if a in _GLOBAL_FLAGS]
    return [*flags, *(a for a in before if a not in _GLOBAL_FLAGS), *after]


@contextmanager
def _shown_from(folder: Path) -> Iterator[None]:
    """Say of a stored result that cannot be shown that it is not as it was written."""
    try:
        yield
    except (ClusteridError, ClusteridWarning):
        raise
    except Exception as error:
        raise StudyError(
            f"{folder}: its result cannot be shown ({first_line(error)}): it is "
            "damaged or was changed; run the study again."
        ) from error


def _called(arguments: list[str]) -> int:
    """Run one call; every way it can end is a status, and words unless it went well."""
    try:
        with _stopping, warnings.catch_warnings():
            warnings.showwarning = _console.warn
            warnings.simplefilter("default", ClusteridWarning)
            app(_global_options_first(arguments))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except ClusteridError as error:
        return _console.fail(error, str(error))
    except (KeyboardInterrupt, Stopped) as stop:
        number = stop.signal if isinstance(stop, Stopped) else signal.SIGINT
        return _console.fail(stop, "stopped; nothing was written.", 128 + number)
    except BrokenPipeError:
        # whoever read our output has gone; nothing more can be said there
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001  (the last line of defence)
        return _console.fail(
            error,
            f"something unexpected went wrong ({first_line(error)}); nothing was "
            "written. This is a fault of clusterid: please report it with what "
            "`clusterid --debug` prints for the same command (README, Reporting a "
            "fault).",
        )
    return 0


def main() -> None:
    """Run the command line; every failure ends with a status and words."""
    # networks are millions of small objects that live to the end: to look through them
    # for cycles at the usual pace takes a tenth of a long run
    gc.set_threshold(100_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_called(sys.argv[1:]))
