"""What every journal must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.journal import SharedJournalSuite

    class TestAcmeJournal(SharedJournalSuite):
        @pytest.fixture
        def journal(self, tmp_path):
            return AcmeJournal(tmp_path / "acme")       # fresh and empty for every test

:class:`JournalSuite` asks for what :class:`mkd_core.ports.Journal` promises; :class:`SharedJournalSuite` also that
threads may share the object. To see the values of a failed assertion, call
``pytest.register_assert_rewrite("mkd_plugins.testing.journal")`` before the import.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import attrs
import pytest

from mkd_core.errors import Conflict, NotFound
from mkd_core.journal import ERASURE, GENESIS, Draft, Head, canonical, verify
from mkd_core.outbox import ERASED, Effect, EffectStatus, Settlement, effect_key
from mkd_core.ports import Journal

MORNING = datetime(2023, 6, 19, 1, 0, tzinfo=UTC)
"""The moment at which the story of these tests begins."""


def draft(text: str = "", private: Mapping[str, Any] | None = None, *, kind: str = "noted") -> Draft:
    """An event that says so much."""
    return Draft(type=kind, schema=1, at=MORNING.isoformat(), by="p-1", data={"text": text}, private=private)


def effect(key: str, **data: Any) -> Effect:
    """An effect of that key."""
    return Effect(key=key, port="notification", kind="noted", to="p-1", data=data)


def settled(status: EffectStatus, due: datetime | None = None, problem: str = "", receipt: str = "") -> Settlement:
    """What an attempt in the morning came to."""
    return Settlement(status=status, at=MORNING, due=due, problem=problem, receipt=receipt)


class JournalSuite:
    """Inherit it, name the class ``Test…`` and override the fixture ``journal`` with a fresh journal for every test."""

    @pytest.fixture
    def journal(self) -> Journal:
        """The journal under test."""
        raise NotImplementedError("override the fixture `journal`: return a fresh, empty journal")

    def test_a_fresh_journal_is_empty(self, journal: Journal) -> None:
        """A journal that nobody wrote to has no events, no effects and an empty head."""
        assert list(journal.records()) == []
        assert list(journal.deliveries()) == []
        assert list(journal.due(MORNING)) == []
        assert journal.head() == Head({})

    def test_what_was_appended_is_read_back_sealed(self, journal: Journal) -> None:
        """Events are numbered from 1, each naming the hash of the one before, and are read back as they were sealed."""
        written = journal.append("a", 0, [draft("one"), draft("two", private={"name": "Siti"})])
        written += journal.append("a", 2, [draft("three")])

        assert [record.number for record in written] == [1, 2, 3]
        assert [record.previous for record in written] == [GENESIS, written[0].hash, written[1].hash]
        assert [record.data for record in written] == [{"text": "one"}, {"text": "two"}, {"text": "three"}]
        assert tuple(journal.read("a")) == written
        assert verify(journal.read("a")) == []

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"nested": {"list": [1, [2, {"x": None}]], "yes": True, "no": False}},
            {"whole": 2**63, "negative": -(2**80), "float": 0.1, "tiny": 5e-324, "one": 1.0},
            {"text": "Rapat koordinasi \u2013 “Jawa Barat” 🏔 \u0000 \n \\ ' \" % :x ? é é"},
            {"long": "x" * 100_000},
            {"": "an empty key", "0": "a digit", "%s": "a mark", ":name": "another"},
        ],
        ids=["empty", "nested", "numbers", "text", "long", "keys"],
    )
    def test_every_json_value_survives(self, journal: Journal, data: Mapping[str, Any]) -> None:
        """Data, private parts and effects come back exactly as they were, whatever JSON they hold."""
        whole = Draft(type="noted", schema=1, at=MORNING.isoformat(), by="p-1", data=data, private={"kept": data})
        journal.append("a", 0, [whole], [effect("k", kept=data)])

        assert journal.read("a")[0].data == data
        assert journal.read("a")[0].private == {"kept": data}
        assert canonical(journal.read("a")[0].data) == canonical(data)
        assert next(iter(journal.deliveries())).effect == effect("k", kept=data)
        assert verify(journal.read("a")) == []

    @pytest.mark.parametrize("expected", [0, 1, 3])
    def test_a_stale_version_is_a_conflict_and_writes_nothing(self, journal: Journal, expected: int) -> None:
        """An append decided on another number of events than there are is refused whole, effects too."""
        journal.append("a", 0, [draft("one"), draft("two")])
        before = journal.head()

        with pytest.raises(Conflict) as refused:
            journal.append("a", expected, [draft("three")], [effect("k")])

        assert refused.value.code == "MKD501"
        assert refused.value.where == "a"
        assert journal.head() == before
        assert list(journal.deliveries()) == []

    def test_an_append_is_all_or_nothing(self, journal: Journal) -> None:
        """An event that is no JSON takes the others of its append with it, and the journal goes on working."""
        broken = Draft(type="noted", schema=1, at="", by="p-1", data={"value": float("nan")})

        with pytest.raises(ValueError, match="JSON"):
            journal.append("a", 0, [draft("one"), broken], [effect("k")])

        assert list(journal.records()) == []
        assert list(journal.deliveries()) == []
        assert len(journal.append("a", 0, [draft("one")])) == 1

    def test_reading_starts_behind_a_number(self, journal: Journal) -> None:
        """``after`` leaves out the events up to it; an unknown stream has none."""
        written = journal.append("a", 0, [draft("one"), draft("two"), draft("three")])

        assert tuple(journal.read("a", after=1)) == written[1:]
        assert tuple(journal.read("a", after=3)) == ()
        assert tuple(journal.read("b")) == ()

    def test_streams_are_told_apart_exactly(self, journal: Journal) -> None:
        """Names that differ in case, in an accent or in how a letter is composed are different streams and keys."""
        names = ["agr-a", "AGR-A", "agr-ä", "agr-a\u0308", "agr-ß", "agr-ss"]
        for name in names:
            journal.append(name, 0, [draft(name)], [effect(f"{name}:1")])

        assert [journal.read(name)[0].data["text"] for name in names] == names
        assert [delivery.effect.key for delivery in journal.deliveries()] == [f"{name}:1" for name in names]

    def test_records_come_in_the_order_of_the_journal(self, journal: Journal) -> None:
        """Positions rise with every event, over all streams; reading goes on behind any of them."""
        journal.append("b", 0, [draft("one")])
        journal.append("a", 0, [draft("two"), draft("three")])
        journal.append("b", 1, [draft("four")])
        everything = list(journal.records())
        positions = [position for position, _ in everything]

        assert [record.data["text"] for _, record in everything] == ["one", "two", "three", "four"]
        assert positions == sorted(set(positions))
        assert all(position > 0 for position in positions)
        for index, position in enumerate(positions):
            assert list(journal.records(after=position)) == everything[index + 1 :]

    def test_a_long_journal_is_read_whole(self, journal: Journal) -> None:
        """Nothing is lost or doubled where a journal is read in pages, and writing meanwhile disturbs no reader."""
        journal.append("a", 0, [draft(str(n)) for n in range(1200)], [effect(str(n)) for n in range(1200)])
        reading = journal.records()
        first = next(reading)
        journal.append("b", 0, [draft("late")])

        assert [record.number for _, record in [first, *reading] if record.stream == "a"] == [*range(1, 1201)]
        assert [delivery.effect.key for delivery in journal.deliveries()] == [str(n) for n in range(1200)]

    def test_erasing_leaves_the_chain_whole(self, journal: Journal) -> None:
        """Erasing takes private parts and salts of one stream, says how many, and changes nothing that is hashed."""
        journal.append("a", 0, [draft("one", private={"name": "Siti"}), draft("two"), draft("three", {"name": "Dewi"})])
        other = journal.append("b", 0, [draft("one", private={"name": "Budi"})])
        before = journal.head()

        assert journal.erase("a") == 2
        assert [(record.salt, record.private) for record in journal.read("a")] == [(None, None)] * 3
        assert tuple(journal.read("b")) == other
        assert journal.head() == before
        assert [fault.event for fault in verify(journal.read("a"))] == ["a#1", "a#3"]
        assert journal.erase("a") == 0
        assert journal.erase("unknown") == 0

        journal.append("a", 3, [draft(kind=ERASURE), draft("five", private={"name": "Rina"})])
        assert journal.read("a")[4].private == {"name": "Rina"}
        assert verify(record for _, record in journal.records()) == []

    def test_erasing_reaches_the_outbox(self, journal: Journal) -> None:
        """What the stream's effects say is gone; what was not delivered never goes out, and says why."""
        keys = {name: effect_key("a", number, "notification") for number, name in enumerate(["sent", "new", "dead"], 1)}
        foreign = [effect_key("a:1", 1, "notification"), effect_key("A", 1, "notification"), "a", "a%:1:n:0"]
        journal.append("a", 0, [draft()], [effect(key, text="Siti") for key in (*keys.values(), *foreign)])
        journal.settle(keys["sent"], settled(EffectStatus.DELIVERED, receipt="ref-1"))
        journal.settle(keys["dead"], settled(EffectStatus.DEAD, problem="no such mailbox"))

        journal.erase("a")
        journal.settle(keys["new"], settled(EffectStatus.DELIVERED))
        journal.replay(keys["dead"])

        known = {delivery.effect.key: delivery for delivery in journal.deliveries()}
        assert [dict(known[key].effect.data) for key in keys.values()] == [{}, {}, {}]
        assert {name: (known[key].status, known[key].problem) for name, key in keys.items()} == {
            "sent": (EffectStatus.DELIVERED, ""),
            "new": (EffectStatus.CANCELLED, ERASED),
            "dead": (EffectStatus.CANCELLED, ERASED),
        }
        assert known[keys["sent"]].receipt == "ref-1"
        assert [delivery.effect.key for delivery in journal.due(MORNING)] == foreign
        assert [delivery.effect.data for delivery in journal.due(MORNING)] == [{"text": "Siti"}] * len(foreign)

    def test_a_salt_is_used_once(self, journal: Journal) -> None:
        """Two events with the same private part have different salts and commitments: nobody sees that they agree."""
        one, two = journal.append("a", 0, [draft("", {"name": "Siti"}), draft("", {"name": "Siti"})])

        assert one.salt is not None
        assert two.salt is not None
        assert min(len(one.salt), len(two.salt)) >= 32
        assert one.salt != two.salt
        assert one.commitment != two.commitment

    def test_effects_are_due_oldest_first(self, journal: Journal) -> None:
        """Effects are due from their append on, in the order they came in, no more than asked for."""
        journal.append("b", 0, [draft()], [effect("z"), effect("y")])
        journal.append("a", 0, [draft()], [effect("x")])

        assert [delivery.effect.key for delivery in journal.due(MORNING)] == ["z", "y", "x"]
        assert [delivery.effect.key for delivery in journal.due(MORNING, limit=2)] == ["z", "y"]
        assert journal.due(MORNING)[0].effect == effect("z")
        assert {(d.status, d.attempts, d.due) for d in journal.due(MORNING)} == {(EffectStatus.PENDING, 0, None)}

    def test_only_the_ports_asked_for_are_due(self, journal: Journal) -> None:
        """What waits on another port takes up no place of the limit; no port is no effect."""
        journal.append("a", 0, [draft()], [attrs.evolve(effect(str(n)), port="payroll") for n in range(3)])
        journal.append("b", 0, [draft()], [effect("mail")])

        assert [d.effect.key for d in journal.due(MORNING, 2, {"notification"})] == ["mail"]
        assert [d.effect.key for d in journal.due(MORNING, 2, ["payroll", "notification"])] == ["0", "1"]
        assert list(journal.due(MORNING, 2, ())) == []

    def test_the_effects_of_one_stream_are_found(self, journal: Journal) -> None:
        """Those whose key is the stream's own, whatever begins alike, and of one status where one is asked for."""
        keys = [f"{name}:1:notification:0" for name in ("a", "a:1", "a_", "aa", "A", "b")]
        journal.append("a", 0, [draft()], [*map(effect, keys), effect("a:2:schedule:0")])
        journal.settle("a:2:schedule:0", settled(EffectStatus.DEAD))

        def found(**asked: Any) -> list[str]:
            return [delivery.effect.key for delivery in journal.deliveries(**asked)]

        assert found(stream="a") == ["a:1:notification:0", "a:2:schedule:0"]
        assert found(stream="a_") == ["a_:1:notification:0"]
        assert found(stream="a", status=EffectStatus.DEAD) == ["a:2:schedule:0"]
        assert found(stream="%") == []

    def test_an_effect_is_there_once(self, journal: Journal) -> None:
        """An effect whose key is known is left as it is, within one append as in a later one."""
        journal.append("a", 0, [draft()], [effect("k", text="first"), effect("k", text="second")])
        journal.settle("k", settled(EffectStatus.DELIVERED, receipt="r"))
        journal.append("a", 1, [draft()], [effect("k", text="third"), effect("l")])

        assert [(d.effect.key, d.status) for d in journal.deliveries()] == [
            ("k", EffectStatus.DELIVERED),
            ("l", EffectStatus.PENDING),
        ]
        assert next(iter(journal.deliveries())).effect.data == {"text": "first"}

    def test_effects_alone_can_be_appended(self, journal: Journal) -> None:
        """An append without events puts its effects into the outbox, at the right version only."""
        assert journal.append("a", 0, [], [effect("k")]) == ()
        with pytest.raises(Conflict):
            journal.append("a", 1, [], [effect("l")])

        assert [delivery.effect.key for delivery in journal.deliveries()] == ["k"]
        assert journal.head() == Head({})

    def test_a_failed_attempt_waits_for_its_time(self, journal: Journal) -> None:
        """A pending effect is due again at its moment and not before, whatever zone the moments are told in."""
        later = MORNING + timedelta(seconds=30)
        journal.append("a", 0, [draft()], [effect("k"), effect("l")])
        journal.settle(
            "k", settled(EffectStatus.PENDING, due=later.astimezone(timezone(timedelta(hours=7))), problem="no")
        )

        assert [d.effect.key for d in journal.due(later - timedelta(microseconds=1))] == ["l"]
        assert [d.effect.key for d in journal.due(later)] == ["k", "l"]
        waiting = journal.due(later.astimezone(timezone(timedelta(hours=9))))
        assert [d.effect.key for d in waiting] == ["k", "l"]
        assert (waiting[0].attempts, waiting[0].due, waiting[0].problem) == (1, later, "no")

    def test_a_delivered_effect_stays_delivered(self, journal: Journal) -> None:
        """Nothing that is settled or replayed later makes a delivered effect go out again."""
        journal.append("a", 0, [draft()], [effect("k")])
        journal.settle("k", settled(EffectStatus.DELIVERED, receipt="ref-1"))
        delivered = list(journal.deliveries())
        journal.settle("k", settled(EffectStatus.DEAD, problem="late answer"))
        journal.replay("k")

        assert list(journal.deliveries()) == delivered
        assert (delivered[0].status, delivered[0].attempts, delivered[0].receipt) == (
            EffectStatus.DELIVERED,
            1,
            "ref-1",
        )
        assert list(journal.due(MORNING + timedelta(days=9))) == []

    def test_a_dead_effect_waits_for_a_person(self, journal: Journal) -> None:
        """A dead effect is never due until it is replayed; then it starts from its first attempt."""
        journal.append("a", 0, [draft()], [effect("k"), effect("l")])
        journal.settle("k", settled(EffectStatus.DEAD, problem="no such mailbox"))

        assert [d.effect.key for d in journal.due(MORNING + timedelta(days=9))] == ["l"]
        assert [d.effect.key for d in journal.deliveries(EffectStatus.DEAD)] == ["k"]
        assert [d.effect.key for d in journal.deliveries(EffectStatus.PENDING)] == ["l"]

        journal.replay("k")
        assert list(journal.deliveries(EffectStatus.DEAD)) == []
        assert [(d.effect.key, d.attempts, d.due) for d in journal.due(MORNING)] == [("k", 0, None), ("l", 0, None)]

    def test_replaying_leaves_what_is_not_dead(self, journal: Journal) -> None:
        """Replaying an effect that is still tried changes nothing: its attempts go on being counted."""
        journal.append("a", 0, [draft()], [effect("k")])
        journal.settle("k", settled(EffectStatus.PENDING, due=MORNING + timedelta(hours=1), problem="busy"))
        waiting = list(journal.deliveries())
        journal.replay("k")

        assert list(journal.deliveries()) == waiting

    def test_an_unknown_key_is_named(self, journal: Journal) -> None:
        """Settling or replaying what is in no outbox is an error that names the key."""
        with pytest.raises(NotFound, match="k-1") as unsettled:
            journal.settle("k-1", settled(EffectStatus.DEAD))
        with pytest.raises(NotFound, match="k-1") as not_replayed:
            journal.replay("k-1")

        assert [unsettled.value.code, not_replayed.value.code] == ["MKD506", "MKD506"]

    def test_the_head_is_that_of_the_events(self, journal: Journal) -> None:
        """The head names the last number and hash of every stream, as a verifier of all records finds them."""
        journal.append("b", 0, [draft("one")])
        last_a = journal.append("a", 0, [draft("two"), draft("three")])[-1]
        last_b = journal.append("b", 1, [draft("four")])[-1]

        assert journal.head() == Head({"a": (2, last_a.hash), "b": (2, last_b.hash)})
        assert verify((record for _, record in journal.records()), journal.head()) == []


