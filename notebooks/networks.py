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
# # Two networks of Germany: who supplies whom, who researches with whom
#
# A cluster is more than a concentration: its members are linked. This notebook builds
# two networks from real tables and reads them with care. The first links industries
# (input-output table of 2014), the second links districts (projects of the Seventh
# Framework Programme, 2007 to 2013). It needs the data folder named by
# `CLUSTERID_DATA`.

# %%
import os
from pathlib import Path

import pandas as pd

from clusterid import networks
from clusterid.sources import READERS

folder = Path(os.environ["CLUSTERID_DATA"])
pd.set_option("display.max_columns", 20, "display.width", 120)

# %% [markdown]
# ## 1. Supply
#
# WIOD, release 2016: 56 industries, domestic flows, million US dollars at basic prices
# (Timmer et al. 2015). Output is row sums over industries and final demand.

# %%
niot = pd.read_parquet(folder / "wiod_niot_deu/niot_deu_2000_2014_long.parquet")
sectors = pd.read_csv(folder / "wiod_niot_deu/sectors.csv")
label = sectors.set_index("code")["label_en"].str.slice(0, 46)
industries = sectors.loc[sectors["kind"] == "industry", "code"].tolist()
flows = niot[
    (niot["year"] == 2014)
    & (niot["origin"] == "Domestic")
    & niot["row_code"].isin(industries)
    & (niot["col_code"] != "GO")
].rename(columns={"row_code": "seller", "col_code": "buyer", "value_musd": "value"})
source = "WIOD 2016 release, Germany 2014"

# %% [markdown]
# ### Hubs first: who sells to everyone?
#
# `breadth` is the overlap of a seller's sales with what all other industries buy. A
# seller near 1 that is also large links everything with everything, and a link to it
# tells nothing about a cluster.

# %%
between = flows[flows["buyer"].isin(industries)]
universal = networks.universal_suppliers(between)
hubs = universal[universal["is_universal"]].sort_values("breadth", ascending=False)
hubs.assign(label=label.reindex(hubs.index)).round(3)

# %% [markdown]
# Administrative services (which hold temporary work), energy, finance, wholesale, IT,
# engineering and real estate: none of them is a cluster's backbone, all of them are
# everyone's supplier. We weaken their links by `1 - breadth` and look at the strongest
# that remain.

# %%
supply = networks.supply_network(
    flows, industries=industries, weight="input", universal="downweight", source=source
)
strongest = networks.place_flows(supply, top=12)
strongest.assign(
    seller=label.reindex(strongest["source"]).to_numpy(),
    buyer=label.reindex(strongest["target"]).to_numpy(),
)[["seller", "buyer", "weight"]].round(3)

# %% [markdown]
# ### Which chains? The order of industries behind car making
#
# The average propagation length counts the rounds a push needs: near 1 is a direct
# supplier, larger values lie deeper in the chain. Only links whose mean linkage exceeds
# one over the number of industries are kept.

# %%
chains = networks.supply_network(
    flows, industries=industries, weight="apl", universal="drop", source=source
)
into_cars = pd.DataFrame(
    [
        (seller, label[seller], data["weight"], data["length"])
        for seller, _, data in chains.in_edges("C29", data=True)
    ],
    columns=["code", "label", "linkage", "rounds"],
).sort_values("rounds")
into_cars.round(3)

# %% [markdown]
# ### How much hangs on the filter? Minimal flow analysis
#
# Whether two industries belong to one chain depends on which flow one calls large. So
# the whole range of filters is shown; the filter with the most information (entropy) is
# marked, not preferred.

# %%
minimal = networks.minimal_flow_analysis(
    flows, industries=industries, filters=16, source=source
)
print(minimal)
minimal.profile.round(3)

# %% [markdown]
# ### What is left of a dense network? Two backbones, and a warning
#
# Nearly every industry buys something of every other. The disparity filter needs no
# unit. The noise-corrected backbone is made for counts, and money is none: the number
# of links it keeps depends on what one calls a count.

