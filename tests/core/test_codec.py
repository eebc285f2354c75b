"""Events and their records: what was written is read again, by this release and by those to come."""

import functools
import json
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.decrees import Decree
from mkd_core.errors import InvalidInput, JournalError
from mkd_core.events import (
    EVENTS,
    AgreementApproved,
    AgreementProposed,
    FactAttested,
    PeriodClosed,
    ResultReported,
    ReviewOpened,
    Terms,
    Verdict,
    without_private,
)
from mkd_core.journal import GENESIS, Record, canonical, seal
from mkd_core.journal.codec import UPCASTERS, decode, encode, instant
from mkd_core.targets import Direction, Target, TargetKind
from mkd_core.worktime import Day, Week, Window, WorkPlan

AT = datetime(2023, 6, 20, 9, 30, tzinfo=timezone(timedelta(hours=7)))
WINDOW = Window.parse("22:00-06:00 office 30")
PLANS = [
    WorkPlan(anchor=date(2023, 7, 3), weeks=(Week.parse({"mon": "07:30-11:30 home, 12:30-16:00 office"}),)),
    WorkPlan(
        anchor=date(2023, 7, 3),
        weeks=(Week.parse({"mon": "22:00-06:00 office 30"}), Week.parse({"sat": "08:00-12:00 elsewhere"})),
        seasons={"ramadan": (Week.parse({"tue": "08:00-15:00 other_office 30"}),)},
        exceptions={date(2023, 8, 17): Day()},
    ),
]
TARGETS = [
    Target(id="t1", kind=TargetKind.OUTPUT),
    Target(
        id="t2",
        kind=TargetKind.OUTCOME,
        indicator="flood warnings",
        unit="per cent",
        direction=Direction.WITHIN,
        value=Decimal("97.50"),
        margin=Decimal("0.5"),
        due=date(2023, 7, 31),
        evidence="the log",
        weight=Decimal(40),
    ),
]
DECREES = [
    Decree(
        key="SE 1",
        unit="agency",
        policy="p",
        version="1",
        starts=date(2025, 11, 3),
        ends=ends,
        weekdays=("tue", "thu"),
        cap=cap,
        each=each,
    )
    for ends, cap, each in ((date(2025, 11, 28), None, None), (None, Decimal("0.5"), 1))
]
VALUES = st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
SIMPLE = {
    str: st.text(max_size=8),
    int: st.integers(-(10**9), 10**9),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    date: st.dates(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False, places=3),
    Window: st.just(WINDOW),
    WorkPlan: st.sampled_from(PLANS),
    Target: st.sampled_from(TARGETS),
    Decree: st.sampled_from(DECREES),
    types.NoneType: st.none(),
    Any: VALUES,
}


@functools.cache
def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of an annotation that events use."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind in SIMPLE:
        return SIMPLE[kind]
    if origin in (types.UnionType, typing.Union):
        return st.one_of([values_of(part) for part in parts])
    if origin is tuple:
        return st.lists(values_of(parts[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(st.text(max_size=5), VALUES, max_size=2)
    if issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{part.name: values_of(hints[part.name]) for part in attrs.fields(kind)})


def record_of(event, **changes) -> Record:
    return attrs.evolve(
        seal(encode(event, at=AT, by="k1"), stream="person/k1", number=1, previous=GENESIS, salt="5a" * 16), **changes
    )


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=20)
@given(data=st.data())
def test_every_kind_of_event_is_read_as_it_was_written(name, data):
    """Whatever an event holds, its record in JSON gives it back, with its envelope."""
    event = data.draw(values_of(EVENTS[name][0]))
    record = record_of(event)
    plain = {part.name: getattr(record, part.name) for part in attrs.fields(Record)}
    stored = Record(**json.loads(canonical(plain)))

    happened = decode(stored)

    assert happened.event == event
    assert (happened.number, happened.at, happened.by) == (1, AT, "k1")


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=20)
@given(data=st.data())
def test_without_its_private_parts_an_event_is_still_an_event(name, data):
    """Erased, a record gives the event with the defaults in the place of what was private, and the same hash."""
    event = data.draw(values_of(EVENTS[name][0]))
    erased = record_of(event, private=None, salt=None)

    assert decode(erased).event == without_private(event)
    assert erased.hash == record_of(event).hash


