"""One HTML file from a folium map: everything inside, nothing asked of the network."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from clusterid._writing import PAGE, whole_file
from clusterid.errors import SourceError
from clusterid.legend import markup_text
from clusterid.maps._leaflet import leaflet_css, leaflet_js

__all__ = [
    "MapPage",
    "check_no_outside_links",
    "script_safe",
    "self_contained",
    "write_page",
]

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src <!--place:scripts-->; base-uri 'none'; form-action 'none'"
)

#: what folium writes into a page, and what becomes of it: Leaflet is put inside,
#: the rest (needed by markers and pop-ups we do not use) is left out
_INLINE = re.compile(r"leaflet(?:@[\d.]+)?/(?:dist/)?leaflet\.(js|css)$")
_LEFT_OUT = re.compile(
    r"/(?:jquery-[\d.]+(?:\.min)?\.js|bootstrap[^/]*\.min\.(?:js|css)"
    r"|bootstrap\.bundle\.min\.js|leaflet\.awesome-markers\.(?:js|css)"
    r"|bootstrap-glyphicons\.css|all\.min\.css|leaflet\.awesome\.rotate\.min\.css)$"
)
_TAG = re.compile(
    r"<script\s+src=\"(?P<script>[^\"]*)\">\s*</script>"
    r"|<link\s+rel=\"stylesheet\"\s+href=\"(?P<style>[^\"]*)\"\s*/?>"
)


@dataclass(frozen=True, slots=True)
class MapPage:
    """A map as one HTML file; in a notebook it shows itself.

    Attributes
    ----------
    html : str
        The whole page. It opens without a network and makes no request.
    data : mapping
        What the page draws: geometry, layers, texts (plain lists and dicts).
    title : str
        Title of the page.
    """

    html: str
    data: Mapping[str, Any] = field(repr=False)
    title: str = ""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, whole or not at all, and return its path.

        Raises
        ------
        SourceError
            If the folder does not exist or cannot be written to.
        """
        return write_page(self.html, path)

    def __repr__(self) -> str:
        size = len(self.html.encode("utf-8")) / 1e6
        return (
            f"<MapPage {self.title!r}: {size:.2f} MB, no network needed; .save(path)>"
        )

    def _repr_html_(self) -> str:
        page = escape(self.html, quote=True)
        return (
            f'<iframe srcdoc="{page}" title="{markup_text(self.title)}" '
            'style="width:100%;height:620px;border:1px solid #ccc"></iframe>'
        )


def script_safe(value: object) -> str:
    """Return JSON that cannot leave the script element it stands in.

    Examples
    --------
    >>> script_safe("</script><script>alert(1)</script>").count("<")
    0
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(sign, code)
    # lone surrogates cannot be written as UTF-8
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def map_page(data: Mapping[str, Any], *, title: str, language: str) -> MapPage:
    """Return the page that draws ``data`` with folium and the vendored Leaflet.

    Folium compiles what its elements render as a template, so it is given constants
    alone. Data, style and script take their places in the finished page.
    """
    page = self_contained(_frame(), title=title, language=language, data=data)
    return MapPage(page, data, title)


@cache
def _frame() -> str:
    """Return folium's page of an empty map, with a place for everything of ours."""
    import folium
    from branca.element import MacroElement
    from jinja2 import Template

    canvas = folium.Map(
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
        world_copy_jump=False,
    )
    canvas._id = "canvas"
    canvas.get_root()._id = "page"
    macro: Any = MacroElement()  # type: ignore[no-untyped-call]
    macro._name, macro._id = "clusterid", "layers"
    macro._template = Template(_MACRO)
    macro.add_to(canvas)
    page: str = canvas.get_root().render()
    return page


_MACRO = """
{% macro header(this, kwargs) %}<style><!--place:style--></style>{% endmacro %}
{% macro html(this, kwargs) %}
<script type="application/json" id="clusterid-data"><!--place:data--></script>
<script><!--place:app--></script>
{% endmacro %}
{% macro script(this, kwargs) %}
clusteridMap(map_canvas,
  JSON.parse(document.getElementById("clusterid-data").textContent));
{% endmacro %}
"""

_PLACE = re.compile(r"<!--place:([a-z_]+)-->")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def _placed(frame: str, parts: Mapping[str, str]) -> str:
    """Return the frame with a part at each place; parts are not looked into.

    Examples
    --------
    >>> _placed("<b><!--place:a--></b>", {"a": "<!--place:b-->", "b": "never"})
    '<b><!--place:b--></b>'
    """
    pieces = _PLACE.split(frame)
    pieces[1::2] = [parts[name] for name in pieces[1::2]]
    return "".join(pieces)