class SharedJournalSuite(JournalSuite):
    """For a journal that threads may share: two writers never both win, and none is lost."""

    def test_of_two_writers_at_once_one_wins(self, journal: Journal) -> None:
        """Threads that append to one stream at the same version: one gets its event in, all others a conflict."""
        barrier = Barrier(4)

        def attempt(name: str) -> bool:
            barrier.wait()
            try:
                journal.append("a", 0, [draft(name)], [effect(name)])
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            won = [name for name, result in zip("wxyz", pool.map(attempt, "wxyz"), strict=True) if result]

        assert [record.data["text"] for record in journal.read("a")] == won
        assert [delivery.effect.key for delivery in journal.deliveries()] == won
        assert len(won) == 1

    def test_writers_that_try_again_lose_nothing(self, journal: Journal) -> None:
        """Threads that repeat after a conflict get every event in once, and the chain holds."""

        def write(name: str) -> None:
            for n in range(10):
                append_until_in(journal, "a", draft(f"{name}{n}"))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, "wxyz"))

        texts = [record.data["text"] for record in journal.read("a")]
        assert sorted(texts) == sorted(f"{name}{n}" for name in "wxyz" for n in range(10))
        assert [record.number for _, record in journal.records()] == [*range(1, 41)]
        assert verify(journal.read("a"), journal.head()) == []


def append_until_in(journal: Journal, stream: str, event: Draft) -> int:
    """Append, reading again after every conflict; how many conflicts there were."""
    conflicts = 0
    while True:
        try:
            journal.append(stream, len(journal.read(stream)), [event])
        except Conflict:
            conflicts += 1
        else:
            return conflicts
