"""Tables that are wrong: each fault has a code, a place and a mend, and nothing is guessed or shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mkd_core.errors import InvalidInput, Permanent
from mkd_core.people import Employee
from mkd_core.ports import Denied, Found, NotMine
from mkd_plugins.identity.table import Config, Source, TableIdentity

pytestmark = pytest.mark.bare

ON = date(2023, 6, 19)
ANA, BAYU, CITRA = "198503122010012901", "198707012012011902", "199001052015032903"
COLUMNS = {
    "people": {
        "key": "id",
        "number": "nip",
        "name": "nama",
        "email": "surel",
        "unit": "unit",
        "superior": "atasan",
        "hired": "tmt",
        "applicant.employment": "status",
        "applicant.talent_box": "kotak",
    },
    "units": {"key": "id", "name": "nama", "parent": "induk", "head": "kepala"},
    "mandates": {
        "kind": "jenis",
        "acting": "nip",
        "unit": "unit",
        "starts": "mulai",
        "ends": "selesai",
        "accepted_on": "terima",
        "replaces": "ganti",
    },
    "discipline": {"person": "nip", "applicant.discipline": "status", "starts": "mulai", "ends": "selesai"},
    "ratings": {"person": "nip", "rated_on": "tanggal", "applicant.rating": "predikat"},
}
PEOPLE = f"""id,nip,nama,surel,unit,atasan,tmt,status,kotak
a,{ANA},Ana,ana@example.go.id,u1,,2010-01-01,PNS,8
b,{BAYU},Bayu,bayu@example.go.id,u1,{ANA},2012-01-01,PNS,7
c,{CITRA},Citra,citra@example.go.id,u2,{BAYU},2015-03-01,PNS,
"""
UNITS = f"""id,nama,induk,kepala
u1,One,,{ANA}
u2,Two,u1,{BAYU}
"""
CODES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "people": {"applicant.employment": {"PNS": "pns"}},
    "discipline": {"applicant.discipline": {"Proses": "in_process", "Menjalani": "serving", "Selesai": "none"}},
    "ratings": {"applicant.rating": {"BAIK": "good", "KURANG": "poor"}},
}

Tables = Callable[..., TableIdentity]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Writes the tables it is given and reads them; people and units have a good version."""

    def read(**texts: str | bytes) -> TableIdentity:
        sources = {}
        for table, text in {"people": PEOPLE, "units": UNITS, **texts}.items():
            path = tmp_path / f"{table}.csv"
            path.write_bytes(text.encode() if isinstance(text, str) else text)
            sources[table] = Source(path=path, columns=COLUMNS[table], codes=CODES.get(table, {}))
        return TableIdentity(Config(**sources))

    return read


def found(identity: TableIdentity) -> list[str]:
    """Code and place of each finding; and no finding may hold anything personal."""
    text = " ".join(str(finding) for finding in identity.findings())
    assert not [secret for secret in (ANA, BAYU, CITRA, "Ana", "bayu@", "Citra") if secret in text]
    return [f"{finding.code} {finding.where}" for finding in identity.findings()]


def person(identity: TableIdentity, key: str, on: date = ON) -> Employee:
    answer = identity.person(key, on)
    assert isinstance(answer, Found)
    return answer.employee


def refused(identity: TableIdentity) -> str:
    with pytest.raises(Permanent) as error:
        identity.people(ON)
    return str(error.value)


def test_good_tables_have_nothing_to_mend(tables: Tables) -> None:
    assert found(tables()) == []


def test_a_ping_reads_every_table(tables: Tables, tmp_path: Path) -> None:
    """Whoever watches a deployment learns of a file that is gone before anybody is decided upon."""
    identity = tables()
    identity.ping()
    (tmp_path / "units.csv").unlink()

    with pytest.raises(Permanent, match="MKD231"):
        identity.ping()


def test_a_column_that_is_not_there_is_named_with_the_nearest_of_the_file(tables: Tables) -> None:
    said = refused(tables(people=PEOPLE.replace("surel", "surrel")))

    assert said.startswith("MKD233 people.csv: there is no column surel (for email) (did you mean surrel?")