# %%
bare = networks.supply_network(flows, industries=industries, source=source)
disparity = networks.backbone(bare, method="disparity")
kept = {
    f"noise-corrected, one count = {unit:,} million": networks.backbone(
        bare, weight="value", count_unit=unit
    ).number_of_edges()
    for unit in (1, 10, 100, 1000)
}
pd.Series(
    {
        "all links": bare.number_of_edges(),
        "disparity, alpha 0.05": disparity.number_of_edges(),
        **kept,
    },
    name="links",
).to_frame()

# %% [markdown]
# ### Buying and selling alike
#
# Direct flows lead to hubs; profiles compare what industries buy and to whom they sell,
# and come closer to benchmark cluster definitions.

# %%
profile = networks.profile_network(flows, industries=industries, source=source)
alike = networks.place_flows(profile, top=10)
alike.assign(
    one=label.reindex(alike["source"]).to_numpy(),
    two=label.reindex(alike["target"]).to_numpy(),
)[["one", "two", "weight"]].round(3)

# %% [markdown]
# ### A region's table is an estimate
#
# Flegg's formula brings the national table to a region by its employment. Here two
# invented regions show what the number does; no survey stands behind it, and the result
# carries the word estimate wherever it goes.

# %%
accounts = pd.read_csv(folder / "wiod_niot_deu/sea_deu_2000_2014.csv")
national = accounts[accounts["year"] == 2014].set_index("code")["EMP"]
national = national.reindex(industries).fillna(0.0)
region = national * 0.05
region["C29"] *= 4
jobs = pd.DataFrame({"invented region": region, "rest": national - region}).T
estimate = networks.regionalize(flows, jobs, industries=industries)
print(estimate)
estimate.sweep.round(3)

# %% [markdown]
# The share bought at home falls steadily as delta grows: the level is the assumption's,
# not the region's. The order of the links hardly moves (rank correlation), so use the
# order.

# %% [markdown]
# ## 2. Research
#
# CORDIS, FP7: 25,788 projects. German organisations are placed in 352 Kreise by city
# name. All participants count for a project's size, wherever they are.

# %%
joins = pd.read_parquet(folder / "fp7_research_network/participations.parquet")
bodies = pd.read_parquet(folder / "fp7_research_network/organisations.parquet")
table = joins.merge(bodies, on="org_idx").rename(
    columns={"project_rcn": "project", "kreis_ags": "region"}
)
table["organisation"] = table["org_idx"].astype(str)
table["project"] = table["project"].astype(str)
table["organisation_kind"] = networks.organisation_kinds(table["name"])
names = bodies.set_index(bodies["org_idx"].astype(str))["name"]
kreise = READERS["cordis_fp7"].read(folder / "fp7_research_network")
f"{len(table):,} participations; the named reader gives {len(kreise):,}"

# %% [markdown]
# ### What seat-booking does
#
# Fraunhofer, Max Planck and the Aerospace Center work in dozens of places and sign in
# one. The seat then looks like a centre of everything.

# %%
german = table[table["country"] == "DE"]
is_seat = networks.seat_booked(german["name"])
seats = pd.DataFrame({
    "participations": german.groupby("region").size(),
    "booked at the seat": is_seat.notna().groupby(german["region"]).sum(),
}).sort_values("participations", ascending=False)
seats["share"] = seats["booked at the seat"] / seats["participations"]
print(f"{is_seat.notna().mean():.1%} of all German participations are booked at a seat")
seats.head(8).round(3)

# %%
whole = networks.collaboration_network(table, null_model=None)
cleaned = networks.collaboration_network(
    table, null_model=None, seat="drop", names=names
)
strength = pd.DataFrame({
    "all": dict(whole.degree(weight="weight")),
    "without seats": dict(cleaned.degree(weight="weight")),
})
ranks = strength.rank(ascending=False).add_prefix("rank, ")
pd.concat([strength, ranks], axis=1).sort_values("all", ascending=False).head(8).round(
    1
)

# %% [markdown]
# München (09162) keeps less than half of its links without the seats, and Köln (05315)
# falls from rank 4 to rank 15. Dropping the bodies is no cure, either: their institutes
# exist, only not where they are booked, and the districts that have them lose the
# work a second time.

