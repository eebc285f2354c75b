"""Sources of check-ins, each of which breaks one promise."""

from __future__ import annotations

from datetime import UTC, date, datetime

from attrs import evolve

from mkd_core.ports import CheckIn
from mkd_plugins.testing.attendance import AttendanceSuite
from mkd_plugins.testing.fakes import FakeAttendance

ON = date(2026, 6, 3)
SEEN = {("rahmania", ON): [CheckIn(at=datetime(2026, 6, 3, hour, tzinfo=UTC), kind="tap") for hour in (0, 9)]}


class TellsTheLeaveFirst(FakeAttendance):
    def check_ins(self, person, number, on):
        return list(reversed(super().check_ins(person, number, on)))


class LeavesTheZoneOut(FakeAttendance):
    def check_ins(self, person, number, on):
        return [evolve(each, at=each.at.replace(tzinfo=None)) for each in super().check_ins(person, number, on)]


class TellsEveryDay(FakeAttendance):
    def check_ins(self, person, number, on):
        return super().check_ins(person, number, ON)


class TellsEachOnce(FakeAttendance):
    told = False

    def check_ins(self, person, number, on):
        again, self.told = self.told, True
        return [] if again else super().check_ins(person, number, on)


class DoesNotKnowStrangers(FakeAttendance):
    def check_ins(self, person, number, on):
        return {"rahmania": super().check_ins(person, number, on)}[person]


def having(kind):
    return {"backend": lambda: kind(SEEN)}


SUITES = (AttendanceSuite,)
GOOD = having(FakeAttendance) | {"seen": lambda: ("rahmania", ON)}
BROKEN = {
    "test_check_ins_come_in_their_order": having(TellsTheLeaveFirst),
    "test_every_moment_has_its_zone": having(LeavesTheZoneOut),
    "test_a_day_has_its_own_check_ins_alone": having(TellsEveryDay),
    "test_asking_again_gives_the_same": having(TellsEachOnce),
    "test_who_was_not_seen_has_none": having(DoesNotKnowStrangers),
}
