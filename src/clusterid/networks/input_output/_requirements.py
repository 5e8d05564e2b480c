"""Leontief and Ghosh: coefficients, inverses, multipliers, propagation lengths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import Fault, TableError
from clusterid.networks._labels import by_code
from clusterid.networks.input_output._flows import FlowTable, flow_table
from clusterid.statistics import over_positive

__all__ = [
    "allocation_coefficients", "average_propagation_lengths", "ghosh_inverse",
    "leontief_inverse", "multipliers", "technical_coefficients",
]  # fmt: skip

Floats = NDArray[np.float64]


def _divide(matrix: Floats, by: Floats, axis: int) -> Floats:
    """Return matrix / by along an axis; 0 where there is no output."""
    safe = np.where(by > 0, by, np.inf)
    return matrix / (safe[None, :] if axis == 1 else safe[:, None])


def input_shares(table: FlowTable) -> Floats:
    """Return A, flows over the buyer's output (or purchases, if output is unknown)."""
    by = table.output if table.has_output else table.flows.sum(axis=0)
    return _divide(table.flows, by, axis=1)


def output_shares(table: FlowTable) -> Floats:
    """Return B, flows over the seller's output (or sales, if output is unknown)."""
    by = table.output if table.has_output else table.flows.sum(axis=1)
    return _divide(table.flows, by, axis=0)


def need_output(table: FlowTable, what: str) -> None:
    """Raise TableError unless output is known."""
    if not table.has_output:
        rule = (
            f"{what} needs the output of every industry, not only the flows between "
            "them"
        )
        mend = (
            "pass output=Series by industry, or industries=[...] when the table also "
            "holds final demand"
        )
        raise TableError("flows", [Fault(rule, mend)])


def table_with_output(
    flows: pd.DataFrame,
    output: pd.Series | None,
    industries: Iterable[str] | None,
    what: str,
) -> FlowTable:
    """Return the flows as a square matrix; TableError unless output is known."""
    table = flow_table(flows, output=output, industries=industries)
    need_output(table, what)
    return table


def inverse(coefficients: Floats, codes: list[str]) -> Floats:
    """Return (I - A)^-1; TableError when the economy is not productive."""
    n = len(coefficients)
    radius = float(np.abs(np.linalg.eigvals(coefficients)).max()) if n else 0.0
    if radius >= 1 - 1e-12:
        heavy = np.argsort(-coefficients.sum(axis=0), kind="stable")[:5]
        rule = (
            f"the coefficients have spectral radius {radius:.6g}: inputs use up all "
            "output, and the inverse does not exist"
        )
        mend = "check output: it must contain value added and final demand"
        shown = tuple((codes[i], coefficients[:, i].sum()) for i in heavy)
        raise TableError("flows", [Fault(rule, mend, len(heavy), shown)])
    return np.asarray(np.linalg.inv(np.eye(n) - coefficients), dtype=np.float64)


def pair_frame(codes: list[str], matrix: NDArray[Any]) -> pd.DataFrame:
    """Label one value a pair of seller and buyer."""
    return pd.DataFrame(
        matrix,
        index=pd.Index(codes, name="seller"),
        columns=pd.Index(codes, name="buyer"),
    )


@typed
def technical_coefficients(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""Return what a buyer needs from each seller for one unit of output.

    .. math:: A_{ij} = Z_{ij} / X_j

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value`` (million of a currency).
    output : Series by industry, optional
        Output, same unit.
    industries : list of codes, optional
        The producing industries, when the table also holds final demand and value
        added; output is then the row sum.

    Returns
    -------
    DataFrame, seller x buyer
        0..1; a column without output is 0.

    Raises
    ------
    TableError
        If the table has faults, or neither output nor industries is given.

    References
    ----------
    Miller, R., Blair, P. (2009), Input-Output Analysis, 2nd ed., section 2.2 (equation
    numbers not checked against the book).

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a", "b"], "buyer": ["b", "a"],
    ...                       "value": [20.0, 10.0]})
    >>> x = pd.Series({"a": 100, "b": 80})
    >>> technical_coefficients(flows, output=x).loc["a", "b"]
    np.float64(0.25)
    """
    table = table_with_output(flows, output, industries, "A technical coefficient")
    return pair_frame(table.codes, input_shares(table))


@typed
def allocation_coefficients(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""Return which share of a seller's output goes to each buyer.

    .. math:: B_{ij} = Z_{ij} / X_i

    Parameters, errors and references as in :func:`technical_coefficients`.

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    output : Series by industry, optional
        Output, same unit.
    industries : list of codes, optional
        The producing industries.

    Returns
    -------
    DataFrame, seller x buyer
        0..1; a row without output is 0.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a", "b"], "buyer": ["b", "a"],
    ...                       "value": [20.0, 10.0]})
    >>> x = pd.Series({"a": 100, "b": 80})
    >>> allocation_coefficients(flows, output=x).loc["a", "b"]
    np.float64(0.2)
    """
    table = table_with_output(flows, output, industries, "An allocation coefficient")
    return pair_frame(table.codes, output_shares(table))


