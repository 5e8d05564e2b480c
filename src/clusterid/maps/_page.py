"""One HTML file from a folium map: everything inside, nothing asked of the network."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from clusterid.legend import markup_text
from clusterid.maps._leaflet import leaflet_css, leaflet_js
from clusterid.maps._packing import packed
from clusterid.maps._sealed import (
    Page,
    check_no_outside_links,
    content_policy,
    outside_links,
)

__all__ = ["MapPage", "map_page", "script_safe", "self_contained"]

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


@dataclass(frozen=True, slots=True, repr=False)
class MapPage(Page):
    """A map as one HTML file; in a notebook it shows itself.

    ``data`` is what the page draws: geometry, layers, texts (plain lists and dicts).
    """

    html: str
    data: Mapping[str, Any]
    title: str = ""


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
    """Return folium's page of an empty map, with a place for what is put in."""
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
        raise outside_links(unknown)
    policy = content_policy(scripts="<!--place:scripts-->")
    frame = re.sub(r"<meta name=\"viewport\"[^>]*>", "", frame)
    frame = frame.replace(
        "<head>",
        "<head>\n"
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
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
        "data": script_safe({} if data is None else packed(data)),
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
