"""The synthetic province holds what tests, stories and measurements build on."""

import csv
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from mkd_core.errors import InvalidInput
from mkd_core.people import Employment, ServiceNumber
from mkd_plugins.testing import province
from mkd_plugins.testing.province import CODES, SMALLEST, TABLES, generate, shipped, write
from mkd_plugins.testing.province.people import words

Rows = list[dict[str, str]]

NAMED = {name: getattr(province, name) for name in province.__all__ if str(getattr(province, name)).startswith("k0")}

# The columns of SIAP exports that readers in public code name; see the module's docstring for those that are ours.
SIAP = set(
    words(
        "peg_id peg_nip peg_nama peg_nama_lengkap peg_status peg_ketstatus peg_email_resmi jabatan_id jabatan_jenis "
        "jabatan_nama jf_id jf_nama jfu_id jfu_nama jabatan_kelas eselon_id eselon_nm unit_kerja_id unit_kerja_nama "
        "unit_kerja_parent satuan_kerja_id satuan_kerja_nama gol_id_akhir nm_gol_akhir kedudukan_pegawai "
        "peg_status_kepegawaian_id peg_status_kepegawaian is_gtk is_nakes nip_atasan"
    )
)


def read(folder: Path) -> dict[str, Rows]:
    tables = {}
    for table in TABLES:
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            tables[table] = list(csv.DictReader(file))
    return tables


def day(text: str) -> date:
    return datetime.strptime(text, province.DATE_FORMAT).date()  # noqa: DTZ007 - a date of a file has no zone


@pytest.fixture(scope="module")
def tables() -> dict[str, Rows]:
    return read(shipped())


@pytest.fixture(scope="module")
def by_key(tables: dict[str, Rows]) -> dict[str, dict[str, str]]:
    return {row["peg_id"]: row for row in tables["people"]}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """As many people as the province's attendance system counted in May 2021."""
    return read(write(generate(people=36_005), tmp_path_factory.mktemp("large")))


def test_the_shipped_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    """Whoever runs the generator gets the shipped files, byte for byte, on every Python."""
    made = write(generate(), tmp_path)

    assert {f"{table}.csv" for table in TABLES} == {file.name for file in shipped().iterdir()}
    for file in shipped().iterdir():
        assert file.read_bytes() == (made / file.name).read_bytes(), file.name


def test_another_seed_makes_other_people_in_the_same_posts(by_key: dict[str, dict[str, str]]) -> None:
    """A seed changes who people are, never what the named ones stand for."""
    others = {row["peg_id"]: row for row in generate(seed=7).rows("people")}

    assert {row["peg_nip"] for row in others.values()}.isdisjoint(row["peg_nip"] for row in by_key.values())
    for key in NAMED.values():
        assert by_key[key]["jabatan_nama"] == others[key]["jabatan_nama"]


@pytest.mark.parametrize("table", ["people", "ratings", "discipline"])
def test_a_bigger_province_begins_as_the_smaller_one(table: str) -> None:
    """What was learned about somebody in a small province is true in every bigger one."""
    small, middle, big = (list(generate(people=size).rows(table)) for size in (SMALLEST, 240, 1_000))

    assert small == middle[: len(small)]
    assert middle == big[: len(middle)]


@pytest.mark.parametrize("size", [SMALLEST, SMALLEST + 1, 239, 240, 241, 245, 253, 299, 300, 301, 361, 777])
def test_any_size_is_met_exactly_and_hangs_together(size: int) -> None:
    """A province cut off in the middle of an agency has every unit, head and superior it speaks of."""
    made = generate(people=size)
    people, units = list(made.rows("people")), list(made.rows("units"))

    assert size == len(people)
    assert_hangs_together(people, units, list(made.rows("mandates")))


def test_a_province_as_large_as_the_real_one_hangs_together(large: dict[str, Rows]) -> None:
    """36,005 people have a number and a key each, one tree of units, and superiors who exist."""
    assert len(large["people"]) == 36_005
    assert_hangs_together(large["people"], large["units"], large["mandates"])


