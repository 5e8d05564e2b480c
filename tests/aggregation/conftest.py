"""Plants, and the engines that add them up."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def spark_session():
    """A small Spark in this process; the engine takes the session that exists."""
    if not (importlib.util.find_spec("pyspark") and shutil.which("java")):
        pytest.skip("pyspark or Java is not installed")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder
        .master("local[1]")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(
    params=[
        "pandas",
        "duckdb",
        pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.slow]),
    ]
)
def engine(request):
    if request.param == "spark":
        request.getfixturevalue("spark_session")
    return request.param


@pytest.fixture
def plants():
    """Simulated plants of two years, some with fractions of jobs."""
    rng = np.random.default_rng(7)
    n = 3000
    return pd.DataFrame({
        "plant": [f"p{i:05d}" for i in range(n)],
        "region": rng.choice(["01", "02", "11"], n),
        "industry": rng.choice(["01", "26", "62", "A1"], n),
        "employment": np.round(rng.lognormal(2.5, 1.3, n), 2),
        "year": rng.choice([2019, 2020], n),
    })
