"""Coming, leaving and days off at Digiteam: once a day, today, and each for oneself."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import Any, Final

from mkd_plugins.jabar.simulator.answers import Answer, Asked, refusal
from mkd_plugins.jabar.simulator.digiteam.diary import Day, Diary
from mkd_plugins.jabar.simulator.digiteam.forms import (
    date_of,
    day_of,
    made_id,
    moment_of,
    picture_problems,
    sent,
    stamped,
    told,
    user_id,
    written,
    wrong,
)
from mkd_plugins.testing.province import Row

_MOODS: Final = ("WORST", "SAD", "NEUTRAL", "GOOD", "EXCELLENT")
_PERMITS: Final = ("Sakit", "Izin", "Cuti", "Day Off")
_LONGEST: Final = timedelta(days=366)
_TOLD: Final = ("Koordinator", "Struktural", "HR", "Rekan Kerja")


class Presence:
    """The days of everybody."""

    def __init__(self) -> None:
        self._diary = Diary()
        self._lock = Lock()

    def check_in(self, asked: Asked, person: Row) -> Answer:
        """Today, once: the second time is 403, and so is another day."""
        given = sent(asked)
        moment, location = moment_of(given.get("date")), given.get("location")
        problems = [] if moment else ["date must be a Date instance"]
        if not isinstance(location, str) or not 0 < len(location) <= 100:
            problems.append("location must be shorter than or equal to 100 characters")
        if given.get("mood") not in (None, *_MOODS):
            problems.append("mood must be a valid enum value")
        if problems or moment is None:
            return wrong(problems)
        if date_of(moment) != date_of(asked.at):
            return refusal("digiteam", 403, "Tanggal check-in harus hari ini.")
        mine: dict[str, Any] = {"location": location, "mood": given.get("mood"), "note": given.get("note")}
        with self._lock:
            if self._diary.day(person["peg_nip"], date_of(moment)):
                return refusal("digiteam", 403, "Anda sudah check-in hari ini.")
            day = Day(person=person["peg_nip"], on=date_of(moment), start=moment, made=asked.at, **mine)
            self._diary.put(day)
        return told(
            {
                "startDate": written(moment),
                **mine,
                "user": {"id": user_id(person)},
                "endDate": None,
                "officeHours": None,
                **stamped(day.id, asked.at),
            },
            status=201,
        )

    def check_out(self, asked: Asked, person: Row) -> Answer:
        """404 without a check-in, 403 the second time, 422 before it began."""
        moment = moment_of(sent(asked).get("date"))
        if moment is None:
            return wrong(["date must be a Date instance"])
        with self._lock:
            day = self._diary.day(person["peg_nip"], date_of(moment))
            if day is None or day.start is None:
                return refusal("digiteam", 404, "Anda belum check-in.")
            if day.end is not None:
                return refusal("digiteam", 403, "Anda sudah check-out hari ini.")
            if moment <= day.start:
                return refusal("digiteam", 422, "Waktu check-out harus setelah check-in.")
            day = self._diary.ended(day, moment)
        return told(
            {
                **stamped(day.id, day.made),
                "updatedAt": written(asked.at),
                "startDate": written(day.start or moment),
                "endDate": written(moment),
                "officeHours": day.hours,
                "location": day.location,
                "mood": day.mood,
                "note": day.note,
            }
        )

    def is_checked_in(self, asked: Asked, person: Row) -> Answer:
        """Whether today has begun, or is off."""
        day = self._diary.day(person["peg_nip"], date_of(asked.at))
        if day is None:
            return told({"isCheckedIn": False})
        return told(
            {
                "isCheckedIn": True,
                "date": day.on.isoformat(),
                "isDaysOff": day.start is None,
                **({"permitsType": day.note} if day.start is None else {}),
                **({"startDate": written(day.start)} if day.start else {}),
                **({"endDate": written(day.end)} if day.end else {}),
            }
        )

    def is_checked_out(self, asked: Asked, person: Row) -> Answer:
        """Whether today has ended."""
        day = self._diary.day(person["peg_nip"], date_of(asked.at))
        return told({"isCheckedOut": day is not None and day.end is not None})

    def days_off(self, asked: Asked, person: Row) -> Answer:
        """Days off with a picture, one row of presence for each of their weekdays; 400 where some are off already."""
        form = asked.request.form
        first, last = day_of(form.get("start_date")), day_of(form.get("end_date"))
        acknowledged = [each for each in form.get("permit_acknowledged", "").split(",") if each]
        problems = picture_problems(asked.request.files.get("image"), "image")
        if form.get("permits_type") not in _PERMITS:
            problems.append("permits_type must be one of the following values: " + ", ".join(_PERMITS))
        if first is None or last is None or not timedelta() <= last - first <= _LONGEST:
            problems.append("start_date and end_date must be dates, in order")
        if not acknowledged or not set(acknowledged) <= set(_TOLD):
            problems.append("permit_acknowledged must be of: " + ", ".join(_TOLD))
        if problems or first is None or last is None:
            return wrong(problems)
        with self._lock:
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            if any(self._diary.day(person["peg_nip"], day) for day in days):
                return refusal("digiteam", 400, "Sakit/Izin/Cuti/DayOff sudah ada.")
            for day in days:
                if day.weekday() < 5:
                    self._diary.put(Day(person=person["peg_nip"], on=day, made=asked.at, note=form["permits_type"]))
        return told(
            {
                "startDate": first.isoformat(),
                "endDate": last.isoformat(),
                "permitsType": form["permits_type"],
                "permitAcknowledged": acknowledged,
                "note": form.get("note"),
                "filePath": "days-off/simulator.jpg",
                "user": {"id": user_id(person)},
                **stamped(made_id("off", person["peg_id"], first), asked.at),
            },
            status=201,
        )
