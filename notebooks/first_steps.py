# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # From a study file to a map: first steps for planners
#
# This notebook runs the study that ships with `clusterid`. Its economy is
# **simulated**: regions are mirrored and renamed outlines, all numbers are invented,
# and because we planted the clusters ourselves we can check what was found. Your own
# study works the same way: `cid.read_study("study.toml").run()`.

# %%
import tempfile
from pathlib import Path

import pandas as pd

import clusterid as cid

pd.set_option("display.max_columns", 20, "display.width", 120)
study = cid.demo_study()
for line, _ in study.check():
    print(line)

# %% [markdown]
# `check` reads every file and would list all faults at once. Now the run.

# %%
result = study.run()
print(result)

# %% [markdown]
# ## Which industries belong together
#
# A *template* is a group of industries that are linked by supply and skills. It is not
# yet a place.

# %%
templates = result.templates
sizes = templates.membership.value_counts().rename("industries")
pd.DataFrame({"label": templates.labels}).join(sizes)

# %% [markdown]
# Why do these belong together? One call shows the strongest links by layer (`rank` is
# the share of all pairs of the layer that are weaker), how sure each member is, and
# which templates are nearest. Co-location took no part here; it checks the others.

# %%
result.explain("T01", most=3)

# %% [markdown]
# ## Where such a group sits
#
# A *cluster* is one kind (a template, a part of one, a group of codes or a single
# industry) in neighbouring regions. Its grade says what the evidence carries: A
# exceptional cluster, B established concentration, C stands here and one employer may
# carry it, D niche. `lq_jobs` is of jobs, a fact; `lq_plants` of plants, which say what
# the place draws. A cluster is called by its own strongest members and its main town.

# %%
print(result.candidates)
columns = ["grade", "level", "name", "regions", "employment", "lq_jobs", "lq_plants"]
found = pd.DataFrame(result.candidates.table)[columns]
found.head(10).round(2)

# %% [markdown]
# Every region has its own ranked list, with what keeps each entry from a higher grade
# and the number of plants that would decide.

# %%
listed = result.candidates.concentrations
region = listed.loc[listed["grade"].eq("A"), "region"].iloc[0]
columns = ["rank", "name", "grade", "form", "lq_jobs", "lq_plants", "plants_needed",
           "why_not_higher"]  # fmt: skip
listed.loc[listed["region"].eq(region), columns].round(2)

# %% [markdown]
# ## What was planted
#
# Only a simulation can show this table.

# %%
result.truth["clusters"][["label_en", "regions", "n_regions", "lq"]].head(10)

# %% [markdown]
# ## What the places said
#
# Each declared field is tested in its own regions, candidate or not.

# %%
verdicts = result.comparison.verdicts
verdicts["verdict"].value_counts()

# %%
one = verdicts[verdicts["verdict"].eq("confirmed")].iloc[0]
print(one["evidence_en"])
print("What would change this:", one["would_change_en"])

# %% [markdown]
# ## The survey
#
# Per cent of cases and of responses are two columns; the base stands beside them,
# and the interval knows how many places there are in all.

# %%
table = result.survey.table("concepts")
table[["label_en", "count", "base", "percent_of_cases", "lower", "upper"]].round(1)

# %% [markdown]
# ## Map, report and tables
#
# One folder, written whole or not at all. `map.html` and `report.html` need no network.

# %%
folder = study.save(result, Path(tempfile.mkdtemp()) / "out")
sorted(path.name for path in folder.iterdir())
