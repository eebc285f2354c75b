"""A host that implements the OpenAPI document, over the fakes of the kit; and that does everything wrong on request.

Every request it gets, and every answer it gives of its own, is compared with the document.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from mkd_core.people import Employee, Employment, Mandate, ServiceNumber, Unit
from mkd_core.ports import Denied, Found, Notice, NotMine, PayLine, PayRun, RosterEntry, Season
from mkd_core.worktime import Place, Window, minutes
from mkd_plugins.testing.fakes import (
    FakeCalendar,
    RecordingNotification,
    RecordingPayroll,
    RecordingSchedule,
    small_agency,
)

DOCUMENT = json.loads(files("mkd_plugins.http").joinpath("openapi.json").read_text(encoding="utf-8"))
PAGE = 5
REGION = "ID-JB"

Fault = Callable[[Request], Response]


def schema(name: str) -> Draft202012Validator:
    """What checks a value against a schema of the document."""
    whole = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def matches(schema: Mapping[str, Any], value: object) -> bool:
    """Whether the value is one of a schema that stands by itself."""
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).is_valid(value)


def answer_schema(operation: Mapping[str, Any]) -> str:
    """The name of the schema that an operation answers with."""
    reference: str = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


class HrSystem:
    """The host's data, the application over it, and what broke the document.

    ``fault``  answers in the place of the host while it is set, and ``away`` in the place of single paths.
    ``requests`` are method and path of all that came.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.url = ""
        self.people = small_agency()
        ramadan = Season(name="ramadan", first=date(2026, 2, 18), last=date(2026, 3, 19))
        holidays = {date(2026, 6, 1): "Hari Lahir Pancasila", date(2026, 1, 1): "Tahun Baru"}
        self.calendar = FakeCalendar(holidays, [ramadan])
        self.notification = RecordingNotification()
        self.payroll = RecordingPayroll()
        self.schedule = RecordingSchedule()
        self.fault: Fault | None = None
        self.away: dict[str, Response] = {}
        self.requests: list[tuple[str, str]] = []
        self.violations: list[str] = []
        self._references: dict[str, str] = {}

    @Request.application
    def __call__(self, request: Request) -> Response:
        self.requests.append((request.method, request.path))
        operation = DOCUMENT["paths"].get(request.path, {}).get(request.method.lower())
        if operation is None:
            self.violations.append(f"{request.method} {request.path} is not in the document")
            return problem(404, "no_such_path")
        self._check_request(request, operation)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return problem(401, "wrong_token")
        if self.fault is not None:
            return self.fault(request)
        if request.path in self.away:
            return self.away[request.path]
        answer = getattr(self, f"_{operation['operationId']}")(request)
        if isinstance(answer, Response):
            return answer
        self._check(answer, answer_schema(operation), f"the answer to {request.path}")
        return answered(answer)

    def _check_request(self, request: Request, operation: Mapping[str, Any]) -> None:
        parameters = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
        for name, text in request.args.items():
            if name not in parameters:
                self.violations.append(f"{request.path} has no parameter {name}")
            elif not matches(parameters[name]["schema"], text):
                self.violations.append(f"{request.path}: {name} has another form")
        for name, parameter in parameters.items():
            if parameter["required"] and name not in request.args:
                self.violations.append(f"{request.path} lacks {name}")
        if "requestBody" in operation:
            reference = operation["requestBody"]["content"][request.mimetype]["schema"]["$ref"]
            self._check(request.get_json(), reference.rpartition("/")[2], f"the body of {request.path}")
        elif request.get_data():
            self.violations.append(f"{request.path} takes no body")

    def _check(self, value: object, name: str, what: str) -> None:
        self.violations += [f"{what}: {error.json_path} {error.message}" for error in schema(name).iter_errors(value)]

    def _health(self, request: Request) -> object:
        return {"status": "ok"}

    def _person(self, request: Request) -> object:
        return told(self.people.person(request.args["key"], on(request)))

    def _lookup(self, request: Request) -> object:
        asked = request.get_json()
        wanted = asked["handle"].replace(" ", "").casefold()
        for employee in self.people.people(date.fromisoformat(asked["on"])):
            if wanted in (employee.number.digits if employee.number else "", employee.email.reveal().casefold()):
                return told(self.people.person(employee.key, date.fromisoformat(asked["on"])))
        return told(NotMine())

    def _people(self, request: Request) -> object:
        return page(request, "people", [employee_data(each) for each in self.people.people(on(request))])

    def _unit(self, request: Request) -> object:
        unit = self.people.unit(request.args["key"], on(request))
        return {"unit": unit_data(unit) if unit else None}

    def _units(self, request: Request) -> object:
        return page(request, "units", [unit_data(each) for each in self.people.units(on(request))])

    def _mandates(self, request: Request) -> object:
        return page(request, "mandates", [mandate_data(each) for each in self.people.mandates(on(request))])

    def _submitRun(self, request: Request) -> object:  # noqa: N802 - as the document calls it
        sent = request.get_json()
        receipt = self.payroll.submit(PayRun(key=sent["key"], lines=tuple(pay_line(line) for line in sent["lines"])))
        lines = [
            {"key": line.key, "quantity": f"{line.quantity:f}", "reference": line.reference} for line in receipt.lines
        ]
        return {"key": receipt.key, "lines": lines, "reference": receipt.reference}

    def _sendNotice(self, request: Request) -> object:  # noqa: N802
        notice = Notice(**request.get_json())
        if not notice.address:
            return {"status": "declined", "reason": "the person has no address"}
        self.notification.send(notice)
        return {"status": "taken", "reference": self._references.setdefault(notice.key, f"n-{len(self._references)}")}

    def _putDay(self, request: Request) -> object:  # noqa: N802
        sent = request.get_json()
        number = sent["number"]
        entry = RosterEntry(
            key=sent["key"],
            person=sent["person"],
            number=ServiceNumber.parse(number, Employment.OTHER) if number else None,
            on=date.fromisoformat(sent["on"]),
            windows=tuple(window(each) for each in sent["windows"]),
            reference=sent["reference"],
        )
        self.schedule.put(entry)
        return {"status": "taken", "reference": self._references.setdefault(entry.key, f"d-{len(self._references)}")}

    def _holidays(self, request: Request) -> object:
        if request.args["region"] != REGION:
            return problem(422, "unknown_region")
        found = self.calendar.holidays(REGION, *between(request))
        return {"holidays": [{"on": each.on.isoformat(), "name": dict(each.name)} for each in found]}

    def _seasons(self, request: Request) -> object:
        found = self.calendar.seasons(REGION, *between(request))
        dates = [(each.name, each.first.isoformat(), each.last.isoformat()) for each in found]
        return {"seasons": [{"name": name, "first": first, "last": last} for name, first, last in dates]}


