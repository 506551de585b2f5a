"""What is not for now: "todavía no llega", "mañana cierro", "recuérdame en 2 horas"."""

from __future__ import annotations

from itertools import pairwise

from bot.understanding.context import Context
from bot.understanding.dates import Days
from bot.understanding.heard import DATE, HOUR, Heard
from bot.understanding.looking import asks_who_or_when
from bot.understanding.meaning import Found, Kind, Meaning
from bot.understanding.ordering import ordered
from bot.understanding.scope import ANOTHER
from bot.understanding.times import hour_in, waiting


def later(heard: Heard, context: Context, *, postponed: bool) -> Meaning | None:
    """Return that it is not for now: "todavía no llega", "mañana cierro", "recuérdame en 2 horas"."""
    if asks_who_or_when(heard):
        return None  # "me haces acordar quién aceptó la 123"
    text = heard.text.casefold()
    told = heard.has("arrived", "received") and heard.has("number", "all") and not heard.has("coming")
    postponing = [one for one in heard.of("later") if not (told and one.has("daytime"))]
    futures = [one for one in heard.of("future") if not (told and one.has("daytime"))]
    waits = not _of_another(heard) and (
        heard.has("not_yet") or bool(postponing) or waiting(text) is not None or _when_it_comes(heard)
    )
    comes = _about_goods(heard) or heard.has("coming") or context.notice is not None
    waits = waits or (comes and (bool(futures) or _a_coming_day(heard, context) or _coming_at(heard)))
    unloading = bool(postponing) and all(one.text.endswith(("descargando", "bajando")) for one in postponing)
    if unloading and heard.has("arrive.says") and not heard.has("not_yet", "when"):
        return None  # "ya llegué, estoy descargando"
    if not (waits or postponed) or "?" in heard.text or _of_orders_that(heard):
        return None
    if ordered(heard, context).is_clear and not heard.has("arrived", "received", "not_yet"):
        return None
    if heard.has("money", "out_of_scope", "person") and not heard.has("not_yet"):
        return None
    topic = (
        context.notice.conversation if context.notice else "close" if _about_goods(heard) or _still_comes(heard) else ""
    )
    if heard.unknown > 3 and not postponed:
        return None
    moment = until(heard)
    if not topic and moment and any("close" in order.can for order in context.orders):
        topic = "close"  # nothing else is put off to an hour
    return Meaning(Kind.LATER, topic=topic, slots=moment, confidence=0.9, notes=("not for now",))


def _of_orders_that(heard: Heard) -> bool:
    """Say whether it tells which orders are meant: "los pedidos que aún no atiendo"."""
    return any(one.has("listed") and two.text in ("que", "q") for one, two in pairwise(heard.words))


def _of_another(heard: Heard) -> bool:
    """Say whether one order came, and another did not yet: "recibí todo de la 717 y lo otro todavía"."""
    place = next((place for place, one in enumerate(heard.words) if one.text in ANOTHER), None)
    if place is None:
        return False
    came = any(one.has("arrived", "received", "close.asks") for one in heard.words[:place])
    return came and not any(one.has("not_yet", "negation") for one in heard.words[:place])


def _coming_at(heard: Heard) -> bool:
    return heard.has("coming") and heard.has(HOUR)


def _a_coming_day(heard: Heard, context: Context) -> bool:
    return any(isinstance(one.value, Days) and one.value.first > context.today for one in heard.of(DATE))


def _when_it_comes(heard: Heard) -> bool:
    return heard.has("when") and _about_goods(heard) and not heard.has("request.asks")


def until(heard: Heard) -> tuple[Found, ...]:
    """Return when to remind again, if it was said: minutes from now, or a day, or an hour of the day."""
    slots = []
    text = heard.text.casefold()
    wait = waiting(text)
    if wait is not None:
        slots.append(Found("minutes", str(wait[0]), said=wait[1], why="the time to wait"))
    days = [mention.value for mention in heard.of(DATE) if isinstance(mention.value, Days)]
    if len(days) == 1 and days[0].first == days[0].last and wait is None:
        said = heard.text[days[0].start : days[0].end]
        slots.append(Found("day", f"{days[0].first:%d/%m/%Y}", said=said, why="the day to wait for"))
    at = hour_in(text)
    if at is not None:
        slots.append(Found("hour", at[0], said=at[1], why="the hour"))
    return tuple(slots)


def _still_comes(heard: Heard) -> bool:
    """Say whether goods are on their way: "el gas todavía no llega"."""
    return heard.has("coming") or (heard.has("goods") and heard.has("not_yet", "later"))


def _about_goods(heard: Heard) -> bool:
    return heard.has("arrived", "received", "close.asks", "arrive.says")
