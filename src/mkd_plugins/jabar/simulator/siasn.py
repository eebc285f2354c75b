"""SIASN: people, posts, units, ratings and punishments, as the web service of the national agency gives them.

What each record holds stands in ``records``; here is who may ask, and how it is put.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from mkd_plugins.jabar.contract import SIASN
from mkd_plugins.jabar.simulator.answers import Answer, Asked, Handler, Routes
from mkd_plugins.jabar.simulator.gateway import Gateway
from mkd_plugins.jabar.simulator.records import Record, Records
from mkd_plugins.jabar.simulator.world import World
from mkd_plugins.testing.province import Row

NOTHING: Final = "Data tidak ditemukan"


class Siasn:
    """The web service, behind its gateway."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.gateway = Gateway(world)
        self._records = Records(world.people)

    def routes(self) -> Routes:
        """Its handlers."""
        records = self._records
        of_person: Mapping[str, Callable[[Row], Record | list[Record]]] = {
            "/pns/data-utama/{nip}": records.person,
            "/pns/rw-jabatan/{nip}": records.posts,
            "/jabatan/pns/{nip}": records.posts,
            "/pns/rw-pnsunor/{nip}": records.moves,
            "/pns/rw-skp22/{nip}": records.ratings,
            "/pns/rw-kinerjaperiodik/{nip}": records.periods,
            "/pns/rw-hukdis/{nip}": records.punishments,
            "/pns/rw-cltn/{nip}": lambda _: [],
        }
        single = {
            "/jabatan/id/{id}": records.posts,
            "/skp22/id/{id}": records.ratings,
            "/hukdis/id/{id}": records.punishments,
        }
        return {
            **self.gateway.routes(),
            **{("GET", SIASN + path): self._of_person(find) for path, find in of_person.items()},
            **{("GET", SIASN + path): self._single(find) for path, find in single.items()},
            ("GET", f"{SIASN}/referensi/ref-unor"): self.units,
        }

    def units(self, asked: Asked) -> Answer:
        """The units, ``limit`` of them from ``offset`` on."""
        if refused := self.gateway.refused(asked):
            return refused
        limit, offset = (
            asked.request.args.get(name, default, int) for name, default in (("limit", 1000), ("offset", 0))
        )
        rows = list(self._world.people.units.values())[max(offset, 0) :][: max(limit, 0)]
        return found([self._records.unit(row) for row in rows]) if rows else nothing()

    def _of_person(self, find: Callable[[Row], Record | list[Record]]) -> Handler:
        def handle(asked: Asked) -> Answer:
            if refused := self.gateway.refused(asked):
                return refused
            person = self._world.people.find(asked.values["nip"])
            data = find(person) if person else None
            return found(data) if data else nothing()

        return handle

    def _single(self, find: Callable[[Row], list[Record]]) -> Handler:
        """One record by its id, which begins with the key of the person."""

        def handle(asked: Asked) -> Answer:
            if refused := self.gateway.refused(asked):
                return refused
            wanted = asked.values["id"]
            person = self._world.people.by_key(wanted.partition("-")[0])
            record = next((each for each in find(person) if each["id"] == wanted), None) if person else None
            return found(record) if record else nothing()

        return handle


def found(data: Record | list[Record]) -> Answer:
    """The envelope of what was found."""
    count = {"count": len(data)} if isinstance(data, list) else {}
    return Answer(body={"code": 1, "data": data, **count})


def nothing(status: int = 404) -> Answer:
    """The envelope of what was not: ``data`` is a text."""
    return Answer(status=status, body={"code": 0, "data": NOTHING})