def test_a_file_with_another_delimiter_says_so(tables: Tables) -> None:
    assert "MKD233" in (said := refused(tables(people=PEOPLE.replace(",", ";"))))
    assert "set delimiter = ';'" in said


def test_a_map_may_name_a_column_that_this_export_lacks_and_the_lack_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "pegawai.csv"
    path.write_text(f"peg_id,peg_nip,peg_status,unit_kerja_id,peg_nama_lenkap\nk1,{ANA},1,1000,Ana\n", encoding="utf-8")

    identity = TableIdentity(Config(map="siap", people=Source(path=path)))

    assert person(identity, "k1").name.reveal() == ""
    missing = {finding.message: finding.mend for finding in identity.findings()}
    assert "did you mean peg_nama_lenkap?" in missing["there is no column peg_nama_lengkap (for name)"]


def test_a_map_does_not_save_a_file_without_keys(tmp_path: Path) -> None:
    path = tmp_path / "pegawai.csv"
    path.write_text(f"peg_nip,peg_status,unit_kerja_id\n{ANA},1,1000\n", encoding="utf-8")

    assert "there is no column peg_id (for key)" in refused(TableIdentity(Config(map="siap", people=Source(path=path))))


def test_a_map_whose_column_of_who_is_active_is_missing_serves_nobody(tmp_path: Path) -> None:
    path = tmp_path / "pegawai.csv"
    path.write_text(f"peg_id,peg_nip,unit_kerja_id\nk1,{ANA},1000\n", encoding="utf-8")

    said = refused(TableIdentity(Config(map="siap", people=Source(path=path))))

    assert "there is no column peg_status (for active)" in said
    assert 'columns."active" = "" does without it' in said


def test_a_column_of_ones_own_beats_the_maps_and_an_empty_one_takes_it_away(tmp_path: Path) -> None:
    path = tmp_path / "pegawai.csv"
    path.write_text(f"kunci,peg_nip,unit_kerja_id,kotak_talenta\nk1,{ANA},1000,8\n", encoding="utf-8")
    columns = {"key": "kunci", "active": "", "applicant.talent_box": ""}

    employee = person(TableIdentity(Config(map="siap", people=Source(path=path, columns=columns))), "k1")

    assert "applicant.talent_box" not in employee.facts


def test_two_columns_of_one_name_are_refused(tables: Tables) -> None:
    assert "MKD233 people.csv: two columns are called nip" in refused(tables(people=PEOPLE.replace("nama", "nip", 1)))


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_refused(tables: Tables, text: str) -> None:
    assert "MKD233 people.csv: the file is empty" in refused(tables(people=text))


def test_a_wrong_encoding_is_refused_with_the_row(tables: Tables) -> None:
    text = PEOPLE.replace("Bayu", "Bayú").encode("cp1252")

    assert "MKD232 people.csv, row 3: the file is not UTF-8" in refused(tables(people=text))


def test_a_named_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(PEOPLE.replace("Bayu", "Bayú").encode("cp1252"))
    source = Source(path=path, columns=COLUMNS["people"], codes=CODES["people"], encoding="cp1252")

    assert person(TableIdentity(Config(people=source)), "b").name.reveal() == "Bayú"


def test_a_mark_of_byte_order_before_the_header_does_no_harm(tables: Tables) -> None:
    assert found(tables(people=b"\xef\xbb\xbf" + PEOPLE.encode())) == []


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    source = Source(path=tmp_path / "gone.csv", columns=COLUMNS["people"])

    assert "MKD231" in refused(TableIdentity(Config(people=source)))


def test_a_lone_quotation_mark_stops_the_file_because_it_swallows_people(tables: Tables) -> None:
    assert "MKD234 people.csv, row 3: not CSV" in refused(tables(people=PEOPLE.replace("Bayu", '"Bayu')))


def test_a_row_with_a_cell_too_many_is_left_out_and_recorded(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace("Citra,", "Citra, S.IP.,"))

    assert found(identity)[0] == "MKD234 people.csv, row 4"
    assert identity.person("c", ON) == NotMine()
    assert person(identity, "a").key == "a"


