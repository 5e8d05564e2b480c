"""Build the example maps, and the picture of the first one that the README shows.

``python maps/build.py`` runs the demonstration, which needs no data and no network, and
writes ``demo.html`` and ``demo.png`` beside this file. ``python maps/build.py
germany_occupations`` runs a study of ``data/studies`` on the data that
``CLUSTERID_DATA`` names. The picture needs playwright and Chromium.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
STUDIES = HERE.parent / "data" / "studies"
#: width and height of the picture, and colours kept so that it stays small
SIZE, COLOURS = (1120, 760), 256


def build(study: str) -> Path:
    """Run a study and return its map, copied beside this file."""
    task = ["demo"] if study == "demo" else ["run", str(STUDIES / f"{study}.toml")]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        subprocess.run(
            [sys.executable, "-m", "clusterid", *task, "-o", str(out)], check=True
        )
        return Path(shutil.copy(out / "map.html", HERE / f"{study}.html"))


def photograph(page: Path) -> Path:
    """Return a small picture of a page as Chromium shows it with the network off."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CLUSTERID_CHROMIUM") or shutil.which("chromium")
    width, height = SIZE
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium,
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True
        )
        tab = context.new_page()
        tab.goto(page.as_uri())
        tab.wait_for_selector("path.leaflet-interactive")
        tab.wait_for_timeout(500)
        shot = tab.screenshot()
        browser.close()
    picture = page.with_suffix(".png")
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
    return picture


def main() -> None:
    """Build the maps named on the command line; without a name, the demonstration."""
    known = ["demo", *sorted(path.stem for path in STUDIES.glob("*.toml"))]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("study", nargs="*", choices=known, default="demo")
    named = parser.parse_args().study
    for study in [named] if isinstance(named, str) else named:
        page = build(study)
        sys.stdout.write(f"wrote {page}\n")
        if study == "demo":
            sys.stdout.write(f"wrote {photograph(page)}\n")


if __name__ == "__main__":
    main()