def assert_hangs_together(people: Rows, units: Rows, mandates: Rows) -> None:
    numbers = {row["peg_nip"] for row in people}
    parents = {row["unit_kerja_id"]: row["unit_kerja_parent"] for row in units}
    heads = {row["unit_kerja_id"]: row["nip_kepala"] for row in units}
    acting = {row["nip_pejabat"] for row in mandates} | {row["nip_digantikan"] for row in mandates} - {""}

    assert len(people) == len(numbers) == len({row["peg_id"] for row in people})
    assert len(units) == len(parents)
    assert [parent for parent in parents.values() if parent not in parents] == [""]
    assert {row["unit_kerja_id"] for row in people} <= set(parents)
    assert set(heads.values()) - {""} <= numbers
    assert acting <= numbers
    for unit in parents:
        seen: set[str] = set()
        while unit:
            assert unit not in seen
            seen.add(unit)
            unit = parents[unit]
    for row in people:
        unit = row["unit_kerja_id"]
        leads = heads[unit] == row["peg_nip"]
        assert row["nip_atasan"] == heads.get(parents[unit] if leads else unit, "")
        assert row["nip_atasan"] != row["peg_nip"]


@pytest.mark.parametrize("size", ["tables", "large"])
def test_every_number_has_the_right_form_and_is_recognisably_made_up(size: str, request: pytest.FixtureRequest) -> None:
    """Numbers of PNS hold a month of appointment, those of PPPK a contract count; all lie in the synthetic range."""
    for row in request.getfixturevalue(size)["people"]:
        number, joined = row["peg_nip"], day(row["tmt_cpns"])
        born = date(int(number[:4]), int(number[4:6]), int(number[6:8]))
        assert len(number) == 18
        assert number[8:12] == f"{joined:%Y}"
        if row["peg_status_kepegawaian"] == "PPPK":
            assert number[12:14] in {"01", "21", "22"}
        else:
            assert number[12:14] == f"{joined:%m}"
        assert number[14] in "12"
        assert int(number[15:]) in province.SYNTHETIC_SERIALS
        assert born.year in province.SYNTHETIC_BIRTH_YEARS
        assert timedelta(days=18 * 365) < joined - born
        assert joined <= day(row["tmt_jabatan"]) <= province.AS_OF


def test_the_core_accepts_every_number(tables: dict[str, Rows]) -> None:
    """The 240 numbers pass the same check as real ones, each by its kind of employment."""
    kinds = CODES["peg_status_kepegawaian"]
    parsed = [
        ServiceNumber.parse(row["peg_nip"], Employment(kinds.get(row["peg_status_kepegawaian"], "other")))
        for row in tables["people"]
    ]

    assert len({number.digits for number in parsed}) == 240


def test_a_key_says_nothing_about_the_number(tables: dict[str, Rows]) -> None:
    """Neither key nor e-mail address holds any part of a number long enough to find somebody by."""
    for row in tables["people"]:
        digits = row["peg_id"].removeprefix("k")
        assert digits not in row["peg_nip"]
        assert row["peg_email_resmi"] == f"{row['peg_id']}@example.go.id"


def test_columns_are_those_of_siap_or_said_to_be_ours(tables: dict[str, Rows]) -> None:
    """A reader learns from the docstring which columns no export has, and none is about private life."""
    ours = set(TABLES["people"]) - SIAP

    assert set(TABLES["people"]) >= SIAP
    assert [column for column in sorted(ours) if f"``{column}``" not in (province.__doc__ or "")] == []
    for table, columns in TABLES.items():
        assert list(columns) == list(tables[table][0])
        for column in columns:
            assert not any(word in column for word in ("ktp", "rekening", "alamat", "latitude", "npwp", "telp"))


def test_the_four_pilot_units_of_2023_are_there(tables: dict[str, Rows]) -> None:
    """240 people: the pilot units, each of some size, and the regional secretary above them."""
    counts = Counter(row["satuan_kerja_nama"] for row in tables["people"])

    assert counts.pop("Sekretariat Daerah") == 1
    assert sum(counts.values()) == 239
    assert {
        "Biro Organisasi",
        "Biro Administrasi Pimpinan",
        "Dinas Komunikasi dan Informatika",
        "Badan Kepegawaian Daerah",
    } == set(counts)
    assert min(counts.values()) >= 40


def test_every_kind_of_employment_post_and_day_of_service_occurs(tables: dict[str, Rows]) -> None:
    """Nothing that the rules tell apart is missing among the 240."""
    people = tables["people"]

    assert {"PNS", "CPNS", "PPPK", "PNS DPK"} == {row["peg_status_kepegawaian"] for row in people}
    assert set(CODES["kelompok_jabatan"]) == {row["kelompok_jabatan"] for row in people}
    assert {"1", "2", "4"} == {row["jabatan_jenis"] for row in people}
    assert set("123456789") | {""} == {row["kotak_talenta"] for row in people}
    assert {"1", "0", ""} == {row["perangkat_siap"] for row in people}
    assert {"WIB"} == {row["zona"] for row in tables["units"]}
    assert {"", "Loket Tamu", "Loket Kesehatan"} < {row["loket"] for row in people}