def test_a_row_shifted_to_the_left_is_left_out_and_the_column_named(tables: Tables) -> None:
    shifted = PEOPLE.replace(f"c,{CITRA},Citra,citra@example.go.id,u2", f"{CITRA},Citra,citra@example.go.id,u2,")

    identity = tables(people=shifted)

    assert "MKD235 people.csv, row 4, column id" in found(identity)
    assert [person.key for person in identity.people(ON)] == ["a", "b"]


def test_a_quoted_line_break_does_not_shift_the_count_of_rows(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace("Ana", '"A\nna"').replace("2015-03-01", "soon"))

    assert found(identity) == ["MKD240 people.csv, row 5, column tmt"]


def test_two_people_of_one_key_are_neither_served_nor_guessed(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace("\nc,", "\nb,"))

    assert "MKD237 people.csv, row 4, column id" in found(identity)
    assert isinstance(identity.person("b", ON), Denied)
    assert [person.key for person in identity.people(ON)] == ["a"]


def test_the_same_row_twice_counts_once_and_is_recorded(tables: Tables) -> None:
    identity = tables(people=PEOPLE + PEOPLE.splitlines()[1] + "\n")

    assert found(identity) == ["MKD238 people.csv, row 5"]
    assert person(identity, "a").number is not None


def test_two_people_of_one_number_have_none_and_are_found_by_neither(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace(CITRA, ANA))

    assert "MKD239 people.csv, row 4, column nip" in found(identity)
    assert (person(identity, "a").number, person(identity, "c").number) == (None, None)
    assert isinstance(identity.lookup(ANA, ON), Denied)
    assert person(identity, "b").superior is None


def test_two_people_of_one_address_are_found_by_neither(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace("citra@", "ANA@"))

    assert found(identity) == ["MKD239 people.csv, row 4, column surel"]
    assert isinstance(identity.lookup("ana@example.go.id", ON), Denied)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1.98503E+17", "MKD211"),
        ("19850312201001290", "MKD211"),
        ("198513122010012901", "MKD212"),
        ("198503122010212901", "MKD213"),
        ("198503122010013901", "MKD214"),
    ],
)
def test_a_malformed_number_is_recorded_and_the_person_stays_without_one(
    tables: Tables, number: str, code: str
) -> None:
    identity = tables(people=PEOPLE.replace(CITRA, number))

    assert found(identity) == [f"{code} people.csv, row 4, column nip"]
    assert number not in str(identity.findings())
    assert person(identity, "c").number is None


def test_a_contract_count_is_no_fault_of_a_pppk(tables: Tables) -> None:
    text = PEOPLE.replace(CITRA, "199001052021211903").replace("2015-03-01,PNS", "2021-02-01,PPPK")
    identity = tables(people=text)

    assert found(identity) == []
    assert person(identity, "c").unmapped == {"applicant.employment": "PPPK"}


def test_a_code_without_a_value_hides_what_may_be_a_number_or_an_address(tables: Tables) -> None:
    identity = tables(
        people=PEOPLE.replace("2015-03-01,PNS", f"2015-03-01,{CITRA}").replace(f"c,{CITRA}", f"c,{CITRA} ")
    )

    assert person(identity, "c").unmapped == {"applicant.employment": "…"}


def test_a_number_outside_the_range_of_its_fact_is_unmapped_not_clipped(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace("PNS,7", "PNS,10"))

    assert person(identity, "b").unmapped == {"applicant.talent_box": "10"}


def test_a_row_without_a_key_is_recorded(tables: Tables) -> None:
    assert "MKD236 people.csv, row 4, column id" in found(tables(people=PEOPLE.replace("\nc,", "\n,")))


def test_a_date_of_another_form_is_recorded_and_the_fact_missing(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace("2015-03-01", "01-03-2015"))

    assert found(identity) == ["MKD240 people.csv, row 4, column tmt"]
    assert "applicant.service_months" not in person(identity, "c").facts


def test_a_superior_who_is_nobody_is_recorded_and_not_replaced_by_the_head(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace(f"u2,{BAYU}", "u2,198001012005011999"))

    assert found(identity) == ["MKD241 people.csv, row 4, column atasan"]
    assert person(identity, "c").superior is None


