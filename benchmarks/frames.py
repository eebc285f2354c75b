"""Populations as columns beside hand-written Polars and openfisca-core, in memory and from file to file.

The hand-written forms are published here. ``idiomatic`` is what most people write: the failed rules' bits, summed by
``sum_horizontal``. ``blocks`` is the fastest form found: when/then in sixteen bits. Both give what we give, outcome
included, and are right only while nothing is missing and every value is allowed; we find out, and they do not ask.
Frames have no order, so answers are compared by an identifier.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.measured import Limit, Ratio, Row, best, same
from benchmarks.twelve import POLICY, REFERS, RULES
from mkd_plugins.batch import decide_frame

PEERS = ["polars", "duckdb", "narwhals", "openfisca-core", "pyspark"]
#: ``MKD_BENCHMARK_ROWS`` takes fewer while something is tried.
ROWS = int(os.environ.get("MKD_BENCHMARK_ROWS", 5_000_000))
ANSWERS = ("id", "outcome", "failed", "undetermined")
REFUSING = sum(1 << number for number, name in enumerate(RULES) if name not in REFERS)


def population(rows: int) -> pl.DataFrame:
    """People of whom nothing is missing, in the narrow types that a careful export has."""
    chance = np.random.default_rng(2023)

    def whole(low: int, high: int, kind: type[np.integer[Any]]) -> np.ndarray[Any, Any]:
        return chance.integers(low, high + 1, rows, dtype=kind)

    def yes(share: float) -> np.ndarray[Any, Any]:
        return chance.random(rows) < share

    def choice(values: list[str], shares: list[float]) -> pl.Series:
        return pl.Series(values, dtype=pl.String).gather(chance.choice(len(values), rows, p=shares))

    return pl.DataFrame(
        {
            "id": np.arange(rows),
            "applicant.rating": choice(["very_good", "good", "needs_improvement", "poor"], [0.3, 0.6, 0.07, 0.03]),
            "applicant.talent_box": whole(1, 9, np.int8),
            "applicant.absent_days": np.minimum(chance.geometric(0.5, rows) - 1, 30).astype(np.int16),
            "applicant.discipline": choice(["none", "in_process", "serving"], [0.97, 0.02, 0.01]),
            "applicant.equipment_ready": yes(0.9),
            "applicant.direct_service": yes(0.2),
            "agreement.remote_days": whole(0, 5, np.int8),
            "agreement.office_days": whole(0, 4, np.int8),
            "agreement.weekly_minutes": whole(2100, 2400, np.int16),
            "agreement.outside_region": yes(0.05),
            "agreement.output_targets": whole(0, 5, np.int16),
            "agreement.outcome_targets": whole(0, 3, np.int16),
            "agreement.unmeasurable_targets": (yes(0.1)).astype(np.int16),
            "unit.direct_service": yes(0.1),
        }
    )


def failing() -> list[pl.Expr]:
    """Whether each rule fails, in the policy's order, where nothing is missing."""
    c = pl.col
    return [
        c("agreement.remote_days") > 4,
        c("agreement.remote_days") + c("agreement.office_days") > 5,
        c("agreement.weekly_minutes") < 2250,
        c("agreement.outside_region"),
        c("agreement.output_targets") + c("agreement.outcome_targets") < 1,
        c("agreement.unmeasurable_targets") != 0,
        ~c("applicant.rating").is_in(["very_good", "good"]),
        ~c("applicant.talent_box").is_in([4, 5, 7, 8, 9]),
        c("applicant.absent_days") > 2,
        c("applicant.discipline") == "serving",
        (c("agreement.remote_days") != 0) & ~c("applicant.equipment_ready"),
        c("applicant.direct_service") | c("unit.direct_service"),
    ]


def idiomatic(frame: pl.LazyFrame) -> pl.LazyFrame:
    """As most people write it: the failed rules' bits, summed."""
    bits = [rule.cast(pl.Int64) * (1 << number) for number, rule in enumerate(failing())]
    return _answered(frame.with_columns(failed=pl.sum_horizontal(bits)))


