"""Reading what report is wanted: the days, perhaps also which orders and in which form, as it is typed in one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.dialogue import Invalid
from bot.folding import fold
from bot.i18n import _
from bot.questions import YEARS, in_order, written_days
from bot.reports.forms import Form
from bot.understanding.dates import Days, days_in
from core.reports.wanted import Wanted
from core.terms import Party, Status

LONGEST = 366
"""Days that a report may span."""
ALL, LATE, BOUGHT, SOLD, BY_STATE, BY_PARTNER = "all", "late", "bought", "sold", "state", "with"
WHAT = {
    ALL: r"tod[oa]s?(?: (?:las ordenes|los pedidos))?|all",
    LATE: r"(?:solo |con )?(?:atrasos?|atrasad[oa]s?|retrasos?|demoras?|tarde|vencid[oa]s|late|delays?)",
    BOUGHT: r"(?:de )?(?:mis )?(?:compras?|comprad[oa]s|purchases|bought)",
    SOLD: r"(?:de )?(?:mis )?(?:ventas?|vendid[oa]s|sales|sold)",
    BY_STATE: r"por estados?|by state",
    BY_PARTNER: r"por (?:contrapartes?|empresas?|clientes?|proveedor(?:es)?)|by (?:counterpart|company)",
}
STATES = {
    Status.REQUESTED: r"solicitad[oa]s?|requested",
    Status.ANNULLED: r"anulad[oa]s?|annulled",
    Status.ACCEPTED: r"aceptad[oa]s?|accepted",
    Status.TO_CLOSE: r"por cerrar|sin cerrar|to close",
    Status.CLOSED: r"cerrad[oa]s?|closed",
    Status.REJECTED: r"rechazad[oa]s?|rejected",
}
FORMS = {Form.XLSX: r"(?:en |in )?(?:excel|xlsx|xls)", Form.CSV: r"(?:en |in )?csv"}
_SAID = WHAT | {status.value: pattern for status, pattern in STATES.items()}
_SAID = WHAT | {status.value: pattern for status, pattern in STATES.items()}
_OF_YEAR = re.compile(r"(?<=[a-z]) (?=20[0-9]{2}$)")
_PARTNER = re.compile(r"(?<!\w)(?:con|with) (.+)$")


@dataclass(frozen=True)
class Wish:
    """A report as somebody asks for it; what was not said is empty."""

    first: date
    last: date
    what: str = ""
    """One of ALL to BY_PARTNER, or the value of a state."""
    form: Form | None = None
    partner: str = ""
    """A part of the name of who is on the other side."""


def wish(today: date) -> Callable[[str], Wish]:
    """Return a reader of a wish: "mes pasado", "01/10 al 31/10 atrasos csv", "octubre con hyde"."""

    def take(text: str) -> Wish:
        rest, form = _taken(fold(text), {one.value: pattern for one, pattern in FORMS.items()})
        named = _PARTNER.search(rest)
        rest, said = _taken(rest[: named.start()] if named else rest, _SAID)
        first, last = in_order(written_days(rest, today) or _said(rest, today))
        if (last - first).days >= LONGEST:
            raise Invalid(_("Please choose at most one year."))
        return Wish(first, last, said, Form(form) if form else None, named[1].strip() if named else "")

    return take


def what(text: str) -> str:
    """Read which orders: one of ALL to BY_PARTNER, or the value of a state."""
    if text in _SAID:
        return text
    rest, said = _taken(fold(text), _SAID)
    if not said or rest:
        raise Invalid(_("That is not one of the options."))
    return said


def state_in(text: str) -> str | None:
    """Return the state that the text names, or None."""
    return next((status.value for status, pattern in STATES.items() if re.fullmatch(pattern, fold(text))), None)


def spoken(wanted: Wanted, others: tuple[str, ...], form: Form) -> str:
    """Return the command that asks for this report: what a person could have typed."""
    days = f"{wanted.first:%d/%m/%Y} al {wanted.last:%d/%m/%Y}"
    side = {Party.BUYER: "compras", Party.SELLER: "ventas"}
    which = [
        *(["atrasos"] if wanted.late else []),
        *([side[wanted.party]] if wanted.party else []),
        *(status.value.lower() for status in wanted.statuses),
    ]
    return " ".join(["reporte", days, *(which or ["todas"]), *(f"con {name}" for name in others), form.value])


def _taken(text: str, patterns: dict[str, str]) -> tuple[str, str]:
    """Return the text without the first thing that one of the patterns names, and which it was."""
    for name, pattern in patterns.items():
        found = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text)
        if found:
            left = f"{text[: found.start()]} {text[found.end() :]}"
            return " ".join(left.split()), name
    return text, ""


def _said(text: str, today: date) -> tuple[date, date] | None:
    """Return the days that are said in words: esta semana, mes pasado, octubre 2025, del 10 al 12."""
    for said in (text, f"de {_OF_YEAR.sub(' de ', text)}"):
        found = days_in(said, today, coming=False)
        if found:
            return _only(found, said)
    return None


def _only(found: list[Days], said: str) -> tuple[date, date] | None:
    """Return the one period that was found, unless a number beside it says that something else is meant."""
    days = found[0]
    beside = said[: days.start] + said[days.end :]
    is_sure = len(found) == 1 and not any(char.isdecimal() for char in beside)
    return (days.first, days.last) if is_sure and {days.first.year, days.last.year} <= set(YEARS) else None