def test_nobody_is_the_own_superior(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace(f"u2,{BAYU}", f"u2,{CITRA}"))

    assert found(identity) == ["MKD245 people.csv, row 4, column atasan"]
    assert person(identity, "c").superior is None


def test_without_a_superior_on_record_the_head_of_the_unit_is_and_above_a_head_the_next_one(tables: Tables) -> None:
    identity = tables(
        people=PEOPLE.replace(f"u2,{BAYU}", "u2,").replace(
            f"b,{BAYU},Bayu,bayu@example.go.id,u1,{ANA}", f"b,{BAYU},Bayu,bayu@example.go.id,u2,"
        )
    )

    assert (person(identity, "c").superior, person(identity, "b").superior) == ("b", "a")
    assert person(identity, "a").superior is None


def test_a_unit_that_nobody_knows_is_recorded(tables: Tables) -> None:
    identity = tables(people=PEOPLE.replace(",u2,", ",u9,"), units=UNITS.replace("u2,Two,u1", "u2,Two,u8"))

    assert found(identity) == ["MKD242 units.csv, row 3, column induk", "MKD242 people.csv, row 4, column unit"]


def test_a_head_who_is_nobody_is_recorded_and_the_post_is_vacant(tables: Tables) -> None:
    identity = tables(units=UNITS.replace(f"u2,Two,u1,{BAYU}", "u2,Two,u1,198001012005011999"))
    assert found(identity) == ["MKD241 units.csv, row 3, column kepala"]
    unit = identity.unit("u2", ON)
    assert unit is not None
    assert unit.head is None


def test_a_circle_of_units_is_recorded_and_does_not_go_round_for_ever(tables: Tables) -> None:
    identity = tables(
        units=f"id,nama,induk,kepala\nu1,One,u2,{ANA}\nu2,Two,u1,{ANA}\n", people=PEOPLE.replace(f"u2,{BAYU}", "u2,")
    )

    assert found(identity) == ["MKD244 units.csv, row 2, column induk"]
    assert "u1 > u2 > u1" in str(identity.findings()[0])
    assert person(identity, "a").superior is None


MANDATES = "jenis,nip,unit,mulai,selesai,terima,ganti\n"


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        (f"plx,{ANA},u1,2023-01-01,,,", "MKD243 mandates.csv, row 2, column jenis"),
        (f",{ANA},u1,2023-01-01,,,", "MKD243 mandates.csv, row 2, column jenis"),
        ("plt,198001012005011999,u1,2023-01-01,,,", "MKD241 mandates.csv, row 2, column nip"),
        ("plt,,u1,2023-01-01,,,", "MKD236 mandates.csv, row 2, column nip"),
        (f"plt,{ANA},u9,2023-01-01,,,", "MKD242 mandates.csv, row 2, column unit"),
        (f"plt,{ANA},u1,,,,", "MKD236 mandates.csv, row 2, column mulai"),
        (f"plt,{ANA},u1,1/1/2023,,,", "MKD240 mandates.csv, row 2, column mulai"),
        (f"plt,{ANA},u1,2023-01-01,never,,", "MKD240 mandates.csv, row 2, column selesai"),
        (f"plt,{ANA},u1,2023-01-01,2022-01-01,,", "MKD215 mandates.csv, row 2"),
        (f"plt,{ANA},,2023-01-01,,,", "MKD215 mandates.csv, row 2"),
        (f"delegation,{ANA},,2023-01-01,,,198001012005011999", "MKD241 mandates.csv, row 2, column ganti"),
    ],
)
def test_a_mandate_that_does_not_say_everything_binds_nobody(tables: Tables, row: str, finding: str) -> None:
    identity = tables(mandates=f"{MANDATES}{row}\n")

    assert found(identity) == [finding]
    assert [*identity.mandates(ON)] == []


def test_an_order_binds_without_acceptance_and_a_delegation_only_with_it(tables: Tables) -> None:
    rows = f"plt,{ANA},u1,2023-01-01,,,\ndelegation,{ANA},,2023-01-01,,,{BAYU}\n"
    rows += f"delegation,{ANA},,2023-01-01,,2023-01-02,{BAYU}\n"

    assert [mandate.holds(ON) for mandate in tables(mandates=MANDATES + rows).mandates(ON)] == [True, False, True]


