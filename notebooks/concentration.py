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
# # Concentration: which industries cluster in Great Britain, and where?
#
# A lesson in four questions, on employment by 40 NUTS 2 regions and four-digit industry
# (BRES, 2021). Each answer is a number, what it would be by chance, and what it cannot
# tell.
#
# Source: Office for National Statistics licensed under the Open Government Licence
# v3.0.

# %%
import os
from pathlib import Path

import numpy as np
import pandas as pd

import clusterid as cid
from clusterid import concentration
from clusterid.sources import READERS

folder = Path(os.environ.get("CLUSTERID_DATA", ""))
bres = folder / "uk_bres_nuts2"
if "CLUSTERID_DATA" in os.environ and bres.is_dir():
    sourced = READERS["bres"].read(
        bres / "bres_employment_sic5_2015_2021.parquet",
        years=[2018, 2021],
        level=4,
        size_bands=bres / "gb_enterprises_by_sizeband_sic5_2016_2022.parquet",
    )
    real = True
else:
    print(
        "CLUSTERID_DATA is not set, so the British data are not here. What follows "
        "runs on a small simulated economy instead; its numbers mean nothing."
    )
    real = False

# %%
if real:
    bounds = sourced.plant_herfindahl
    bounds = bounds[bounds["year"].eq(2021)][["lower", "upper"]]
    economies = {
        year: cid.economy(sourced.table, year=year, metadata=sourced.metadata)
        for year in (2018, 2021)
    }
    names = pd.read_csv(bres / "nuts2_names.csv").set_index("nuts2")["name"]
    labels = pd.read_csv(bres / "sic2007_lookup.csv", dtype=str)
    labels["code"] = labels["SIC_5DIGIT_CODE"].str[:4]
    labels = labels.drop_duplicates("code").set_index("code")["SIC_5DIGIT_NAME"]
    labels = labels.str.replace(r"^\d+ : ", "", regex=True).str.slice(0, 48)
else:
    rng = np.random.default_rng(0)
    regions = [f"R{j:02d}" for j in range(20)]
    codes = [f"{d}{k}" for d in (10, 20, 30) for k in range(5)]
    before = rng.lognormal(6, 1, (20, 15)).round(-1)
    after = (before * rng.uniform(0.7, 1.4, before.shape)).round(-1)
    before[0, 0], after[0, 0] = 20_000, 24_000
    economies = {
        year: cid.economy(pd.DataFrame(table, regions, codes), metadata={"year": year})
        for year, table in ((2018, before), (2021, after))
    }
    bounds = pd.DataFrame({"lower": 0.002, "upper": 0.02}, codes)
    names = pd.Series(regions, regions)
    labels = pd.Series([f"industry {code}" for code in codes], codes)

jobs = economies[2021].employment
economies[2021]

# %% [markdown]
# ## 1. How unevenly is an industry spread?
#
# "The Gini of concentration" is four different numbers. On the same table they differ
# by a factor of nearly three, so a figure quoted without its variant says little.

# %%
variants = ("unweighted", "weighted", "krugman", "plain")
ginis = pd.DataFrame({
    name: cid.locational_gini(jobs, variant=name) for name in variants
})
ginis.insert(0, "industry name", labels.reindex(ginis.index))
ginis["jobs"] = jobs.sum()
ginis.sort_values("weighted", ascending=False).head(8).round(3)

# %% [markdown]
# `plain` asks whether jobs are spread evenly over regions, `weighted` whether they are
# spread as all jobs are. London has a sixth of all jobs: an industry that follows
# people is uneven by the first measure and even by the second.

# %%
ginis[list(variants)].corr(method="spearman").round(2)

# %% [markdown]
# ## 2. More than a few big plants?
#
# An industry with four plants must be concentrated. Ellison & Glaeser take out what the
# sizes of plants alone would give. Plants are not published here; the numbers of
# enterprises by size band bound their Herfindahl index, so gamma comes as an interval.
# Enterprises are not local units: read the interval as approximate.

# %%
eg = cid.ellison_glaeser(jobs, bounds)
eg.insert(0, "industry name", labels.reindex(eg.index))
eg["reason"].replace("", "a point").value_counts().to_frame("industries")

# %%
known = eg[eg["gamma_lower"].notna()]
signs = pd.Series({
    "concentrated for certain (gamma_lower > 0)": (known["gamma_lower"] > 0).sum(),
    "sign undecided": ((known["gamma_lower"] <= 0) & (known["gamma_upper"] >= 0)).sum(),
    "dispersed for certain (gamma_upper < 0)": (known["gamma_upper"] < 0).sum(),
    "concentrated at 5 %, whatever H": (known["p_value"] < 0.05).sum(),
})
signs.to_frame("industries")