def test_only_one_person_carries_a_code_that_the_map_does_not_hold(tables: dict[str, Rows]) -> None:
    """All labels mean something in the vocabulary, but for the one employment code that shows what happens then."""
    where = {
        "peg_status_kepegawaian": "people",
        "kelompok_jabatan": "people",
        "predikat": "ratings",
        "status": "discipline",
        "jenis": "mandates",
    }
    assert set(where) == set(CODES)
    unmapped = [row for column, table in where.items() for row in tables[table] if row[column] not in CODES[column]]

    assert [row["peg_id"] for row in unmapped] == [province.UNMAPPED]


def test_named_people_have_one_thing_against_them_at_most(
    tables: dict[str, Rows], by_key: dict[str, dict[str, str]]
) -> None:
    """A story about a named person is about that one thing: box, equipment, attendance and rating are in order."""
    latest = {row["nip"]: row["predikat"] for row in tables["ratings"]}
    unrated = {key for key in NAMED.values() if by_key[key]["peg_nip"] not in latest}

    assert len(set(NAMED.values())) == 18
    for key in NAMED.values():
        row = by_key[key]
        assert (row["kotak_talenta"], row["perangkat_siap"], row["hari_tanpa_keterangan"]) == ("8", "1", "0")
        assert latest.get(row["peg_nip"], "BAIK") == "BAIK"
    assert {province.NO_RATING, province.PROBATIONER} == unrated


def test_only_the_officers_at_a_counter_serve_the_public(by_key: dict[str, dict[str, str]]) -> None:
    """The nurse stands at a counter of a direct-service unit; the teacher does not, and is a teacher."""
    nurse, teacher = by_key[province.HEALTH_WORKER], by_key[province.TEACHER]

    assert (nurse["is_nakes"], nurse["layanan_langsung"], nurse["loket"]) == ("1", "1", "Loket Kesehatan")
    assert (teacher["is_gtk"], teacher["layanan_langsung"], teacher["loket"]) == ("1", "0", "")
    for key in set(NAMED.values()) - {province.HEALTH_WORKER}:
        assert by_key[key]["layanan_langsung"] == "0", key


def test_a_vacant_post_is_held_by_an_acting_officer_without_a_gap(
    tables: dict[str, Rows], by_key: dict[str, dict[str, str]]
) -> None:
    """The analyst's superior is whoever acts for the vacant post: one officer, by an order and its extension."""
    unit = next(row for row in tables["units"] if row["unit_kerja_id"] == province.VACANT_POST_UNIT)
    orders = [row for row in tables["mandates"] if row["unit_kerja_id"] == province.VACANT_POST_UNIT]
    analyst, acting = by_key[province.ANALYST], by_key[province.ACTING_OFFICER]

    assert "" == unit["nip_kepala"] == analyst["nip_atasan"]
    assert analyst["unit_kerja_id"] == province.VACANT_POST_UNIT
    assert [("Plt", acting["peg_nip"], "")] * 2 == [
        (row["jenis"], row["nip_pejabat"], row["nip_digantikan"]) for row in orders
    ]
    assert day(orders[0]["tmt_mulai"]) <= province.AS_OF <= day(orders[0]["tmt_selesai"])
    assert day(orders[0]["tmt_selesai"]) + timedelta(days=1) == day(orders[1]["tmt_mulai"])
    assert acting["unit_kerja_parent"] == analyst["unit_kerja_parent"]


def test_a_vacant_post_where_nobody_acts(tables: dict[str, Rows]) -> None:
    """One more post is vacant; people work there, and no order fills it."""
    vacant = [row["unit_kerja_id"] for row in tables["units"] if not row["nip_kepala"]]

    assert vacant == [province.VACANT_POST_UNIT, province.UNHEADED_POST_UNIT]
    assert province.UNHEADED_POST_UNIT in {row["unit_kerja_id"] for row in tables["people"]}
    assert province.UNHEADED_POST_UNIT not in {row["unit_kerja_id"] for row in tables["mandates"]}


