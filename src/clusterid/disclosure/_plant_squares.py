"""Whether squares of plant sizes may be published, or tell one plant of another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusterid.tables import Economy

__all__ = ["published_squares"]

Floats = NDArray[np.float64]


def published_squares(economy: Economy, public: Economy, *, p_percent: float) -> Floats:
    r"""Return by industry the squares of its published cells, NaN where they are not.

    The owner of the second largest plant of a cell, :math:`x_2`, knows the cell's jobs
    X and number of plants n, and jobs and plants of all other published cells of the
    industry. The other cells' squares are at least :math:`\sum X_j^2/n_j`, and the
    n - 2 plants that are left share :math:`X - x_2 - x_1` jobs. The largest plant is
    then at most the larger root of

    .. math:: x_1^2 + \frac{(X - x_2 - x_1)^2}{n - 2} = S - x_2^2 - \sum_j X_j^2/n_j ,

    with S the squares of the published cells. S is used where that root is at least p %
    above the largest plant in every cell, up to the next whole job. The rule is our
    choice.

    Parameters
    ----------
    economy, public : Economy
        From plants; and the same as published.
    p_percent : float
        Per cent; 0 asks for no protection.

    Returns
    -------
    array by industry
        Persons squared.
    """
    n_industries = public.employment.shape[1]
    if economy.plant_squares is None or economy.largest_plant is None:
        return np.full(n_industries, np.nan)
    jobs = public.employment.to_numpy(dtype=float)
    shown = ~np.isnan(jobs)
    squares = economy.plant_squares.to_numpy(dtype=float)
    total = np.where(shown, squares, 0.0).sum(axis=0)
    if not p_percent > 0:
        return np.asarray(total)
    plants = np.asarray(public.establishments, dtype=float)
    first = economy.largest_plant.to_numpy(dtype=float)
    second = np.zeros_like(first)
    if economy.second_plant is not None:
        second = economy.second_plant.to_numpy(dtype=float)
    used = shown & (plants > 0) & (jobs > 0)
    x, n = np.where(used, jobs, 0.0), np.where(used, plants, 1.0)
    even = np.where(used, x**2 / n, 0.0)
    others = even.sum(axis=0) - even
    left = total - others - second**2
    rest, parts = x - second, n - 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        # x1^2 (1 + 1/m) - 2 x1 rest/m + rest^2/m - left = 0
        a, b, c = 1.0 + 1.0 / parts, -2.0 * rest / parts, rest**2 / parts - left
        root = (-b + np.sqrt(np.maximum(b**2 - 4.0 * a * c, 0.0))) / (2.0 * a)
    # with two plants or one, the other plant follows from the cell alone
    root = np.where(parts > 0, np.minimum(root, rest), first)
    needed = np.ceil(first * (1.0 + p_percent / 100.0))
    safe = ~used | (root >= needed) | (first == 0)
    return np.where(safe.all(axis=0), total, np.nan)
