"""A page has no link to the outside."""

from __future__ import annotations

import pytest

from clusterid.errors import (
    SourceError,
)
from clusterid.maps._sealed import check_no_outside_links


@pytest.mark.parametrize(
    "page",
    [
        "<script src='https://x.org/a.js'></script>",
        "<link rel=stylesheet href='//x.org/a.css'>",
        "<style>@import 'x.css';</style>",
        "<style>p{background:url(https://x.org/a.png)}</style>",
        "<p style='background:url(http://x.org)'>x</p>",
        "<img srcset='a.png 2x'>",
        "<meta http-equiv=refresh content='0;url=http://x'>",
        "<iframe src='other.html'></iframe>",
    ],
)
def test_an_outside_link_is_an_error(page: str) -> None:
    with pytest.raises(SourceError, match="would ask the network"):
        check_no_outside_links(page)
