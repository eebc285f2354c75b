"""Deciding a population from file to file, streaming: memory does not grow with it.

The answer is written beside its place under another name, and moved there when it is whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.policy import Policy
from mkd_plugins.batch.csv_lines import headings
from mkd_plugins.extras import needed
from mkd_plugins.tables.writing import already_there

Engine = Literal["polars", "duckdb", "spark"]

ENGINES: tuple[Engine, ...] = ("polars", "duckdb", "spark")
SUFFIXES: Mapping[str, Literal["parquet", "csv"]] = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv"}


@attrs.frozen(kw_only=True)
class Counts:
    """What became of a population.

    ``outcomes``  rows by outcome.
    ``without``   rows that had none, as a value lay outside the vocabulary; ``outside`` by the facts of such values.
    """

    rows: int
    outcomes: Mapping[str, int]
    without: int
    outside: Mapping[str, int]

    def to_data(self) -> dict[str, object]:
        """The counts as plain JSON values."""
        counts = {"rows": self.rows, "outcomes": dict(self.outcomes), "outside_vocabulary": self.without}
        return counts | ({"outside": dict(self.outside)} if self.outside else {})


def decide_file(
    policy: Policy,
    source: str,
    out: str,
    *,
    engine: Engine = "polars",
    replace: bool = False,
    working: Callable[[str], None] | None = None,
) -> Counts:
    """Decide the rows of ``source`` into ``out``, Parquet or CSV by their suffix; see ``decide_frame`` for columns.

    Columns of a CSV file are text, and read as what their facts are: ``true`` or ``false``, decimal numbers, ``HH:MM``,
    ``YYYY-MM-DD``; an empty cell is missing. Spark reads and writes folders of files, and addresses such as ``s3a://…``
    as well. ``replace`` a file that is there, never a folder with anything in it. ``working`` is told the path that
    grows meanwhile. Raises ``InvalidInput`` for an engine that is not installed, for a file that is missing, cannot be
    read, has lines of several lengths or no column named like a fact, for an ``out`` that is there, and all that
    ``decide_frame`` raises.
    """
    if engine not in ENGINES:
        raise InvalidInput("MKD259", f"no engine is called {engine}", mend=did_you_mean(engine, ENGINES))
    needed("narwhals", engine)
    run = {"polars": _polars, "duckdb": _duckdb, "spark": _spark}[engine]
    kinds = _kind(source), _kind(out)
    if "://" in source or "://" in out:
        if engine != "spark":
            place = source if "://" in source else out
            raise InvalidInput("MKD260", "only spark reads and writes addresses", where=place, mend="--engine spark")
        return run(policy, (source, kinds[0]), (out, kinds[1]))
    if not Path(source).exists():
        raise InvalidInput("MKD260", "there is no such file", where=source, mend="check the path")
    with _whole(Path(out), folder=engine == "spark", replace=replace) as part:
        if working is not None:
            working(part)
        return run(policy, (source, kinds[0]), (part, kinds[1]))


Place = tuple[str, Literal["parquet", "csv"]]


def _kind(place: str) -> Literal["parquet", "csv"]:
    kind = SUFFIXES.get(Path(place).suffix.lower())
    if kind is None:
        raise InvalidInput("MKD260", "neither Parquet nor CSV by its name", where=place, mend=".parquet or .csv")
    return kind


@contextmanager
def _whole(path: Path, *, folder: bool, replace: bool) -> Iterator[str]:
    """A place beside ``path``, private to its owner, that takes its name when all went well and is gone otherwise."""
    if not path.parent.is_dir():
        raise InvalidInput("MKD260", "there is no such folder", where=str(path.parent), mend="make it before")
    if path.is_dir() and (not folder or any(path.iterdir())):
        raise InvalidInput("MKD260", "is a folder, and there already", where=str(path), mend="name another place")
    if path.is_file() and not replace:
        raise already_there(path)
    room = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    part = room / path.name
    try:
        yield str(part)
        if folder and path.is_file():
            path.unlink()
        part.chmod(0o700 if part.is_dir() else 0o600)
        os.replace(part, path)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _files(place: Place) -> str:
    """The files of a folder; Spark puts others between them."""
    path, kind = place
    return f"{path}/**/*.{kind}" if Path(path).is_dir() else path


@contextmanager
def _readable(place: str, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """What an engine says of a file that it cannot read may hold values, so only its kind is told."""
    try:
        yield
    except errors as error:
        raise InvalidInput(
            "MKD260", f"cannot be decided ({type(error).__name__})", where=place, mend="see mkd --debug"
        ) from error


def _polars(policy: Policy, source: Place, out: Place) -> Counts:
    pl = needed("polars", "polars")
    from mkd_plugins.batch.engines import decided, outside
    from mkd_plugins.batch.frames import check_columns

    (path, kind), (part, to) = source, out
    with _readable(path, (pl.exceptions.PolarsError,)):
        files = _files(source)
        frame = pl.scan_parquet(files) if kind == "parquet" else pl.scan_csv(files, infer_schema=False)
        names = list(frame.collect_schema()) if kind == "parquet" else headings(path)
        check_columns(policy.vocabulary, names, path)
        answered = decided(policy, frame, written=kind == "csv")
        _ = answered.sink_parquet(part) if to == "parquet" else answered.sink_csv(part)
        told = pl.scan_parquet(part) if to == "parquet" else pl.scan_csv(part, infer_schema=False)
        found = told.group_by("outcome").len().collect().rows()
        return _counts(found, lambda: outside(policy, frame, written=kind == "csv"))


def _duckdb(policy: Policy, source: Place, out: Place) -> Counts:
    duckdb = needed("duckdb", "duckdb")
    from mkd_plugins.batch.engines import decided, outside
    from mkd_plugins.batch.frames import check_columns

    (path, kind), (part, to) = source, out
    with duckdb.connect() as connection, _readable(path, (duckdb.Error,)):
        # Frames have no order; keeping one would keep the population in memory.
        connection.execute("SET preserve_insertion_order = false")
        files = _files(source)
        if kind == "parquet":
            relation = connection.read_parquet(files)
            check_columns(policy.vocabulary, relation.columns, path, cased=False)
        else:
            names = headings(path)
            check_columns(policy.vocabulary, names, path, cased=False)
            relation = _read_csv(connection, files, names)
        answered = decided(policy, relation, written=kind == "csv")
        if to == "parquet":
            answered.write_parquet(part)
            told = connection.read_parquet(part)
        else:
            answered.write_csv(part, header=True)
            told = _read_csv(connection, part, answered.columns)
        found = told.aggregate("outcome, count(*)").fetchall()
        return _counts(found, lambda: outside(policy, relation, written=kind == "csv"))


def _read_csv(connection: Any, files: str, names: Sequence[str]) -> Any:
    """Text of these columns. Left to itself, DuckDB guesses what divides them, and drops lines that do not fit it."""
    columns = dict.fromkeys(names, "VARCHAR")
    return connection.read_csv(
        files, header=True, columns=columns, sep=",", quotechar='"', escapechar='"', auto_detect=False
    )


def _spark(policy: Policy, source: Place, out: Place) -> Counts:
    sql = needed("pyspark.sql", "spark")
    # What fails while a job runs comes as Java's.
    errors = needed("pyspark.errors", "spark").PySparkException, needed("py4j.protocol", "spark").Py4JError
    from mkd_plugins.batch.engines import decided, outside
    from mkd_plugins.batch.frames import check_columns

    (path, kind), (part, to) = source, out
    session = sql.SparkSession.builder.appName("mkd decide").getOrCreate()
    with _readable(path, errors):
        if kind == "parquet":
            frame = session.read.parquet(path)
        else:
            if "://" not in path:
                headings(path)
            # Otherwise Spark takes the columns of each file for those of the first, and drops what lines have too many.
            frame = session.read.csv(path, header=True, enforceSchema=False, mode="FAILFAST")
        check_columns(policy.vocabulary, frame.columns, path, cased=False)
        answered = decided(policy, frame, written=kind == "csv")
        if to == "parquet":
            answered.write.parquet(part)
            told = session.read.parquet(part)
        else:
            answered.write.csv(part, header=True)
            told = session.read.csv(part, header=True)
        found = [tuple(row) for row in told.groupBy("outcome").count().collect()]
        return _counts(found, lambda: outside(policy, frame, written=kind == "csv"))


def _counts(rows: Sequence[tuple[str | None, int]], outside: Callable[[], Mapping[str, int]]) -> Counts:
    """Facts are asked for only where a row had no outcome: it takes another look at the whole file."""
    found = {outcome or "": count for outcome, count in rows}
    outcomes = {name: found.get(name, 0) for name in ("approve", "refer", "refuse")}
    without = found.get("", 0)
    return Counts(rows=sum(found.values()), outcomes=outcomes, without=without, outside=outside() if without else {})