DISCIPLINE = "nip,status,mulai,selesai\n"


@pytest.mark.parametrize(
    ("rows", "fact"),
    [
        ("", "none"),
        (f"{CITRA},Menjalani,2023-01-01,2023-06-19", "serving"),
        (f"{CITRA},Menjalani,2023-01-01,2023-06-18", "none"),
        (f"{CITRA},Menjalani,2023-06-20,", "none"),
        (f"{CITRA},Proses,2023-01-01,", "in_process"),
        (f"{CITRA},Proses,2023-01-01,\n{CITRA},Menjalani,2023-01-01,", "serving"),
        (f"{CITRA},Selesai,2023-01-01,2024-01-01", "none"),
        (f"{CITRA},Ditunda,2023-01-01,", None),
        (f"{CITRA},Ditunda,2023-01-01,\n{CITRA},Menjalani,2023-01-01,", "serving"),
        (f"{CITRA},Menjalani,someday,", None),
        (f"{CITRA},,2023-01-01,", None),
    ],
)
def test_discipline_is_the_gravest_that_holds_and_missing_when_it_cannot_be_read(
    tables: Tables, rows: str, fact: str | None
) -> None:
    facts = person(tables(discipline=f"{DISCIPLINE}{rows}\n"), "c").facts

    assert facts.get("applicant.discipline") == fact


def test_without_a_table_of_discipline_nobody_is_called_clean(tables: Tables) -> None:
    assert "applicant.discipline" not in person(tables(), "c").facts


def test_a_table_of_punishments_without_a_state_means_that_they_are_served(tmp_path: Path, tables: Tables) -> None:
    tables()
    punished = tmp_path / "punished.csv"
    punished.write_text(f"nip,mulai,selesai\n{CITRA},2023-01-01,\n", encoding="utf-8")
    identity = TableIdentity(
        Config(
            people=Source(path=tmp_path / "people.csv", columns=COLUMNS["people"], codes=CODES["people"]),
            discipline=Source(path=punished, columns={"person": "nip", "starts": "mulai", "ends": "selesai"}),
        )
    )

    assert person(identity, "c").facts["applicant.discipline"] == "serving"
    assert person(identity, "a").facts["applicant.discipline"] == "none"


def test_a_punishment_of_nobody_is_recorded(tables: Tables) -> None:
    identity = tables(discipline=f"{DISCIPLINE}198001012005011999,Menjalani,2023-01-01,\n,Proses,2023-01-01,\n")

    assert found(identity) == ["MKD241 discipline.csv, row 2, column nip", "MKD236 discipline.csv, row 3, column nip"]


RATINGS = "nip,tanggal,predikat\n"


@pytest.mark.parametrize(
    ("rows", "fact"),
    [
        (f"{CITRA},2021-12-31,BAIK\n{CITRA},2022-12-31,KURANG", "poor"),
        (f"{CITRA},2023-06-18,BAIK", "good"),
        (f"{CITRA},2023-06-19,BAIK", None),
        (f"{CITRA},2022-12-31,BAIK\n{CITRA},2022-12-31,KURANG", None),
        (f"{CITRA},2022-12-31,BAIK\n{CITRA},2022-12-31,BAIK", "good"),
        (f"{CITRA},2021-12-31,BAIK\n{CITRA},2022-12-31,CUKUP", None),
        (f"{CITRA},2022,BAIK", None),
    ],
)
def test_the_rating_is_the_latest_before_the_day_and_missing_where_two_contradict(
    tables: Tables, rows: str, fact: str | None
) -> None:
    facts = person(tables(ratings=f"{RATINGS}{rows}\n"), "c").facts

    assert facts.get("applicant.rating") == fact


def test_a_table_is_read_again_when_it_has_changed(tables: Tables, tmp_path: Path) -> None:
    identity = tables()
    assert person(identity, "c").facts.get("applicant.talent_box") is None

    path = tmp_path / "people.csv"
    path.write_text(PEOPLE.replace("2015-03-01,PNS,", "2015-03-01,PNS,9"), encoding="utf-8")
    os.utime(path, ns=(1, 1))

    assert person(identity, "c").facts["applicant.talent_box"] == 9