# %% [markdown]
# ### Which links are more than size?
#
# Large places take part in everything. The bipartite configuration model keeps how
# often each organisation and each project occurs, and asks who meets more often than
# that.

# %%
rows = []
for text, options in {
    "all pairs that meet": {"null_model": None},
    "hypergeometric, between districts": {
        "null_model": "hypergeometric",
        "tested_at": "nodes",
    },
    "BiCM, between districts": {"tested_at": "nodes"},
    "BiCM, between organisations, then added up": {},
    "the same, without seats": {"seat": "drop", "names": names},
    "the same, projects of up to 30 partners": {"cap": 30},
}.items():
    graph = networks.collaboration_network(table, **options)
    rows.append((text, graph.number_of_edges(), graph.size(weight="weight")))
pd.DataFrame(rows, columns=["network", "links", "weight"]).round(1)

# %% [markdown]
# This is the honest part. Of the thousands of pairs of districts that meet, hardly any
# meets more often than the sizes of its ends and of the projects lead one to expect;
# the test that ignores project size keeps many times more, and they are the shadow of
# large consortia. European consortia take one or two partners from a country, so
# German districts meet less than chance (13,959 joint projects over all pairs against
# 20,982 expected). What stands out are organisations that come back to each other:

# %%
partners = networks.collaboration_network(german, between="organisations")
again = networks.place_flows(partners, top=12)
again.assign(
    one=names.reindex(again["source"]).str.slice(0, 44).to_numpy(),
    two=names.reindex(again["target"]).str.slice(0, 44).to_numpy(),
)[["one", "two", "weight"]].round(1)

# %% [markdown]
# Three kinds of links, and only the first is what one looks for: chains of work (EADS,
# Airbus, Rolls-Royce and the Aerospace Center; nuclear research in Karlsruhe and
# Dresden); ministries with the agencies that run their programmes; and two legal bodies
# of one house (Evonik and Evonik). Added up by district:

# %%
validated = networks.collaboration_network(table, source="CORDIS FP7")
kreis_names = (
    german.dropna(subset="region").groupby("region")["city"].agg(lambda c: c.mode()[0])
)
top = networks.place_flows(validated, top=10)
top.assign(
    one=kreis_names.reindex(top["source"]).to_numpy(),
    two=kreis_names.reindex(top["target"]).to_numpy(),
)[["one", "two", "weight"]].round(2)

# %% [markdown]
# The aerospace districts (Ottobrunn by München, Hamburg, Köln, Blankenfelde-Mahlow by
# Berlin) come out on top, and even that is half a seat: Köln is where the Aerospace
# Center signs, wherever its institute sits. Districts carry the name of the city most
# named in them.

# %% [markdown]
# ### Inside and outside, and too much of one
#
# Pairs inside a district are counted apart. The E-I index runs from -1 (all inside) to
# 1 (all outside). Flags are signs to look at, not verdicts.

# %%
located = german.dropna(subset="region")
shares = networks.largest_organisation_share(located)
signs = networks.embeddedness(whole, largest_share=shares)
size = pd.Series(dict(whole.nodes(data="n_participations")))
large = signs.loc[size.nlargest(10).index]
large.assign(place=kreis_names.reindex(large.index)).round(2)

# %%
print(signs["flags"].str.get_dummies(";").sum().to_string())
science = pd.Series(
    {e[:2]: e[2] for e in whole.edges(data="science_business")}, dtype=float
)
print(
    f"mean share of science-business links, where kinds are known: {science.mean():.2f}"
)

# %% [markdown]
# In 199 of 352 districts one organisation has half of the participations or more: a
# fact about the district as much as about the network. Kinds of organisations come from
# names here (legal forms, words such as *Universität*), and a fifth of the names tell
# none.
#
# ## 3. Files
#
# The networks go to Gephi and other programs; the same network gives the same bytes.

# %%
import tempfile

with tempfile.TemporaryDirectory() as place:
    for name, graph in {"supply": supply, "research": validated}.items():
        path = networks.write_network(graph, Path(place) / f"{name}.graphml")
        print(path.name, f"{path.stat().st_size / 1000:,.0f} kB")
