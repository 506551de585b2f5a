"""The glossary: English names in the code, the official Spanish words as stored values."""

from enum import StrEnum


class Status(StrEnum):
    """Where an order is (SCOP manual for distribuidores en cilindros, sections 1, 5 and 6)."""

    REQUESTED = "SOLICITADO"
    ANNULLED = "ANULADO"
    ACCEPTED = "ACEPTADO"
    TO_CLOSE = "POR CERRAR"
    CLOSED = "CERRADO"
    REJECTED = "RECHAZADO"

    @property
    def is_open(self) -> bool:
        """Say whether the order still holds the buyer's purchase capacity."""
        return self in OPEN


OPEN = frozenset({Status.REQUESTED, Status.ACCEPTED, Status.TO_CLOSE})
COUNTED = frozenset({Status.TO_CLOSE, Status.CLOSED})
"""What counts of a month is what was sold, and not rejected afterwards."""


class Movement(StrEnum):
    """What the journal records. A sale (VENDIDO) leaves the order POR CERRAR (manual, section 6)."""

    REQUESTED = "SOLICITADO"
    ANNULLED = "ANULADO"
    ACCEPTED = "ACEPTADO"
    SOLD = "VENDIDO"
    CLOSED = "CERRADO"
    REJECTED = "RECHAZADO"
    ARRIVED = "LLEGADA"
    """Not a movement of the SCOP: somebody says that the product is at its destination. The status stays."""
    SNOOZED = "POSPUESTO"
    """Not a movement of the SCOP: the buyer wants to be reminded of the close later today. The status stays."""


class LineStatus(StrEnum):
    """Where one line of an order is."""

    REQUESTED = "SOLICITADA"
    ACCEPTED = "ACEPTADA"
    SOLD = "VENDIDA"
    RECEIVED = "RECIBIDA"
    REJECTED = "RECHAZADA"


class Party(StrEnum):
    """The side of an order that an agent is on."""

    BUYER = "COMPRADOR"
    SELLER = "VENDEDOR"


class Role(StrEnum):
    """What a person may do for an agent."""

    OWNER = "TITULAR"
    OPERATOR = "OPERADOR"
    DRIVER = "CHOFER"


class Standing(StrEnum):
    """The state of an entry in the Registro de Hidrocarburos."""

    VALID = "HABIL"
    SUSPENDED = "SUSPENDIDO"
    CANCELLED = "CANCELADO"


class Unit(StrEnum):
    """How a line is counted."""

    PIECES = "UND"
    GALLONS = "GAL"
    KILOGRAMS = "KG"


class Trade(StrEnum):
    """The three kinds of trade; each has its own prefix of authorization codes and rows in the trade matrix."""

    CYLINDERS = "GLP-E"
    BULK = "GLP-G"
    LIQUIDS = "LIQUIDO"

    @property
    def unit(self) -> Unit:
        """Return how capacity for it is counted: kilograms of cylinders, gallons in tanks. Nothing is converted."""
        return Unit.KILOGRAMS if self is Trade.CYLINDERS else Unit.GALLONS

    @property
    def by_truck(self) -> bool:
        """Say whether it goes in a tank truck, with guía, factura and plate (DS 01-94-EM art. 26)."""
        return self is not Trade.CYLINDERS


class Document(StrEnum):
    """The paper that goes with a sale (manual, section 6: guía de remisión or factura)."""

    WAYBILL = "GUIA"
    INVOICE = "FACTURA"


class Currency(StrEnum):
    """In what a policy says its cover."""

    TAX_UNITS = "UIT"
    SOLES = "PEN"


class Activity(StrEnum):
    """What an agent is registered to do (DS 01-94-EM arts. 2-11; RCD 025-2021-OS/CD art. 2)."""

    PRODUCTION_PLANT = "PLANTA DE PRODUCCION"
    IMPORTER = "IMPORTADOR"
    LPG_SUPPLY_PLANT = "PLANTA DE ABASTECIMIENTO GLP"
    FUEL_SUPPLY_PLANT = "PLANTA DE ABASTECIMIENTO CL"
    AIRPORT_SUPPLY_PLANT = "PLANTA DE ABASTECIMIENTO EN AEROPUERTO"
    TERMINAL = "TERMINAL"
    BOTTLING_PLANT = "PLANTA ENVASADORA"
    BULK_DISTRIBUTOR = "DISTRIBUIDOR A GRANEL"
    CYLINDER_DISTRIBUTOR = "DISTRIBUIDOR EN CILINDROS"
    RETAIL_SHOP = "LOCAL DE VENTA"
    STATION = "ESTACION DE SERVICIO"
    STATION_WITH_LPG = "ESTACION DE SERVICIO CON GASOCENTRO"
    LPG_STATION = "GASOCENTRO"
    RURAL_STATION = "GRIFO RURAL"
    FLOATING_STATION = "GRIFO FLOTANTE"
    LPG_CONSUMER = "CONSUMIDOR DIRECTO DE GLP"
    LPG_NETWORK = "RED DE DISTRIBUCION DE GLP"
    FUEL_CONSUMER = "CONSUMIDOR DIRECTO DE COMBUSTIBLES"
    WHOLESALER = "DISTRIBUIDOR MAYORISTA"
    RETAILER = "DISTRIBUIDOR MINORISTA"
    AVIATION_TRADER = "COMERCIALIZADOR DE AVIACION"
    MARINE_TRADER = "COMERCIALIZADOR DE EMBARCACIONES"
    CARRIER = "MEDIO DE TRANSPORTE"
    EXCHANGE_CENTRE = "CENTRO DE CANJE"
