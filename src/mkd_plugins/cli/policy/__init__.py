"""``mkd policy``: policies, their versions, their facts, their worked cases."""

from __future__ import annotations

import click

from mkd_plugins.cli.lazy import Entry, Headed

_HERE = "mkd_plugins.cli.policy"
_COMMANDS = {
    "To read": (
        Entry("list", f"{_HERE}.listing:listed", "Every installed policy with its versions."),
        Entry("show", f"{_HERE}.showing:show", "One policy as a document."),
        Entry("explain", f"{_HERE}.explaining:explain_rule", "One rule: in words, its source, where it turns."),
        Entry("facts", f"{_HERE}.facts:read_facts", "The facts that a policy reads, and a line of them to fill in."),
    ),
    "To write": (
        Entry("lint", f"{_HERE}.linting:lint_policies", "What is suspicious in policies that can be used."),
        Entry("test", f"{_HERE}.testing:test", "Decide the worked cases beside a policy; --mutate doubts them."),
        Entry("schema", f"{_HERE}.schema:schema", "A JSON Schema of the policy file, for editors."),
    ),
}


@click.group(cls=Headed, headings=_COMMANDS)
def policy() -> None:
    """Read, check and test policies; their facts and the schema of their files."""