# %%
shown = ["industry name", "gamma_lower", "gamma_upper", "raw_concentration", "p_value"]
large = known[jobs.sum().reindex(known.index) >= jobs.sum().median()]
large.sort_values("gamma_lower", ascending=False)[shown].head(10).round(4)

# %% [markdown]
# ## 3. Where, and is it more than chance?
#
# Take the industry at the top of that list. The location quotient says how much more of
# it a region has than the country; hot spots say whether high regions adjoin.

# %%
top = large["gamma_lower"].idxmax()
quotient = cid.location_quotient(jobs)[top]
where = pd.DataFrame({
    "name": names.reindex(jobs.index),
    "jobs": jobs[top],
    "location quotient": quotient.round(2),
})
print(top, labels.get(top, ""))
where.sort_values("jobs", ascending=False).head(6)

# %%
nuts = folder / "geo_nuts" / "NUTS_RG_03M_2021_4326_LEVL_2.geojson.gz"
if real and nuts.is_file():
    import gzip
    import io

    import geopandas as gpd

    shapes = gpd.read_file(io.BytesIO(gzip.decompress(nuts.read_bytes())))
    shapes = shapes.set_index("NUTS_ID").loc[jobs.index].to_crs(3035)
    shapes.index.name = "region"
    graph = cid.contiguity(shapes)
    spots = cid.local_clustering(quotient, graph, permutations=999)
    spots.insert(0, "name", names.reindex(spots.index))
    found = spots.sort_values("z", ascending=False).head(6).round(3)
else:
    found = "No shapes here: hot spots need to know who adjoins whom."
found

# %% [markdown]
# Forty large regions are few for hot spots: with so few neighbours even a strong
# pattern may not pass the false discovery rate. That is a finding about the map, not
# about the industry.
#
# ## 4. Which industries keep company, and how did regions change?

# %%
together = cid.coagglomeration(jobs)
upper = np.triu(np.ones(together.shape, dtype=bool), 1)
size = jobs.sum() >= jobs.sum().quantile(0.75)
both = together.where(upper).loc[size, size].stack().dropna().sort_values()
pairs = both.tail(8)[::-1].rename_axis(["one", "other"]).reset_index(name="gamma_c")
pairs["one"] = pairs["one"].map(labels).fillna(pairs["one"])
pairs["other"] = pairs["other"].map(labels).fillna(pairs["other"])
pairs.round(4)

# %% [markdown]
# Shift-share: how much of a region's growth is the nation's, how much its mix, how much
# its own. From 2018, because before that Scottish agriculture is missing: without one
# cell the nation's growth is not known, and the library says so instead of counting the
# missing cell as nothing.

# %%
start, end = (economies[year].employment for year in (2018, 2021))
parts = cid.shift_share(start, end)
change = parts.regions.drop(columns=["start", "end"]).copy()
change.insert(0, "name", names.reindex(change.index))
gap = (
    parts.regions[list(parts.components)].sum(axis=1) - parts.regions["change"]
).abs()
print(f"largest gap between change and its components: {gap.max():.6f} jobs")
change.sort_values("regional_share", ascending=False).head(6).round(0)

# %%
moves = concentration.specialization_change(
    cid.location_quotient(start), cid.location_quotient(end), minimum=1.5
)
moves["change"].replace("", "unknown").value_counts().to_frame("cells")

# %% [markdown]
# ## Variety
#
# Frenken, Van Oort & Verburg split a region's diversity into variety within divisions
# (related) and between them (unrelated); the two add up to the entropy exactly.

# %%
division = pd.Series({code: code[:2] for code in jobs.columns})
variety = pd.DataFrame({
    "related": cid.related_variety(jobs, division),
    "unrelated": cid.unrelated_variety(jobs, division),
    "entropy": cid.entropy(jobs),
    "likeness (Hachman)": cid.hachman_index(jobs),
})
variety.insert(0, "name", names.reindex(variety.index))
variety.sort_values("related", ascending=False).head(6).round(3)

# %% [markdown]
# ## What this cannot tell
#
# * A quotient, a gamma and a hot spot describe; none says why.
# * Forty regions are large: a cluster of a few square kilometres, or one across a
#   border of regions, does not show. Plants with coordinates would (`k_density`).
# * BRES is a sample survey rounded to five: small cells move by themselves.
# * With several hundred industries some look concentrated by luck: use
#   `location_quotient_test`, which corrects for the number of tests.