@cache
def _own(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def self_contained(
    frame: str, *, title: str, language: str, data: Mapping[str, Any] | None = None
) -> str:
    """Return folium's page of constants as one whole page with everything inside.

    Outside links are put inside or left out; title, data, style and script are put
    into the finished page in one pass, and nothing reads them again.

    Parameters
    ----------
    frame : str
        What folium renders: no text of a study stands in it yet.
    title : str
        Title of the page.
    language : str
        Language of the page.
    data : mapping, optional
        What the page draws.

    Returns
    -------
    str

    Raises
    ------
    SourceError
        If a link leads outside that is not known: nothing is left to chance.
    """
    unknown: list[str] = []

    def settle(match: re.Match[str]) -> str:
        link = match.group("script") or match.group("style")
        inline = _INLINE.search(link)
        if inline:
            return f"<!--place:leaflet_{inline.group(1)}-->"
        if _LEFT_OUT.search(link):
            return ""
        unknown.append(link)
        return match.group(0)

    frame = _TAG.sub(settle, frame)
    if unknown:
        raise _outside(unknown)
    frame = re.sub(r"<meta name=\"viewport\"[^>]*>", "", frame)
    frame = frame.replace(
        "<head>",
        "<head>\n"
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title><!--place:title--></title>",
        1,
    ).replace("<html>", '<html lang="<!--place:language-->">', 1)
    # the script of folium stands after the body; inside is where it belongs
    frame = frame.replace("</body>\n<script>", "<script>", 1)
    frame = frame.replace("</script>\n</html>", "</script>\n</body>\n</html>", 1)
    frame = "\n".join(line.rstrip() for line in frame.split("\n") if line.strip())
    parts = {
        "title": markup_text(title),
        "language": markup_text(language),
        "data": script_safe({} if data is None else data),
        "style": _own("_map.css"),
        "app": _own("_map.js"),
        "leaflet_js": "",
        "leaflet_css": "",
        "scripts": "'none'",
    }
    check_no_outside_links(_placed(frame, parts))
    parts["leaflet_js"] = "<script>" + leaflet_js() + "</script>"
    parts["leaflet_css"] = "<style>" + leaflet_css() + "</style>"
    parts["scripts"] = _script_sums(_placed(frame, {**parts, "data": "", "title": ""}))
    return _placed(frame, parts) + "\n"


@cache
def _script_sums(page: str) -> str:
    """Return the sums of a page's own scripts: a browser then runs no other."""
    sums = (sha256(text.encode("utf-8")).digest() for text in _SCRIPT.findall(page))
    return " ".join(f"'sha256-{b64encode(one).decode('ascii')}'" for one in sums)


def _outside(links: list[str]) -> SourceError:
    listed = ", ".join(sorted(set(links))[:5])
    return SourceError(
        f"The page would ask the network for {listed}. A map must open without one: "
        "put the file inside the page, or leave out what needs it."
    )


_STYLE_LINK = re.compile(r"@import|url\(\s*['\"]?(?!data:|#)([^)]*)", re.IGNORECASE)


class _Links(HTMLParser):
    """Collects what the tags of a page would load, and links in its style sheets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            value = (value or "").strip()
            loads = name in {"src", "srcset", "poster", "background", "data", "action"}
            loads |= name == "href" and tag != "a"
            if loads and value and not value.startswith(("data:", "#")):
                self.found.append(value)
            if name == "style":
                self._style(value)
            if name == "http-equiv" and value.lower() == "refresh":
                self.found.append("refresh")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._style(data)

    def _style(self, text: str) -> None:
        for match in _STYLE_LINK.finditer(text):
            self.found.append(match.group(1) or match.group(0))


def check_no_outside_links(page: str) -> None:
    """Raise SourceError when a page would load anything that is not inside it.

    Examples
    --------
    >>> check_no_outside_links("<p>text with src=http://x is only text</p>")
    >>> check_no_outside_links("<img src='//x/y.png'>")
    Traceback (most recent call last):
        ...
    clusterid.errors.SourceError: The page would ask the network for //x/y.png. A map \
must open without one: put the file inside the page, or leave out what needs it.
    """
    parser = _Links()
    parser.feed(page)
    parser.close()
    if parser.found:
        raise _outside(parser.found)


def write_page(html: str, path: str | os.PathLike[str]) -> Path:
    """Write a page to a file, whole or not at all, and return its path.

    Raises
    ------
    SourceError
        If the folder does not exist or cannot be written to.
    """
    with (
        whole_file(path, PAGE) as part,
        part.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(html)
    return Path(path)
