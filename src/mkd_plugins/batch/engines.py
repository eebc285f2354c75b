"""Deciding frames where they are: Polars, DuckDB and Spark as they come, pandas and Arrow by way of Polars."""

from __future__ import annotations

import importlib
from typing import Any, TypeVar

from mkd_core.errors import InvalidInput
from mkd_core.policy import Policy

Frame = TypeVar("Frame")

#: Begins the names of columns that are needed on the way only.
PREFIX = "__mkd_"


def decide_frame(policy: Policy, frame: Frame) -> Frame:
    """The frame with three more columns: ``outcome``, ``failed`` and ``undetermined``, one answer for each row.

    ``frame`` is a Polars ``DataFrame`` or ``LazyFrame``, a DuckDB relation, a Spark ``DataFrame``, a pandas
    ``DataFrame`` or an Arrow ``Table``; the answer is of the same kind, and lazy where the frame is. Columns are named
    like the facts (``applicant.rating``); an absent column is missing in every row, others are kept as they are. Times
    are minutes of the day, or text ``HH:MM``; dates are dates, or text ``YYYY-MM-DD``; NaN is missing.

    ``outcome`` is approve, refer or refuse; ``failed`` and ``undetermined`` are 64-bit integers in which bit *i* stands
    for rule *i* (``policy.names_of`` names them). All three are null in a row with a value outside the vocabulary. Rows
    may come back in another order.

    ``policy`` is that of one day and moment: ``load_policy(ID, on=DATE).at("vote")``. Raises ``InvalidInput`` before
    anything is computed: for a column named like an answer or like no fact of its namespace, and for columns of a type
    in which the fact cannot be read.
    """
    decided: Frame = _decided(policy, frame)
    return decided


def _decided(policy: Policy, frame: Any) -> Any:
    kind = type(frame).__module__.partition(".")[0]
    match kind, type(frame).__name__:
        case "polars", "DataFrame":
            return _of_polars(policy, frame)
        case ("polars", "LazyFrame"):
            return _of_lazy(policy, frame)
    raise InvalidInput(
        "MKD255",
        f"no frame that can be decided: {kind}.{type(frame).__name__}",
        mend="give a Polars, DuckDB, Spark, pandas or Arrow frame",
    )


def needed(name: str, extra: str) -> Any:
    """The module of that name; raises ``InvalidInput`` that names the extra to install."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise InvalidInput(
            "MKD259", f"needs {error.name}, which is not installed", mend=f"pip install 'mkd[{extra}]'"
        ) from None


def _of_polars(policy: Policy, frame: Any) -> Any:
    pl = needed("polars", "polars")
    empty = {name for name, dtype in frame.schema.items() if dtype == pl.Null}
    return _with_answers(policy, frame.lazy(), empty=empty).collect()


def _of_lazy(policy: Policy, frame: Any) -> Any:
    pl = needed("polars", "polars")
    empty = {name for name, dtype in frame.collect_schema().items() if dtype == pl.Null}
    return _with_answers(policy, frame, empty=empty)


def _with_answers(policy: Policy, native: Any, *, empty: set[str]) -> Any:
    nw = needed("narwhals.stable.v2", "polars")
    from mkd_plugins.batch.answers import stages_of
    from mkd_plugins.batch.frames import ANSWERS, check_names, take

    frame = nw.from_native(native)
    schema = frame.collect_schema()
    names = list(schema)
    check_names(names, policy.vocabulary)
    places = {name: name for name in names if name in policy.vocabulary}
    taken = take(schema, places, policy.vocabulary, prefix=PREFIX, empty=empty, day=policy.day)
    for stage in stages_of(policy, taken, prefix=PREFIX, guarded=False):
        frame = frame.with_columns(**stage)
    return frame.select(*names, *ANSWERS).to_native()