@contextmanager
def running(token: str, certificate: tuple[str, str] | None = None) -> Iterator[HrSystem]:
    """The host on a free port of this machine, over TLS where a certificate is given."""
    host = HrSystem(token)
    with listening(host, certificate) as host.url:
        yield host


@contextmanager
def listening(application: Any, certificate: tuple[str, str] | None = None) -> Iterator[str]:
    """The address at which a WSGI application answers."""
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=_KeepsConnections, ssl_context=certificate
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _KeepsConnections(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: the tests read ``requests``."""


def answered(value: object, status: int = 200, **headers: str) -> Response:
    """The value as JSON."""
    return Response(json.dumps(value), status, headers, mimetype="application/json")


def problem(status: int, code: str, **headers: str) -> Response:
    """Problem details."""
    told = {"title": "a problem", "status": status, "code": code, "detail": "of Rahmania Wulansari"}
    return Response(json.dumps(told), status, headers, mimetype="application/problem+json")


def told(answer: Found | Denied | NotMine) -> dict[str, Any]:
    match answer:
        case Found(employee):
            return {"status": "found", "employee": employee_data(employee)}
        case Denied(reason):
            return {"status": "denied", "reason": reason}
    return {"status": "not_mine"}


def employee_data(employee: Employee) -> dict[str, Any]:
    return {
        "key": employee.key,
        "unit": employee.unit,
        "number": employee.number.digits if employee.number else None,
        "name": employee.name.reveal(),
        "email": employee.email.reveal(),
        "superior": employee.superior,
        "employment": employee.employment.value,
        "post": employee.post,
        "team": employee.team,
        "counter": employee.counter,
        "active": employee.active,
        "language": employee.language,
        "facts": dict(employee.facts),
        "facts_from": dict(employee.facts_from),
    }


def unit_data(unit: Unit) -> dict[str, Any]:
    return {
        "key": unit.key,
        "name": unit.name,
        "parent": unit.parent,
        "head": unit.head,
        "agency": unit.agency,
        "zone": unit.zone.tzname(None),
        "region": unit.region,
        "direct_service": unit.direct_service,
        "facts": dict(unit.facts),
        "source": unit.source,
    }


def mandate_data(mandate: Mandate) -> dict[str, Any]:
    return {
        "kind": mandate.kind.value,
        "acting": mandate.acting,
        "starts": mandate.starts.isoformat(),
        "ends": mandate.ends.isoformat() if mandate.ends else None,
        "unit": mandate.unit,
        "replaces": mandate.replaces,
        "reference": mandate.reference,
        "accepted": mandate.accepted,
    }


def pay_line(sent: Mapping[str, Any]) -> PayLine:
    number = ServiceNumber.parse(sent["number"], Employment.OTHER) if sent["number"] else None
    return PayLine(**{**sent, "number": number, "quantity": Decimal(sent["quantity"])})


def window(sent: Mapping[str, Any]) -> Window:
    return Window(minutes(sent["start"]), minutes(sent["end"]), Place(sent["place"]), sent["break_minutes"])


def page(request: Request, name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    start = int(request.args.get("after", "0"))
    following = str(start + PAGE) if start + PAGE < len(items) else None
    return {name: items[start : start + PAGE], "next": following}


def on(request: Request) -> date:
    return date.fromisoformat(request.args["on"])


def between(request: Request) -> tuple[date, date]:
    return date.fromisoformat(request.args["first"]), date.fromisoformat(request.args["last"])