def test_without_a_cache_a_table_that_went_bad_stops_identity_rather_than_serving_yesterdays(
    tables: Tables, tmp_path: Path
) -> None:
    identity = tables()
    assert person(identity, "a").key == "a"

    (tmp_path / "people.csv").write_text("", encoding="utf-8")

    assert "MKD233" in refused(identity)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"columns": {"key": "id"}}, "no column is named for unit"),
        ({"columns": {"key": "id", "unit": "u", "nmber": "nip"}}, "did you mean number?"),
        ({"columns": {"key": "nip", "unit": "u", "number": "nip"}}, "the key and the service number are one column"),
        ({"columns": {"key": "id", "unit": "u"}, "codes": {"name": {}}}, "takes no codes"),
        ({"columns": {"key": "id", "unit": "u"}, "codes": {"applicant.rating": {"A": "god"}}}, "did you mean good?"),
        ({"columns": {"key": "id", "unit": "u"}, "codes": {"applicant.rate": {}}}, "is no field"),
        ({"columns": {"key": "id", "unit": "u"}, "codes": {"language": {"X": "fr"}}}, "'fr' is no value"),
        ({"columns": {"key": "id", "unit": "u"}, "codes": {"active": {"Aktif": "yes"}}}, "expected true or false"),
        ({"encoding": "utf-9"}, "there is no encoding 'utf-9'"),
        ({"delimiter": "::"}, "a delimiter is one character"),
        ({"url": "sqlite://"}, "a path or a url"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_before_a_file_is_read(
    tmp_path: Path, config: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match="MKD248") as error:
        Config(people=Source(path=tmp_path / "people.csv", **config))

    assert said in str(error.value)


def test_an_unknown_map_is_refused_with_the_right_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"there is no map 'siap2' \(did you mean siap\?\)"):
        Config(map="siap2", people=Source(path=tmp_path / "people.csv"))


def test_a_zone_or_a_yes_that_cannot_be_read_is_recorded_and_nothing_is_taken_from_it(
    tmp_path: Path, tables: Tables
) -> None:
    tables()
    path = tmp_path / "units.csv"
    path.write_text("id,zona,layanan\nu1,WITA,1\nu2,GMT,maybe\n", encoding="utf-8")
    columns = {"key": "id", "zone": "zona", "unit.direct_service": "layanan"}
    people = Source(path=tmp_path / "people.csv", columns=COLUMNS["people"], codes=CODES["people"])

    identity = TableIdentity(Config(people=people, units=Source(path=path, columns=columns)))

    assert found(identity) == ["MKD243 units.csv, row 3, column layanan", "MKD243 units.csv, row 3, column zona"]
    assert [(str(unit.zone), dict(unit.facts)) for unit in identity.units(ON)] == [
        ("WITA", {"unit.direct_service": True}),
        ("WIB", {}),
    ]
    assert person(identity, "a").facts["applicant.direct_service"] is True
    assert "applicant.direct_service" not in person(identity, "c").facts


@pytest.mark.parametrize("year", ["22", "tahun", "0000"])
def test_a_year_that_is_none_is_recorded(tmp_path: Path, tables: Tables, year: str) -> None:
    tables()
    path = tmp_path / "ratings.csv"
    path.write_text(f"nip,tahun,predikat\n{CITRA},{year},BAIK\n", encoding="utf-8")
    columns = {"person": "nip", "year": "tahun", "applicant.rating": "predikat"}
    people = Source(path=tmp_path / "people.csv", columns=COLUMNS["people"], codes=CODES["people"])

    identity = TableIdentity(Config(people=people, ratings=Source(path=path, columns=columns, codes=CODES["ratings"])))

    assert found(identity) == ["MKD240 ratings.csv, row 2, column tahun"]
    assert "applicant.rating" not in person(identity, "c").facts


@pytest.mark.skipif(find_spec("sqlalchemy") is not None, reason="SQLAlchemy is installed")
def test_without_the_extra_a_select_says_what_to_install() -> None:
    source = Source(url="sqlite://", select="SELECT 1", columns={"key": "a", "unit": "b"})

    assert "mkd[sql]" in refused(TableIdentity(Config(people=source)))
