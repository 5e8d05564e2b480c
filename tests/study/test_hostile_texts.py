"""No text of a study is a template, a formula, a script or markup in any output."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import networkx as nx
import openpyxl
import pandas as pd
import pytest
from tests.maps.pages import embedded
from typer.testing import CliRunner

import clusterid as cid
from clusterid.cli import app

#: where a carrier is shown; elsewhere it must only do no harm
SHOWN = {
    "map": ("title", "region", "industry", "field", "place", "declared label",
            "source of the counts", "source of the shapes", "template label"),
    "report": ("title", "place", "declared label", "source of the counts",
               "template label"),
    "workbook": ("title", "region", "industry", "field", "place", "declared label",
                 "source of the counts", "template label"),
    "csv": ("industry", "field", "place", "declared label", "template label"),
    "graphml": ("layer", "source of the counts"),
    "geopackage": ("region",),
}  # fmt: skip
PAIRS = [(output, carrier) for output, all_ in SHOWN.items() for carrier in all_]


def plain(text: str) -> str:
    """Return a text with white space made one and without what pages forbid."""
    text = re.sub("[\x00-\x08\x0e-\x1b\x7f]", "", text)
    return re.sub(r"\s+", " ", text).strip()


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _cells(path: Path) -> Iterator[Any]:
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            yield from row


@cache
def shown(out: Path, output: str) -> str:
    """Return all texts that an output shows."""
    found: list[str] = []
    if output == "map":
        found = list(_strings(embedded(_read(out / "map.html"))))
    elif output == "report":
        found = _Page(_read(out / "report.html")).texts
    elif output == "workbook":
        found = [str(c.value) for c in _cells(out / "workbook.xlsx") if c.value]
    elif output == "csv":
        for path in sorted(out.glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                found += [cell for row in csv.reader(file) for cell in row]
    elif output == "graphml":
        for path in sorted((out / "networks").iterdir()):
            found += [str(v) for v in nx.read_graphml(path).graph.values()]
    else:
        found = gpd.read_file(out / "clusters.gpkg", layer="regions")["name"].tolist()
    return plain("\n".join(found))


@pytest.mark.parametrize(("output", "carrier"), PAIRS)
def test_a_text_is_shown_as_it_is(hostile: Any, output: str, carrier: str) -> None:
    texts = hostile.texts.carriers(hostile.folder, hostile.result)[carrier]
    here = shown(hostile.out, output)
    assert texts
    assert [t for t in texts if plain(t) not in here] == []


def test_no_text_was_run(hostile: Any) -> None:
    assert not list(Path.cwd().glob(hostile.texts.RAN))
    assert not list(hostile.folder.rglob(hostile.texts.RAN))


def test_the_map_holds_every_sign_of_a_name(hostile: Any) -> None:
    page = _read(hostile.out / "map.html")
    names = embedded(page)["geo"]["names"]
    assert sorted(names) == sorted(hostile.result.regions["name"])
    assert page.count("clusteridMap(map_canvas") == 1
    assert page.count("<!--place:") == 0


@pytest.mark.parametrize("name", ["map.html", "report.html"])
def test_texts_add_no_markup(hostile: Any, name: str) -> None:
    page = _Page(_read(hostile.out / name))
    allowed = {"alt", "src"}
    images = [set(a) for tag, a in page.tags if tag == "img"]
    assert all(a == allowed for a in images)
    assert bool(images) == (name == "report.html")
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"iframe", "object", "embed", "form", "b", "textarea"}
    assert [a for _, a in page.tags if any(x.startswith("on") for x in a)] == []
    scripts = [tag for tag, _ in page.tags if tag == "script"]
    assert len(scripts) == (5 if name == "map.html" else 0)


def test_no_cell_of_the_workbook_is_a_formula_or_an_error(hostile: Any) -> None:
    cells = list(_cells(hostile.out / "workbook.xlsx"))
    assert {c.data_type for c in cells} <= {"s", "inlineStr", "n", "b"}
    assert any(c.value == "=1+1" for c in cells)


def test_a_cell_holds_what_fits_and_says_that_more_was_there(
    hostile: Any, fake: ModuleType, tmp_path: Path
) -> None:
    from clusterid.reports import write_workbook

    result = replace(fake.fake_result(), title="🏭" * 20_000)
    write_workbook(result, tmp_path / "w.xlsx")
    longest = max((c.value for c in _cells(tmp_path / "w.xlsx")
                   if isinstance(c.value, str)), key=len)  # fmt: skip
    assert longest.endswith("🏭…")
    assert len(longest.encode("utf-16-le")) // 2 <= 32_767


def test_no_cell_of_a_csv_file_begins_like_a_formula(hostile: Any) -> None:
    for path in hostile.out.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    number = re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)
                    assert number or not cell.startswith(("=", "+", "-", "@")), cell


def test_graphs_are_xml_and_come_back(hostile: Any, tmp_path: Path) -> None:
    texts = list(hostile.texts.TEXTS.values())
    graph = nx.Graph(source="\r\n".join(texts))
    for number, text in enumerate(texts):
        graph.add_node(f"{number} {text}", label=text, note=f"a\r{text}")
    nx.add_path(graph, list(graph), weight=1.0, label=texts[9])
    for ending in ("graphml", "gexf", "net", "csv"):
        path = cid.networks.write_network(graph, tmp_path / f"g.{ending}")
        if ending in ("graphml", "gexf"):
            ET.fromstring(path.read_bytes())
    plus = nx.Graph()
    plus.add_edge("=1+1", "-3", weight=-0.5, note="@a")
    cid.networks.write_network(plus, tmp_path / "plus.tsv")
    rows = (tmp_path / "plus.tsv").read_text("utf-8").splitlines()
    assert rows[1] == "-3\t'=1+1\t'@a\t-0.5"
    back = nx.read_graphml(tmp_path / "g.graphml")
    notes = [data["note"] for _, data in back.nodes(data=True)]
    told = (re.sub("[\x0b\x0c\x1c-\x1f]", " ", text) for text in texts)
    assert set(notes) == {"a\r" + re.sub("[\x07\x1b]", "", text) for text in told}
    assert nx.read_gexf(tmp_path / "g.gexf").number_of_nodes() == len(texts)


def test_the_geopackage_holds_names_exactly(hostile: Any) -> None:
    frame = gpd.read_file(hostile.out / "clusters.gpkg", layer="regions")
    names = hostile.result.regions["name"]
    assert frame.set_index("region")["name"].to_dict() == names.to_dict()


@pytest.mark.parametrize("maker", ["value_map", "choropleth", "notebook"])
def test_a_map_of_values_shows_names_as_they_are(
    hostile: Any, fake: ModuleType, maker: str
) -> None:
    texts = list(hostile.texts.TEXTS.values())
    regions = fake.fake_regions(tuple(texts))
    values = pd.DataFrame({t: range(12) for t in texts}, index=regions.index)
    title = " | ".join(texts)
    if maker == "choropleth":
        from clusterid.figures import choropleth

        for text in [*texts, title]:
            drawn = choropleth(values[texts[0]], regions, title=text, label=text,
                               source=text)  # fmt: skip
            ET.fromstring(_svg(drawn))
        return
    page = cid.value_map(
        values.astype(float), regions, title=title, source=title, licence=title,
        geometry_source=title, unit=title, year=texts[0],
    )  # fmt: skip
    if maker == "notebook":
        frame = _Page(page._repr_html_())
        assert [tag for tag, _ in frame.tags] == ["iframe"]
        return
    data = embedded(page.html)
    assert data["geo"]["names"] == texts[:12]
    assert [layer["label"] for layer in data["layers"]] == texts
    for key in ("title", "source", "licence", "geometry", "unit"):
        assert data["meta"][key] == title
    assert not Path(hostile.texts.RAN).exists()


def _svg(axes: Any) -> str:
    from clusterid.figures._axes import to_svg

    return to_svg(axes)


@pytest.mark.parametrize("given", [False, True])
def test_figures_draw_names_as_names(hostile: Any, given: bool) -> None:
    """On axes of ours, and on axes made with settings that read formulas."""
    from matplotlib.figure import Figure

    from clusterid import figures

    result, texts = hostile.result, list(hostile.texts.TEXTS.values())
    title = " ".join(texts[-5:])
    shares = pd.DataFrame(
        {"percent_of_cases": range(len(texts)), "named": range(len(texts)),
         "top": range(len(texts))[::-1]}, index=texts,
    )  # fmt: skip
    codes = result.templates.membership.dropna().unique()
    under = {code: f"_{code}" for code in codes}
    table = result.candidates.table.assign(
        template=lambda t: "_" + t["template"].astype(str)
    )

    class Templates:
        membership = result.templates.membership.map(under)
        labels = pd.Series({f"_{c}": t for c, t in result.templates.labels.items()})

    class Candidates:
        cells = result.candidates.cells

    Candidates.table = table  # type: ignore[attr-defined]
    options: Any = {"source": title, "language": "de"}
    drawn = {
        "portfolio": lambda ax: figures.portfolio(Candidates, ax=ax, **options),
        "network": lambda ax: figures.template_network(
            result.stack, Templates, names=dict(enumerate(texts)), ax=ax, **options
        ),
        "heatmap": lambda ax: figures.template_heatmap(
            Candidates, Templates, names=result.regions["name"].to_dict(), ax=ax,
            **options,
        ),
        "shares": lambda ax: figures.share_bars(shares, title=title, ax=ax, **options),
        "ranks": lambda ax: figures.rank_slope(shares, title=title, ax=ax, **options),
    }  # fmt: skip
    for name, draw in drawn.items():
        axes = draw(Figure().add_subplot() if given else None)
        ET.fromstring(_svg(axes))
        if given:  # the caller saves with the caller's settings
            from io import BytesIO

            axes.figure.savefig(BytesIO(), format="png")
        if name in ("portfolio", "network"):
            labels = [t.get_text() for t in axes.get_legend().get_texts()]
            assert labels
            # the portfolio's legend has the words of grades, the network's has names
            mine = {label.startswith("_") for label in labels}
            assert mine == {name == "network"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_braces_in_a_name_are_kept_among_our_words(language: str) -> None:
    said = cid.legend.words(language)
    name = "{n} {value} {total}"
    told = said("map.links_shown", n=name, total=3)
    assert name in told
    assert said("map.below", value="{value}").count("{value}") == 1


@pytest.fixture(scope="module")
def tampered(hostile: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stored result whose texts were changed by hand."""
    folder = tmp_path_factory.mktemp("tampered") / "out"
    hostile.texts.tamper(hostile.out, folder)
    return folder


