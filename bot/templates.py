"""The words of the approved templates: what WhatsApp lets through when a person has not written for 24 hours.

Each says shortly what a notice or a reminder says at length. WhatsApp approves them one by one, so a change here is a
new template that waits for approval again. Its rules (tests hold them): a text neither begins nor ends with a place to
fill, no two places touch, and there are at least twice as many words and one more as places.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot import texts
from bot.messages import COMMAND_MARK, Template
from bot.signs import is_visible, sentence
from core.order import Order

LONGEST_VALUE, LONGEST_LAST = 120, 240
"""UTF-16 units of what fills a place, and the last one: Twilio takes 255, and a button's command takes 200 in all."""
NOTHING = "-"


@dataclass(frozen=True)
class Said:
    """A template in one language."""

    body: str
    buttons: tuple[tuple[str, str], ...]
    """Their titles and what they say when they are pressed; the same place to fill as in the body is allowed."""


@dataclass(frozen=True)
class Wording:
    """A template in both languages."""

    name: str
    samples: tuple[str, ...]
    """An example of what fills each place, for whoever approves it."""
    said: dict[str, Said]
    """By locale."""


ORDER = ("EMILE CIORAN SRL", "60016454717", "MR. HYDE, 20 × JOYCE GAS 10 kg")
"""The company that is told, the order's code, and the order on one line."""
COUNT = ("EMILE CIORAN SRL", "3", "60016454717, 60016454725, 60016454733")
"""The company or the person, how many, and what they are on one line."""

CLOSE = ({"es_PE": "Cerrar", "en": "Close"}, "cerrar {{2}}")
RECEIVED_ALL = ({"es_PE": "Recibí todo", "en": "I received all"}, "cerrar {{2}} todo")
"""Straight to the summary: from a reminder to closed it is this and the yes."""
DIFFERENCES = ({"es_PE": "Con diferencias", "en": "With differences"}, "cerrar {{2}} diferencias")
LATER = ({"es_PE": "Más tarde", "en": "Later"}, "posponer {{2}}")
NOT_ARRIVED = ({"es_PE": "No llegó", "en": "It did not arrive"}, "cerrar {{2}} nada")
CLOSE_ALL = ({"es_PE": "Cerrar todo", "en": "Close all"}, "cerrar todo")
SELL = ({"es_PE": "Vender", "en": "Sell"}, "vender {{2}}")
ATTEND = ({"es_PE": "Atender", "en": "Attend"}, "atender {{2}}")
REJECT = ({"es_PE": "Rechazar", "en": "Reject"}, "rechazar {{2}}")
DETAIL = ({"es_PE": "Ver detalle", "en": "See detail"}, "detalle {{2}}")
PENDING = ({"es_PE": "Ver pendientes", "en": "See pending"}, "pendientes")
PAPERS = ({"es_PE": "Mis papeles", "en": "My papers"}, "papeles")
MENU = ({"es_PE": "Menú", "en": "Menu"}, "menu")

Press = tuple[dict[str, str], str]


def _wording(name: str, samples: tuple[str, ...], es: str, en: str, *buttons: Press) -> Wording:
    said = {
        locale: Said(body, tuple((title[locale], COMMAND_MARK + command) for title, command in buttons))
        for locale, body in (("es_PE", es), ("en", en))
    }
    return Wording(name, samples, said)