def test_mandates_of_every_kind_past_and_present(tables: dict[str, Rows], by_key: dict[str, dict[str, str]]) -> None:
    """A stand-in for an officer on leave, a delegation that was accepted, and an acting order that has ended."""
    kinds = {row["jenis"]: row for row in tables["mandates"]}
    ended = [row for row in tables["mandates"] if day(row["tmt_selesai"]) < province.AS_OF]

    assert {"Plt", "Plh", "Delegasi"} == set(kinds)
    assert by_key[province.STAND_IN]["peg_nip"] == kinds["Plh"]["nip_pejabat"]
    assert by_key[province.ABSENT_OFFICER]["peg_nip"] == kinds["Plh"]["nip_digantikan"]
    assert day(kinds["Delegasi"]["diterima"]) < day(kinds["Delegasi"]["tmt_mulai"])
    assert len(ended) == 1
    for row in tables["mandates"]:
        assert day(row["tmt_mulai"]) < day(row["tmt_selesai"])


def test_discipline_served_serving_and_in_process(tables: dict[str, Rows], by_key: dict[str, dict[str, str]]) -> None:
    """Three named people stand for the three states; of the others named nobody has a record."""
    states = {row["nip"]: row for row in tables["discipline"]}
    served, serving, in_process = (
        states[by_key[key]["peg_nip"]] for key in (province.SERVED, province.DISCIPLINED, province.IN_PROCESS)
    )

    assert [row["status"] for row in (served, serving, in_process)] == ["Selesai", "Menjalani", "Proses"]
    assert day(served["tmt_selesai"]) < province.AS_OF < day(serving["tmt_selesai"])
    assert (in_process["jenis_hukuman"], in_process["tmt_selesai"]) == ("", "")
    assert sum(row["peg_nip"] in states for key, row in by_key.items() if key in NAMED.values()) == 3


def test_the_others_who_are_named(by_key: dict[str, dict[str, str]]) -> None:
    """New in post, contract count 21, on probation, moved away, and nobody above: each in the columns that say so."""
    new, contracted = by_key[province.NEW_IN_POST], by_key[province.PPPK_21]

    assert timedelta(days=48) == province.AS_OF - day(new["tmt_jabatan"])
    assert (contracted["peg_status_kepegawaian"], contracted["peg_nip"][12:14]) == ("PPPK", "21")
    assert by_key[province.PROBATIONER]["peg_status_kepegawaian"] == "CPNS"
    assert [key for key, row in by_key.items() if row["peg_status"] == "0"] == [province.FORMER]
    assert by_key[province.NO_SUPERIOR]["nip_atasan"] == ""
    for key in (province.PLANNER, province.DRAFTER):
        assert by_key[key]["nip_atasan"]


def test_a_large_province_costs_seconds_and_starts_at_once() -> None:
    """36,005 people take a few seconds of processor time, and of ten million the first agency is there immediately."""
    start = time.process_time()
    first = next(iter(generate(people=10_000_000).batches()))
    counted = sum(1 for _ in generate(people=36_005).rows("people"))
    spent = time.process_time() - start

    assert (len(first.people), counted) == (240, 36_005)
    assert spent < 20


def test_too_few_people_are_refused_with_the_least_number() -> None:
    """A province without its named people would be a trap, so it is refused and says what is enough."""
    with pytest.raises(InvalidInput) as refusal:
        generate(people=SMALLEST - 1)

    assert ("MKD290", f"ask for {SMALLEST} or more") == (refusal.value.code, refusal.value.mend)


def test_the_command_writes_the_files_and_says_so(tmp_path: Path) -> None:
    """``python -m mkd_plugins.testing.province`` does what the function does."""
    command = [sys.executable, "-m", "mkd_plugins.testing.province"]
    ran = subprocess.run([*command, str(tmp_path / "new" / "folder")], capture_output=True, text=True, check=True)

    assert ran.stdout == f"240 people in {tmp_path / 'new' / 'folder'}\n"
    assert read(shipped()) == read(tmp_path / "new" / "folder")


def test_the_command_refuses_in_one_line(tmp_path: Path) -> None:
    """Too small a number gives exit status 1 and one line on the error stream, and writes nothing."""
    command = [sys.executable, "-m", "mkd_plugins.testing.province", str(tmp_path / "none"), "--people", "3"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    assert ran.stderr.startswith("MKD290 ")
    assert not (tmp_path / "none").exists()
