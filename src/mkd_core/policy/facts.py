"""The facts of MKD: what they are called, what they can be, and one line of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.language import BadValue, Fact, Kind, Value, Vocabulary, Wording


@attrs.frozen(kw_only=True)
class Origin:
    """Where a fact came from.

    ``kind`` is one of identity, derived (from the plan), computed (from the unit), attested (by somebody) and default
    (of the deployment); ``source`` names the table, room or default. Attestations say who, when, until and on what
    evidence.
    """

    kind: Literal["identity", "derived", "computed", "attested", "default"]
    source: str = ""
    by: str | None = None
    at: datetime.datetime | None = None
    until: datetime.date | None = None
    evidence: str | None = None


Source = Literal["identity", "derived", "computed", "attested", "day"]


#: What one change of the plan moves together: who is where on which day, the hours, the period, the targets.
_DAYS = ("agreement.remote_days",)
_HOURS = ("agreement.weekly_minutes",)
_PERIOD = ("agreement.open_ended",)
_TARGETS = ("agreement.output_targets",)


def _yes_no(
    name: str,
    id: str,
    en: str,
    *,
    source: Source = "identity",
    sensitive: bool = False,
    moves_with: tuple[str, ...] = (),
) -> Fact:
    return Fact(
        name=name,
        kind=Kind.YES_NO,
        meaning=Wording(id, en),
        source=source,
        sensitive=sensitive,
        negotiable=name.startswith("agreement."),
        moves_with=moves_with,
    )


def _whole(
    name: str,
    id: str,
    en: str,
    low: int,
    high: int,
    *,
    unit: str = "",
    source: Source = "identity",
    moves_with: tuple[str, ...] = (),
) -> Fact:
    return Fact(
        name=name,
        kind=Kind.INTEGER,
        meaning=Wording(id, en),
        low=low,
        high=high,
        unit=unit,
        source=source,
        negotiable=name.startswith("agreement."),
        moves_with=moves_with,
    )


def _choice(name: str, id: str, en: str, choices: str, *, source: Source = "identity", sensitive: bool = False) -> Fact:
    return Fact(
        name=name,
        kind=Kind.CHOICE,
        meaning=Wording(id, en),
        choices=tuple(choices.split()),
        source=source,
        sensitive=sensitive,
    )


def _time(name: str, id: str, en: str) -> Fact:
    return Fact(
        name=name,
        kind=Kind.TIME,
        meaning=Wording(id, en),
        low=0,
        high=2879,
        unit="HH:MM",
        source="derived",
        negotiable=True,
        moves_with=_HOURS,
    )


def _share(name: str, id: str, en: str) -> Fact:
    return Fact(
        name=name, kind=Kind.FLOAT, meaning=Wording(id, en), low=0, high=1, step=0.01, unit="share", source="computed"
    )


#: The first vocabulary; plugins extend it.
VOCABULARY = Vocabulary(
    [
        _choice("applicant.employment", "Jenis kepegawaian", "Kind of employment", "pns cpns pppk other"),
        _choice(
            "applicant.position",
            "Jenis jabatan",
            "Kind of position",
            "jpt administrator pengawas fungsional pelaksana other",
        ),
        _yes_no("applicant.educator", "Guru atau tenaga kependidikan", "Teacher or education staff"),
        _yes_no(
            "applicant.direct_service",
            "Melayani masyarakat secara tatap muka",
            "Serves the public face to face",
        ),
        _whole("applicant.service_months", "Masa kerja", "Length of service", 0, 720, unit="months"),
        _whole(
            "applicant.months_in_post", "Lama dalam jabatan sekarang", "Time in the present post", 0, 720, unit="months"
        ),
        _yes_no("applicant.on_probation", "Dalam masa percobaan", "On probation"),
        _choice(
            "applicant.discipline",
            "Hukuman disiplin: tidak ada, dalam proses, sedang dijalani",
            "Disciplinary punishment: none, in process, being served",
            "none in_process serving",
            sensitive=True,
        ),
        _whole(
            "applicant.absent_days",
            "Hari tidak masuk tanpa alasan sah tahun ini",
            "Days of unexcused absence this year",
            0,
            366,
            unit="days",
        ),
        _choice(
            "applicant.rating",
            "Predikat kinerja terakhir",
            "Latest performance rating",
            "very_good good needs_improvement poor very_poor",
        ),
        _whole("applicant.talent_box", "Kotak talenta (1-9)", "Box of the talent grid (1-9)", 1, 9, unit="box"),
        _yes_no(
            "applicant.equipment_ready",
            "Perangkat dan jaringan internet siap",
            "Equipment and internet connection are ready",
            source="attested",
        ),
        _yes_no(
            "applicant.special_circumstance",
            "Dalam keadaan khusus",
            "In special circumstances",
            source="attested",
            sensitive=True,
        ),
        _choice(
            "applicant.statutory_ground",
            "Alasan menurut undang-undang",
            "Ground that a statute names",
            "none pregnant carer disability age family_violence",
            source="attested",
            sensitive=True,
        ),
        _whole(
            "applicant.requests_last_12_months",
            "Permohonan lain dalam 12 bulan terakhir",
            "Other requests in the last 12 months",
            0,
            99,
            unit="requests",
            source="computed",
        ),
        _whole(
            "applicant.live_requests",
            "Permohonan lain yang masih berjalan",
            "Other requests still open",
            0,
            99,
            unit="requests",
            source="computed",
        ),
        _whole(
            "agreement.remote_days",
            "Hari di luar kantor, terbanyak dalam satu pekan",
            "Days away from the office, most in any week",
            0,
            7,
            unit="days/week",
            source="derived",
        ),
        _whole(
            "agreement.office_days",
            "Hari di kantor, paling sedikit dalam satu pekan",
            "Days in the office, fewest in any week",
            0,
            7,
            unit="days/week",
            source="derived",
            moves_with=_DAYS,
        ),
        _whole(
            "agreement.weekly_minutes",
            "Menit kerja bersih pekan terpendek, tanpa memperhitungkan hari libur",
            "Net working minutes of the shortest week, holidays aside",
            0,
            10_080,
            unit="minutes",
            source="derived",
        ),
        _time("agreement.earliest_start", "Jam mulai paling awal", "Earliest start"),
        _time("agreement.latest_end", "Jam selesai paling akhir", "Latest end"),
        _whole(
            "agreement.core_gap_minutes",
            "Menit jam inti yang tidak terisi",
            "Core hours left uncovered",
            0,
            7_200,
            unit="minutes",
            source="derived",
            moves_with=_HOURS,
        ),
        _yes_no(
            "agreement.flexible_place", "Tempat kerja fleksibel", "Flexible place", source="derived", moves_with=_DAYS
        ),
        _yes_no(
            "agreement.flexible_time", "Waktu kerja fleksibel", "Flexible time", source="derived", moves_with=_HOURS
        ),
        _yes_no(
            "agreement.flexible_load", "Beban kerja fleksibel", "Flexible load", source="derived", moves_with=_HOURS
        ),
        _yes_no("agreement.outside_region", "Bekerja di luar wilayah", "Works outside the region", source="derived"),
        _yes_no("agreement.open_ended", "Tanpa tanggal akhir", "Open-ended", source="derived"),
        _whole(
            "agreement.duration_days",
            "Lama perjanjian",
            "Length of the agreement",
            1,
            36_525,
            unit="days",
            source="derived",
            moves_with=_PERIOD,
        ),
        _whole(
            "agreement.notice_days",
            "Hari dari permohonan sampai mulai",
            "Days from request to start",
            -3_660,
            3_660,
            unit="days",
            source="derived",
        ),
        _whole(
            "agreement.output_targets",
            "Jumlah target keluaran",
            "Number of output targets",
            0,
            999,
            unit="targets",
            source="derived",
        ),
        _whole(
            "agreement.outcome_targets",
            "Jumlah target hasil",
            "Number of outcome targets",
            0,
            999,
            unit="targets",
            source="derived",
            moves_with=_TARGETS,
        ),
        _whole(
            "agreement.unmeasurable_targets",
            "Jumlah target yang tidak terukur",
            "Number of targets that cannot be measured",
            0,
            999,
            unit="targets",
            source="derived",
            moves_with=_TARGETS,
        ),
        Fact(
            name="agreement.weight_total",
            kind=Kind.FLOAT,
            meaning=Wording("Jumlah bobot target", "Sum of the targets' weights"),
            low=0,
            high=1_000,
            step=0.01,
            unit="per cent",
            source="derived",
            moves_with=_TARGETS,
            negotiable=True,
        ),
        _yes_no("agreement.reason_given", "Alasan disertakan", "A reason is given", source="derived"),
        _yes_no("agreement.evidence_given", "Bukti disertakan", "Evidence is given", source="derived"),
        _yes_no("agreement.work_plan_given", "Rencana kerja disertakan", "A work plan is given", source="derived"),
        _yes_no(
            "unit.direct_service",
            "Unit melayani masyarakat secara tatap muka",
            "The unit serves the public face to face",
        ),
        _whole(
            "unit.lowest_onsite_people",
            "Paling sedikit orang di kantor bila dikabulkan",
            "Fewest people on site if granted",
            0,
            100_000,
            unit="people",
            source="computed",
        ),
        _share(
            "unit.lowest_onsite_share",
            "Bagian terkecil pegawai di kantor bila dikabulkan",
            "Lowest share of staff on site if granted",
        ),
        _share(
            "unit.highest_remote_share",
            "Bagian terbesar pegawai di luar kantor bila dikabulkan",
            "Highest share of staff away if granted",
        ),
        _yes_no(
            "approver.is_superior",
            "Pemutus adalah atasan langsung",
            "The approver is the direct superior",
            source="computed",
        ),
        _yes_no(
            "approver.is_acting", "Pemutus adalah Plt atau Plh", "The approver is acting (Plt, Plh)", source="computed"
        ),
        _yes_no(
            "approver.is_applicant",
            "Pemutus adalah pemohon sendiri",
            "The approver is the applicant",
            source="computed",
        ),
        Fact(name="today", kind=Kind.DATE, meaning=Wording("Tanggal keputusan", "Date of the decision"), source="day"),
    ],
    invariants=[
        "agreement.earliest_start < agreement.latest_end",
        "agreement.remote_days + agreement.office_days <= 7",
        "not agreement.open_ended or not known(agreement.duration_days)",
    ],
)


class Facts:
    """One line of facts, checked against a vocabulary; what is absent is missing.

    Kept flat, as a tuple in the vocabulary's order, and a hand-written slots class: a decision reads it a million times
    an hour. ``facts.applicant.rating`` is a view, ``facts["applicant.rating"]`` the same; times are minutes of the day.
    ``origins`` may say where facts came from. Never changed after it is made; ``with_values`` gives another. The repr
    shows no value, as facts are personal.
    """

    __slots__ = ("gaps", "origins", "values")

    def __init__(
        self,
        vocabulary: Vocabulary,
        values: tuple[Value | None, ...],
        origins: Mapping[str, Origin] | None = None,
    ) -> None:
        """From values that were checked already; ``from_mapping`` checks."""
        self.values = values
        self.origins: Mapping[str, Origin] = origins or {}
        #: What is missing, and of which vocabulary.
        self.gaps = vocabulary.gaps(sum(1 << place for place, value in enumerate(values) if value is None))

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary in whose order the values are."""
        return self.gaps.vocabulary

    @classmethod
    def from_mapping(
        cls,
        nested: Mapping[str, object],
        *,
        vocabulary: Vocabulary = VOCABULARY,
        origins: Mapping[str, Origin] | None = None,
    ) -> Facts:
        """From ``{"today": …, "applicant": {"rating": …}, …}``; absent and ``None`` are missing.

        Times are ``"HH:MM"`` or ``datetime.time``, dates ``"YYYY-MM-DD"`` or ``datetime.date``. Raises ``InvalidInput``
        that names every fact which is unknown, of a wrong type or outside its range, and repeats no value.
        """
        flat: dict[str, object] = {}
        problems: list[str] = []
        spaces = vocabulary.spaces
        for key, value in nested.items():
            if key in spaces:
                if isinstance(value, Mapping):
                    flat.update({f"{key}.{leaf}": inner for leaf, inner in value.items()})
                elif value is not None:
                    problems.append(f"{key}: expected an object of facts")
            elif key in vocabulary and "." not in key:
                flat[key] = value
            else:
                single = [fact.name for fact in vocabulary if "." not in fact.name]
                problems.append(_unknown(str(key), did_you_mean(str(key), [*spaces, *single])))
        values, wrong = _read(flat, vocabulary)
        if problems or wrong:
            raise InvalidInput("MKD251", "; ".join([*problems, *wrong]), where="facts", mend="see mkd policy facts")
        return cls(vocabulary, values, origins)

    @classmethod
    def from_flat(
        cls,
        flat: Mapping[str, object],
        *,
        vocabulary: Vocabulary = VOCABULARY,
        origins: Mapping[str, Origin] | None = None,
    ) -> Facts:
        """From ``{"applicant.rating": …}``, otherwise as ``from_mapping``."""
        values, wrong = _read(flat, vocabulary)
        if wrong:
            raise InvalidInput("MKD251", "; ".join(wrong), where="facts", mend="see mkd policy facts")
        return cls(vocabulary, values, origins)

    def with_values(self, flat: Mapping[str, object], *, origins: Mapping[str, Origin] | None = None) -> Facts:
        """These facts with some replaced (``None`` makes one missing); checked like ``from_flat``."""
        changed, wrong = _read(flat, self.vocabulary)
        if wrong:
            raise InvalidInput("MKD251", "; ".join(wrong), where="facts", mend="see mkd policy facts")
        values = list(self.values)
        for name in flat:
            values[self.vocabulary.index[name]] = changed[self.vocabulary.index[name]]
        kept = {name: origin for name, origin in self.origins.items() if name not in flat}
        return Facts(self.vocabulary, tuple(values), {**kept, **(origins or {})})

    def under(self, vocabulary: Vocabulary) -> Facts:
        """The same facts under another vocabulary; facts it does not have are left out."""
        if vocabulary is self.vocabulary:
            return self
        flat = {
            fact.name: fact.show(value)
            for fact, value in zip(self.vocabulary, self.values, strict=True)
            if value is not None and fact.name in vocabulary
        }
        return Facts.from_flat(flat, vocabulary=vocabulary, origins=self.origins)

    def __getitem__(self, name: str) -> Value | None:
        """The value of the fact of that full name, ``None`` where missing; raises ``KeyError``."""
        place = self.vocabulary.index.get(name)
        if place is None:
            raise KeyError(self.vocabulary.nearest(name))
        return self.values[place]

    # Properties, and no __getattr__: that would slow down every look at values and gaps.
    @property
    def applicant(self) -> FactView:
        """The facts of the applicant."""
        return FactView(self, "applicant")

    @property
    def agreement(self) -> FactView:
        """The facts of the agreement."""
        return FactView(self, "agreement")

    @property
    def unit(self) -> FactView:
        """The facts of the unit."""
        return FactView(self, "unit")

    @property
    def approver(self) -> FactView:
        """The facts of whoever votes."""
        return FactView(self, "approver")

    def space(self, name: str) -> FactView:
        """The facts of any namespace, those of plugins too."""
        return FactView(self, name)

    @property
    def today(self) -> datetime.date | None:
        """The fact ``today``."""
        value = self["today"]
        return value if isinstance(value, datetime.date) else None

    def known(self) -> Iterator[tuple[str, Value]]:
        """Name and shown value (times ``"HH:MM"``, dates ISO) of every fact that is not missing."""
        for fact, value in zip(self.vocabulary, self.values, strict=True):
            if value is not None:
                yield fact.name, fact.show(value)

    def to_mapping(self) -> dict[str, object]:
        """The nested form that ``from_mapping`` and ``mkd decide`` read."""
        nested: dict[str, object] = {}
        spaces: dict[str, dict[str, object]] = {}
        for name, value in self.known():
            space, dot, leaf = name.partition(".")
            if dot:
                spaces.setdefault(space, {})[leaf] = value
            else:
                nested[name] = value
        return {**nested, **spaces}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Facts):
            return NotImplemented
        return self.vocabulary is other.vocabulary and self.values == other.values and self.origins == other.origins

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return f"<Facts: {len(self.values) - self.gaps.mask.bit_count()} known>"


class FactView:
    """The facts of one namespace, as attributes."""

    __slots__ = ("_facts", "_space")

    def __init__(self, facts: Facts, space: str) -> None:
        self._facts = facts
        self._space = space

    def __getattr__(self, name: str) -> Value | None:
        try:
            return self._facts[f"{self._space}.{name}"]
        except KeyError as error:
            hint = error.args[0]
            raise AttributeError(f"no fact is called {self._space}.{name}" + (f"; {hint}" if hint else "")) from None

    def __repr__(self) -> str:
        return f"<FactView {self._space}>"


def _unknown(name: str, hint: str) -> str:
    return f"nothing is called {name}" + (f" ({hint})" if hint else "")


def _read(flat: Mapping[str, object], vocabulary: Vocabulary) -> tuple[tuple[Value | None, ...], list[str]]:
    values: list[Value | None] = [None] * len(vocabulary)
    problems: list[str] = []
    index = vocabulary.index
    for name, value in flat.items():
        place = index.get(name)
        if place is None:
            problems.append(_unknown(name, vocabulary.nearest(name)))
        elif value is not None:
            try:
                values[place] = vocabulary.facts[place].read(value)
            except BadValue as error:
                problems.append(f"{name}: {error}")
    return tuple(values), problems
