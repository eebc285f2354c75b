"""Deciding frames where they are: Polars, DuckDB and Spark as they come, pandas and Arrow by way of Polars."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import attrs
import narwhals.stable.v2 as nw
from narwhals.dtypes import DType
from narwhals.stable.v2 import dependencies as of

from mkd_core.errors import InvalidInput
from mkd_core.language import Fact
from mkd_core.policy import Policy
from mkd_plugins.batch.answers import OUTCOMES, stages_of
from mkd_plugins.batch.frames import ANSWERS, Taken, check_names, take
from mkd_plugins.extras import needed

#: Stands for the rows of a frame that may have no fact at all.
_ROW = "row"
#: So many rows tell which choices are frequent.
_SAMPLE = 1_000


def decided(policy: Policy, frame: Any, *, written: bool = False) -> Any:
    """The frame with its answers; see ``mkd_plugins.batch.decide_frame``.

    ``written`` columns come from a file of text: numbers, yes and no are read from text, and empty text is missing.
    """
    if of.is_polars_dataframe(frame):
        return _polars(policy, frame)
    if of.is_polars_lazyframe(frame):
        return _polars_lazy(policy, frame, written=written)
    if of.is_duckdb_relation(frame):
        return _duckdb(policy, frame, written=written)
    if of.is_pyspark_dataframe(frame) or of.is_pyspark_connect_dataframe(frame):
        return _spark(policy, frame, written=written)
    if of.is_pandas_dataframe(frame):
        return _pandas(policy, frame)
    if of.is_pyarrow_table(frame):
        return _arrow(policy, frame)
    kind = type(frame)
    raise InvalidInput(
        "MKD255",
        f"{kind.__module__.partition('.')[0]}.{kind.__name__} is no frame that can be decided",
        mend="give a Polars, DuckDB, Spark, pandas or Arrow frame",
    )


def outside(policy: Policy, frame: Any, *, written: bool = False) -> dict[str, int]:
    """How many rows of a lazy frame hold a value outside the vocabulary, by the fact whose value that is."""
    if of.is_polars_lazyframe(frame):
        plan = _polars_plan(policy, frame, dict(frame.collect_schema()), written=written)
    elif of.is_duckdb_relation(frame):
        plan = _duckdb_plan(policy, frame, written=written)
    else:
        plan, frame = _spark_plan(policy, frame, written=written)
    checks: dict[str, list[nw.Expr]] = {}
    for check in plan.taken().checks:
        checks.setdefault(check.fact, []).append(check.rows)
    if not checks:
        return {}
    sums = {f"c{number}": reduce(or_, rows).cast(nw.Int64).sum() for number, rows in enumerate(checks.values())}
    counted = nw.from_native(frame).lazy().select(**sums)
    # Narwhals collects Spark's rows by way of Arrow, which Spark does not need.
    spark = not (of.is_polars_lazyframe(frame) or of.is_duckdb_relation(frame))
    [row] = counted.to_native().collect() if spark else counted.collect(backend="polars").rows()
    return {fact: int(count) for fact, count in zip(checks, row, strict=True) if count}


@attrs.frozen(kw_only=True, eq=False)
class Plan:
    """What has to be computed on one frame: its facts, and how its engine wants them.

    ``places`` says which column holds a fact. ``guarded`` engines stop at an overflow. ``written`` columns are text.
    ``complete`` columns have no null and no NaN. ``frequent`` says which choices most rows of a column of text hold.
    """

    policy: Policy
    schema: Mapping[str, DType]
    places: Mapping[str, str]
    empty: Collection[str]
    guarded: bool
    written: bool
    complete: Collection[str] = ()
    frequent: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        policy: Policy,
        native: Any,
        names: Sequence[str],
        *,
        cased: bool = True,
        guarded: bool = False,
        written: bool = False,
        empty: Collection[str] = (),
        times: Collection[str] = (),
    ) -> Plan:
        """The plan for a frame whose columns were called ``names`` by whoever gave it.

        Columns in ``empty`` have a type without values, those in ``times`` are times of the clock though narwhals does
        not say so. ``cased`` is false for engines to which ``Outcome`` and ``outcome`` are one name.
        """
        check_names(names, policy.vocabulary, cased=cased)
        schema = dict(nw.from_native(native).collect_schema())
        places = {name: column for name, column in zip(names, schema, strict=True) if name in policy.vocabulary}
        schema |= {column: nw.Time() for name, column in places.items() if name in times}
        return cls(
            policy=policy,
            schema=schema,
            places=places,
            empty={places[name] for name in empty if name in places},
            guarded=guarded,
            written=written,
        )

    @property
    def prefix(self) -> str:
        """Begins the names of columns that are needed on the way only, and no other."""
        prefix = "__mkd_"
        while any(name.casefold().startswith(prefix) for name in self.schema):
            prefix = f"_{prefix}"
        return prefix

    def taken(self) -> Taken:
        """What the frame says of the facts."""
        return take(
            self.schema,
            self.places,
            self.policy.vocabulary,
            prefix=self.prefix,
            empty=self.empty,
            complete=self.complete,
            frequent=self.frequent,
            written=self.written,
            day=self.policy.day,
        )

    def looked_through(self, frame: Any) -> Plan:
        """The same plan, knowing which facts of a Polars frame in memory have no gap, and which texts are frequent."""
        full = {column for column in self.places.values() if frame[column].null_count() == 0}
        complete = full - {column for column in full if self.schema[column].is_float() and frame[column].is_nan().any()}
        frequent = {
            column: _frequent(self.policy.vocabulary[name], frame[column].head(_SAMPLE))
            for name, column in self.places.items()
            if self.schema[column] == nw.String
        }
        return attrs.evolve(self, complete=complete, frequent=frequent)

    def decide(self, native: Any, taken: Taken | None = None, *, looks: str | None = None) -> Any:
        """The frame with its answers, as lazy as it came; ``taken`` saves asking again what the frame says.

        With ``looks``, rows with a value outside the vocabulary are answered too, columns whose names begin so say
        whether there is any, and the outcome is its place among ``OUTCOMES``.
        """
        taken = taken or self.taken()
        added = [f"{looks}{number}" for number, _ in enumerate(taken.checks)] if looks else []
        frame = nw.from_native(native)
        for stage in stages_of(self.policy, taken, prefix=self.prefix, guarded=self.guarded, looks=looks):
            frame = frame.with_columns(**stage)
        return frame.select(*self.schema, *ANSWERS, *added).to_native()


def _frequent(fact: Fact, sample: Any) -> tuple[str, ...]:
    """The choices that at least a tenth of the sample has."""
    return tuple(choice for choice in fact.choices if len(sample) and (sample == choice).sum() >= len(sample) / 10)


def _polars(policy: Policy, frame: Any) -> Any:
    """In memory the gaps are known, and answers are taken back only where some value is outside the vocabulary."""
    import polars as pl

    plan = _polars_plan(policy, frame.lazy(), dict(frame.schema)).looked_through(frame)
    taken = plan.taken()
    look = f"{plan.prefix}look"
    # Taking views of three texts costs a third of writing a text into each row by conditions.
    words = pl.lit(pl.Series(OUTCOMES)).gather("outcome").alias("outcome")
    answered = plan.decide(frame.lazy(), taken, looks=look).with_columns(words).collect()
    looked = {f"{look}{number}": check for number, check in enumerate(taken.checks)}
    found = [check.rows for name, check in looked.items() if answered[name].any()]
    answered = answered.drop(looked)
    if not found:
        return answered
    outside = nw.from_native(frame).select(bad=reduce(or_, found)).to_native()["bad"]
    return answered.with_columns(pl.when(outside).then(None).otherwise(pl.col(name)).alias(name) for name in ANSWERS)


def _polars_lazy(policy: Policy, frame: Any, *, written: bool) -> Any:
    return _polars_plan(policy, frame, dict(frame.collect_schema()), written=written).decide(frame)


def _polars_plan(policy: Policy, frame: Any, schema: Mapping[str, Any], *, written: bool = False) -> Plan:
    from polars import Null

    empty = {name for name, dtype in schema.items() if dtype == Null}
    return Plan.of(policy, frame, list(schema), empty=empty, written=written)


def _duckdb(policy: Policy, relation: Any, *, written: bool) -> Any:
    return _duckdb_plan(policy, relation, written=written).decide(relation)


def _duckdb_plan(policy: Policy, relation: Any, *, written: bool) -> Plan:
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    return Plan.of(
        policy,
        relation,
        relation.columns,
        cased=False,
        guarded=True,
        written=written,
        empty={name for name, kind in types.items() if kind.strip('"') == "NULL"},
        times={name for name, kind in types.items() if kind == "TIME"},
    )


def _spark(policy: Policy, frame: Any, *, written: bool) -> Any:
    """Spark reads a dot in a name as a part of a struct, so columns have other names while rules are computed."""
    plan, plain = _spark_plan(policy, frame, written=written)
    return plan.decide(plain).toDF(*frame.columns, *ANSWERS)


def _spark_plan(policy: Policy, frame: Any, *, written: bool) -> tuple[Plan, Any]:
    plain = frame.toDF(*(f"c{number}" for number in range(len(frame.columns))))
    empty = {name for name, kind in frame.dtypes if kind == "void"}
    return Plan.of(policy, plain, frame.columns, cased=False, guarded=True, empty=empty, written=written), plain


def _pandas(policy: Policy, frame: Any) -> Any:
    pl = needed("polars", "polars")
    pd = importlib.import_module("pandas")
    names = [str(name) for name in frame.columns]
    check_names(names, policy.vocabulary)
    facts = [name for name in names if name in policy.vocabulary]
    columns = {_ROW: pl.int_range(len(frame), eager=True)}
    for name in facts:
        try:
            columns[name] = pl.from_pandas(frame[name])
        except (TypeError, ValueError, pl.exceptions.PolarsError):
            raise InvalidInput(
                "MKD258", f"{name}: values of several types", where="frame", mend="cast the columns before"
            ) from None
    decided = _polars(policy, pl.DataFrame(columns))
    answers = {"outcome": decided["outcome"].to_list()}
    for mask in ("failed", "undetermined"):
        numbers = decided[mask].fill_null(0).to_numpy().copy()
        answers[mask] = pd.arrays.IntegerArray(numbers, decided[mask].is_null().to_numpy().copy())
    return frame.assign(**answers)


def _arrow(policy: Policy, table: Any) -> Any:
    pl = needed("polars", "polars")
    pa = importlib.import_module("pyarrow")
    check_names(table.column_names, policy.vocabulary)
    facts = [name for name in table.column_names if name in policy.vocabulary]
    columns = {_ROW: pl.int_range(len(table), eager=True)}
    columns |= {name: pl.from_arrow(table.column(name)) for name in facts}
    decided = _polars(policy, pl.DataFrame(columns))
    for name, kind in (("outcome", pa.string()), ("failed", pa.int64()), ("undetermined", pa.int64())):
        table = table.append_column(name, decided[name].to_arrow().cast(kind))
    return table
