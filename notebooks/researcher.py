# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Measured against declared: what a comparison can say, and what it cannot
#
# For researchers who hold quantitative clusters against those that experts named.
# Three pieces on real data: German places and their declared fields, four bodies of
# Colorado, and published rules laid side by side. It needs the data folder named by
# `CLUSTERID_DATA`, and a checkout for the study file.

# %%
import os
from pathlib import Path

import numpy as np
import pandas as pd

import clusterid as cid
from clusterid.clusters import apply_presets, cluster_mapping_flags, presets
from clusterid.comparison import VERDICTS
from clusterid.sources import READERS, describe_declared

folder = Path(os.environ["CLUSTERID_DATA"])
pd.set_option("display.max_columns", 20, "display.width", 160)
pd.set_option("display.max_colwidth", 90)

# %% [markdown]
# ## 1. Germany: occupations in 400 Kreise, 137 records of 37 places
#
# The embedded study tests every declared field in the place's own Kreise, whether or
# not a cluster was found there. Jobs are counted by *occupation* (Federal Employment
# Agency, 2025): what people do, not what their employer sells. The list of
# declarations was compiled from public pages; it is no survey.

# %%
study = cid.read_study("../data/studies/germany_occupations.toml")
result = study.run()
print(result)
for warning in result.warnings:
    print("-", warning)

# %% [markdown]
# ### Verdicts

# %%
verdicts = result.comparison.verdicts
declared = verdicts[verdicts["declared"].eq("yes")]
by_field = pd.crosstab(declared["field"].fillna("(label without field)"),
                       declared["verdict"])  # fmt: skip
by_field = by_field.reindex(columns=[v for v in VERDICTS if v in by_field])
by_field.loc["all"] = by_field.sum()
by_field

# %%
reasons = declared.groupby(["verdict", "reason"]).size().rename("records").to_frame()
reasons

# %% [markdown]
# Read `not_separable` first. Four in ten records cannot be shown by this table at all,
# nearly always because occupations do not separate the field: no group of occupations
# *is* biotech, energy or aerospace. `confirmed_jobs_only` is grade C: the jobs stand
# there, and one employer may carry them. Without counts of plants that is the highest
# grade. `no_footprint` says that the quotient of jobs lies below the bar of 1.5 and
# nothing of it is withheld. It says nothing of plans, of firms too young to count, or
# of a field that cuts across occupations.
#
# ### There is no one cut

# %%
tested = declared[declared["verdict"].ne("not_separable")].sort_values(
    ["lq_jobs", "record"], ascending=[False, True]
)
columns = ["place_name", "field", "lq_jobs", "employment", "grade",
           "grade_at_lower_bar", "grade_at_higher_bar", "verdict"]  # fmt: skip
tested[columns].head(14).round({"lq_jobs": 2, "employment": -2})

# %% [markdown]
# Jobs are a fact, and a grade from jobs alone follows their quotient: 2 and 400 jobs at
# the lower end of what is known. The grades at the lower and the higher bar do not move
# it, for the bar is one of plants. A quotient below 2 may still be confirmed by a
# cluster that covers the place. Whoever takes another cut decides otherwise (section
# 3). Both readings can be defended; the columns say which one was made.
#
# ### Three records in full

# %%
for verdict in ("confirmed_jobs_only", "no_footprint", "undecided"):
    row = tested[tested["verdict"].eq(verdict)].iloc[0]
    print(f"{verdict.upper()}  {row['place_name']}: {row['label']} ({row['field']})")
    print(f"  {row['evidence_en']}")
    print(f"  What would change this: {row['would_change_en']}\n")

# %% [markdown]
# *What would change this* names the jobs that grade C asks for in these regions, all
# else as it is. What is undecided lies between the bar and grade C:

# %%
undecided = tested[tested["verdict"].eq("undecided")]
numbers = undecided.groupby("reason")["lq_jobs"].describe().round(2)
numbers[["count", "min", "50%", "max"]]

# %% [markdown]
# In the region of Braunschweig the car makers sit in Wolfsburg. The table has no
# plants, so the program cannot tell one employer from a cluster of many, and no layer
# links occupations: `confirmed_jobs_only` means that the jobs stand here, and no more.
# The grade says so: "stands here; one employer may carry it".
#
# ### Do the answers hang on our settings?

