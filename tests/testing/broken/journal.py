"""Journals, each of which breaks one promise."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from threading import Barrier, BrokenBarrierError, Lock, current_thread, main_thread

from attrs import evolve

from mkd_core.errors import Conflict
from mkd_core.journal import Head, MemoryJournal, canonical
from mkd_core.outbox import EffectStatus
from mkd_plugins.testing.journal import MORNING, JournalSuite, SharedJournalSuite


class Kept(MemoryJournal):
    """One that keeps every promise, threads included."""

    def __init__(self, salt=lambda: secrets.token_hex(16)):
        super().__init__(salt)
        self.lock = Lock()

    def append(self, stream, expected, events, effects=()):
        with self.lock:
            return super().append(stream, expected, events, effects)


class LooksForTheOldest(Kept):
    def due(self, now, limit=100, ports=None):
        min(self._outbox)
        return super().due(now, limit, ports)


class AnswersWithoutThePrivateParts(Kept):
    def append(self, stream, expected, events, effects=()):
        first, *others = super().append(stream, expected, events, effects) or [None]
        return tuple(each for each in (first, *(evolve(each, private=None) for each in others)) if each)


class CutsLongEffects(Kept):
    def deliveries(self, status=None, stream=None):
        for each in super().deliveries(status, stream):
            long = len(canonical(each.effect.data)) > 65_535
            yield evolve(each, effect=evolve(each.effect, data={})) if long else each


class DoesNotSayWhatIsStale(Kept):
    def append(self, stream, expected, events, effects=()):
        try:
            return super().append(stream, expected, events, effects)
        except Conflict as conflict:
            raise Conflict(conflict.code, conflict.message) from None


class KeepsEffectsOfWhatFailed(Kept):
    def append(self, stream, expected, events, effects=()):
        if len(self.read(stream)) == expected:
            super().append(stream, expected, (), effects)
        return super().append(stream, expected, events, effects)


class ReadsTheLastAgain(Kept):
    def read(self, stream, after=0):
        known = super().read(stream)
        return known[min(after, len(known) - 1) :] if known else known


class FoldsNames(Kept):
    def append(self, stream, expected, events, effects=()):
        return super().append(stream.lower(), expected, events, effects)

    def read(self, stream, after=0):
        return super().read(stream.lower(), after)


class ReadsStreamByStream(Kept):
    def records(self, after=0):
        told = list(super().records())
        yield from sorted((each for each in told if each[0] > after), key=lambda each: each[1].stream)


class ReadsOnePage(Kept):
    def records(self, after=0):
        yield from islice(super().records(after), 1000)


class CountsAllThatItErases(Kept):
    def erase(self, stream):
        super().erase(stream)
        return len(self.read(stream))


class ForgetsTheOutbox(Kept):
    def erase(self, stream):
        outbox = dict(self._outbox)
        count = super().erase(stream)
        self._outbox = outbox
        return count


class TakesTheNewest(Kept):
    def due(self, now, limit=100, ports=None):
        return super().due(now, limit, ports) if ports is not None else super().due(now)[-limit:]


class CountsBeforeItChooses(Kept):
    def due(self, now, limit=100, ports=None):
        return [each for each in super().due(now, limit) if ports is None or each.effect.port in ports]


class FindsWhatBeginsAlike(Kept):
    def deliveries(self, status=None, stream=None):
        return (each for each in super().deliveries(status) if not stream or each.effect.key.startswith(stream))


class KeepsTheLastOfAKey(Kept):
    def append(self, stream, expected, events, effects=()):
        return super().append(stream, expected, events, list({each.key: each for each in effects}.values()))


class WantsEvents(Kept):
    def append(self, stream, expected, events, effects=()):
        return super().append(stream, expected, events, effects) if events else ()


class ComparesMomentsAsText(Kept):
    def due(self, now, limit=100, ports=None):
        waiting = super().due(now + timedelta(days=99), limit, ports)
        return [each for each in waiting if each.due is None or each.due.isoformat() <= now.isoformat()]


class SettlesAgain(Kept):
    def settle(self, key, settlement):
        if key in self._outbox and self._outbox[key].status is EffectStatus.DELIVERED:
            self._outbox[key] = evolve(self._outbox[key], status=settlement.status)
        super().settle(key, settlement)


class RevivesTheDead(Kept):
    def due(self, now, limit=100, ports=None):
        late = now > MORNING + timedelta(days=7)
        dead = [each for each in self._outbox.values() if each.status is EffectStatus.DEAD]
        return [*super().due(now, limit, ports), *(dead if late else [])]


class StartsEverythingAgain(Kept):
    def replay(self, key):
        super().replay(key)
        if self._outbox[key].status is EffectStatus.PENDING:
            self._outbox[key] = evolve(self._outbox[key], attempts=0, due=None)


class PassesOverUnknownKeys(Kept):
    def settle(self, key, settlement):
        if key in self._outbox:
            super().settle(key, settlement)


class NamesTheFirstAsHead(Kept):
    def head(self):
        streams = super().head().streams
        return Head({stream: (number, self.read(stream)[0].hash) for stream, (number, _) in streams.items()})


class ChecksBeforeItLocks(Kept):
    """All that ask at one moment are let through."""

    def __init__(self):
        super().__init__()
        self.together = Barrier(4)

    def append(self, stream, expected, events, effects=()):
        there = len(self.read(stream))
        if current_thread() is main_thread() or there != expected:
            return super().append(stream, expected, events, effects)
        with suppress(BrokenBarrierError):
            self.together.wait(0.5)
        with self.lock:
            return MemoryJournal.append(self, stream, len(self.read(stream)), events, effects)


class WritesOverTheTwentieth(Kept):
    def append(self, stream, expected, events, effects=()):
        with self.lock:
            kept = self._streams.get(stream, [])
            if current_thread() is not main_thread() and len(kept) == expected == 20:
                kept.pop()
                self._order.pop()
                expected -= 1
            return MemoryJournal.append(self, stream, expected, events, effects)


SUITES = (JournalSuite, SharedJournalSuite)
GOOD = {"journal": Kept}
BROKEN = {
    "test_a_fresh_journal_is_empty": {"journal": LooksForTheOldest},
    "test_what_was_appended_is_read_back_sealed": {"journal": AnswersWithoutThePrivateParts},
    "test_every_json_value_survives": {"journal": CutsLongEffects},
    "test_a_stale_version_is_a_conflict_and_writes_nothing": {"journal": DoesNotSayWhatIsStale},
    "test_an_append_is_all_or_nothing": {"journal": KeepsEffectsOfWhatFailed},
    "test_reading_starts_behind_a_number": {"journal": ReadsTheLastAgain},
    "test_streams_are_told_apart_exactly": {"journal": FoldsNames},
    "test_records_come_in_the_order_of_the_journal": {"journal": ReadsStreamByStream},
    "test_a_long_journal_is_read_whole": {"journal": ReadsOnePage},
    "test_erasing_leaves_the_chain_whole": {"journal": CountsAllThatItErases},
    "test_erasing_reaches_the_outbox": {"journal": ForgetsTheOutbox},
    "test_a_salt_is_used_once": {"journal": lambda: Kept(lambda: "0" * 32)},
    "test_effects_are_due_oldest_first": {"journal": TakesTheNewest},
    "test_only_the_ports_asked_for_are_due": {"journal": CountsBeforeItChooses},
    "test_the_effects_of_one_stream_are_found": {"journal": FindsWhatBeginsAlike},
    "test_an_effect_is_there_once": {"journal": KeepsTheLastOfAKey},
    "test_effects_alone_can_be_appended": {"journal": WantsEvents},
    "test_a_failed_attempt_waits_for_its_time": {"journal": ComparesMomentsAsText},
    "test_a_delivered_effect_stays_delivered": {"journal": SettlesAgain},
    "test_a_dead_effect_waits_for_a_person": {"journal": RevivesTheDead},
    "test_replaying_leaves_what_is_not_dead": {"journal": StartsEverythingAgain},
    "test_an_unknown_key_is_named": {"journal": PassesOverUnknownKeys},
    "test_the_head_is_that_of_the_events": {"journal": NamesTheFirstAsHead},
    "test_of_two_writers_at_once_one_wins": {"journal": ChecksBeforeItLocks},
    "test_writers_that_try_again_lose_nothing": {"journal": WritesOverTheTwentieth},
}
