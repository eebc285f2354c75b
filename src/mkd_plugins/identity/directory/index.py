"""Who a row means: keys and service numbers resolved once, so that behind this everybody is a key.

A row that contradicts another, or points to nobody, is recorded and counts for nobody.
"""

from __future__ import annotations

from mkd_core.errors import InvalidInput
from mkd_core.people import Employment, ServiceNumber
from mkd_plugins.identity.directory.layout import SERVICE_NUMBER
from mkd_plugins.identity.directory.rows import Row
from mkd_plugins.identity.directory.values import Reader, Unreadable


def handle(text: str) -> str:
    """A service number, login or address in the form in which it is compared."""
    return text.replace(" ", "").casefold()


def rows_by_key(reader: Reader) -> tuple[dict[str, Row], set[str]]:
    """Each key's row, and the keys that several rows claim with different words: those count for nobody.

    A row that stands twice counts once.
    """
    found: dict[str, Row] = {}
    claimed: set[str] = set()
    for row in reader.table.rows:
        key = row.text("key")
        first = found.get(key)
        if not key:
            reader.record(row, "key", "MKD236", "the row has no key", "fill the cell")
        elif first is None:
            found[key] = row
        elif first.cells == row.cells:
            reader.record(row, "", "MKD238", f"the same as row {first.line}; counted once", "drop one of the rows")
        else:
            claimed.add(key)
            reader.record(
                row, "key", "MKD237", f"row {first.line} has the same key and says something else", "mend one"
            )
    return {key: row for key, row in found.items() if key not in claimed}, claimed


class Index:
    """The people's rows by key, and their numbers, logins and addresses.

    ``ambiguous`` are keys and handles that lead to more than one person, and so to nobody.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.rows, self.ambiguous = rows_by_key(reader)
        self.numbers: dict[str, ServiceNumber] = {}
        self.handles: dict[str, str] = {}
        owners: dict[str, str] = {}
        for key, row in self.rows.items():
            number = self._number(row)
            if number:
                self.numbers[key] = number
            for field, text in (
                ("number", number.digits if number else ""),
                ("login", row.text("login")),
                ("email", row.text("email")),
            ):
                other = owners.setdefault(handle(text), key) if text else key
                if other != key:
                    self._claimed_twice(row, field, text, key, other)
        self.handles = {text: key for text, key in owners.items() if text not in self.ambiguous}

    def _number(self, row: Row) -> ServiceNumber | None:
        text = row.text("number")
        if not text:
            return None
        employment = self.reader.value(row, "applicant.employment")
        try:
            return ServiceNumber.parse(
                text, Employment(employment) if isinstance(employment, str) else Employment.OTHER
            )
        except InvalidInput as wrong:
            self.reader.record(row, "number", wrong.code, wrong.message, wrong.mend)
            return None

    def _claimed_twice(self, row: Row, field: str, text: str, key: str, other: str) -> None:
        self.reader.record(
            row, field, "MKD239", f"row {self.rows[other].line} has the same {field}", "mend the one that is wrong"
        )
        self.ambiguous.add(handle(text))
        if field == "number":
            # Payroll would pay the wrong one: neither has a number until one is mended.
            self.numbers.pop(key, None)
            self.numbers.pop(other, None)

    def reference(self, reader: Reader, row: Row, field: str) -> str | Unreadable | None:
        """The key of the person that the row names by key or number.

        None where it names nobody, ``Unreadable`` (and recorded) where that is nobody we know, or several.
        """
        by_key, number = row.text(f"{field}_key"), row.text(field)
        if not by_key and not number:
            return None
        told = by_key or handle(number)
        key = by_key or self.handles.get(told, "")
        if key in self.rows:
            return key
        line, mend = "that is nobody in the people table", "mend the reference, or add the person"
        if told in self.ambiguous:
            line, mend = "that is more than one person in the people table", "mend the double there"
        reader.record(row, f"{field}_key" if by_key else field, "MKD241", line, mend)
        return Unreadable("")

    def is_strangers(self, row: Row, field: str) -> bool:
        """Whether a row that means nobody we know is about somebody else, by a key or a number of the right form."""
        by_key, number = row.text(f"{field}_key"), handle(row.text(field))
        told = by_key or number
        return told not in self.ambiguous and bool(by_key or SERVICE_NUMBER.fullmatch(number))