# %%
settings = result.comparison.sensitivity.dropna(subset="changed")
settings = settings[settings["changed"].gt(0)]
settings[[
    "setting", "value", "confirmed_jobs_only", "no_footprint", "not_separable",
    "undecided", "changed",
]].round(3)  # fmt: skip

# %% [markdown]
# `changed` is the share of records with another verdict than by default; settings that
# change nothing are left out. What moves the table most is how purely the codes must
# cover the field (`mappability`): the definition of a field decides more than the
# thresholds of the statistics do.
#
# ### Agreement beyond chance

# %%
agreement = result.comparison.agreement
positives = agreement[agreement["base"].gt(0)]
lift = agreement.loc["lift_within_strata"]
low, high = lift["expected_lower"], lift["expected_upper"]
where = "above" if lift["value"] > high else "inside"
print(f"lift {lift['value']:.2f}, {where} the range of random lists "
      f"({low:.2f} to {high:.2f})")  # fmt: skip
silent = agreement[agreement["base"].eq(0)]
print("not computed:", ", ".join(silent.index), "-", *silent["reason"].unique())
positives.drop(columns="reason").round(3)

# %% [markdown]
# These rows need positives only. Of the declared fields that could be measured in
# nearly every place, the share measured as concentrated is set against three kinds of
# chance: random lists in which each place keeps its number of fields and each field its
# number of places; the same with labels moving only between places of one kind
# (`strata`); and random maps of each field that are as smooth in space as the real one
# (`spatial`). `expected_lower` and `expected_upper` are the range of that chance;
# `lower` and `upper` are the interval of the share itself.
#
# A lift inside the range, or at its edge, is no evidence in either direction, and where
# the three disagree, the answer hangs on what one compares with. A lift above it says:
# the places of this list name fields in which they are concentrated more often than
# such lists, or such maps, would. It does not say that experts see more than the
# statistics, nor that most declared fields have a footprint (the first `value` is the
# share that has). And the ranges are a little too narrow: a Land and the cities in it
# stand in the same list and share their jobs.
#
# The statistics that are not computed need negatives: places that looked at a field and
# said no. This list has none, for no place claims to be complete. Whoever fills silence
# with "no" can compute a kappa here, and it would measure how long the lists are.
#
# ### The posterior, with its bounds

# %%
posterior = result.comparison.posterior
wanted = {
    "declared_sensitivity": "declared, if a cluster",
    "declared_specificity": "not declared, if none",
    "measured_sensitivity": "concentrated, if a cluster",
    "measured_specificity": "not concentrated, if none",
    "cluster_if_declared_measured_yes": "cluster, if declared and concentrated",
    "cluster_if_declared_measured_weak": "cluster, if declared and weak sign",
    "cluster_if_declared_measured_no": "cluster, if declared and no sign",
}
shown = posterior[posterior["population"].isin(["all", "city"])]
shown = shown[shown["quantity"].isin(wanted)]
shown = shown.assign(
    text=[
        f"{m:.2f} ({a:.2f} to {b:.2f})"
        for m, a, b in zip(shown["mean"], shown["lower"], shown["upper"], strict=True)
    ]
)
table = shown.pivot(index="quantity", columns="prior", values="text")
print("basis:", ", ".join(posterior["basis"].unique()))
table.reindex(list(wanted)).rename(index=wanted).rename_axis(index=None, columns=None)

# %%
by_verdict = tested.groupby("verdict")[
    ["posterior", "posterior_lower", "posterior_upper"]
]
by_verdict.median().round(2)

# %% [markdown]
# The basis says it: not identified. Without complete lists the data cannot tell a
# careless declaration from a blind measurement, so these are priors carried through
# Bayes' rule, for three stated priors (`clusterid.comparison.PRIORS`). Use the distance
# between the columns: after a grade the neutral prior and the one that trusts
# declarations call a cluster likely, and the one that doubts them leaves it open; after
# no sign all call it less likely than not. The bounds of a posterior run over priors
# and readings of its label. They are wide and ought to be.