def test_an_event_of_the_first_schema_is_read_with_what_it_chained():
    """What schema 1 had in the chain, and 2 keeps beside it, is read from where it is."""
    verdict = Verdict(outcome="refer", policy="p", version="1", on=AT.date(), moment="vote", failed=("no-record",))
    for event in (
        ReviewOpened(agreement="k1.1", verdict=verdict),
        FactAttested(person="k1", fact="applicant.discipline", value="none", role="hr"),
        PeriodClosed(period="2026-06", scheme="", minutes=60, rating="good"),
        ResultReported(agreement="k1.1", result="r1", target="t1", on=AT.date(), value=Decimal(4)),
    ):
        record = record_of(event)
        chained = {**record.data, **record.private}
        if "verdict" in record.data:
            chained["verdict"] = {**record.data["verdict"], **record.private["verdict"]}

        assert decode(attrs.evolve(record, schema=1, data=chained, private=None)).event == event


def test_a_private_field_has_a_default_and_no_repr():
    """Whatever may be erased must be able to be absent, and is never shown by accident."""
    private = [
        (name, part.name)
        for name, (kind, _) in EVENTS.items()
        for part in attrs.fields(kind)
        if part.metadata.get("private") and (part.default is attrs.NOTHING or part.repr)
    ]

    assert private == []


def test_an_event_without_private_parts_has_no_commitment():
    """There is nothing to commit to, and nothing to erase."""
    record = record_of(AgreementApproved(agreement="k1.1", version=1, effective=date(2023, 7, 3)))

    assert (record.private, record.salt, record.commitment) == (None, None, "")


@pytest.mark.parametrize("value", [False, 0, 0.0])
def test_a_value_that_counts_as_nothing_is_kept_all_the_same(value):
    """A no and a zero are facts."""
    event = FactAttested(person="k1", fact="applicant.on_probation", role="hr", value=value)

    read = decode(record_of(event)).event.value

    assert (read, type(read)) == (value, type(value))


class TestOtherReleases:
    def test_an_unknown_kind_is_refused(self):
        """An event that this release does not know is not passed over in silence."""
        record = record_of(AgreementApproved(agreement="k1.1", version=1, effective=AT.date()), type="AgreementSung")

        with pytest.raises(JournalError, match=r"MKD515 person/k1#1: .*'AgreementSung'.*use a newer version"):
            decode(record)

    def test_a_newer_schema_is_refused(self):
        """A known kind in a shape of the future is not guessed at."""
        record = record_of(AgreementApproved(agreement="k1.1", version=1, effective=AT.date()), schema=2)

        with pytest.raises(JournalError, match="MKD515"):
            decode(record)

    def test_what_does_not_fit_its_kind_is_refused(self):
        """A record without what the event needs cannot be read."""
        record = record_of(AgreementApproved(agreement="k1.1", version=1, effective=AT.date()), data={"version": 1})

        with pytest.raises(JournalError, match="MKD516 person/k1#1"):
            decode(record)

    def test_upcasters_lift_an_old_record_one_schema_after_the_other(self):
        """A record of the first schema passes every step to today's, its private part with it."""
        record = record_of(
            AgreementApproved(agreement="k1.1", version=1, effective=AT.date()),
            data={"agreement": "k1.1", "version": 1, "from": "2023-07-03"},
        )
        steps = {
            ("AgreementApproved", 1): lambda plain: {**plain, "since": plain["from"]},
            ("AgreementApproved", 2): lambda plain: {**plain, "effective": plain["since"]},
        }

        read = decode(record, kinds={"AgreementApproved": (AgreementApproved, 3)}, upcasters=steps)

        assert read.event == AgreementApproved(agreement="k1.1", version=1, effective=date(2023, 7, 3))

    def test_every_schema_but_the_last_has_an_upcaster(self):
        """Whatever a release has written can be lifted."""
        needed = {(name, schema) for name, (_, current) in EVENTS.items() for schema in range(1, current)}

        assert set(UPCASTERS) == needed


class TestTheMoment:
    def test_it_is_written_in_utc(self):
        """The same moment in another zone is the same text."""
        assert instant(AT) == instant(AT.astimezone(UTC)) == "2023-06-20T02:30:00.000000+00:00"

    def test_it_has_a_zone(self):
        """A moment without a zone is refused."""
        with pytest.raises(InvalidInput, match="MKD402"):
            instant(AT.replace(tzinfo=None))


def test_the_chain_holds_no_private_field():
    """What is private is beside the data, not in it."""
    event = AgreementProposed(
        agreement="k1.1",
        terms=Terms(plan=PLANS[0], starts=date(2023, 7, 3), ends=date(2023, 9, 30)),
        targets=tuple(TARGETS),
        reason="a private matter",
    )

    record = record_of(event)

    assert set(record.data) == {"agreement", "terms"}
    assert set(record.private or {}) == {"targets", "reason"}
    assert "a private matter" not in repr(event)
