"""Which commands there are, whose they are, and where each lives: all that ``mkd --help`` needs to know."""

from __future__ import annotations

from mkd_plugins.cli.lazy import Entry

COMMANDS: dict[str, tuple[Entry, ...]] = {
    "To begin with": (
        Entry("demo", "mkd_plugins.cli.demo:demo", "The whole journey on a synthetic province, in half a minute."),
        Entry("init", "mkd_plugins.cli.init:init", "Write mkd.toml and a journal; --example adds people to try it on."),
    ),
    "Employees and their superiors": (
        Entry("agreement", "mkd_plugins.cli.agreement:agreement", "Propose, agree, submit, approve, amend, end, show."),
        Entry("result", "mkd_plugins.cli.result:result", "Report, verify and dispute activities and results."),
        Entry("inbox", "mkd_plugins.cli.inbox:inbox", "What waits for a person."),
        Entry("day", "mkd_plugins.cli.day:day", "Where and when a person works on a day."),
    ),
    "Superiors": (
        Entry("roster", "mkd_plugins.cli.roster:roster", "The days of everybody in a unit."),
        Entry("coverage", "mkd_plugins.cli.coverage:coverage", "Who is on site, day by day, in a unit."),
    ),
    "HR": (
        Entry("period", "mkd_plugins.cli.period:period", "Close a month and show what it came to."),
        Entry("register", "mkd_plugins.cli.register:register", "All agreements with their state."),
        Entry("mandate", "mkd_plugins.cli.mandate:mandate", "Put an acting officer or a delegation on record."),
        Entry("decree", "mkd_plugins.cli.decree:decree", "Make the agreements of a unit by order, or take them back."),
        Entry("fact", "mkd_plugins.cli.fact:fact", "Vouch for a fact about a person."),
        Entry("facts", "mkd_plugins.cli.facts:facts", "What is known of people, and what is missing."),
        Entry("eligibility", "mkd_plugins.cli.eligibility:eligibility", "Decide everybody: who may, and what lacks."),
    ),
    "Operators": (
        Entry("serve", "mkd_plugins.cli.serve:serve", "Answer other systems over HTTP, as JSON."),
        Entry("tick", "mkd_plugins.cli.tick:tick", "Do all that is due: deadlines, changed approvers."),
        Entry("outbox", "mkd_plugins.cli.outbox:outbox", "Deliver what is due to the world; see what is stuck."),
        Entry("journal", "mkd_plugins.cli.journal:journal", "Verify, export and describe the journal."),
        Entry("plugins", "mkd_plugins.cli.plugins:plugins", "Which plugins are installed, and whether they work."),
        Entry("jabar", "mkd_plugins.cli.jabar:jabar", "The systems of West Java: read or simulate them."),
    ),
    "Developers and authors of policies": (
        Entry("decide", "mkd_plugins.cli.decide:decide", "Decide lines of facts by a policy."),
        Entry(
            "simulate", "mkd_plugins.cli.simulate:simulate", "One population under two policies: who gains or loses."
        ),
        Entry("policy", "mkd_plugins.cli.policy:policy", "List, show and test policies; their facts and schema."),
        Entry("scheme", "mkd_plugins.cli.scheme:scheme", "List and show pay schemes."),
    ),
}