# %% [markdown]
# ## 2. Colorado: what four bodies declare, beside the jobs of their own areas
#
# Longmont, Fort Collins, Metro Denver and the State of Colorado list the industries of
# their clusters. Each industry belongs to a benchmark cluster (Delgado, Porter and
# Stern 2016), and the jobs of those are known by metropolitan area and state for 2016
# (U.S. Cluster Mapping Project). This is description: no test, no verdict. Longmont is
# a part of the metropolitan area of Boulder, whose numbers stand in for it.

# %%
mapping = folder / "us_cluster_mapping"
lists = READERS["us_declared"].read(
    mapping / "self_declared_clusters_colorado_naics.csv"
)
msa_file = mapping / "employment_by_cluster_msa_2016.parquet"
state_file = mapping / "employment_by_cluster_state_2016.parquet"
parts = describe_declared(lists, msa_file, state_file)
msa = pd.read_parquet(msa_file)
kinds = msa.drop_duplicates("cluster_name").set_index("cluster_name")["cluster_type"]
kinds = kinds.astype(str)
parts["kind"] = parts["benchmark_cluster"].map(kinds).fillna("no counts")
traded = parts[parts["kind"].eq("traded") & parts["lq"].notna()].copy()
traded["above"] = traded["lq"].gt(1)

# %% [markdown]
# One row a declared cluster: its largest traded part (by declared industries), that
# part's quotient in the area, how many traded parts it touches, how many of them are
# above 1, and the share of the declared industries that lie in parts above 1.


# %%
def describe(group: pd.DataFrame) -> pd.Series:
    main = group.iloc[0]  # parts are sorted by number of declared industries
    n = group["n_industries"]
    return pd.Series({
        "main part": main["benchmark_cluster"],
        "lq": main["lq"],
        "traded parts": len(group),
        "above 1": int(group["above"].sum()),
        "share of industries above 1": n[group["above"]].sum() / n.sum(),
    })


clusters = traded.groupby(["place", "field"])[list(traded)].apply(describe)
clusters = clusters.reset_index().assign(
    cluster=lambda t: t["field"].str.split(": ").str[1]
)
each = clusters.set_index(["place", "cluster"]).drop(columns="field")
each.astype({"lq": float, "share of industries above 1": float}).round(2)

# %%
codes = parts.drop_duplicates("place").set_index("place")["area"]
rows = []
for place, code in codes.items():
    path = state_file if place == "Colorado" else msa_file
    own = pd.read_parquet(path, columns=["region_code", "cluster_name", "lq", "emp"])
    own = own[own["region_code"].eq(code) & own["emp"].gt(0)]
    own = own[own["cluster_name"].map(kinds).eq("traded")]
    mine = clusters[clusters["place"].eq(place)]
    touched = traded.loc[traded["place"].eq(place), "benchmark_cluster"].unique()
    rows.append({
        "place": place,
        "declared": lists.loc[lists["place"].eq(place), "field"].nunique(),
        "with a traded part": len(mine),
        "main part above 1": int(mine["lq"].gt(1).sum()),
        "traded clusters of the area": len(own),
        "of these above 1": int(own["lq"].gt(1).sum()),
        "touched by a declaration": len(touched),
    })
pd.DataFrame(rows).set_index("place")

# %% [markdown]
# Compare two shares by eye: main parts above 1 among the declared, and clusters above 1
# among all of the area. In Metro Denver the declared ones are above 1 far more often
# than the area's clusters in general, in Longmont hardly. Three cautions. A declaration
# can touch many benchmark clusters (*Advanced Manufacturing* nearly all of
# manufacturing), so that some part is always above 1. A declaration may name what a
# body wants to attract; a quotient counts what is there. And the benchmark cluster
# around an industry is not the industry: aviation is an airport and more, and its
# benchmark cluster holds trucking, too. The quotients have no intervals, and the source
# imputed a part of the jobs.

# %% [markdown]
# ## 3. Published rules side by side
#
# What "is a cluster" has several published meanings. They are offered to compare with;
# none has a distribution.

# %%
presets()[["title", "rule"]]

# %% [markdown]
# The four flags of the cluster mapping can be checked against the publication: 917
# metropolitan and micropolitan areas, 51 traded clusters, 2016. Quotients are taken
# again from the jobs, over traded jobs of area and nation.

