"""Followers of the journal, each of which breaks one promise."""

from __future__ import annotations

from attrs import evolve

from mkd_core.errors import Permanent, Transient
from mkd_plugins.testing.events import OCCURRENCE, EventsSuite
from mkd_plugins.testing.fakes import RecordingEvents


class AnswersWithAnotherKey(RecordingEvents):
    def publish(self, occurrence):
        return evolve(super().publish(occurrence), key=occurrence.key.upper())


class NumbersEveryAttempt(RecordingEvents):
    def publish(self, occurrence):
        return evolve(super().publish(occurrence), reference=str(len(self.attempts)))


class KeepsOneOfAKind(RecordingEvents):
    def publish(self, occurrence):
        receipt = super().publish(occurrence)
        alike = next(each for each in self.taken.values() if each.kind == occurrence.kind)
        return evolve(receipt, key=alike.key, reference=alike.key)


class KnowsItsKinds(RecordingEvents):
    def publish(self, occurrence):
        if occurrence.kind != OCCURRENCE.kind:
            raise Permanent("an event of that kind is not known")
        return super().publish(occurrence)


class WantsThemInOrder(RecordingEvents):
    def publish(self, occurrence):
        if occurrence.key not in self.taken and any(occurrence.number < each.number for each in self.taken.values()):
            raise Permanent("a later event is here already")
        return super().publish(occurrence)


SUITES = (EventsSuite,)
GOOD = {"backend": RecordingEvents, "unreachable": lambda: RecordingEvents(failures=[Transient("no answer")])}
BROKEN = {
    "test_an_event_is_answered_with_a_receipt_of_its_key": {"backend": AnswersWithAnotherKey},
    "test_an_event_may_come_again": {"backend": NumbersEveryAttempt},
    "test_another_key_is_another_event": {"backend": KeepsOneOfAKind},
    "test_a_kind_that_is_not_known_yet_is_taken_or_declined": {"backend": KnowsItsKinds},
    "test_an_event_before_an_earlier_one_is_taken": {"backend": WantsThemInOrder},
    "test_a_receiver_that_is_gone_is_transient_and_in_time": {
        "unreachable": lambda: RecordingEvents(failures=[Permanent("no answer")])
    },
}
