"""Run the study: ``python -m validation.partitions --draws 10``.

Seeds below 1000 served for tuning; this judges with seeds from 1000 on. ``--out
FOLDER`` writes each table as CSV and Markdown, ``--page PAGE`` puts it between its
marks there, with command, commit and day.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from validation.grades._page import source_of
from validation.partitions._designs import DESIGNS
from validation.partitions._table import known, partitions
from validation.recovery._report import paste, show

#: Seeds from here on judge.
JUDGING_SEED = 1000


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    made = argparse.ArgumentParser(prog="python -m validation.partitions")
    made.add_argument("--draws", type=int, default=10, help="graphs of a design")
    made.add_argument(
        "--small", type=int, default=3, help="times as many of at most 100 nodes"
    )
    made.add_argument("--seed", type=int, default=JUDGING_SEED)
    made.add_argument("--designs", nargs="+", choices=list(DESIGNS), metavar="NAME")
    made.add_argument("--out", type=Path, help="folder for CSV and Markdown")
    made.add_argument("--page", type=Path, help="page whose marked tables to replace")
    return made


def main(arguments: list[str] | None = None) -> None:
    """Print the tables and put them where they belong."""
    options = parser().parse_args(arguments)
    start, busy = time.perf_counter(), time.process_time()
    tables = known(options.seed)
    tables |= partitions(
        options.draws, options.seed, names=options.designs or (), small=options.small
    )
    show(tables, options.out)
    if options.page is not None:
        words = sys.argv[1:] if arguments is None else arguments
        paste(tables, options.page, source_of(_command(words)))
    print(
        f"\n{time.perf_counter() - start:.0f} s "
        f"({time.process_time() - busy:.0f} s of processor)",
        flush=True,
    )


def _command(words: list[str]) -> str:
    """Return the command without the machine's paths."""
    kept: list[str] = []
    skipped = False
    for word in words:
        if word.startswith("--"):
            skipped = word in {"--out", "--page"}
        if not skipped:
            kept.append(f'"{word}"' if " " in word else word)
    return " ".join(["python -m validation.partitions", *kept])


if __name__ == "__main__":
    main()
