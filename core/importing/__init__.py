"""The import of the register from CSV files: agents, people, brands, and the papers by which the guards decide.

A file is UTF-8 (with or without a byte order mark), separated by commas or by semicolons, and its first row names the
columns, in English or in Spanish, in any order; capitals and accents in the names make no difference. Columns marked *
may be left out: then new rows get the default in brackets and rows that exist keep what they have. A cell may be empty
where a default is given; an empty cell stores the default.

agents (known by their register number)
    register_number / registro · ruc / ruc · name / razon_social · activity / actividad · place* / ubicacion [empty]
    address* / direccion [empty] · valid_from / vigente_desde · valid_to / vigente_hasta [no end] · standing / estado
    capacity_kg* / capacidad_kg [no limit], of cylinders · capacity_gal* / capacidad_gal [no limit], of bulk LPG
    capacity_liquids_gal* / capacidad_liquidos_gal [no limit], of liquid fuels
people (a person known by the phone, a role by person and agent; several rows may give one person several agents)
    name / nombre · phone / telefono · register_number / registro · role / rol · locale* / idioma [es_PE]
    may_close* / puede_cerrar [no]
brands (known by their name)
    name / nombre · packer_register_number* / registro_envasadora [nobody]
certificates (known by their number)
    number / numero · shop_register_number / registro_local · packer_register_number / registro_envasadora
    valid_from / vigente_desde · valid_to / vigente_hasta [no end]
vehicles (register entries of vehicles, known by plate and register number: a plate has a new one with a new holder)
    plate / placa · register_number / registro · holder_register_number / registro_titular
    trade / producto (GLP-E, GLP-G, LIQUIDO) · capacity / capacidad (kilograms of cylinders, else gallons)
    valid_from / vigente_desde · valid_to / vigente_hasta [no end] · standing / estado
policies (pólizas de responsabilidad civil, known by number and first day: a renewal is a new row)
    number / numero · insurer* / aseguradora [empty] · register_number / registro · plate* / placa [the installation]
    cover / monto · currency / moneda (UIT, PEN) · valid_from / vigente_desde · valid_to / vigente_hasta [no end]
lent-tanks (tanques cedidos en uso, known by both agents and the first day)
    site_register_number / registro_establecimiento · lender_register_number / registro_cedente
    valid_from / vigente_desde · valid_to / vigente_hasta [no end]
matrix (who may buy what from whom, known by the three and the first day: an exceptional norm is a row with an end)
    trade / producto · buyer / comprador · seller / vendedor · source / norma · verified* / verificado [yes]
    valid_from / vigente_desde · valid_to / vigente_hasta [no end]

Dates are 2026-03-31 or 31/03/2026. Activities, standings, roles and the like are the official words of `core.terms`.
Quantities have at most three decimals after a point; a comma or a space groups thousands. Yes is si, yes, true or 1,
and no is no, false or 0. A phone without a country code is Peruvian. Empty rows are passed over. Agents are imported
first, because the other files refer to them. Examples are in `samples/`.
"""

from core.importing.importer import import_file
from core.importing.report import Code, Kind, Problem, Report

__all__ = ["Code", "Kind", "Problem", "Report", "import_file"]