NOTICES = (
    _wording(
        "requested",
        ORDER,
        "Aviso para {{1}}: hay una orden nueva por atender, la {{2}}. Detalle: {{3}}. Atiéndala desde este chat.",
        "Notice for {{1}}: there is a new order to attend, {{2}}. Detail: {{3}}. You can attend it from here.",
        ATTEND,
        DETAIL,
    ),
    _wording(
        "annulled",
        ORDER,
        "Aviso para {{1}}: el comprador anuló la orden {{2}}. Detalle: {{3}}. Ya no hay nada que hacer con ella.",
        "Notice for {{1}}: the buyer annulled order {{2}}. Detail: {{3}}. There is nothing left to do with it.",
        DETAIL,
    ),
    _wording(
        "accepted",
        ORDER,
        "Aviso para {{1}}: el vendedor aceptó su orden {{2}}. Detalle: {{3}}. Todavía no está vendida: no descargue.",
        "Notice for {{1}}: the seller accepted your order {{2}}. Detail: {{3}}. It is not sold yet: do not unload.",
        DETAIL,
    ),
    _wording(
        "accepted_less",
        ORDER,
        "Aviso para {{1}}: el vendedor aceptó MENOS de lo que usted pidió en la orden {{2}}. Detalle: {{3}}. "
        "Todavía no está vendida: no descargue.",
        "Notice for {{1}}: the seller accepted LESS than you asked for in order {{2}}. Detail: {{3}}. "
        "It is not sold yet: do not unload.",
        DETAIL,
    ),
    _wording(
        "sold",
        ORDER,
        "Aviso para {{1}}: su orden {{2}} está vendida. Detalle: {{3}}. Ciérrela el mismo día en que llegue.",
        "Notice for {{1}}: your order {{2}} is sold. Detail: {{3}}. Close it the same day, when it arrives.",
        CLOSE,
        DETAIL,
    ),
    _wording(
        "sold_less",
        ORDER,
        "Aviso para {{1}}: su orden {{2}} está vendida, con MENOS de lo que usted pidió. Detalle: {{3}}. "
        "Ciérrela el mismo día en que llegue.",
        "Notice for {{1}}: your order {{2}} is sold, with LESS than you asked for. Detail: {{3}}. "
        "Close it the same day, when it arrives.",
        CLOSE,
        DETAIL,
    ),
    _wording(
        "closed",
        ORDER,
        "Aviso para {{1}}: el comprador cerró la orden {{2}}. Detalle: {{3}}. No queda nada pendiente en ella.",
        "Notice for {{1}}: the buyer closed order {{2}}. Detail: {{3}}. Nothing is left to do with it.",
        DETAIL,
    ),
    _wording(
        "closed_differences",
        ORDER,
        "Aviso para {{1}}: el comprador cerró la orden {{2}} CON DIFERENCIAS. Detalle: {{3}}. "
        "Revise las cantidades en el detalle.",
        "Notice for {{1}}: the buyer closed order {{2}} WITH DIFFERENCES. Detail: {{3}}. "
        "Please look at the quantities in the detail.",
        DETAIL,
    ),
    _wording(
        "rejected_by_buyer",
        ORDER,
        "Aviso para {{1}}: el comprador rechazó la orden {{2}}. Detalle: {{3}}. Su código ya no sirve.",
        "Notice for {{1}}: the buyer rejected order {{2}}. Detail: {{3}}. Its code can no longer be used.",
        DETAIL,
    ),
    _wording(
        "rejected_by_seller",
        ORDER,
        "Aviso para {{1}}: el vendedor rechazó su orden {{2}}. Detalle: {{3}}. Su código ya no sirve: no descargue.",
        "Notice for {{1}}: the seller rejected your order {{2}}. Detail: {{3}}. Its code can no longer be used.",
        DETAIL,
    ),
    _wording(
        "arrived",
        ORDER,
        "Aviso para {{1}}: el producto de la orden {{2}} llegó. Detalle: {{3}}. Falta que el comprador la cierre.",
        "Notice for {{1}}: the product of order {{2}} arrived. Detail: {{3}}. The buyer still has to close it.",
        DETAIL,
    ),
    _wording(
        "arrived_buyer",
        ORDER,
        "Aviso para {{1}}: el producto de su orden {{2}} llegó. Detalle: {{3}}. Cierre la orden ahora.",
        "Notice for {{1}}: the product of your order {{2}} arrived. Detail: {{3}}. Please close the order now.",
        CLOSE,
        DETAIL,
    ),
    _wording(
        "arrived_unsold",
        ORDER,
        "Aviso para {{1}}: el producto de la orden {{2}} llegó y la orden NO ESTÁ VENDIDA. Detalle: {{3}}. "
        "Nadie puede descargar: el vendedor debe venderla antes.",
        "Notice for {{1}}: the product of order {{2}} arrived and the order is NOT SOLD. Detail: {{3}}. "
        "Nobody may unload: the seller has to sell it first.",
        DETAIL,
        PENDING,
    ),
    _wording(
        "done_by_driver",
        ORDER,
        "Aviso para {{1}}: su chofer registró un movimiento de la orden {{2}}. Detalle: {{3}}. Revíselo en este chat.",
        "Notice for {{1}}: your driver registered a movement of order {{2}}. Detail: {{3}}. You can look at it here.",
        DETAIL,
    ),
    _wording(
        "unreachable",
        ("Chofer de MR. HYDE", "WhatsApp"),
        "Aviso: {{1}} ya no recibe mensajes por {{2}}. Esa persona debe escribir una vez a este servicio desde allí.",
        "Notice: {{1}} gets no messages on {{2}} any more. That person must write to this service once from there.",
        MENU,
    ),
)

