"""The ``mkd.toml`` that ``mkd init`` writes: complete, each line with what it is for."""

from __future__ import annotations

from mkd_plugins.config.presets import Preset

_HEAD = """\
# A deployment of MKD. `mkd plugins check` says what is wrong with this file.

[mkd]
{above}# hours = "hours.toml"   # your own office hours, in the form of the shipped ones
# required = []          # plugins without which nothing starts
# roster_days = 35       # over how many days a roster is told the days of agreements
# deadline = 30          # seconds that a backend may take

# Who may act as whom. "*" is anybody; a user that is not named may do nothing.
[roles."{actor}"]
acts_as = ["*"]
roles = ["hr", "operator"]
# unit = "1100"          # nothing outside of that unit is seen or changed

# Who holds a role among the people: hr closes months, attests facts and gives mandates.
[holders]
hr = [{hr}]

# What holds of everybody of whom nothing is known, and on whose authority.
# [defaults."applicant.equipment_ready"]
# value = true
# source = "survey of May 2023"

# What a unit is given, with all below it: numbers in the place of the policy's, or a policy of its own.
# [[assign]]
# unit = "1100"
# in_force = {{ from = 2026-01-01 }}
# source = "decision 1/2026"
# parameters = {{ max_remote_days = 1 }}

[journal.sqlite]
path = "journal.db"
"""

_OWN = """\
language = "{language}"          # of what people read: en or id
policy = "jabar-mkd"     # an installed rule pack, or a path: "rules/policy.toml"
scheme = "jabar-trk"     # the pay scheme; left out: closing a month gives no pay lines
"""

_OF_PRESET = """\
preset = "{preset}"       # language, policy and scheme come from there; what stands here goes before it
"""

_PRESET = """
# A table of the preset counts where it stands here, be it empty. Take the # away, and add what is missing:
# `mkd plugins check` says what that is.
"""

_TABLES = """
# People, from exports of the personnel system; `map` knows the columns of SIAP.
[identity.table]
map = "siap"
people = { path = "people.csv" }
units = { path = "units.csv" }
mandates = { path = "mandates.csv" }
discipline = { path = "discipline.csv" }
ratings = { path = "ratings.csv" }

# Pay lines, a CSV file a month.
[payroll.table]
folder = "pay"
"""

_CALENDAR = """
# Holidays and shared leave of Indonesia (the extra `holidays`); without a calendar there are no deadlines.
[calendar.holidays]
"""

_MAIL = """
# Notices by mail. The password stands in the environment, not here.
# [notification.smtp]
# host = "mail.example.go.id"
# sender = "mkd@example.go.id"
# user = "mkd"
# password = { env = "MKD_SMTP_PASSWORD" }
"""

_PRESENCE = """
# Day plans for the roster of the HR system, a CSV file a month: with an approval, and whenever a day changes.
# [schedule.table]
# folder = "roster"

# Check-ins, read where the policy asks the place of a day for one: columns person (the key) and at (the moment).
# [attendance.table]
# path = "check_ins.csv"

# An HR system that is asked over HTTP, for any of identity, payroll, notification, schedule and calendar;
# `mkd plugins openapi` prints what it implements.
# [notification.http]
# url = "https://hr.example.go.id/mkd"
# token = { env = "MKD_HR_TOKEN" }

# A system that is told of every event, signed.
# [events.webhook]
# url = "https://hr.example.go.id/mkd-events"
# secrets = [{ env = "MKD_EVENTS_SECRET" }]
"""

_HR = '"k000101"'


def configuration(actor: str, *, language: str, example: bool, holidays: bool) -> str:
    """The text of the file; what cannot work yet stands in it behind ``#``."""
    head = _HEAD.format(above=_OWN.format(language=language), actor=actor, hr=_HR if example else "")
    tables = _TABLES if example else _behind(_TABLES)
    calendar = _CALENDAR if holidays else _behind(_CALENDAR)
    return f"{head}{tables}{calendar}{_MAIL}{_PRESENCE}"


def configuration_over(preset: Preset, name: str, actor: str) -> str:
    """The text of a file over that preset, whose tables stand in it behind ``#``."""
    head = _HEAD.format(above=_OF_PRESET.format(preset=name), actor=actor, hr="")
    tables = (f"\n# [{path}]\n" for path in preset.tables if path != "journal.sqlite")
    return f"{head}{_PRESET}{''.join(tables)}"


def _behind(text: str) -> str:
    """The tables of that text as comments."""
    return "\n".join(line if not line or line.startswith("#") else f"# {line}" for line in text.split("\n"))
