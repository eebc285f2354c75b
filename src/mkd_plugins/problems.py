"""What can be wrong with a plugin or its configuration, under one code each.

::

    PluginProblem            code, label, stage, line, hint
    ├── MetadataProblem      before anything is imported
    ├── LoadProblem          import, hooks, announcement
    ├── ConfigProblem        mkd.toml and the tables in it; carries every fault at once
    ├── BuildProblem         the factory and what it returns
    └── CallProblem          a call of a backend; also a BackendError, so the core can go on
        ├── DeadlineOverrun  also a Transient: the same request may go through later
        └── Unavailable      also a Transient: the backend could not be made or called, and what waits is kept

The host records these instead of raising them, unless the plugin is required. Table ``CODES`` is what the reference
page of errors shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final, Literal

import attrs

from mkd_core.errors import BackendError, MkdError, Transient

Stage = Literal["metadata", "load", "config", "build", "call"]

METADATA_UNREADABLE: Final = "MKD101"
OTHER_API: Final = "MKD102"
IMPORT_FAILED: Final = "MKD103"
EXTRA_MISSING: Final = "MKD104"
NO_HOOK: Final = "MKD105"
UNKNOWN_HOOK: Final = "MKD106"
HOOK_ARGUMENTS: Final = "MKD107"
HOOK_RAISED: Final = "MKD108"
HOOK_RESULT: Final = "MKD109"
NAME_TAKEN: Final = "MKD110"
REQUIRED_MISSING: Final = "MKD111"
UNKNOWN_PLUGIN: Final = "MKD112"
IMPORT_HANGS: Final = "MKD113"
IMPORT_DIED: Final = "MKD114"
FILE_UNUSABLE: Final = "MKD121"
WRONG_CONFIG: Final = "MKD122"
UNSET_SECRET: Final = "MKD123"
UNKNOWN_BACKEND: Final = "MKD124"
NOT_EXACTLY_ONE: Final = "MKD125"
FACTORY_RAISED: Final = "MKD131"
FACTORY_RESULT: Final = "MKD132"
FACTORY_OVERRAN: Final = "MKD133"
CALL_RAISED: Final = "MKD141"
CALL_RESULT: Final = "MKD142"
CALL_OVERRAN: Final = "MKD143"
CALLS_STUCK: Final = "MKD144"
CALL_REFUSED: Final = "MKD145"

CODES: Final[Mapping[str, tuple[Stage, str]]] = MappingProxyType(
    {
        METADATA_UNREADABLE: ("metadata", "the entry points of an installed distribution cannot be read"),
        OTHER_API: ("load", "the plugin was written for another version of the plugin API"),
        IMPORT_FAILED: ("load", "the plugin's module cannot be imported"),
        EXTRA_MISSING: ("load", "the plugin needs an optional dependency that is not installed"),
        NO_HOOK: ("load", "the plugin has no hook"),
        UNKNOWN_HOOK: ("load", "the plugin has a hook that does not exist, most likely a misspelt one"),
        HOOK_ARGUMENTS: ("load", "a hook takes arguments that it is not given"),
        HOOK_RAISED: ("load", "a hook raised"),
        HOOK_RESULT: ("load", "a hook returned something that it may not return"),
        NAME_TAKEN: ("load", "another plugin has that name already"),
        REQUIRED_MISSING: ("load", "a plugin named in `required` is not there or does not work"),
        UNKNOWN_PLUGIN: ("load", "`enabled` or `disabled` names a plugin that is not installed"),
        IMPORT_HANGS: ("load", "the import of the plugin's module does not end"),
        IMPORT_DIED: ("load", "the import of the plugin's module ends the process"),
        FILE_UNUSABLE: ("config", "the configuration file cannot be read or is not TOML"),
        WRONG_CONFIG: ("config", "the configuration has faults; all of them are listed"),
        UNSET_SECRET: ("config", "a secret is not set where the configuration says it stands"),
        UNKNOWN_BACKEND: ("config", "no working plugin announces a backend of that name"),
        NOT_EXACTLY_ONE: ("config", "the port takes exactly one backend"),
        FACTORY_RAISED: ("build", "the plugin could not make its backend"),
        FACTORY_RESULT: ("build", "what the plugin made lacks a method of the port"),
        FACTORY_OVERRAN: ("build", "the plugin did not make its backend within the deadline"),
        CALL_RAISED: ("call", "a backend raised something other than Transient or Permanent, which is its bug"),
        CALL_RESULT: ("call", "a backend returned something that the port does not allow"),
        CALL_OVERRAN: ("call", "a backend did not answer within the deadline"),
        CALLS_STUCK: ("call", "too many calls of a backend hang; it is not called any more"),
        CALL_REFUSED: ("call", "a backend was asked whether it works, and what it talks to does not"),
    }
)


class PluginProblem(MkdError):
    """A mistake of one plugin or of its configuration, recorded by the host.

    ``label``  whose: ``distribution[entry point]``, or the file for a fault of ``mkd.toml`` itself.
    ``stage``  when it showed: metadata, load, config, build or call.
    ``line``   what is wrong, one line, without secrets and without personal values.
    ``hint``   how to mend it; may be empty.
    """

    def __init__(self, code: str, label: str, line: str, *, hint: str = "") -> None:
        MkdError.__init__(self, code, one_line(line), where=label, mend=hint)
        self.label = label
        self.stage = CODES[code][0]
        self.line = self.message
        self.hint = hint

    def copy(self) -> PluginProblem:
        """The same problem without traceback, so that keeping it keeps no frame, and no frame's locals, alive."""
        twin = self.__class__.__new__(self.__class__, *self.args)
        twin.__dict__.update(self.__dict__)
        twin.args = self.args
        return twin


