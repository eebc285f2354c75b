"""Every key of ``mkd.toml``: the deployment's own tables, and those of the backends that ship."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import distribution

import attrs

from mkd_core.ports import Port
from mkd_plugins.config import BackendTable, Default, Grant, Settings
from mkd_plugins.config.agencies import Assigned
from mkd_plugins.provider import NoConfig, Provider
from mkd_plugins.serve.settings import ServeSettings
from writers.markdown import document, prose
from writers.values import fields, named_in

INTRODUCTION = """\
What may stand in `mkd.toml`. An unknown key is refused with the nearest right one, and all faults of the file are
reported at once ([MKD122](errors.md#mkd122)). [Run a deployment](../guide/deployment.md) shows a whole file.

Relative paths start at the folder of the file. A **secret** is never written into it: it is `{ env = "NAME" }` or
`{ file = "path" }`. Durations are in seconds.
"""
PRESET = """\
## Presets

`preset` in `[mkd]` names the settings that deployments of one province have in common: `jabar`, which ships, or a file
of your own. It has the tables `[mkd]`, `[port.backend]`, `[serve]` and `[serve.oidc]`, and lies beneath this file:

- Of `[mkd]` every key that this file does not write is the preset's.
- Any other table counts only where this file has a table of that name, be it empty: `[payroll.table]` alone takes all
  of the preset's. So what runs stands in this file, and a backend of which the preset knows no account is off.
- What this file writes goes before it, key by key. The value of a key is taken whole, also a table such as `columns`.
- `[roles]`, `[holders]`, `[[assign]]`, `[defaults]` and `[[serve.hosts]]` stand in no preset. Relative paths start
  where this file lies.

`mkd init --preset jabar` writes a file over one, `mkd plugins check` says which tables of it are off, and what is wrong
in a preset is told with its file. [Adapt it to your province](../guide/adapt.md) makes one.
"""
TABLES = (
    ("[mkd]", Settings),
    ('[roles."os:NAME"], [roles."token:NAME"]', Grant),
    ('[defaults."fact"]', Default),
)
HOLDERS = """\
## `[holders]`

Who holds a role among the people: each key is a role, its value a list of people's keys, as in `hr = ["k000101"]`. `hr`
closes periods, attests facts, gives mandates and erases; any role can be an approver, as `role:NAME`, in a policy. Who
holds it in a unit and those below it alone is written `{ person = "k000124", unit = "2000" }`;
[Run many agencies](../guide/agencies.md) tells what that means.
"""


def page() -> str:
    """The page."""
    own = [f"## `{title}`\n\n{_class(kind)}" for title, kind in TABLES]
    providers = sorted(_shipped(), key=lambda provider: (list(Port).index(provider.port), provider.name))
    assign = f"## `[[assign]]`\n\n{_class(Assigned)}"
    serve = f"## `[serve]`\n\n{_class(ServeSettings)}"
    parts = (own[0], PRESET, own[1], HOLDERS, assign, own[2], serve)
    return document("Configuration", INTRODUCTION, *parts, *map(_backend, providers))


def _shipped() -> Iterator[Provider]:
    for entry in distribution("mkd").entry_points:
        if entry.group == "mkd":
            yield from getattr(import_module(entry.value), "mkd_providers", list)()


def _backend(provider: Provider) -> str:
    table = BackendTable(port=provider.port, name=provider.name, table={})
    if provider.config is NoConfig:
        return f"## `[{table.path}]`\n\nTakes no key."
    return f"## `[{table.path}]`\n\n{_class(provider.config)}"


def _class(kind: type) -> str:
    parts = [prose(inspect.cleandoc(kind.__doc__ or "")), fields(kind)]
    module = inspect.getmodule(kind)
    for inner in named_in(kind, lambda name: getattr(module, name, None)):
        if attrs.has(inner) and inner.__module__ == kind.__module__:
            parts.append(f"**{inner.__name__}**. {_class(inner)}")
    return "\n\n".join(parts)
