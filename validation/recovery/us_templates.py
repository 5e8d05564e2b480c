"""United States: templates against the benchmark definitions, not tuned on them.

``CLUSTERID_DATA=... python -m validation.recovery.us_templates [--bound]``. Each
pathway chooses its resolution or number of groups by co-location of jobs over states in
2011, which takes no part in detection; the definitions are looked at afterwards, once a
pathway.
``--bound`` adds what likeness *learned on the definitions* reaches: no pathway, but a
bound.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from clusterid.communities import (
    detect_communities,
    given_templates,
    partition_agreement,
)
from clusterid.networks import from_matrix, stack_layers, to_matrix
from validation.pair_auc import pair_auc
from validation.recovery._us_case import Graph, UsCase, us_case

Floats = NDArray[np.float64]
COUNTS = (20, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80)
RUNS = 20
AIM = {"without codes": (0.62, 0.42), "with codes": (0.76, 0.63)}


def detected(case: UsCase, *names: str, **options: object) -> pd.Series:
    """Return the library's templates; no cap on the size of a group but its own."""
    found = detect_communities(
        {name: case.layers[name] for name in names},
        held_out=case.judges["jobs"],
        runs=RUNS,
        largest=None,
        **options,
    )
    return found.membership


def likeness(case: UsCase, *names: str) -> Floats:
    """Return the cubed ranks of the layers, weighted by agreement with the judge.

    The same joining of layers as in ``detect_communities``, for pathways outside it.
    """
    ranked = {name: _ranks(case, case.layers[name]) ** 3 for name in names}
    judge = _upper(_ranks(case, case.judges["jobs"]) ** 3)
    weight = {n: np.corrcoef(_upper(m), judge)[0, 1] for n, m in ranked.items()}
    return sum(weight[n] * m for n, m in ranked.items()) / sum(weight.values())


def _ranks(case: UsCase, graph: Graph) -> Floats:
    _, matrix = to_matrix(graph, case.codes)
    upper = np.triu_indices(len(matrix), 1)
    values = matrix[upper]
    positive = values > 0
    values[positive] = rankdata(values[positive]) / positive.sum()
    ranked = np.zeros_like(matrix)
    ranked[upper] = values
    return ranked + ranked.T


def _upper(matrix: Floats) -> Floats:
    return matrix[np.triu_indices(len(matrix), 1)]


def tree_cut(case: UsCase, alike: Floats, method: str) -> pd.Series:
    """Return the groups of a hierarchy, as many as the held-out layer likes best."""
    distance = np.maximum(0, 1 - alike / alike.max())
    if method == "ward":
        distance = np.sqrt(2 * distance)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), method)
    cuts = (pd.Series(fcluster(tree, k, "maxclust"), case.codes) for k in COUNTS)
    return max(cuts, key=lambda cut: held_out(case, cut)["adjusted"])


