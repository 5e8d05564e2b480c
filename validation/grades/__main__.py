"""Run the parts: ``python -m validation.grades --part alarms --replicates 400``.

Seeds below 1000 served for tuning; this judges with seeds from 1000 on. ``--out
FOLDER`` writes each table as CSV and Markdown, ``--page PAGE`` puts it between its
marks there, with command, commit and day.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from validation.grades._alarms import REGIONS, WAYS, alarms, run_alarms
from validation.grades._calls import calls
from validation.grades._coverage import coverage
from validation.grades._giants import giants
from validation.grades._page import source_of
from validation.grades._planted import planted
from validation.grades._presets import presets
from validation.grades._size import size
from validation.grades._textbook import STUDIES, textbook
from validation.recovery._report import paste, show

#: Seeds from here on judge.
JUDGING_SEED = 1000

Tables = dict[str, pd.DataFrame]


def _alarms(options: argparse.Namespace) -> Tables:
    rows = run_alarms(
        options.replicates,
        options.seed,
        regions=options.regions,
        ways=options.ways,
        rows=options.rows,
        workers=options.workers,
        first=options.first,
    )
    return alarms(rows)


def _textbook(options: argparse.Namespace) -> Tables:
    return textbook(
        options.studies, listed=options.list, results=options.results, seed=options.seed
    )


def _planted(options: argparse.Namespace) -> Tables:
    return planted(options.replicates, options.seed, nulls=options.nulls)


def _drawn(run: Callable[[int, int], Tables]) -> Callable[..., Tables]:
    return lambda options: run(options.replicates, options.seed)


#: Part, what computes it, economies (or runs) by default.
PARTS: dict[str, tuple[Callable[[argparse.Namespace], Tables], int]] = {
    "calls": (_drawn(calls), 3),
    "alarms": (_alarms, 400),
    "giants": (_drawn(giants), 3),
    "textbook": (_textbook, 1),
    "planted": (_planted, 6),
    "coverage": (_drawn(coverage), 2),
    "presets": (_drawn(presets), 3),
    "size": (_drawn(size), 1),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    made = argparse.ArgumentParser(prog="python -m validation.grades")
    made.add_argument("--part", choices=list(PARTS), required=True)
    made.add_argument("--replicates", type=int, help="economies a setting")
    made.add_argument("--seed", type=int, default=JUDGING_SEED)
    made.add_argument("--out", type=Path, help="folder for CSV and Markdown")
    made.add_argument("--page", type=Path, help="page whose marked tables to replace")
    alarm = made.add_argument_group("alarms")
    alarm.add_argument("--regions", type=int, nargs="+", default=list(REGIONS))
    alarm.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    alarm.add_argument("--rows", type=Path, help="file that rows are appended to")
    alarm.add_argument("--first", type=int, default=0, help="number of the first")
    alarm.add_argument("--workers", type=int, choices=(1, 2), default=1)
    made.add_argument("--nulls", type=int, help="planted: economies without clusters")
    book = made.add_argument_group("textbook")
    book.add_argument("--studies", nargs="+", default=list(STUDIES))
    book.add_argument("--list", type=Path, help="CSV of rows an economist expects")
    book.add_argument("--results", type=Path, help="folder of saved results")
    return made


def command_of(arguments: list[str]) -> str:
    """Return the command as it stands below a table: without the machine's paths."""
    kept: list[str] = []
    skipped = False
    for word in arguments:
        if word.startswith("--"):
            skipped = word in {"--out", "--page", "--rows", "--list", "--results"}
        if not skipped:
            kept.append(f'"{word}"' if " " in word else word)
    return " ".join(["python -m validation.grades", *kept])


def main(arguments: list[str] | None = None) -> None:
    """Run the part asked for, print its tables and put them where they belong."""
    options = parser().parse_args(arguments)
    run, usual = PARTS[options.part]
    options.replicates = options.replicates or usual
    start, busy = time.perf_counter(), time.process_time()
    tables = run(options)
    show(tables, options.out)
    if options.page is not None:
        command = command_of(sys.argv[1:] if arguments is None else arguments)
        paste(tables, options.page, source_of(command))
    print(
        f"\n{options.part}: {time.perf_counter() - start:.0f} s "
        f"({time.process_time() - busy:.0f} s of processor)",
        flush=True,
    )


if __name__ == "__main__":
    main()