# %%
cells = msa[msa["cluster_type"].astype(str).eq("traded")].reset_index(drop=True)
nation = (cells["emp"] / cells["cluster_emp_per"]).where(
    cells["emp"].gt(0) & cells["cluster_emp_per"].gt(0)
)
nation = nation.groupby(cells["cluster_code"]).median()
jobs = cells["region_code"].map(cells.groupby("region_code")["emp"].sum())
share_of_nation = cells["cluster_code"].map(nation / nation.sum())
cells = cells.assign(
    template=cells["cluster_code"],
    region=cells["region_code"],
    employment=cells["emp"],
    establishments=cells["est"],
    lq_jobs=cells["emp"] / jobs / share_of_nation,
)
flags = cluster_mapping_flags(cells)
pd.DataFrame({
    "ours": flags.sum(),
    "published": cells[list(flags)].astype(bool).sum(),
    "cells that differ": (flags != cells[list(flags)].astype(bool)).sum(),
})

# %% [markdown]
# Equal, cell by cell. Now the rules beside each other, on the real table and on chance:
# **simulated** jobs and plants, Poisson around what the margins of the real table lead
# one to expect, so nothing is concentrated anywhere.

# %%
rng = np.random.default_rng(0)
chance = cells[["template", "region"]].copy()
for column in ("employment", "establishments"):
    whole = cells.groupby("region")[column].sum()
    share = cells.groupby("template")[column].sum() / cells[column].sum()
    expected = cells["region"].map(whole) * cells["template"].map(share)
    chance[column] = rng.poisson(expected).astype(float)
simulated = chance.groupby("region")["employment"].transform("sum")
share = chance.groupby("template")["employment"].sum() / chance["employment"].sum()
chance["lq_jobs"] = chance["employment"] / simulated / chance["template"].map(share)

size = msa.groupby("region_code")["emp"].sum()
needs_more = ("feser_2005", "litzenberger_sternberg_2006")
rules = [name for name in presets().index if name not in needs_more]
at_least = {"eco_2008": 2, "eco_2011": 2}


def tally(table: pd.DataFrame) -> pd.DataFrame:
    found = apply_presets(table, names=rules, size=size)
    hit = pd.DataFrame({r: found[r].ge(at_least.get(r, 1)) for r in rules})
    present = table["employment"].gt(0)
    return pd.DataFrame({
        "cells": hit.sum(),
        "share of cells with jobs": hit[present].mean(),
        "share of areas with one": hit.groupby(table["region"]).any().mean(),
    })


side = pd.concat({"real": tally(cells), "chance": tally(chance)}, axis=1)
side.index = [f"{r} (two stars)" if r in at_least else r for r in side.index]
side.round(3)

# %% [markdown]
# The same table holds two thousand clusters or seventeen thousand, by rule. The right
# half is the lesson. A bare quotient of 1.5 fires on chance in six areas of ten,
# because areas are small, and the quartile rules must fire: a quarter of something is
# always on top. And this is the mildest chance there is: jobs come in plants, not one
# by one, which makes large quotients more frequent still. A count of clusters under
# such a rule says little until the same rule was run on chance.

# %%
found = apply_presets(cells, names=["lq_1.5", "lq_2", "eco_2008",
                                    "cluster_mapping_strong"], size=size)  # fmt: skip
strong = found["cluster_mapping_strong"].eq(1)
other = pd.DataFrame({
    "lq_1.5": found["lq_1.5"].eq(1),
    "lq_2": found["lq_2"].eq(1),
    "eco_2008, two stars": found["eco_2008"].ge(2),
})
pd.DataFrame({
    "cells": other.sum(),
    "also strong": (other.T & strong).T.sum(),
    "Jaccard with strong": [
        (other[c] & strong).sum() / (other[c] | strong).sum() for c in other
    ],
    "fewer than 100 jobs": [cells.loc[other[c], "emp"].lt(100).mean() for c in other],
}).round(2)

# %% [markdown]
# Two analysts with the same data and a published rule each agree on half of the
# clusters or fewer. Before asking whether experts agree with the numbers, ask whether
# the numbers agree with each other.