REMINDERS = (
    _wording(
        "close_now",
        ORDER,
        "Recordatorio para {{1}}: la orden {{2}} está vendida y falta cerrarla. Detalle: {{3}}. "
        "Si el producto ya llegó, ciérrela ahora.",
        "Reminder for {{1}}: order {{2}} is sold and still has to be closed. Detail: {{3}}. "
        "If the product has arrived, please close it now.",
        RECEIVED_ALL,
        DIFFERENCES,
        LATER,
    ),
    _wording(
        "close_today",
        ORDER,
        "Recordatorio para {{1}}: la orden {{2}} sigue por cerrar y debe cerrarse hoy. Detalle: {{3}}. "
        "Si el producto ya llegó, ciérrela ahora.",
        "Reminder for {{1}}: order {{2}} is still open and has to be closed today. Detail: {{3}}. "
        "If the product has arrived, please close it now.",
        RECEIVED_ALL,
        DIFFERENCES,
        LATER,
    ),
    _wording(
        "close_last",
        ORDER,
        "Último recordatorio de hoy para {{1}}: la orden {{2}} sigue por cerrar y el día termina a medianoche. "
        "Detalle: {{3}}. Si el producto ya llegó, ciérrela ahora.",
        "Last reminder of today for {{1}}: order {{2}} is still open and the day ends at midnight. "
        "Detail: {{3}}. If the product has arrived, please close it now.",
        RECEIVED_ALL,
        DIFFERENCES,
        NOT_ARRIVED,
    ),
    _wording(
        "overdue",
        ORDER,
        "Aviso para {{1}}: la orden {{2}} no se cerró en su día. Detalle: {{3}}. Ciérrela lo antes posible.",
        "Notice for {{1}}: order {{2}} was not closed on its day. Detail: {{3}}. Please close it as soon as possible.",
        RECEIVED_ALL,
        DIFFERENCES,
        NOT_ARRIVED,
    ),
    _wording(
        "sell_today",
        ORDER,
        "Recordatorio para {{1}}: la orden {{2}} está aceptada y todavía no está vendida. Detalle: {{3}}. "
        "Véndala antes de que se descargue el producto.",
        "Reminder for {{1}}: order {{2}} is accepted and not sold yet. Detail: {{3}}. "
        "Please sell it before the product is unloaded.",
        SELL,
        DETAIL,
    ),
    _wording(
        "answer",
        ORDER,
        "Recordatorio para {{1}}: la orden {{2}} espera su respuesta. Detalle: {{3}}. Atiéndala o rechácela aquí.",
        "Reminder for {{1}}: order {{2}} waits for your answer. Detail: {{3}}. Please attend or reject it here.",
        ATTEND,
        REJECT,
    ),
    _wording(
        "digest",
        COUNT,
        "Recordatorio para {{1}}: órdenes por cerrar hoy: {{2}}. Son estas: {{3}}. Revíselas desde este chat.",
        "Reminder for {{1}}: orders to close today: {{2}}. They are: {{3}}. You can look at them from here.",
        CLOSE_ALL,
        PENDING,
    ),
    _wording(
        "morning",
        COUNT,
        "Buenos días. Pendientes de {{1}} para hoy: {{2}}. Son estos: {{3}}. Revíselos desde este chat.",
        "Good morning. Waiting for {{1}} today: {{2}}. They are: {{3}}. You can look at them from here.",
        CLOSE_ALL,
        PENDING,
    ),
    _wording(
        "weekly",
        COUNT,
        "Resumen de la semana de {{1}}: órdenes cerradas: {{2}}. Detalle: {{3}}. Revise lo pendiente desde este chat.",
        "Summary of the week of {{1}}: orders closed: {{2}}. Detail: {{3}}. You can look at what is pending here.",
        PENDING,
    ),
    _wording(
        "papers",
        ("EMILE CIORAN SRL", "2", "Póliza RC-0003, 30/11/2026; Certificado CC-0001, 05/12/2026"),
        "Aviso de la semana para {{1}}: papeles que vencen en 30 días o menos: {{2}}. Son estos: {{3}}. "
        "Renuévelos antes de ese día.",
        "Notice of the week for {{1}}: papers that end within 30 days: {{2}}. They are: {{3}}. "
        "Please renew them before that day.",
        PAPERS,
        MENU,
    ),
)

BY_NAME = {wording.name: wording for wording in (*NOTICES, *REMINDERS)}


def about_order(name: str, company: str, order: Order, *facts: str) -> Template:
    """Return what fills a template about one order: who is told, its code, and what it is on one line, with facts."""
    other = order.seller if company == order.buyer else order.buyer
    lines = ", ".join(line.removeprefix("• ") for line in texts.lines_of(order.lines).splitlines())
    summary = "; ".join(fact for fact in (other, lines, *facts) if fact)
    return filled(name, company, order.code, summary)


def about_several(name: str, who: str, count: int, summary: str) -> Template:
    """Return what fills a template about several orders: who is told, how many, and which they are on one line."""
    return filled(name, who, str(count), summary)


def filled(name: str, *values: str) -> Template:
    """Return a template with its places filled: as many as it has, each one line, never empty and never too long."""
    places = len(BY_NAME[name].samples)
    given = [*values, *("" for _place in range(places))][:places]
    *before, last = given
    return Template(name, (*(fitting(value, LONGEST_VALUE) for value in before), fitting(last)))


def fitting(value: str, most: int = LONGEST_LAST) -> str:
    """Return what may fill a place: WhatsApp takes no line breaks and no runs of spaces there, Twilio nothing empty."""
    line = sentence(value, most)
    return line if is_visible(line) else NOTHING
