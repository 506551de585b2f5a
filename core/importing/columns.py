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
    as_locale,
    as_phone,
    as_plate,
    as_quantity,
    as_register_number,
    as_ruc,
    as_text,
    as_word_of,
    as_yes_or_no,
)
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
from core.terms import Activity, Currency, Role, Standing, Trade

NEVER_BLANK: Final = object()
agents = table_of(AgentRow)
people = table_of(PersonRow)
memberships = table_of(MembershipRow)
brands = table_of(BrandRow)
certificates = table_of(CertificateRow)
vehicles = table_of(VehicleRow)
policies = table_of(PolicyRow)
lent_tanks = table_of(LentTankRow)
trade_rules = table_of(TradeRuleRow)


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
            *(
                Column(english, spanish, agents, field, as_quantity, blank=None, may_be_absent=True)
                for english, spanish, field in (
                    ("capacity_kg", "capacidad_kg", "capacity"),
                    ("capacity_gal", "capacidad_gal", "capacity_bulk"),
                    ("capacity_liquids_gal", "capacidad_liquidos_gal", "capacity_liquids"),
                )
            ),
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
    Kind.VEHICLES: Layout(
        columns=(
            Column("plate", "placa", vehicles, "plate", as_plate),
            Column("register_number", "registro", vehicles, "register_number", as_register_number),
            _agent_in(vehicles, "agent_id", "holder_register_number", "registro_titular"),
            Column("trade", "producto", vehicles, "trade", as_word_of(Trade, Code.UNKNOWN_TRADE)),
            Column("capacity", "capacidad", vehicles, "capacity", as_quantity),
            *_validity(vehicles),
            Column("standing", "estado", vehicles, "standing", as_word_of(Standing, Code.UNKNOWN_STANDING)),
        ),
        key=("plate", "register_number"),
    ),
    Kind.POLICIES: Layout(
        columns=(
            Column("number", "numero", policies, "number", as_text),
            Column("insurer", "aseguradora", policies, "insurer", as_text, blank="", may_be_absent=True),
            _agent_in(policies, "agent_id", "register_number", "registro"),
            Column("plate", "placa", policies, "plate", as_plate, blank="", may_be_absent=True),
            Column("cover", "monto", policies, "cover", as_quantity),
            Column("currency", "moneda", policies, "currency", as_word_of(Currency, Code.UNKNOWN_CURRENCY)),
            *_validity(policies),
        ),
        key=("number", "valid_from"),
    ),
    Kind.LENT_TANKS: Layout(
        columns=(
            _agent_in(lent_tanks, "site_id", "site_register_number", "registro_establecimiento"),
            _agent_in(lent_tanks, "lender_id", "lender_register_number", "registro_cedente"),
            *_validity(lent_tanks),
        ),
        key=("site_id", "lender_id", "valid_from"),
    ),
    Kind.MATRIX: Layout(
        columns=(
            Column("trade", "producto", trade_rules, "trade", as_word_of(Trade, Code.UNKNOWN_TRADE)),
            Column("buyer", "comprador", trade_rules, "buyer", as_word_of(Activity, Code.UNKNOWN_ACTIVITY)),
            Column("seller", "vendedor", trade_rules, "seller", as_word_of(Activity, Code.UNKNOWN_ACTIVITY)),
            Column("source", "norma", trade_rules, "source", as_text),
            Column("verified", "verificado", trade_rules, "verified", as_yes_or_no, blank=True, may_be_absent=True),
            *_validity(trade_rules),
        ),
        key=("trade", "buyer", "seller", "valid_from"),
    ),
}
