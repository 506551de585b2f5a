"""The columns of each kind of file: their names in both languages, how they are read and where they are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table

from core.importing.report import Code, Kind
from core.importing.values import (
    BadValueError,
    as_date,
    as_kilograms,
    as_locale,
    as_phone,
    as_register_number,
    as_ruc,
    as_text,
    as_word_of,
    as_yes_or_no,
)
from core.statements import table_of
from core.tables import AgentRow, BrandRow, CertificateRow, MembershipRow, PersonRow
from core.terms import Activity, Role, Standing

NEVER_BLANK: Final = object()
agents = table_of(AgentRow)
people = table_of(PersonRow)
memberships = table_of(MembershipRow)
brands = table_of(BrandRow)
certificates = table_of(CertificateRow)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    english: str
    spanish: str
    table: Table
    field: str
    """The column of the table that keeps it."""
    read: Callable[[str], object]
    blank: object = NEVER_BLANK
    """What an empty cell means, when it may be empty."""
    may_be_absent: bool = False
    names_agent: bool = False
    """Whether the file has an agent's register number where the table has its id."""

    def value_of(self, written: str) -> object:
        """Return what the tidy text of a cell means, or raise BadValueError."""
        if not written:
            if self.blank is NEVER_BLANK:
                raise BadValueError(Code.EMPTY_VALUE)
            return self.blank
        if not written.isprintable():
            raise BadValueError(Code.UNPRINTABLE)
        value = self.read(written)
        longest = getattr(self.table.c[self.field].type, "length", None)
        if longest is not None and isinstance(value, str) and len(value) > longest:
            raise BadValueError(Code.TOO_LONG)
        return value


@dataclass(frozen=True, slots=True)
class Layout:
    """What a kind of file looks like."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The fields by which a row is known; no two rows of a file have the same."""

    def defaults(self, table: Table) -> dict[str, Any]:
        """Return what a new row of the table has where the file leaves the column out."""
        return {column.field: column.blank for column in self.columns if column.may_be_absent and column.table is table}


def _agent_in(table: Table, field: str, english: str, spanish: str) -> Column:
    return Column(english, spanish, table, field, as_register_number, names_agent=True)


def _validity(table: Table) -> tuple[Column, Column]:
    return (
        Column("valid_from", "vigente_desde", table, "valid_from", as_date),
        Column("valid_to", "vigente_hasta", table, "valid_to", as_date, blank=None),
    )


LAYOUTS = {
    Kind.AGENTS: Layout(
        columns=(
            Column("register_number", "registro", agents, "register_number", as_register_number),
            Column("ruc", "ruc", agents, "ruc", as_ruc),
            Column("name", "razon_social", agents, "name", as_text),
            Column("activity", "actividad", agents, "activity", as_word_of(Activity, Code.UNKNOWN_ACTIVITY)),
            Column("place", "ubicacion", agents, "place", as_text, blank="", may_be_absent=True),
            Column("address", "direccion", agents, "address", as_text, blank="", may_be_absent=True),
            *_validity(agents),
            Column("standing", "estado", agents, "standing", as_word_of(Standing, Code.UNKNOWN_STANDING)),
            Column("capacity_kg", "capacidad_kg", agents, "capacity", as_kilograms, blank=None, may_be_absent=True),
        ),
        key=("register_number",),
    ),
    Kind.PEOPLE: Layout(
        columns=(
            Column("name", "nombre", people, "name", as_text),
            Column("phone", "telefono", people, "phone", as_phone),
            _agent_in(memberships, "agent_id", "register_number", "registro"),
            Column("role", "rol", memberships, "role", as_word_of(Role, Code.UNKNOWN_ROLE)),
            Column("locale", "idioma", people, "locale", as_locale, blank="es_PE", may_be_absent=True),
            Column(
                "may_close", "puede_cerrar", memberships, "may_close", as_yes_or_no, blank=False, may_be_absent=True
            ),
        ),
        key=("phone", "agent_id"),
    ),
    Kind.BRANDS: Layout(
        columns=(
            Column("name", "nombre", brands, "name", as_text),
            Column(
                "packer_register_number",
                "registro_envasadora",
                brands,
                "packer_id",
                as_register_number,
                blank=None,
                may_be_absent=True,
                names_agent=True,
            ),
        ),
        key=("name",),
    ),
    Kind.CERTIFICATES: Layout(
        columns=(
            Column("number", "numero", certificates, "number", as_text),
            _agent_in(certificates, "shop_id", "shop_register_number", "registro_local"),
            _agent_in(certificates, "packer_id", "packer_register_number", "registro_envasadora"),
            *_validity(certificates),
        ),
        key=("number",),
    ),
}
