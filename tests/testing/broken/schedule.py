"""Schedules, each of which breaks one promise."""

from __future__ import annotations

from attrs import evolve

from mkd_core.ports import Declined, Receipt
from mkd_plugins.testing.fakes import RecordingSchedule
from mkd_plugins.testing.schedule import ScheduleSuite


class AnswersForTheDay(RecordingSchedule):
    """A fresh day is answered under a key of its own making, a changed one under the right one."""

    def put(self, entry):
        before = self.taken.get((entry.person, entry.on))
        receipt = super().put(entry)
        fresh = before is None or before.key == entry.key
        return evolve(receipt, key=f"{entry.person}/{entry.on}") if fresh else receipt


class NumbersEveryAttempt(RecordingSchedule):
    def put(self, entry):
        return evolve(super().put(entry), reference=str(len(self.attempts)))


class KeepsTheFirst(RecordingSchedule):
    def put(self, entry):
        there = self.taken.get((entry.person, entry.on))
        return Declined("planned already") if there and there.key != entry.key else super().put(entry)


class WantsWork(RecordingSchedule):
    def put(self, entry):
        return super().put(entry) if entry.windows else Declined("nothing to plan")


class EndsAtMidnight(RecordingSchedule):
    def put(self, entry):
        if any(window.end > 24 * 60 for window in entry.windows):
            raise ValueError("hour must be in 0..23")
        return Receipt(key=entry.key, reference=super().put(entry).reference)


SUITES = (ScheduleSuite,)
GOOD = {"backend": RecordingSchedule}
BROKEN = {
    "test_a_day_is_answered_with_a_receipt_of_its_key": {"backend": AnswersForTheDay},
    "test_a_day_may_come_again": {"backend": NumbersEveryAttempt},
    "test_a_changed_day_replaces_the_one_before": {"backend": KeepsTheFirst},
    "test_a_day_off_has_no_windows": {"backend": WantsWork},
    "test_a_night_shift_crosses_midnight": {"backend": EndsAtMidnight},
}
