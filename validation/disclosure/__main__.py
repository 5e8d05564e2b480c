"""Attack what is published: ``python -m validation.disclosure``.

Simulated economies become studies from plants; each is run and saved, and attacked with
its saved folder alone. The tables are those of ``docs/confidentiality.md``; ``--page``
replaces them there.
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd

from validation.disclosure._attack import attacks
from validation.disclosure._studies import ATTACKED, made
from validation.recovery._report import paste, show


def main() -> None:
    """Run the attacks asked for and print their tables."""
    parser = argparse.ArgumentParser(prog="python -m validation.disclosure")
    parser.add_argument("--study", choices=[*ATTACKED, "all"], default="all")
    parser.add_argument("--regions", type=int, default=40)
    parser.add_argument("--most", type=int, default=400, help="cells bounded a study")
    parser.add_argument("--keep", type=Path, help="folder to keep the studies in")
    parser.add_argument("--page", type=Path, help="page whose marked tables to replace")
    options = parser.parse_args()
    if options.page is not None:
        paste({"made": _made()}, options.page)
    for name in ATTACKED if options.study == "all" else [options.study]:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            home = (options.keep or Path(folder)) / name.replace(" ", "_")
            table = attacks(
                made(name, home, n_regions=options.regions), most=options.most
            )
        show({name: table})
        if options.page is not None:
            paste({name: table}, options.page)
        print("contradict the totals:", ", ".join(table.attrs["left out"]) or "none")
        print(f"{time.perf_counter() - start:.0f} s", flush=True)


def _made() -> pd.DataFrame:
    """Return what the tables on the page were made with."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent,
    ).stdout.strip()  # fmt: skip
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    made = {"command": "`python -m validation.disclosure`", "commit": commit}
    return pd.DataFrame([{**made, "date": today}]).set_index("command")


if __name__ == "__main__":
    main()
