"""The log books of Digiteam: what was done on which day, with a picture."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

from werkzeug.datastructures import ImmutableMultiDict

from mkd_plugins.jabar.simulator.answers import Answer, Asked, refusal
from mkd_plugins.jabar.simulator.digiteam.diary import Diary
from mkd_plugins.jabar.simulator.digiteam.forms import (
    day_of,
    made_id,
    picture_problems,
    stamped,
    told,
    user_id,
    wrong,
)
from mkd_plugins.jabar.simulator.digiteam.projects import PROJECTS, project
from mkd_plugins.jabar.simulator.people import People
from mkd_plugins.testing.province import Row


class Logbook:
    """The log books of everybody."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._diary = Diary()
        self._lock = Lock()

    def write(self, asked: Asked, person: Row) -> Answer:
        """A task done, with a picture. Without ``partner`` it breaks: 500."""
        form = asked.request.form
        if "partner[]" not in form and "partner" not in form:
            return refusal("digiteam", 500, "Cannot read properties of undefined (reading 'length')", at=asked)
        needed = ("project_id", "main_duty_id", "name_task", "date_task", "link_attachment")
        problems = [f"{name} should not be empty" for name in needed if not form.get(name)]
        if form.get("date_task") and day_of(form["date_task"]) is None:
            problems.append("date_task must be a date")
        problems += picture_problems(asked.request.files.get("evidence_task"), "evidence_task")
        if problems:
            return wrong(problems)
        ids = self._ids
        writers = [user_id(person), *(each for each in _partners(form) if each in ids)]
        with self._lock:
            entries = [self._entry(asked, form, writer, place) for place, writer in enumerate(writers)]
            for entry in entries:
                self._diary.log(ids[entry["userId"]], entry)
        return told(entries, status=201)

    def read(self, asked: Asked, person: Row) -> Answer:
        """One's own entries, page by page, with every key in lower case."""
        query = asked.request.args
        first, last = day_of(query.get("startDate")) or date.min, day_of(query.get("endDate")) or date.max
        page, limit = max(query.get("page", 1, int), 1), max(query.get("limit", 10, int), 1)
        mine = [
            each
            for each in self._diary.logs(person["peg_nip"])
            if first <= date.fromisoformat(each["dateTask"]) <= last
        ]
        shown = [
            {
                "id": each["id"],
                "datetask": each["dateTask"],
                "nametask": each["nameTask"],
                "evidencetask": each["evidenceTaskPath"],
                "linkattachment": each["linkAttachment"],
                "projectname": next((name for name in PROJECTS if project(name)["id"] == each["projectId"]), None),
                "maindutyname": person["jabatan_nama"],
            }
            for each in mine[(page - 1) * limit :][:limit]
        ]
        meta = {"total": len(mine), "page": page, "lastPage": max(-(-len(mine) // limit), 1), "firstPage": 1}
        return told({"logbooks": shown, "meta": meta})

    def _entry(self, asked: Asked, form: ImmutableMultiDict[str, str], writer: str, place: int) -> dict[str, Any]:
        identifier = made_id("log", writer, form["date_task"], form["name_task"], asked.at.timestamp(), place)
        return {
            "projectId": form["project_id"],
            "mainDutyId": form["main_duty_id"],
            "userId": writer,
            "nameTask": form["name_task"],
            "dateTask": form["date_task"],
            "evidenceTaskPath": "logbooks/simulator.jpg",
            "linkAttachment": form["link_attachment"],
            "workplace": form.get("workplace"),
            "organizer": form.get("organizer"),
            "deletedAt": None,
            **stamped(identifier, asked.at),
        }

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {user_id(each): each["peg_nip"] for each in self._people.everybody()}


def _partners(form: ImmutableMultiDict[str, str]) -> Iterable[str]:
    return [each for name in ("partner[]", "partner") for each in form.getlist(name) if each]