def moved(case: UsCase, groups: pd.Series, alike: Floats) -> pd.Series:
    """Return the groups after outliers went to the group they are closest to.

    Step 5 of Delgado, Porter and Stern on the layers that detect: in each round the
    worst third of the industries closer to another group than to their own moves.
    """
    single = groups.isna()
    labels = groups.astype(object).where(~single, [f"alone {c}" for c in case.codes])
    label = pd.factorize(labels.astype(str), sort=True)[0]
    n = len(label)
    for _ in range(20):
        member = np.eye(label.max() + 1)[label]
        count = member.sum(axis=0) - member
        mean = np.where(count > 0, alike @ member / np.maximum(count, 1), -1.0)
        gain = mean.max(axis=1) - mean[np.arange(n), label]
        order = np.argsort(-gain, kind="stable")
        worst = order[: max(1, int((gain > 1e-12).sum()) // 3)]
        worst = worst[gain[worst] > 1e-12]
        if not len(worst):
            break
        label[worst] = mean[worst].argmax(axis=1)
    return pd.Series(label, case.codes)


def locally_scaled(case: UsCase, *names: str) -> pd.Series:
    """Return templates of likeness over the mean reach of seven neighbours."""
    alike = likeness(case, *names)
    reach = np.sort(alike, axis=1)[:, -7]
    scaled = alike / np.sqrt(np.outer(reach, reach))
    return from_likeness(case, scaled)


def from_likeness(case: UsCase, alike: Floats, **options: object) -> pd.Series:
    """Return the library's templates of one matrix of likeness."""
    graph = from_matrix(
        case.codes, np.maximum(alike, 0), directed=False,
        layer="likeness", kind="industry", absent="zero",
    )  # fmt: skip
    found = detect_communities(
        graph, held_out=case.judges["jobs"], runs=RUNS, largest=None, **options
    )
    return found.membership


def features(case: UsCase, *names: str) -> Floats:
    """Return pairs x layers: the weights, and for codes each level of its own."""
    columns = []
    for name in names:
        _, matrix = to_matrix(case.layers[name], case.codes)
        if name in {"codes", "sectors", "isic"}:
            levels = np.unique(matrix[matrix > 0])
            columns += [_upper(matrix >= level - 1e-9) for level in levels]
        else:
            columns += [_upper(matrix), _upper(matrix > 0)]
    return np.column_stack(columns).astype(float)


def cross_fitted(
    case: UsCase, x: Floats, fit: Callable[[Floats, NDArray[np.bool_]], Floats]
) -> Floats:
    """Return predictions of pairs, each from pairs that share no industry with it."""
    n = len(case.codes)
    first, second = np.triu_indices(n, 1)
    fold = np.random.default_rng(0).integers(0, 4, n)
    out = np.zeros(len(first))
    for a in range(4):
        for b in range(a, 4):
            one, other = fold[first], fold[second]
            asked = ((one == a) & (other == b)) | ((one == b) & (other == a))
            seen = ~np.isin(one, [a, b]) & ~np.isin(other, [a, b])
            out[asked] = fit(x[asked], seen)
    matrix = np.zeros((n, n))
    matrix[first, second] = out
    return matrix + matrix.T


def learned(case: UsCase, *names: str) -> Floats:
    """Return likeness learned from co-location of plants, by least squares."""
    x = features(case, *names)
    x = np.column_stack([np.ones(len(x)), x])
    y = rankdata(_upper(to_matrix(case.judges["plants"], case.codes)[1]))

    def fit(asked: Floats, seen: NDArray[np.bool_]) -> Floats:
        slope, *_ = np.linalg.lstsq(x[seen], y[seen], rcond=None)
        return asked @ slope

    found = cross_fitted(case, x, fit)
    return np.maximum(found - np.median(_upper(found)), 0)


def known(case: UsCase, *names: str) -> Floats:
    """Return likeness learned on the definitions themselves: a bound, not a pathway."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    x = features(case, *names)
    group = pd.factorize(case.truth)[0]
    first, second = np.triu_indices(len(group), 1)
    y = group[first] == group[second]

    def fit(asked: Floats, seen: NDArray[np.bool_]) -> Floats:
        model = HistGradientBoostingClassifier(max_iter=120, min_samples_leaf=100)
        return model.fit(x[seen], y[seen]).predict_proba(asked)[:, 1]

    return cross_fitted(case, x, fit)


def held_out(case: UsCase, groups: pd.Series, judge: str = "jobs") -> pd.Series:
    """Return the scores of any groups on a layer held out, with mean WCR and BCR."""
    text = groups.astype(object).where(groups.notna(), None)
    named = {c: None if g is None else str(g) for c, g in text.items()}
    table = given_templates(named).validation(case.judges[judge])
    weight = table["n_industries"].where(table["wcr"].notna())
    means = {
        name: float((table[name] * weight).sum() / weight.sum())
        for name in ("wcr", "bcr")
    }
    return pd.Series({**means, **table.attrs["scores"]})


def pathways(case: UsCase) -> Iterator[tuple[str, pd.Series]]:
    """Yield every pathway with its groups; the definitions take part in none."""
    index = pd.Index(case.codes)
    for digits in (2, 3, 4):
        yield f"first {digits} digits", pd.Series(index.str[:digits], index)
    for name in ("shares", "quotients"):
        _, alike = to_matrix(case.layers[name], case.codes)
        yield f"Ward, {name}", tree_cut(case, alike, "ward")
        yield f"detection, {name}", detected(case, name)
        yield f"detection, {name} + codes", detected(case, name, "codes")
    base = ("quotients", "codes")
    yield "the same, contrast 1", detected(case, *base, contrast=1.0)
    yield "the same, 20 neighbours", detected(case, *base, neighbours=20)
    yield "the same, modularity", detected(case, *base, quality="modularity")
    yield "the same, Infomap", detected(case, *base, method="infomap")
    yield "the same, local scaling", locally_scaled(case, *base)
    plain = likeness(case, *base)
    yield "the same, average linkage", tree_cut(case, plain, "average")
    yield "the same, Ward", tree_cut(case, plain, "ward")
    yield "the same, outliers moved", moved(case, detected(case, *base), plain)
    yield "quotients + sectors", detected(case, "quotients", "sectors")
    for more in (("isic",), ("isic", "titles"), ("isic", "titles", "skills")):
        names = ("quotients", "sectors", *more)
        said = " + ".join(names)
        yield said, detected(case, *names)
        alike = likeness(case, *names)
        yield f"{said}, average linkage", tree_cut(case, alike, "average")
        yield f"{said}, Ward", tree_cut(case, alike, "ward")
    every = ("quotients", "sectors", "isic", "titles")
    yield "quotients + isic", detected(case, "quotients", "isic")
    yield "sectors + isic", detected(case, "sectors", "isic")
    alike = learned(case, *every)
    yield "learned on co-location of plants", from_likeness(case, alike)
    yield "the same, Ward", tree_cut(case, alike, "ward")


def bounds(case: UsCase) -> Iterator[tuple[str, pd.Series]]:
    """Yield the definitions, and what likeness learned on them reaches."""
    yield "the definitions themselves", case.truth
    for names in (
        ("codes",),
        ("shares", "quotients"),
        ("shares", "quotients", "codes"),
        ("shares", "quotients", "codes", "sectors", "isic", "titles", "skills"),
    ):
        alike = known(case, *names)
        said = "learned on the definitions: " + " + ".join(names)
        yield said, from_likeness(case, alike)


def row(case: UsCase, name: str, groups: pd.Series) -> dict[str, object]:
    """Return the scores of one pathway: held out first, agreement after."""
    jobs, plants = held_out(case, groups), held_out(case, groups, "plants")
    agreed = partition_agreement(case.truth, groups, missing="single")
    border = pd.Series(pd.Index(case.codes).str[:3], case.codes)
    return {
        "pathway": name,
        "groups": int(groups.value_counts().gt(1).sum()),
        "held out": jobs["adjusted"],
        "se": jobs["standard_error"],
        "plants": plants["adjusted"],
        "WCR": 100 * jobs["wcr"],
        "BCR": 100 * jobs["bcr"],
        "VS-c": jobs["vs_cluster"],
        "VS-c 95": jobs["vs_cluster_p95"],
        "VS-i": jobs["vs_industry"],
        "VS-i 95": jobs["vs_industry_p95"],
        "AMI": agreed["adjusted_mutual_information"],
        "ARI": agreed["adjusted_rand"],
        "element": agreed["element_centric"],
        "AUC": pair_auc(groups, case.truth)["auc"],
        "AUC across": pair_auc(groups, case.truth, apart=border)["auc"],
    }


def layer_rows(case: UsCase) -> pd.DataFrame:
    """Return how well each layer alone, uncut, tells pairs of one definition."""
    border = pd.Series(pd.Index(case.codes).str[:3], case.codes)
    together = {**case.layers, **{f"co-location, {k}": g for k, g in
                                  case.judges.items()}}  # fmt: skip
    joined = ("quotients", "sectors", "isic", "titles")
    together["joined"] = stack_layers({name: case.layers[name] for name in joined})
    return pd.DataFrame([
        {
            "layer": name,
            "AUC": pair_auc(graph, case.truth)["auc"],
            "AUC across": pair_auc(graph, case.truth, apart=border)["auc"],
        }
        for name, graph in together.items()
    ])


def shown(table: pd.DataFrame) -> str:
    """Return the table as Markdown."""
    small = {"AMI", "ARI", "element", "AUC", "AUC across"}
    lines = ["| " + " | ".join(table.columns) + " |", "|---" * len(table.columns) + "|"]
    for _, values in table.iterrows():
        cells = [
            str(v) if isinstance(v, (str, int, np.integer))
            else f"{v:.3f}" if c in small else f"{v:.1f}"
            for c, v in values.items()
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print layers and pathways, and the bounds where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bound", action="store_true", help="the bounds, too")
    asked = parser.parse_args()
    case = us_case(Path(os.environ["CLUSTERID_DATA"]))
    print(f"{len(case.codes)} traded industries, {case.truth.nunique()} definitions\n")
    print(shown(layer_rows(case)), "\n", flush=True)
    rows = [row(case, name, groups) for name, groups in pathways(case)]
    if asked.bound:
        rows += [row(case, name, groups) for name, groups in bounds(case)]
    print(shown(pd.DataFrame(rows)))
    for said, (information, rand) in AIM.items():
        print(f"\naim {said}: AMI {information}, ARI {rand}", end="")
    print()


if __name__ == "__main__":
    main()
