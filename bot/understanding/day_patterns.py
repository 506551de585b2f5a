"""How days are written and said: ranges, days of a month, days by what they are from today, weekdays."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding.day_readers import (
    Read,
    day_of,
    day_of_month,
    day_to_come,
    day_until,
    days_from_now,
    last_weekend,
    named,
    numeric,
    on_weekday,
    shifted,
    span,
    two_days,
    two_days_of_last_month,
    two_english,
    two_numeric,
    two_of_month,
    two_weekdays,
    two_weekdays_of_last_week,
    weekday_of_month,
    weekday_until,
    whole_month,
    whole_month_by,
    whole_week,
)

Written = tuple[tuple[str, Read], ...]
_NUMERIC = r"([0-9]{1,2})[/.\-]([0-9]{1,2})(?:[/.\-]([0-9]{4}|[0-9]{2}))?"
_TH = "(?:st|nd|rd|th)?"


@cache
def patterns() -> tuple[tuple[re.Pattern[str], Read], ...]:
    """Return the patterns and how each is read; what a pattern finds is not looked at by those after it."""
    weekday = "|".join(sorted(named("weekday"), key=len, reverse=True))
    month = "|".join(sorted(named("month"), key=len, reverse=True))
    written = (*_ranges(month), *_named_days(month, weekday), *_from_today(), *_weekdays(weekday))
    return tuple((re.compile(rf"(?<![\w/])(?:{pattern})(?![\w/])"), read) for pattern, read in written)


def _ranges(month: str) -> Written:
    from_day, to_day = r"(?:del?|entre(?: el)?|desde(?: el)?)", r"(?: ?al?| ?y| ?hasta)(?: el)?"
    return (
        (
            rf"(?:{from_day} |from )?{_NUMERIC}\s*(?:{to_day}|to|until|-)\s*(?:el )?{_NUMERIC}",
            two_numeric,
        ),
        (
            rf"{from_day} ([0-9]{{1,2}}){to_day} ([0-9]{{1,2}}) del? ({month})",
            two_of_month,
        ),
        (
            r"(?:del|entre el|desde el) ([0-9]{1,2})(?: al| y| hasta)(?: el)? ([0-9]{1,2}) del? (?:el )?mes pasado",
            two_days_of_last_month,
        ),
        (
            (
                r"(?:del|entre el|desde el) ([0-9]{1,2})(?: al| y| hasta)(?: el)? ([0-9]{1,2})"
                r"(?: d(?:e)? este mes| del presente(?: mes)?)?(?! ?(?:kg|kilo|de [0-9]))"
            ),
            two_days,
        ),
    )


def _named_days(month: str, weekday: str) -> Written:
    return (
        (_NUMERIC, numeric),
        (
            r"([0-9]{1,2}) de este mes",
            lambda found, today, coming: day_of(found[1], str(today.month), None, today, coming),
        ),
        (rf"([0-9]{{1,2}}) (?:de |del )?({month})(?: (?:de |del )?([0-9]{{4}}))?", day_of_month),
        (
            (
                rf"(?:from |between )?({month}) ([0-9]{{1,2}}){_TH} (?:to|and|until|till) "
                rf"(?:({month}) )?([0-9]{{1,2}}){_TH}"
            ),
            two_english,
        ),
        (
            rf"({month}) ([0-9]{{1,2}}){_TH}",
            lambda found, today, coming: day_of(found[2], found[1], None, today, coming),
        ),
        (rf"(?:todo )?(?:el mes de )?({month})() (?:completo|entero|completito|enterito)", whole_month),
        (rf"todo (?:el mes de )?({month})()", whole_month),
        (rf"(?:de|en|del mes de|of|in|for) ({month})(?: (?:de|del) ([0-9]{{4}}))?", whole_month),
        (
            (
                r"(?:para el|pa el|pal|para el dia|pal dia|el dia|for the) ([0-9]{1,2})(?:th|st|nd|rd)?"
                r"(?= *(?:$|[.,;!\n]|por|porfa|pls|please|nomas|a las|en la|temprano))"
            ),
            day_to_come,
        ),
        (rf"({weekday}) ([0-9]{{1,2}})(?! ?(?:balon|cilindro|de [0-9]|kg|kilo))", weekday_of_month),
        (
            (
                rf"(?:del?|desde(?: el)?|entre(?: el)?) ({weekday}) (?:al?|y|hasta)(?: el)? ({weekday}) "
                r"(?:de la (?:semana pasada|otra semana|semana anterior)|pasado)"
            ),
            two_weekdays_of_last_week,
        ),
        (rf"(?:desde|del?)(?: el)? ({weekday})(?: pasado)? (?:hasta|al?)(?: el dia de)? (hoy|ayer)", weekday_until),
        (r"(?:desde|del)(?: el)? ([0-9]{1,2}) (?:hasta|al?)(?: el dia de)? (hoy|ayer)", day_until),
        (
            (
                rf"(?:del?|desde(?: el)?|entre(?: el)?|from|between) ({weekday}) "
                rf"(?:al?|y|hasta|to|and|until)(?: el)? ({weekday})"
            ),
            two_weekdays,
        ),
    )


def _from_today() -> Written:
    return (
        (r"pasado mañana|pasado manana|day after tomorrow", shifted(2)),
        (
            (
                r"(?:(?:de |desde )?(?:aqui|hoy|ahora) (?:a|en)|en|dentro de) "
                r"([0-9]{1,2}|un|dos|tres|cuatro|cinco|seis|siete) dias?"
            ),
            days_from_now,
        ),
        (r"(?:este |el )?(?:finde|fin de semana) (?:pasado|anterior|que paso)|last weekend", last_weekend),
        (r"antes de? ayer|antes d ayer|anteayer|antier|antiayer|day before yesterday", shifted(-2)),
        (r"hoy dia|hoy|oy|oi|today", shifted(0)),
        (r"ayer|yesterday", shifted(-1)),
        (r"esta (?:mañana|manana)|this morning", shifted(0)),
        (r"(?<!por la )(?<!en la )(?<!de la )(?:mañana|manana|tomorrow)", shifted(1)),
        (r"(?:de )?(?:la )?(?:semana pasada|semana anterior|otra semana)|last week", whole_week(-1)),
        (r"(?:de )?esta semana|this week", whole_week(0)),
        (r"(?:del? )?(?:el )?mes pasado|last month", whole_month_by(-1)),
        (r"(?:de )?este mes|this month", whole_month_by(0)),
        (
            r"(?:de )?(?:los )?(?:ultimos|last) ([0-9]{1,2}) (?:dias|days)",
            lambda found, today, _coming: span(today, 1 - int(found[1]), 0),
        ),
        (
            r"hace ([0-9]{1,2}) dias|([0-9]{1,2}) days ago",
            lambda found, today, _coming: span(today, -int(found[1] or found[2])),
        ),
    )


def _weekdays(weekday: str) -> Written:
    return (
        (
            rf"({weekday}) (?:que|q|k) viene|({weekday}) (?:proximo|siguiente)",
            lambda found, today, _coming: on_weekday(found[1] or found[2], today, coming=True),
        ),
        (
            rf"({weekday}) (?:pasado|anterior)|last ({weekday})",
            lambda found, today, _coming: on_weekday(found[1] or found[2], today, coming=False),
        ),
        (
            rf"(?:next|proximo|este|this) ({weekday})",
            lambda found, today, _coming: on_weekday(found[1], today, coming=True),
        ),
        (rf"({weekday})", lambda found, today, coming: on_weekday(found[1], today, coming=coming)),
    )