class MetadataProblem(PluginProblem):
    """An installed distribution whose entry points cannot be read; nothing of it was imported."""


class LoadProblem(PluginProblem):
    """A plugin that cannot be imported, or that announces itself wrongly."""


class BuildProblem(PluginProblem):
    """A plugin that got a right configuration and made no usable backend of it."""


class CallProblem(PluginProblem, BackendError):
    """A backend that broke its contract in a call. Whether the call had an effect is not known."""


class DeadlineOverrun(CallProblem, Transient):
    """A backend that did not answer in time. Its thread was given up; the request is safe to send again."""


class Unavailable(CallProblem, Transient):
    """A backend could not be made, or is not called any more; code and line say why. What it was to take is kept."""


@attrs.frozen
class Fault:
    """One fault of a configuration: where it stands in the file, what is wrong, how to mend it."""

    path: str
    line: str
    hint: str = ""
    unset_secret: ClassVar[bool] = False

    def under(self, prefix: str) -> Fault:
        """The same fault seen from the table above."""
        joint = "" if not prefix or not self.path or self.path.startswith("[") else "."
        return attrs.evolve(self, path=f"{prefix}{joint}{self.path}")

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}: {self.line}{hint}"


@attrs.frozen
class SecretFault(Fault):
    """A secret that is not set; told apart because the file is right and the machine is not."""

    unset_secret: ClassVar[bool] = True


class ConfigProblem(PluginProblem):
    """A configuration that cannot be used; ``faults`` has every fault with its place in the file."""

    def __init__(
        self, code: str, label: str, line: str = "", *, hint: str = "", faults: tuple[Fault, ...] = ()
    ) -> None:
        super().__init__(code, label, line or "; ".join(map(str, faults)), hint=hint)
        self.faults = faults

    @classmethod
    def of_faults(cls, label: str, faults: tuple[Fault, ...]) -> ConfigProblem:
        """One problem for all faults; an unset secret has its own code when nothing else is wrong."""
        code = UNSET_SECRET if all(fault.unset_secret for fault in faults) else WRONG_CONFIG
        return cls(code, label, faults=faults)


def one_line(text: str) -> str:
    """The text with line breaks and runs of blanks folded, cut at 600 characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= 600 else f"{folded[:597]}..."
