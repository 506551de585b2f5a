"""How each thing is done, in two sentences: what is answered to whoever asks how, beside the button that begins it."""

from __future__ import annotations

from bot.i18n import N_, _

HOW = {
    "accept": N_(
        "To attend a request: choose the order, say how much of it you serve, and confirm. "
        "Also like this: “acepto 15 de la 717”."
    ),
    "annul": N_(
        "To annul: choose an order that nobody has attended yet, and confirm. Also like this: “anula la 717”. "
        "Its code can never be used again."
    ),
    "arrive": N_("When the product is there, write “llegó” and confirm: whoever has to close or to sell is told."),
    "can": N_("Write “papeles”: I tell you whether you can buy and sell today, and with whom."),
    "close": N_(
        "To close: choose the order, say what arrived, and confirm; on the same day on which it arrives. "
        "Also like this: “llegó todo”, or “llegaron 18 de los 20”."
    ),
    "close_all": N_(
        "Write “cerrar todo”: I show every order that waits for you, and with one yes all of them are closed."
    ),
    "contacts": N_("Write “contactos” and I give you telephone and mail of the SCOP control centre."),
    "detail": N_("Write “detalle” and the code: I show what was requested, accepted, sold and received of each line."),
    "help_": N_("Write “ayuda” and I tell you what can be done here."),
    "history": N_("Write “movimientos” and the code: I show who did what with the order, and when."),
    "join": N_("To join, write “alta” and the invitation code that the owner of your company gives you."),
    "language": N_("Write “idioma” and choose Spanish or English."),
    "later": N_("Write “posponer” and choose the time at which I shall remind you of the order."),
    "menu": N_("Write “menú” and choose by number."),
    "pending": N_("Write “pendientes”: I list what waits for you, what is urgent first."),
    "receipt": N_("Write “constancia” and the code: I give you a signed receipt that anybody can check."),
    "reject": N_("To reject: choose the order, say why, and confirm. It is final. Also like this: “rechaza la 717”."),
    "reminders": N_("Write “avisos” to turn the summaries of the morning and of Mondays on or off."),
    "repeat": N_("Write “repetir”: I show your last order again, and with one yes it is requested."),
    "report": N_(
        "The owner writes “reporte” and the days: I give the orders as an Excel or CSV file, with their delays. "
        "All at once works too: “reporte mes pasado excel”."
    ),
    "request": N_(
        "To request: say from whom, which cylinders and how many, and confirm. "
        "All at once works too: “20 de 10 kg joyce a hyde”."
    ),
    "risk": N_("Write “riesgo”: I estimate what closing late could cost."),
    "search": N_("Write “buscar” and a day, like “buscar ayer” or “buscar 18/11 al 20/11”."),
    "sell": N_(
        "To sell: choose an accepted order, type the guía or factura, and confirm. "
        "Also like this: “vende la 717 con guía T001-123”."
    ),
    "status": N_("Write the eleven digits of the code, or its last ones: “la que termina en 717”."),
    "team": N_("The owner writes “equipo” to invite or remove people and to let drivers close."),
}
"""By the name of the conversation."""


def how(name: str) -> str:
    """Return how the conversation of that name is held, in the person's language; empty for one that is not known."""
    return _(HOW[name]) if name in HOW else ""