@pytest.mark.filterwarnings("ignore::clusterid.errors.FileWarning")
@pytest.mark.parametrize("command", ["map", "report"])
def test_a_stored_result_changed_by_hand_runs_nothing(
    hostile: Any, tampered: Path, tmp_path: Path, command: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    target = tmp_path / f"{command}.html"
    done = CliRunner().invoke(app, [command, str(tampered), "-o", str(target)])
    assert done.exit_code == 0, done.output
    page = _read(target)
    title = " | ".join(hostile.texts.TEXTS.values())
    if command == "map":
        assert title in list(_strings(embedded(page)))
    else:
        assert plain(title) in plain("".join(_Page(page).texts))
    assert not Path(hostile.texts.RAN).exists()
    tags = {tag for tag, _ in _Page(page).tags}
    assert not tags & {"iframe", "object", "embed", "b", "textarea"}


def test_no_text_reaches_the_source_of_a_template(
    hostile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root of it: what is compiled is the same whatever the data are."""
    from jinja2 import Environment

    from clusterid.maps import _page
    from clusterid.reports import _report

    compiled: list[str] = []
    usual = Environment.compile

    def recorded(self: Any, source: Any, *args: Any, **options: Any) -> Any:
        compiled.append(str(source))
        return usual(self, source, *args, **options)

    monkeypatch.setattr(Environment, "compile", recorded)
    _page._frame.cache_clear()
    _report._template.cache_clear()
    result = hostile.result
    cid.cluster_map(result)
    cid.report(result)
    cid.value_map(pd.Series(1.0, result.regions.index), result.regions, title="{{ 1 }}")
    assert len(compiled) > 5
    held = [t for t in hostile.texts.TEXTS.values() for c in compiled if t in c]
    held += [c for c in compiled if hostile.texts.FIELD in c or "{{ 1 }}" in c]
    assert held == []
    assert not any(hostile.texts.SOURCE in c for c in compiled)
