"""Could a printed percentage come from that many answers? (GRIM-type check)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from clusterid.errors import OptionError

__all__ = ["granularity"]


def granularity(
    percentages: Mapping[str, float], bases: Iterable[int], *, decimals: int = 0
) -> pd.DataFrame:
    """Return which counts agree with printed percentages, for each possible base.

    With few respondents not every percentage can occur. Rounding half up and half to
    even are both allowed.

    Parameters
    ----------
    percentages : mapping of name to per cent
        As printed.
    bases : iterable of int
        Numbers of respondents to try.
    decimals : int, default 0
        Decimals printed.

    Returns
    -------
    DataFrame
        ``item``, ``percent``, ``base``, ``lowest``, ``highest`` (counts that round to
        the percentage; NA where none does), ``possible``.

    Raises
    ------
    OptionError
        If a percentage is outside 0 to 100 or a base is below 1.

    References
    ----------
    Brown, N. and Heathers, J. (2017), The GRIM test, Social Psychological and
    Personality Science 8, for the idea. Not checked against the original [M].

    Examples
    --------
    >>> granularity({"several": 37}, [144])[["lowest", "highest"]].values.tolist()
    [[53, 54]]
    """
    rows = []
    for item, percent in percentages.items():
        if not 0 <= percent <= 100:
            raise OptionError(f"{item}={percent!r}; give per cent from 0 to 100.")
        for base in bases:
            if base < 1:
                raise OptionError(f"base={base!r}; give at least 1 respondent.")
            half = 0.5 * 10.0**-decimals  # 37 is printed for 36.5 to 37.5
            counts = np.arange(base + 1)
            near = np.abs(100.0 * counts / base - percent) <= half * (1 + 1e-9)
            found = counts[near]
            low, high = (found.min(), found.max()) if len(found) else (None, None)
            rows.append((item, percent, base, low, high, bool(len(found))))
    columns = ["item", "percent", "base", "lowest", "highest", "possible"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"lowest": "Int64", "highest": "Int64"})