def blocks(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The fastest form found: constants of sixteen bits, added, widened at the end."""
    bits = [
        pl.when(rule).then(pl.lit(1 << number, pl.Int16)).otherwise(pl.lit(0, pl.Int16))
        for number, rule in enumerate(failing())
    ]
    total = bits[0]
    for bit in bits[1:]:
        total = total + bit
    return _answered(frame.with_columns(failed=total)).with_columns(pl.col("failed").cast(pl.Int64))


def _answered(frame: pl.LazyFrame) -> pl.LazyFrame:
    outcome = (
        pl.when((pl.col("failed") & REFUSING) != 0)
        .then(pl.lit("refuse"))
        .when(pl.col("failed") != 0)
        .then(pl.lit("refer"))
        .otherwise(pl.lit("approve"))
    )
    return frame.with_columns(outcome=outcome, undetermined=pl.lit(0, pl.Int64))


def openfisca(frame: pl.DataFrame) -> Callable[[], Any]:
    """The same rules as openfisca variables, a vector of numpy each; gives the function that decides."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import MONTH
    from openfisca_core.simulation_builder import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity(key="person", plural="people", label="person", is_person=True)
    system = TaxBenefitSystem([person])
    facts = [name for name in frame.columns if name != "id"]
    kinds = {pl.Boolean: bool, pl.String: str}
    plain = {name: name.replace(".", "_") for name in facts}

    def variable(name: str, kind: type, formula: Callable[..., Any] | None = None) -> type:
        body = {"value_type": kind, "entity": person, "definition_period": MONTH}
        return type(name, (Variable,), body | ({"formula": formula} if formula else {}))

    for name in facts:
        system.add_variable(variable(plain[name], kinds.get(type(frame.schema[name]), int)))
    rules: dict[str, Callable[[Any], Any]] = {
        "remote_days": lambda v: v("agreement.remote_days") > 4,
        "working_days": lambda v: v("agreement.remote_days") + v("agreement.office_days") > 5,
        "weekly_hours": lambda v: v("agreement.weekly_minutes") < 2250,
        "inside_region": lambda v: v("agreement.outside_region"),
        "targets_agreed": lambda v: v("agreement.output_targets") + v("agreement.outcome_targets") < 1,
        "targets_measurable": lambda v: v("agreement.unmeasurable_targets") != 0,
        "good_performance": lambda v: ~np.isin(v("applicant.rating"), ["very_good", "good"]),
        "talent_box": lambda v: ~np.isin(v("applicant.talent_box"), [4, 5, 7, 8, 9]),
        "attendance_record": lambda v: v("applicant.absent_days") > 2,
        "no_punishment": lambda v: v("applicant.discipline") == "serving",
        "equipment": lambda v: (v("agreement.remote_days") != 0) & ~v("applicant.equipment_ready"),
        "no_counter": lambda v: v("applicant.direct_service") | v("unit.direct_service"),
    }

    def of_facts(rule: Callable[[Any], Any]) -> Callable[..., Any]:
        return lambda people, period: rule(lambda name: people(plain[name], period))

    for name, rule in rules.items():
        system.add_variable(variable(f"fails_{name}", bool, of_facts(rule)))

    def failed(people: Any, period: Any) -> Any:
        total = np.zeros(people.count, dtype=np.int32)
        for number, name in enumerate(rules):
            total += people(f"fails_{name}", period).astype(np.int32) << number
        return total

    def outcome(people: Any, period: Any) -> Any:
        mask = people("failed", period)
        return np.where(mask & REFUSING, 2, np.where(mask, 1, 0))

    system.add_variable(variable("failed", int, failed))
    system.add_variable(variable("outcome", int, outcome))
    # Its text is numpy's; it is given as that, so that the peer does not pay for our columns.
    values = {plain[name]: _numpy(frame[name]) for name in facts}

    def run() -> tuple[Any, Any]:
        simulation = SimulationBuilder().build_default_simulation(system, count=len(frame))
        for name, value in values.items():
            simulation.set_input(name, "2024-01", value)
        return simulation.calculate("failed", "2024-01"), simulation.calculate("outcome", "2024-01")

    return run


def _numpy(series: pl.Series) -> Any:
    return series.to_numpy().astype(str) if series.dtype == pl.String else series.to_numpy().copy()


def rows() -> list[Row]:
    """The rows of the table."""
    return [*_in_memory(), *_small(), *_growth(), *_from_file_to_file(), *_spark()]


def _compared(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(ANSWERS).sort("id")


def _in_memory() -> list[Row]:
    people = population(ROWS)
    works: dict[str, Callable[[], Any]] = {
        "ours": lambda: decide_frame(POLICY, people),
        "idiomatic": lambda: idiomatic(people.lazy()).collect(),
        "blocks": lambda: blocks(people.lazy()).collect(),
    }
    ours = _compared(works["ours"]())
    for name in ("idiomatic", "blocks"):
        same(name, ours=True, theirs=ours.equals(_compared(works[name]())))
    taken = best(works, repeat=5)
    fisca = openfisca(people)
    failed, outcome = fisca()
    words = pl.Series(["approve", "refer", "refuse"]).gather(pl.Series(outcome))
    same("openfisca", ours=True, theirs=ours["failed"].equals(pl.Series(failed).cast(pl.Int64)))
    same("openfisca", ours=True, theirs=ours["outcome"].equals(words))
    beside = best({"ours": lambda: decide_frame(POLICY, people), "openfisca": fisca}, repeat=3)
    work = f"{ROWS:,} rows in memory"
    return [
        Ratio(work=work, peer="Polars, idiomatic", ours=taken["ours"], theirs=taken["idiomatic"], floor=1.5, aim=2.5),
        Ratio(work=work, peer="Polars, blocks", ours=taken["ours"], theirs=taken["blocks"], floor=0.8, aim=1.0),
        Ratio(work=work, peer="openfisca-core", ours=beside["ours"], theirs=beside["openfisca"], floor=4, aim=8),
    ]


def _small() -> list[Row]:
    people = population(1_000)
    taken = best({"ours": lambda: decide_frame(POLICY, people)}, repeat=20)["ours"]
    return [Limit(work="1,000 rows, planned and run", value=taken, unit="s", floor=0.025, aim=0.015)]


def _growth() -> list[Row]:
    few, many = population(ROWS // 10), population(ROWS)
    taken = best({"few": lambda: decide_frame(POLICY, few), "many": lambda: decide_frame(POLICY, many)}, repeat=5)
    return [Limit(work="ten times the rows", value=taken["many"] / taken["few"], unit="x", floor=11, aim=10)]


#: Each way from file to file runs in a process of its own, for a peak of memory of its own; imports are not timed.
WAYS = {
    "ours": "decide_file(POLICY, source, out, replace=True)",
    "theirs": "frames._answered_file(source, out)",
    "duckdb": "decide_file(POLICY, source, out, engine='duckdb', replace=True)",
    "spark": "decide_file(POLICY, source, out, engine='spark')",
}
SPARK_SETTINGS = "--master local[2] --driver-memory 4g --conf spark.ui.enabled=false pyspark-shell"


def _answered_file(source: str, out: str) -> None:
    """The fastest form found, streaming, and the counts that ``mkd decide --frame`` tells at the end."""
    blocks(pl.scan_parquet(source)).sink_parquet(out)
    pl.scan_parquet(out).group_by("outcome").len().collect()


def _process(way: str, source: Path, out: Path) -> dict[str, float]:
    code = f"""
import json, re, sys, time
from pathlib import Path
from benchmarks import frames
from benchmarks.twelve import POLICY
from mkd_plugins.batch.files import decide_file
import mkd_plugins.batch.engines
source, out = sys.argv[1:]
began = time.perf_counter()
{WAYS[way]}
taken = time.perf_counter() - began
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(json.dumps({{"s": taken, "MiB": int(peak[1]) / 1024}}))
"""
    run = subprocess.run(
        [sys.executable, "-c", code, str(source), str(out)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYSPARK_SUBMIT_ARGS": SPARK_SETTINGS, "SPARK_LOCAL_IP": "127.0.0.1"},
    )
    told: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return told


def _from_file_to_file() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "facts.parquet"
        population(ROWS).write_parquet(source)
        told: dict[str, list[dict[str, float]]] = {"ours": [], "theirs": [], "duckdb": []}
        for _ in range(3):
            for way, each in told.items():
                each.append(_process(way, source, folder / f"{way}.parquet"))
        ours = _digest(folder / "ours.parquet")
        for way in ("theirs", "duckdb"):
            same(f"file to file, {way}", ours=ours, theirs=_digest(folder / f"{way}.parquet"))
    fastest = {way: min(each["s"] for each in runs) for way, runs in told.items()}
    peak = max(each["MiB"] for each in told["ours"])
    work = f"{ROWS:,} rows from Parquet to Parquet"
    return [
        Ratio(work=work, peer="Polars, blocks", ours=fastest["ours"], theirs=fastest["theirs"], floor=0.9, aim=1.05),
        Limit(work=f"peak memory of {work}", value=peak, unit="MiB", floor=800, aim=550),
        Limit(work=f"{work} on DuckDB", value=fastest["duckdb"], unit="s"),
    ]


def _spark() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people = population(ROWS)
        people.write_parquet(folder / "facts.parquet")
        told = _process("spark", folder / "facts.parquet", folder / "spark.parquet")
        decide_frame(POLICY, people).write_parquet(folder / "ours.parquet")
        same("spark", ours=_digest(folder / "ours.parquet"), theirs=_digest(folder / "spark.parquet"))
    return [Limit(work=f"{ROWS:,} rows on Spark local[2], from Parquet to Parquet", value=told["s"], unit="s")]


def _digest(path: Path) -> int:
    """One number of all answers and their identifiers, whatever the order of rows."""
    files = path / "*.parquet" if path.is_dir() else path
    return int(pl.scan_parquet(files).select(pl.struct(ANSWERS).hash().sum()).collect().item())