@typed
def leontief_inverse(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""Return all that is needed, directly and indirectly, for one unit of demand.

    .. math:: L = (I - A)^{-1} = I + A + A^2 + \dots

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    output : Series by industry, optional
        Output, same unit.
    industries : list of codes, optional
        The producing industries.

    Returns
    -------
    DataFrame, seller x buyer
        At least 1 on the diagonal, at least 0 elsewhere.

    Raises
    ------
    TableError
        If the table has faults, or inputs use up all output.

    References
    ----------
    Leontief, W. (1936), Review of Economics and Statistics 18(3), 105-125.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a", "b"], "buyer": ["b", "a"],
    ...                       "value": [50.0, 50.0]})
    >>> x = pd.Series({"a": 100, "b": 100})
    >>> leontief_inverse(flows, output=x).round(4).loc["a"].tolist()
    [1.3333, 0.6667]
    """
    table = table_with_output(flows, output, industries, "The Leontief inverse")
    return pair_frame(table.codes, inverse(input_shares(table), table.codes))


@typed
def ghosh_inverse(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""Return where one unit of a seller's primary input ends up.

    .. math:: G = (I - B)^{-1}

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    output : Series by industry, optional
        Output, same unit.
    industries : list of codes, optional
        The producing industries.

    Returns
    -------
    DataFrame, seller x buyer

    Raises
    ------
    TableError
        If the table has faults, or inputs use up all output.

    References
    ----------
    Ghosh, A. (1958), Economica 25(97), 58-64.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a", "b"], "buyer": ["b", "a"],
    ...                       "value": [50.0, 50.0]})
    >>> x = pd.Series({"a": 100, "b": 100})
    >>> ghosh_inverse(flows, output=x).round(4).loc["a"].tolist()
    [1.3333, 0.6667]
    """
    table = table_with_output(flows, output, industries, "The Ghosh inverse")
    return pair_frame(table.codes, inverse(output_shares(table), table.codes))


@typed
def multipliers(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
    satellite: pd.Series | None = None,
) -> pd.DataFrame:
    r"""Return backward and forward multipliers of every industry.

    ``backward`` is output in all industries for one unit of final demand (column
    sums of L), ``forward`` the row sums of G; ``backward_rank`` and ``forward_rank``
    divide them by their mean: above 1 both ways is a key sector. With a ``satellite``
    account (jobs, emissions), ``satellite_multiplier`` is its total in all
    industries per unit of final demand.

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    output : Series by industry, optional
        Output, same unit.
    industries : list of codes, optional
        The producing industries.
    satellite : Series by industry, optional
        For example persons employed.

    Returns
    -------
    DataFrame by industry
        ``backward``, ``forward``, ``backward_relative``, ``forward_relative``,
        ``satellite_multiplier`` (NaN without a satellite account).

    References
    ----------
    Miller, R., Blair, P. (2009), Input-Output Analysis, 2nd ed., chapter 6 (not
    checked against the book).

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a", "b"], "buyer": ["b", "a"],
    ...                       "value": [50.0, 50.0]})
    >>> x = pd.Series({"a": 100, "b": 100})
    >>> multipliers(flows, output=x)["backward"].round(2).tolist()
    [2.0, 2.0]
    """
    table = table_with_output(flows, output, industries, "A multiplier")
    leontief = inverse(input_shares(table), table.codes)
    ghosh = inverse(output_shares(table), table.codes)
    backward, forward = leontief.sum(axis=0), ghosh.sum(axis=1)
    jobs = np.full(len(table.codes), np.nan)
    if satellite is not None:
        amount = by_code(satellite, table.codes)
        empty = table.output <= 0
        intensity = np.where(empty, 0.0, amount / np.where(empty, 1.0, table.output))
        jobs = intensity @ leontief
    return pd.DataFrame(
        {
            "backward": backward,
            "forward": forward,
            "backward_relative": backward / backward.mean(),
            "forward_relative": forward / forward.mean(),
            "satellite_multiplier": jobs,
        },
        index=pd.Index(table.codes, name="industry"),
    )


def mean_linkage(table: FlowTable) -> tuple[Floats, Floats]:
    """Return ((L - I) + (G - I))/2 and the average propagation lengths."""
    leontief = inverse(input_shares(table), table.codes)
    ghosh = inverse(output_shares(table), table.codes)
    identity = np.eye(len(table.codes))
    rounds = leontief - identity
    linkage = (rounds + ghosh - identity) / 2
    steps = leontief @ rounds
    return linkage, over_positive(steps, rounds)


@typed
def average_propagation_lengths(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""Return the mean number of rounds a push needs from one industry to another.

    1 is a direct link; larger values tell that the link runs through others, and
    so order the industries along a chain. The value for an industry and itself is
    left out (NaN): it is proportional to the multiplier and says nothing of
    distance (Oosterhaven & Bouwmeester 2013).

    .. math::
        V_{ij} = \frac{\sum_r r\,[A^r]_{ij}}{\sum_r [A^r]_{ij}}
               = \frac{[L(L - I)]_{ij}}{[L - I]_{ij}}

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    output : Series by industry, optional
        Output, same unit.
    industries : list of codes, optional
        The producing industries.

    Returns
    -------
    DataFrame, seller x buyer
        1 or more; NaN on the diagonal and where no chain leads from seller to buyer.

    References
    ----------
    Dietzenbacher, E., Romero, I., Bosma, N. (2005), Estudios de Economia Aplicada
    23(2). Oosterhaven, J., Bouwmeester, M. (2013), Journal of Regional Science.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a", "b"], "buyer": ["b", "c"],
    ...                       "value": [50.0, 50.0]})
    >>> x = pd.Series({"a": 100, "b": 100, "c": 100})
    >>> average_propagation_lengths(flows, output=x).loc["a"].tolist()
    [nan, 1.0, 2.0]
    """
    table = table_with_output(flows, output, industries, "A propagation length")
    _, length = mean_linkage(table)
    np.fill_diagonal(length, np.nan)
    return pair_frame(table.codes, length)
