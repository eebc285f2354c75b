"""The versions of one policy, and which is in force on a date."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from mkd_core.errors import PolicyError
from mkd_core.language import Vocabulary
from mkd_core.policy.facts import VOCABULARY
from mkd_core.policy.policy import Policy
from mkd_core.policy.problems import PolicyProblems, raise_problems

if TYPE_CHECKING:
    from mkd_core.policy.document import Document


class History:
    """All files of one policy id: versions of the base, and decrees that lie over it for their dates.

    Raises ``PolicyError`` when it is made: for files of several ids, for two versions with one name, for versions of
    one layer that overlap, and for whatever is wrong with a file or with a decree over one of its bases.
    """

    def __init__(self, documents: Iterable[Document], *, vocabulary: Vocabulary = VOCABULARY) -> None:
        self._documents = sorted(documents, key=lambda document: (document.layer, document.period.start))
        if not self._documents:
            raise PolicyError("MKD323", "a history needs at least one version", mend="give at least one policy file")
        self.id = self._documents[0].id
        self.vocabulary = vocabulary
        self._check()
        problems: list[PolicyError] = []
        self.bases: tuple[Policy, ...] = tuple(_made(self._of("base"), None, vocabulary, problems))
        self._decrees: dict[tuple[str, str], Policy] = {}
        for document in self._of("decree"):
            below = [base for base in self.bases if base.period.overlaps(document.period)]
            if not below and not problems:
                message = f"the decree ({document.period}) lies over no version of the base"
                problems.append(PolicyError("MKD320", message, where=document.file, mend="add the base of its dates"))
            for base in below:
                for policy in _made([document], base, vocabulary, problems):
                    self._decrees[document.version, base.version] = policy
        raise_problems(problems)

    @classmethod
    def from_texts(cls, texts: Mapping[str, str], *, vocabulary: Vocabulary = VOCABULARY) -> History:
        """From TOML texts by the name of their file."""
        from mkd_core.policy.document import read_document

        problems: list[PolicyError] = []
        documents = []
        for file, text in texts.items():
            try:
                documents.append(read_document(text, file=file, vocabulary=vocabulary))
            except PolicyProblems as error:
                problems += error.problems
            except PolicyError as error:
                problems.append(error)
        raise_problems(problems)
        return cls(documents, vocabulary=vocabulary)

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions, the base's first, each layer by date."""
        return tuple(document.version for document in self._documents)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files, the base's first, each layer by date."""
        return tuple(self._documents)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every version as a policy, the base's first; a decree once for each base that it lies over."""
        return (*self.bases, *self._decrees.values())

    def base_on(self, day: datetime.date) -> Policy:
        """The base of that day, as it is without a season. Raises ``PolicyError`` that names the neighbours."""
        base = next((each for each in self.bases if day in each.period), None)
        if base is None:
            raise self._nothing_on(day)
        return base

    def on(self, day: datetime.date, seasons: Collection[str] = (), *, layer: Literal["base"] | None = None) -> Policy:
        """The policy of that day, with its parameters: the decree's where one is in force, else the base's.

        ``layer="base"`` looks past decrees. Raises ``PolicyError`` that names the neighbours when no version of the
        base is in force.
        """
        base = self.base_on(day)
        decree = next((each for each in self._of("decree") if day in each.period), None)
        chosen = base if layer == "base" or decree is None else self._decrees[decree.version, base.version]
        return chosen.on(day, seasons)

    def for_request(self, day: datetime.date, seasons: Collection[str] = ()) -> Policy:
        """The policy by which somebody's own request of that day is decided.

        A decree that gives itself the word (``initiation = "decree"``) makes agreements of its own and leaves requests
        to the base; one that only changes the terms of requests decides them. Raises as ``on``.
        """
        policy = self.on(day, seasons)
        begun_by_decree = policy.layer == "decree" and policy.initiation == "decree"
        return self.on(day, seasons, layer="base") if begun_by_decree else policy

    def _of(self, layer: str) -> list[Document]:
        return [document for document in self._documents if document.layer == layer]

    def _check(self) -> None:
        problems = []
        seen: dict[str, Document] = {}
        for document in self._documents:
            if document.id != self.id:
                message = f"the id is {document.id}, and others of this history say {self.id}"
                problems.append(PolicyError("MKD323", message, where=document.file, mend="one folder, one id"))
            if document.version in seen:
                message = f"version {document.version} is also in {seen[document.version].file}"
                problems.append(PolicyError("MKD306", message, where=document.file, mend="name each version once"))
            seen[document.version] = document
        for layer in ("base", "decree"):
            versions = self._of(layer)
            for earlier, later in itertools.pairwise(versions):
                if earlier.period.overlaps(later.period):
                    problems.append(
                        PolicyError(
                            "MKD321",
                            f"version {later.version} ({later.period}) overlaps version {earlier.version} "
                            f"({earlier.period})",
                            where=later.file,
                            mend=f"end {earlier.version} with until = {later.period.start}",
                        )
                    )
        raise_problems(problems)

    def _nothing_on(self, day: datetime.date) -> PolicyError:
        before = [each for each in self.bases if each.period.start <= day]
        after = [each for each in self.bases if each.period.start > day]
        told = [f"version {each.version} is in force {each.period}" for each in (*before[-1:], *after[:1])]
        return PolicyError(
            "MKD320",
            f"no version of {self.id} is in force on {day}: " + ("; ".join(told) or "there are only decrees"),
            where=self.id,
            mend="choose a date of a version, or add one",
        )


def _made(
    documents: Iterable[Document], base: Policy | None, vocabulary: Vocabulary, problems: list[PolicyError]
) -> Iterable[Policy]:
    """The policies of these files; what is wrong is added to ``problems``."""
    for document in documents:
        try:
            yield Policy.from_document(document, base=base, vocabulary=vocabulary)
        except PolicyProblems as error:
            problems += error.problems
        except PolicyError as error:
            problems.append(error)
