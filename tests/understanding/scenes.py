"""Who writes, and into what: the scenes that the headings of the corpus name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.understanding import Acting, GivenContext, LineSeen, Notice, OpenQuestion, OrderSeen

TODAY = date(2026, 11, 18)
"""A Wednesday."""
BRANDS = (("brand 1", "JOYCE GAS"), ("brand 2", "PROUST GAS"))
PLANT, HYDE, EMILE = "CHARLES BUKOWSKY SRL - PTA CALLAO", "MR. HYDE", "EMILE CIORAN SRL"
SELLERS = (("seller 1", PLANT), ("seller 2", HYDE))
AS_BUYER = {
    "SOLICITADO": {"annul"},
    "ACEPTADO": set(),
    "POR CERRAR": {"close", "reject"},
}
AS_SELLER = {"SOLICITADO": {"accept", "reject"}, "ACEPTADO": {"sell", "reject"}, "POR CERRAR": {"reject"}}


def line(position: int, brand: str, size: str, quantity: int) -> LineSeen:
    return LineSeen(position, brand, size, Decimal(quantity))


def order(code: str, counterpart: str, status: str, can: set[str], *lines: LineSeen) -> OrderSeen:
    return OrderSeen(code, counterpart, status, frozenset(can | {"arrive"}), lines)


def bought(code: str, seller: str, status: str, *lines: LineSeen) -> OrderSeen:
    return order(code, seller, status, AS_BUYER[status], *lines)


def sold(code: str, buyer: str, status: str, *lines: LineSeen) -> OrderSeen:
    return order(code, buyer, status, AS_SELLER[status], *lines)


J10, P45 = ("JOYCE GAS", "10 kg"), ("PROUST GAS", "45 kg")
TWO_LINES = bought("60016454717", HYDE, "POR CERRAR", line(1, *J10, 20), line(2, *P45, 5))
ONE_LINE = bought("60016454717", HYDE, "POR CERRAR", line(1, *J10, 20))
WAITING = bought("60016494329", HYDE, "SOLICITADO", line(1, *J10, 30))
OTHER = bought("60016477717", PLANT, "POR CERRAR", line(1, "PROUST GAS", "10 kg", 40))
OF_DISTRIBUTOR = (
    bought("60016461008", PLANT, "POR CERRAR", line(1, *J10, 100)),
    sold("60016494329", EMILE, "SOLICITADO", line(1, *J10, 30)),
    sold("60016455123", EMILE, "ACEPTADO", line(1, *J10, 20), line(2, *P45, 5)),
    sold("60016454717", EMILE, "POR CERRAR", line(1, *J10, 20)),
)
OF_DRIVER = tuple(replace(one, can=frozenset({"arrive"})) for one in OF_DISTRIBUTOR)

_SHOP = GivenContext(TODAY, agents=(Acting(3, EMILE, buys=True),), brands=BRANDS, sellers=SELLERS)
_DISTRIBUTOR = GivenContext(
    TODAY,
    agents=(Acting(2, HYDE, buys=True, sells=True),),
    brands=BRANDS,
    sellers=(("seller 1", PLANT),),
    orders=OF_DISTRIBUTOR,
)
PEOPLE = {
    "shop": replace(_SHOP, orders=(TWO_LINES, WAITING)),
    "shop1": replace(_SHOP, orders=(ONE_LINE, WAITING)),
    "shop2": replace(_SHOP, orders=(ONE_LINE, OTHER, WAITING)),
    "dist": _DISTRIBUTOR,
    "driver": replace(_DISTRIBUTOR, agents=(Acting(2, HYDE),), orders=OF_DRIVER, sellers=()),
}
TAKEN = {
    "close": {"order": "60016454717"},
    "accept": {"order": "60016494329"},
    "sell": {"order": "60016455123"},
    "reject": {"order": "60016494329"},
    "request": {"seller": "seller 2", "brand 1": "brand 1", "size 1": "10 kg", "quantity 1": "20", "more 1": "no"},
}
BEFORE_CONFIRM = {
    "close": {"what": "all"},
    "accept": {"what": "all", "when": "later"},
    "sell": {"document": "001-445", "kind": "GUIA"},
}
OPTIONS = {
    ("close", "what"): (("all", "Recibí todo"), ("some", "Con diferencias"), ("nothing", "No llegó nada")),
    ("accept", "what"): (("all", "Aceptar todo"), ("change", "Cambiar cantidades"), ("reject", "Rechazar")),
    ("accept", "when"): (("now", "Vender ahora"), ("later", "Solo aceptar")),
    ("sell", "kind"): (("GUIA", "Guía de remisión"), ("FACTURA", "Factura")),
    ("reject", "reason"): (("stock", "Sin stock"), ("truck", "Sin camión"), ("mistake", "Pedido equivocado")),
    ("request", "brand"): BRANDS,
    ("request", "seller"): SELLERS,
    ("request", "size"): tuple((size, size) for size in ("10 kg", "45 kg", "3 kg", "15 kg", "5 kg", "24 lb", "100 lb")),
    ("request", "more"): (("no", "No, es todo"), ("more", "Agregar otro")),
    ("search", "days"): (("hoy", "Hoy"), ("ayer", "Ayer")),
    ("team", "what"): (("invite", "Invitar a alguien"), ("remove", "Quitar a alguien"), ("done", "Listo")),
    ("team", "role"): (("OPERADOR", "Operador"), ("CHOFER", "Chofer"), ("TITULAR", "Titular")),
    ("language", "locale"): (("es_PE", "Español"), ("en", "English")),
    ("close", "order"): (("60016454717", "60016454717 MR. HYDE"), ("60016477717", f"60016477717 {PLANT}")),
}
CONFIRM = (("yes", "Sí"), ("change", "Cambiar"), ("no", "No, dejarlo"))


def scene(heading: str) -> GivenContext:
    """Return the context of a heading: "shop1 idle", "shop2 reminder", "dist notice", "shop1 close received 1"."""
    who, _space, where = heading.partition(" ")
    language = "en" if who.endswith("-en") else "es_PE"
    context = replace(PEOPLE[who.removesuffix("-en")], language=language)
    if where == "idle":
        return context
    if where == "reminder":
        to_close = tuple(one.code for one in context.orders if "close" in one.can)
        return replace(context, notice=Notice(to_close, "close"))
    if where == "notice":
        return replace(context, notice=Notice(("60016494329",), "accept"))
    conversation, _space, key = where.partition(" ")
    return replace(context, open=_question(conversation, key))


def _question(conversation: str, key: str) -> OpenQuestion:
    answers = {} if key == "order" else dict(TAKEN.get(conversation, {}))
    if key.startswith("confirm"):
        answers |= BEFORE_CONFIRM.get(conversation, {})
        key = "confirm 1" if conversation == "request" else "confirm"
        return OpenQuestion(conversation, key, CONFIRM, answers)
    if conversation == "request" and not key.startswith("more"):
        name = key.split()[0]
        asked_before = ("seller", "brand", "size", "quantity")
        kept = asked_before[: asked_before.index(name)] if name in asked_before else asked_before
        answers = {known: value for known, value in answers.items() if known.split()[0] in kept}
    answers.pop(key, None)
    options = OPTIONS.get((conversation, key.split()[0]), ())
    return OpenQuestion(conversation, key, options, answers)
