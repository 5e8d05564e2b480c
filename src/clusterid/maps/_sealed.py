"""A page of HTML with everything inside: its policy, its links, shown and saved."""

from __future__ import annotations

import os
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from clusterid._disk._writing import PAGE, whole_file
from clusterid.errors import SourceError
from clusterid.legend import markup_text

__all__ = [
    "Page",
    "check_no_outside_links",
    "content_policy",
    "outside_links",
    "write_page",
]


class Page:
    """One HTML file that asks nothing of the network; in a notebook it shows itself.

    Attributes
    ----------
    html : str
        The whole page. It opens without a network and makes no request.
    title : str
        Title of the page.
    """

    __slots__ = ()

    html: str
    title: str

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
            f"<{type(self).__name__} {self.title!r}: {size:.2f} MB, no network needed; "
            ".save(path)>"
        )

    def _repr_html_(self) -> str:
        page = escape(self.html, quote=True)
        return (
            f'<iframe srcdoc="{page}" title="{markup_text(self.title)}" '
            'style="width:100%;height:620px;border:1px solid #ccc"></iframe>'
        )


def content_policy(*, scripts: str = "") -> str:
    """Return what a browser may do for a page: images inside it, and named scripts.

    Examples
    --------
    >>> "script-src" in content_policy()
    False
    """
    run = f"script-src {scripts}; " if scripts else ""
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"{run}base-uri 'none'; form-action 'none'"
    )


def outside_links(links: list[str]) -> SourceError:
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
        raise outside_links(parser.found)


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
