"""The import of the register from CSV files."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

import core.importing
from core import ruc
from core.db import Database
from core.importing import Code, Kind, Problem, Report, import_file
from core.importing.report import MEANINGS, MOST_PROBLEMS
from core.importing.sheet import MOST_BYTES, MOST_ROWS
from core.statements import table_of
from core.tables import (
    AgentRow,
    BrandRow,
    CertificateRow,
    LentTankRow,
    MembershipRow,
    PersonRow,
    PolicyRow,
    TradeRuleRow,
    VehicleRow,
)
from core.terms import Activity, Role, Standing

SAMPLES = Path(core.importing.__file__).parent / "samples"
AGENT = {
    "register_number": "900001-070-150119",
    "ruc": "20900000015",
    "name": "CHARLES BUKOWSKY SRL - PTA CALLAO",
    "activity": "PLANTA ENVASADORA",
    "place": "CALLAO/CALLAO/CALLAO",
    "address": "AV. NESTOR INVENTADO 100",
    "valid_from": "2019-01-15",
    "valid_to": "",
    "standing": "HABIL",
    "capacity_kg": "250000",
}
SHOP = AGENT | {"register_number": "900003-073-110320", "name": "EMILE CIORAN SRL", "activity": "LOCAL DE VENTA"}
PERSON = {
    "name": "Elena Ejemplo",
    "phone": "+51900000001",
    "register_number": "900001-070-150119",
    "role": "OPERADOR",
    "locale": "es_PE",
    "may_close": "no",
}
BRAND = {"name": "JOYCE GAS", "packer_register_number": "900001-070-150119"}
CERTIFICATE = {
    "number": "CC-0001",
    "shop_register_number": "900003-073-110320",
    "packer_register_number": "900001-070-150119",
    "valid_from": "2021-01-01",
    "valid_to": "2030-12-31",
}
VEHICLE = {
    "plate": "R0C-160",
    "register_number": "900008-038-150516",
    "holder_register_number": "900001-070-150119",
    "trade": "GLP-G",
    "capacity": "4000.5",
    "valid_from": "2016-05-15",
    "valid_to": "2030-12-31",
    "standing": "HABIL",
}
POLICY = {
    "number": "RC-0001",
    "insurer": "SEGUROS BUSTROFEDON",
    "register_number": "900003-073-110320",
    "plate": "",
    "cover": "100",
    "currency": "UIT",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
}
LENT = {
    "site_register_number": "900003-073-110320",
    "lender_register_number": "900001-070-150119",
    "valid_from": "2022-04-01",
    "valid_to": "2030-12-31",
}
RULE = {
    "trade": "GLP-G",
    "buyer": "GRIFO RURAL",
    "seller": "DISTRIBUIDOR A GRANEL",
    "source": "RCD 40-2026-OS/CD",
    "verified": "no",
    "valid_from": "2026-03-01",
    "valid_to": "2026-03-31",
}
GOOD = {
    Kind.AGENTS: AGENT,
    Kind.PEOPLE: PERSON,
    Kind.BRANDS: BRAND,
    Kind.CERTIFICATES: CERTIFICATE,
    Kind.VEHICLES: VEHICLE,
    Kind.POLICIES: POLICY,
    Kind.LENT_TANKS: LENT,
    Kind.MATRIX: RULE,
}
TABLES = (
    AgentRow,
    PersonRow,
    MembershipRow,
    BrandRow,
    CertificateRow,
    VehicleRow,
    PolicyRow,
    LentTankRow,
    TradeRuleRow,
)


class StoppedError(Exception):
    """Raised in the middle of an import."""


def stop(_done: int, _total: int) -> None:
    raise StoppedError


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'register.db'}")
    SQLModel.metadata.create_all(made.engine)
    yield made
    made.close()


@pytest.fixture
def register(database: Database) -> Database:
    """A database that knows a bottling plant and a shop."""
    import_file(database, Kind.AGENTS, sheet(AGENT, SHOP))
    return database


def sheet(*rows: dict[str, str]) -> io.StringIO:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    text.seek(0)
    return text


def rows_of(database: Database, row: type[Any], *columns: str) -> list[tuple[Any, ...]]:
    table = table_of(row)
    with database.reading() as tx:
        return [tuple(found) for found in tx.execute(select(*(table.c[name] for name in columns)).order_by(table.c.id))]


def everything(database: Database) -> list[list[tuple[Any, ...]]]:
    return [rows_of(database, row, *table_of(row).c.keys()) for row in TABLES]


def problems_of(database: Database, kind: Kind, *rows: dict[str, str]) -> tuple[Problem, ...]:
    """Return the problems of a file, and make sure that nothing of it was written."""
    before = everything(database)
    report = import_file(database, kind, sheet(*rows))
    assert (report.added, report.updated, report.unchanged) == (0, 0, 0)
    assert everything(database) == before
    return report.problems


def test_the_samples_import_in_their_order(database: Database) -> None:
    reports = {kind: import_file(database, kind, SAMPLES / f"{kind}.csv") for kind in Kind}
    assert reports == {
        Kind.AGENTS: Report(18, 18, 0, 0),
        Kind.PEOPLE: Report(10, 10, 0, 0),
        Kind.BRANDS: Report(2, 2, 0, 0),
        Kind.CERTIFICATES: Report(2, 2, 0, 0),
        Kind.VEHICLES: Report(2, 2, 0, 0),
        Kind.POLICIES: Report(7, 7, 0, 0),
        Kind.LENT_TANKS: Report(1, 1, 0, 0),
        Kind.MATRIX: Report(2, 2, 0, 0),
    }
    assert len({activity for (activity,) in rows_of(database, AgentRow, "activity")}) > 12
    assert rows_of(database, BrandRow, "name", "packer_id") == [("JOYCE GAS", 1), ("PROUST GAS", 1)]


def test_an_agent_is_kept_with_exact_values(database: Database) -> None:
    import_file(database, Kind.AGENTS, sheet(AGENT | {"valid_to": "31/12/2030", "capacity_kg": "1,250.125"}))
    fields = ("register_number", "ruc", "activity", "valid_from", "valid_to", "standing", "capacity")
    assert rows_of(database, AgentRow, *fields) == [
        (
            "900001-070-150119",
            "20900000015",
            Activity.BOTTLING_PLANT,
            date(2019, 1, 15),
            date(2030, 12, 31),
            Standing.VALID,
            Decimal("1250.125"),
        )
    ]


def test_a_person_with_two_agents_is_one_person(register: Database) -> None:
    second = PERSON | {"register_number": "900003-073-110320", "role": "CHOFER", "may_close": "si"}
    report = import_file(register, Kind.PEOPLE, sheet(PERSON | {"phone": "900 000 001"}, second))
    assert report == Report(2, 2, 0, 0)
    assert rows_of(register, PersonRow, "name", "phone", "locale") == [("Elena Ejemplo", "+51900000001", "es_PE")]
    assert rows_of(register, MembershipRow, "person_id", "agent_id", "role", "may_close") == [
        (1, 1, Role.OPERATOR, False),
        (1, 2, Role.DRIVER, True),
    ]


@pytest.mark.parametrize("kind", Kind)
def test_an_import_again_changes_nothing_and_says_so(database: Database, kind: Kind) -> None:
    for one in Kind:
        import_file(database, one, SAMPLES / f"{one}.csv")
    before = everything(database)
    report = import_file(database, kind, SAMPLES / f"{kind}.csv")
    assert report == Report(report.rows, 0, 0, report.rows)
    assert everything(database) == before


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Kind.AGENTS, {"standing": "SUSPENDIDO"}),
        (Kind.AGENTS, {"capacity_kg": ""}),
        (Kind.PEOPLE, {"name": "Elena Otra"}),
        (Kind.PEOPLE, {"role": "TITULAR"}),
        (Kind.BRANDS, {"packer_register_number": ""}),
        (Kind.CERTIFICATES, {"valid_to": ""}),
        (Kind.AGENTS, {"capacity_gal": "5000", "capacity_liquids_gal": "0.125"}),
        (Kind.VEHICLES, {"valid_to": "2026-03-31"}),
        (Kind.VEHICLES, {"capacity": "3999"}),
        (Kind.POLICIES, {"cover": "1,650,000.50", "currency": "PEN"}),
        (Kind.POLICIES, {"plate": "r0c160"}),
        (Kind.LENT_TANKS, {"valid_to": "2026-03-31"}),
        (Kind.MATRIX, {"valid_to": "2026-04-30", "verified": "si"}),
    ],
)
def test_a_row_that_exists_is_updated(register: Database, kind: Kind, change: dict[str, str]) -> None:
    import_file(register, kind, sheet(GOOD[kind]))
    counts = [len(rows) for rows in everything(register)]
    assert import_file(register, kind, sheet(GOOD[kind] | change)) == Report(1, 0, 1, 0)
    assert [len(rows) for rows in everything(register)] == counts
    assert import_file(register, kind, sheet(GOOD[kind] | change)) == Report(1, 0, 0, 1)


def test_a_column_that_is_left_out_keeps_what_is_there_and_gives_new_rows_the_default(register: Database) -> None:
    short = [{name: one[name] for name in one if name not in ("place", "capacity_kg")} for one in (AGENT, SHOP)]
    new = short[1] | {"register_number": "900018-073-110320"}
    assert import_file(register, Kind.AGENTS, sheet(*short, new)) == Report(3, 1, 0, 2)
    assert rows_of(register, AgentRow, "place", "capacity")[1:] == [
        ("CALLAO/CALLAO/CALLAO", Decimal(250000)),
        ("", None),
    ]


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        (
            Kind.AGENTS,
            "registro;ruc;razon_social;actividad;ubicacion;direccion;vigente_desde;vigente_hasta;estado;capacidad_kg",
        ),
        (Kind.PEOPLE, "nombre;telefono;registro;rol;idioma;puede_cerrar"),
        (Kind.BRANDS, "nombre;registro_envasadora"),
        (Kind.CERTIFICATES, "numero;registro_local;registro_envasadora;vigente_desde;vigente_hasta"),
        (
            Kind.VEHICLES,
            "placa;registro;registro_titular;producto;capacidad;vigente_desde;vigente_hasta;estado",
        ),
        (Kind.POLICIES, "numero;aseguradora;registro;placa;monto;moneda;vigente_desde;vigente_hasta"),
        (Kind.LENT_TANKS, "registro_establecimiento;registro_cedente;vigente_desde;vigente_hasta"),
        (Kind.MATRIX, "producto;comprador;vendedor;norma;verificado;vigente_desde;vigente_hasta"),
    ],
)
def test_spanish_headers_and_semicolons_say_the_same(register: Database, kind: Kind, header: str) -> None:
    import_file(register, kind, sheet(GOOD[kind]))
    text = header + "\n" + ";".join(GOOD[kind].values()) + "\n"
    assert import_file(register, kind, io.StringIO(text)) == Report(1, 0, 0, 1)


def test_headers_may_have_capitals_accents_and_spaces(register: Database) -> None:
    text = "Número, Registro Local ,REGISTRO_ENVASADORA,Vigente desde,Vigente hasta\n" + ",".join(CERTIFICATE.values())
    assert import_file(register, Kind.CERTIFICATES, io.StringIO(text)) == Report(1, 1, 0, 0)


def test_official_words_may_have_small_letters_and_accents(database: Database) -> None:
    row = AGENT | {"activity": "Planta de  Producción", "standing": "hábil"}
    assert import_file(database, Kind.AGENTS, sheet(row)) == Report(1, 1, 0, 0)
    assert rows_of(database, AgentRow, "activity", "standing") == [(Activity.PRODUCTION_PLANT, Standing.VALID)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_makes_no_difference(database: Database, tmp_path: Path, mark: bytes) -> None:
    file = tmp_path / "brands.csv"
    file.write_bytes(mark + "name\r\nPIÑATA GAS\r\n\r\n".encode())
    assert import_file(database, Kind.BRANDS, file) == Report(1, 1, 0, 0)
    assert rows_of(database, BrandRow, "name", "packer_id") == [("PIÑATA GAS", None)]


def test_latin_1_is_refused_with_the_line_and_the_byte(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "brands.csv"
    file.write_bytes("name\nJOYCE GAS\nPIÑATA GAS\n".encode("latin-1"))
    report = import_file(database, Kind.BRANDS, file)
    assert report.problems == (Problem(3, "", Code.NOT_UTF8, "byte 0xD1, number 18"),)
    assert report.problems[0].message == (
        "line 3: the text is not UTF-8 (byte 0xD1, number 18); save the file as UTF-8"
    )
    with file.open(encoding="utf-8") as text:
        assert [one.code for one in import_file(database, Kind.BRANDS, text).problems] == [Code.NOT_UTF8]


@pytest.mark.parametrize(
    ("kind", "column", "value", "code"),
    [
        (Kind.AGENTS, "register_number", "", Code.EMPTY_VALUE),
        (Kind.AGENTS, "register_number", "123-070-150119", Code.BAD_REGISTER_NUMBER),
        (Kind.AGENTS, "register_number", "900001-07-150119", Code.BAD_REGISTER_NUMBER),
        (Kind.AGENTS, "register_number", "٩٠٠٠٠١-070-150119", Code.BAD_REGISTER_NUMBER),
        (Kind.AGENTS, "register_number", "1" * 40 + "-GRIF-1", Code.TOO_LONG),
        (Kind.AGENTS, "ruc", "20900000016", Code.BAD_RUC),
        (Kind.AGENTS, "ruc", "2090000001", Code.BAD_RUC),
        (Kind.AGENTS, "name", "  ", Code.EMPTY_VALUE),
        (Kind.AGENTS, "name", "A" * 201, Code.TOO_LONG),
        (Kind.AGENTS, "name", "MR. \x00HYDE", Code.UNPRINTABLE),
        (Kind.AGENTS, "activity", "KIOSCO", Code.UNKNOWN_ACTIVITY),
        (Kind.AGENTS, "place", "A" * 121, Code.TOO_LONG),
        (Kind.AGENTS, "address", "A" * 301, Code.TOO_LONG),
        (Kind.AGENTS, "valid_from", "", Code.EMPTY_VALUE),
        (Kind.AGENTS, "valid_from", "2019-02-30", Code.BAD_DATE),
        (Kind.AGENTS, "valid_from", "31/02/2019", Code.BAD_DATE),
        (Kind.AGENTS, "valid_from", "20190115", Code.BAD_DATE),
        (Kind.AGENTS, "valid_from", "0019-01-15", Code.BAD_DATE),
        (Kind.AGENTS, "standing", "ACTIVO", Code.UNKNOWN_STANDING),
        (Kind.AGENTS, "capacity_kg", "-1", Code.NEGATIVE_CAPACITY),
        (Kind.AGENTS, "capacity_kg", "mucho", Code.BAD_CAPACITY),
        (Kind.AGENTS, "capacity_kg", "NaN", Code.BAD_CAPACITY),
        (Kind.AGENTS, "capacity_kg", "12,5", Code.BAD_CAPACITY),
        (Kind.AGENTS, "capacity_kg", "1" * 13, Code.BAD_CAPACITY),
        (Kind.AGENTS, "capacity_kg", "1.0001", Code.TOO_PRECISE),
        (Kind.PEOPLE, "name", "A" * 121, Code.TOO_LONG),
        (Kind.PEOPLE, "phone", "", Code.EMPTY_VALUE),
        (Kind.PEOPLE, "phone", "12345", Code.BAD_PHONE),
        (Kind.PEOPLE, "phone", "+51900000xxx", Code.BAD_PHONE),
        (Kind.PEOPLE, "phone", "+999900000001", Code.BAD_PHONE),
        (Kind.PEOPLE, "role", "JEFE", Code.UNKNOWN_ROLE),
        (Kind.PEOPLE, "locale", "castellano", Code.BAD_LOCALE),
        (Kind.PEOPLE, "may_close", "quizas", Code.BAD_YES_OR_NO),
        (Kind.PEOPLE, "register_number", "900099-070-150119", Code.UNKNOWN_AGENT),
        (Kind.BRANDS, "name", "A" * 81, Code.TOO_LONG),
        (Kind.BRANDS, "packer_register_number", "900099-070-150119", Code.UNKNOWN_AGENT),
        (Kind.CERTIFICATES, "number", "9" * 41, Code.TOO_LONG),
        (Kind.CERTIFICATES, "shop_register_number", "", Code.EMPTY_VALUE),
        (Kind.CERTIFICATES, "shop_register_number", "900099-073-110320", Code.UNKNOWN_AGENT),
        (Kind.CERTIFICATES, "packer_register_number", "900099-070-150119", Code.UNKNOWN_AGENT),
        (Kind.AGENTS, "capacity_gal", "12,5", Code.BAD_CAPACITY),
        (Kind.AGENTS, "capacity_liquids_gal", "1.0001", Code.TOO_PRECISE),
        (Kind.VEHICLES, "plate", "CAMION", Code.BAD_PLATE),
        (Kind.VEHICLES, "plate", "", Code.EMPTY_VALUE),
        (Kind.VEHICLES, "trade", "GLP", Code.UNKNOWN_TRADE),
        (Kind.VEHICLES, "capacity", "", Code.EMPTY_VALUE),
        (Kind.VEHICLES, "capacity", "-1", Code.NEGATIVE_CAPACITY),
        (Kind.VEHICLES, "holder_register_number", "900099-070-150119", Code.UNKNOWN_AGENT),
        (Kind.POLICIES, "currency", "USD", Code.UNKNOWN_CURRENCY),
        (Kind.POLICIES, "cover", "cien", Code.BAD_CAPACITY),
        (Kind.POLICIES, "plate", "9", Code.BAD_PLATE),
        (Kind.POLICIES, "valid_from", "", Code.EMPTY_VALUE),
        (Kind.LENT_TANKS, "lender_register_number", "900099-070-150119", Code.UNKNOWN_AGENT),
        (Kind.MATRIX, "buyer", "KIOSCO", Code.UNKNOWN_ACTIVITY),
        (Kind.MATRIX, "source", "", Code.EMPTY_VALUE),
    ],
)
def test_a_bad_value_is_named_with_its_line_and_column(
    register: Database, kind: Kind, column: str, value: str, code: Code
) -> None:
    found = problems_of(register, kind, GOOD[kind] | {column: value})
    assert found == (Problem(2, column, code, value.strip()),)
    assert found[0].message.startswith(f"line 2, {column}: ")


def test_an_end_before_the_start_is_refused(register: Database) -> None:
    late = {"valid_from": "2021-01-02", "valid_to": "01/01/2021"}
    expected = (Problem(2, "valid_to", Code.ENDS_BEFORE_START, "2021-01-01"),)
    assert problems_of(register, Kind.AGENTS, AGENT | late) == expected
    assert problems_of(register, Kind.CERTIFICATES, CERTIFICATE | late) == expected


@pytest.mark.parametrize("number", ["84408-999-150516", "135572-050-010518", "9471-056-170816", "123-GRIF-456789"])
def test_any_activity_code_and_the_old_form_of_a_register_number_are_taken(database: Database, number: str) -> None:
    assert import_file(database, Kind.AGENTS, sheet(AGENT | {"register_number": number})) == Report(1, 1, 0, 0)


@pytest.mark.parametrize(
    ("written", "kilograms"),
    [("0", "0"), ("1200", "1200"), ("1,200", "1200"), ("1 200 000.5", "1200000.5"), ("20.0000", "20")],
)
def test_a_capacity_may_group_its_thousands(database: Database, written: str, kilograms: str) -> None:
    import_file(database, Kind.AGENTS, sheet(AGENT | {"capacity_kg": written}))
    assert rows_of(database, AgentRow, "capacity") == [(Decimal(kilograms),)]


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        (Kind.AGENTS, "register_number"),
        (Kind.PEOPLE, "register_number"),
        (Kind.BRANDS, "name"),
        (Kind.CERTIFICATES, "number"),
        (Kind.VEHICLES, "register_number"),
        (Kind.POLICIES, "valid_from"),
        (Kind.LENT_TANKS, "valid_from"),
        (Kind.MATRIX, "valid_from"),
    ],
)
def test_the_same_row_twice_is_refused(register: Database, kind: Kind, column: str) -> None:
    found = problems_of(register, kind, GOOD[kind], GOOD[kind])
    assert [(one.line, one.column, one.code, one.other_line) for one in found] == [(3, column, Code.REPEATED_ROW, 2)]


def test_two_names_for_one_phone_are_refused(register: Database) -> None:
    other = PERSON | {"name": "Otra Persona", "register_number": "900003-073-110320"}
    found = problems_of(register, Kind.PEOPLE, PERSON, other)
    assert found == (Problem(3, "name", Code.CONTRADICTS, "Otra Persona", 2),)
    assert found[0].message == "line 3, name: line 2 says otherwise of the same person"


def test_a_phone_that_several_people_have_is_refused(register: Database) -> None:
    with register.transaction() as tx:
        tx.execute(table_of(PersonRow).insert(), [{"name": "A", "phone": "+51900000001", "locale": "es_PE"}] * 2)
    assert problems_of(register, Kind.PEOPLE, PERSON) == (Problem(2, "phone", Code.AMBIGUOUS_PHONE, "+51900000001"),)


def test_missing_unknown_and_repeated_columns_are_named_together_with_bad_values(database: Database) -> None:
    text = "registro,ruc,ruc,razon_social,color,vigente_desde,vigente_hasta,estado\n1,2,2,A,ROJO,ayer,,HABIL\n"
    assert import_file(database, Kind.AGENTS, io.StringIO(text)).problems == (
        Problem(1, "ruc", Code.REPEATED_COLUMN, "ruc"),
        Problem(1, "color", Code.UNKNOWN_COLUMN, "color"),
        Problem(1, "activity", Code.MISSING_COLUMN, "actividad"),
        Problem(2, "registro", Code.BAD_REGISTER_NUMBER, "1"),
        Problem(2, "ruc", Code.BAD_RUC, "2"),
        Problem(2, "vigente_desde", Code.BAD_DATE, "ayer"),
    )


@pytest.mark.parametrize("text", ["", "\ufeff", "\n \n"])
def test_an_empty_file_is_refused(database: Database, text: str) -> None:
    assert import_file(database, Kind.BRANDS, io.StringIO(text)).problems == (Problem(0, "", Code.NO_HEADER),)


def test_a_header_alone_imports_nothing(database: Database) -> None:
    assert import_file(database, Kind.BRANDS, io.StringIO("name\n")) == Report(0, 0, 0, 0)


def test_a_row_with_other_cells_than_the_header_is_refused(database: Database) -> None:
    text = 'name,packer_register_number\n"JOYCE\nGAS",\nPROUST GAS\nPROUST GAS,,\n'
    assert import_file(database, Kind.BRANDS, io.StringIO(text)).problems == (
        Problem(4, "", Code.WRONG_CELL_COUNT, "1"),
        Problem(5, "", Code.WRONG_CELL_COUNT, "3"),
    )


def test_an_open_quote_is_refused_on_the_line_where_it_opens(database: Database) -> None:
    report = import_file(database, Kind.BRANDS, io.StringIO('name\nJOYCE GAS\n"PROUST GAS\nB\n'))
    assert [(one.line, one.code) for one in report.problems] == [(3, Code.MALFORMED)]


def test_a_file_that_is_too_large_is_refused(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "brands.csv"
    with file.open("wb") as sparse:
        sparse.truncate(MOST_BYTES + 1)
    expected = (Problem(0, "", Code.TOO_LARGE, str(MOST_BYTES)),)
    assert import_file(database, Kind.BRANDS, file).problems == expected
    assert import_file(database, Kind.BRANDS, io.StringIO("ñ" * (MOST_BYTES // 2 + 1))).problems == expected


def test_a_file_with_too_many_rows_is_refused(database: Database) -> None:
    text = "name\n" + "".join(f"GAS {number}\n" for number in range(MOST_ROWS + 1))
    report = import_file(database, Kind.BRANDS, io.StringIO(text))
    assert report == Report(MOST_ROWS, 0, 0, 0, (Problem(MOST_ROWS + 2, "", Code.TOO_MANY_ROWS, str(MOST_ROWS)),))


def test_problems_beyond_a_thousand_are_counted(database: Database) -> None:
    text = "name\n" + "JOYCE GAS\n" * (MOST_PROBLEMS + 6)
    problems = import_file(database, Kind.BRANDS, io.StringIO(text)).problems
    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1] == Problem(0, "", Code.MORE_PROBLEMS, "5")
    assert problems[-1].message == "there are 5 problems more"


def test_every_code_has_a_message() -> None:
    assert [code for code in Code if not Problem(1, "", code, "x").message] == []
    assert set(MEANINGS) == set(Code)


def test_one_bad_row_among_good_ones_stops_them_all(database: Database) -> None:
    found = problems_of(database, Kind.AGENTS, AGENT, SHOP | {"ruc": "20000000000"})
    assert found == (Problem(3, "ruc", Code.BAD_RUC, "20000000000"),)


@pytest.mark.parametrize("kind", Kind)
def test_a_dry_run_reports_the_same_and_writes_nothing(register: Database, kind: Kind) -> None:
    changed = GOOD[kind] | {"register_number": "900077-070-150119"} if kind is Kind.AGENTS else GOOD[kind]
    before = everything(register)
    dry = import_file(register, kind, sheet(changed), dry_run=True)
    assert everything(register) == before
    assert import_file(register, kind, sheet(changed)) == dry == Report(1, 1, 0, 0)


def test_a_dry_run_finds_the_same_problems(database: Database) -> None:
    report = import_file(database, Kind.BRANDS, sheet(BRAND), dry_run=True)
    assert [one.code for one in report.problems] == [Code.UNKNOWN_AGENT]


@pytest.mark.parametrize("kind", Kind)
def test_a_crash_in_the_middle_leaves_nothing(register: Database, kind: Kind) -> None:
    before = everything(register)
    new = GOOD[kind] | {"register_number": "900077-070-150119"} if kind is Kind.AGENTS else GOOD[kind]
    with pytest.raises(StoppedError):
        import_file(register, kind, sheet(new), progress=stop)
    assert everything(register) == before
    assert import_file(register, kind, sheet(new)) == Report(1, 1, 0, 0)


def test_a_crash_between_two_statements_undoes_the_first(register: Database) -> None:
    def stop_at_the_end(done: int, total: int) -> None:
        if done == total:
            raise StoppedError

    before = everything(register)
    new = AGENT | {"register_number": "900077-070-150119"}
    with pytest.raises(StoppedError):
        import_file(register, Kind.AGENTS, sheet(new, SHOP | {"standing": "CANCELADO"}), progress=stop_at_the_end)
    assert everything(register) == before


def test_the_progress_ends_with_every_row(register: Database) -> None:
    told: list[tuple[int, int]] = []
    new = AGENT | {"register_number": "900077-070-150119"}
    rows = sheet(AGENT, SHOP | {"standing": "CANCELADO"}, new)
    import_file(register, Kind.AGENTS, rows, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.slow
def test_forty_thousand_agents_are_imported_in_seconds(database: Database) -> None:
    def many(standing: str) -> io.StringIO:
        first_ten = [f"20{90_000_000 + number:08d}" for number in range(40_000)]
        return sheet(
            *(
                AGENT
                | {
                    "register_number": f"{100_000 + number}-050-010120",
                    "ruc": f"{ten}{ruc.check_digit(ten)}",
                    "standing": standing,
                }
                for number, ten in enumerate(first_ten)
            )
        )

    new, changed, again = many("HABIL"), many("SUSPENDIDO"), many("SUSPENDIDO")
    start = time.monotonic()
    assert import_file(database, Kind.AGENTS, new) == Report(40_000, 40_000, 0, 0)
    assert import_file(database, Kind.AGENTS, changed) == Report(40_000, 0, 40_000, 0)
    assert import_file(database, Kind.AGENTS, again) == Report(40_000, 0, 0, 40_000)
    assert time.monotonic() - start < 120
