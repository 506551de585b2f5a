"""How days are written and said: ranges, days of a month, days by what they are from today, weekdays."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding import day_spans as spans
from bot.understanding.day_readers import (
    Read,
    day_of,
    day_of_month,
    day_to_come,
    day_until,
    day_until_now,
    days_from_now,
    half_of_month,
    last_weekend,
    month_until_now,
    named,
    numeric,
    on_weekday,
    shifted,
    span,
    this_year,
    two_days,
    two_english,
    two_months,
    two_numeric,
    two_of_last_month,
    two_of_month,
    two_of_months,
    two_weekdays,
    two_weekdays_of_last_week,
    until_today,
    week_of_month,
    weekday_of_month,
    weekday_until,
    weekend,
    whole_month,
    whole_month_by,
    whole_week,
    whole_year,
)

Written = tuple[tuple[str, Read], ...]
_NUMERIC = r"([0-9]{1,2})[/.\-]([0-9]{1,2})(?:[/.\-]([0-9]{4}|[0-9]{2}))?"
_IN_FULL = {day[:3]: day for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
_TH = "(?:st|nd|rd|th)?"


_SHORT_ENGLISH = {
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
}


@cache
def patterns() -> tuple[tuple[re.Pattern[str], Read, tuple[str, ...]], ...]:
    """Return the patterns, how each is read, and what the text must hold, to be looked through for it at all.

    What a pattern finds is not looked at by those after it.
    """
    weekday = "|".join(sorted(named("weekday"), key=len, reverse=True))
    month = "|".join(sorted(named("month"), key=len, reverse=True))
    written = (
        *_longer(month),
        *_ranges(month, weekday),
        *_named_days(month, weekday),
        *_from_today(),
        *_weekdays(weekday),
    )
    return tuple(
        (re.compile(rf"(?<![\w/])(?:{pattern})(?![\w/])"), read, _NEEDS.get(read, ())) for pattern, read in written
    )


_SINCE = ("desde", "partir", "since")
_NEEDS: dict[Read, tuple[str, ...]] = {
    week_of_month: ("semana",),
    half_of_month: ("quincena",),
    weekend: ("fin", "weekend"),
    two_of_last_month: ("mes ",),
    month_until_now: _SINCE,
    day_until_now: _SINCE,
    weekday_until: (*_SINCE, "hoy", "ayer", "day"),
    whole_year: ("20", "año", "year"),
    this_year: ("año", "year"),
    two_months: ("de", "entre"),
}
"""Words of the rarer ones, so that they cost nothing where none is said."""


def _longer(month: str) -> Written:
    of = r"(?:de|d|desde|entre|del mes de|from|between)"
    this = "este mes|mes pasado|mes anterior"
    return (
        (rf"{of} ({month}) (?:a|al|hasta|y|to|and|until) ({month})", spans.months),
        (rf"from ([0-9]{{1,2}}){_TH} to ([0-9]{{1,2}}){_TH} (?:of )?({month})", spans.of_month_named),
        (
            rf"(?:de |en )?(?:la )?(1ra|1era|primera|2da|segunda) quincena(?: (?:de|del|d) ({month}|{this}|mes))?",
            spans.half_of_month,
        ),
        (r"(?:de |en )?(?:la )?quincena (?:pasada|anterior)", spans.half_before),
        (r"(?:de |en )?(?:esta|la) quincena", spans.this_half),
        (r"(?:en |de )?lo que va (?:del|de este) mes|this month so far", whole_month_by(0)),
        (r"(?:en |de )?lo que va de (?:la|esta) semana", whole_week(0)),
        (
            r"(?:en |de )?lo que va (?:del|de este) año|(?:de |en )?(?:todo )?(?:este|el) año|del año|this year",
            spans.year_so_far,
        ),
        (r"(?:de |d)?(?:el )?año pasado|last year", spans.year_before),
        (
            rf"(?:de |en )?(?:los |las |la |the )?(?:ultimos|ultimas|last) ({spans.COUNTED}) (dias|semanas|days|weeks)",
            spans.last_of,
        ),
        (r"(?:de |en )?la ultima() (semana)", spans.last_of),
        (rf"hace ({spans.COUNTED}) (dias?|semanas?)", spans.ago),
        (rf"({spans.COUNTED}) (days?|weeks?) ago", spans.ago),
        (
            rf"(?:ventas|compras|reporte|ordenes|pedidos|excel|report|sales|orders|purchases) ({month})()(?! [0-9])",
            spans.month_of_orders,
        ),
    )


def _ranges(month: str, weekday: str) -> Written:
    from_day, to_day = r"(?:d(?:el?|l)?|entre(?: el)?|desde(?: el)?)", r"(?: ?al?| ?y| ?hasta)(?: el)?"
    return (
        (
            (
                rf"(?:{from_day} )?([0-9]{{1,2}}) de ({month})(?: del? [0-9]{{4}})?{to_day} "
                rf"([0-9]{{1,2}}) de ({month})"
            ),
            two_of_months,
        ),
        (rf"{from_day} ({month})(?: ?a| ?hasta| ?y) ({month})", two_months),
        (
            rf"(?:{from_day} |from )?{_NUMERIC}\s*(?:{to_day}|to|until|-)\s*(?:el )?{_NUMERIC}",
            two_numeric,
        ),
        (
            rf"(?:{from_day} )?([0-9]{{1,2}}){to_day} ([0-9]{{1,2}}) d(?:el?|l)? ({month})",
            two_of_month,
        ),
        (
            r"(?:del|entre el|desde el) ([0-9]{1,2})(?: al| y| hasta)(?: el)? ([0-9]{1,2}) del mes (?:pasado|anterior)",
            two_of_last_month,
        ),
        (
            (
                r"(?:del|entre el|desde el) ([0-9]{1,2})(?: al| y| hasta)(?: el)? ([0-9]{1,2})"
                r"(?: d(?:e)? este mes| del presente(?: mes)?| del mes)?(?! ?(?:kg|kilo|de [0-9]))"
            ),
            two_days,
        ),
        (
            (
                rf"(?:del?|desde(?: el)?|from) ({weekday}) "
                r"(?:al?|hasta|to|until|till)(?: el dia de)? (hoy|ayer|today|yesterday)"
            ),
            weekday_until,
        ),
        (
            (
                r"(?:(?:desde|a partir de) el|since the) (?:dia )?([0-9]{1,2})(?:ro|ero|st|nd|rd|th)?"
                r"(?: de este mes)?(?! ?(?:de |kg|kilo|balon))"
            ),
            day_until_now,
        ),
        (rf"(?:desde|a partir de|since)(?: el)? ({weekday})", weekday_until),
        (rf"(?:desde|a partir de|since) ({month})(?! [0-9])", month_until_now),
    )


def _named_days(month: str, weekday: str) -> Written:
    return (
        (_NUMERIC, numeric),
        (
            r"([0-9]{1,2}) de este mes",
            lambda found, today, coming: day_of(found[1], str(today.month), None, today, coming),
        ),
        (rf"([0-9]{{1,2}}) (?:de |del |d |dl )?({month})(?: (?:de |del |d )?([0-9]{{4}}))?", day_of_month),
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
        (rf"(primera|segunda|tercera|cuarta|ultima) semana (?:de ({month})|del mes|de este mes)", week_of_month),
        (rf"(primera|segunda) quincena (?:de ({month})|del mes|de este mes)", half_of_month),
        (rf"(?:todo )?({month})() (?:completo|completito|entero|enterito)", whole_month),
        (rf"(?:todo|todito|all of|all) (?:el mes de |lo de )?({month})(?: (?:de|del) ([0-9]{{4}}))?", whole_month),
        (rf"(?:de|d|en|del mes de|of|in|for) ({month})(?: (?:de|del|d) ([0-9]{{4}}))?", whole_month),
        (rf"todo (?:el mes de )?({month})()", whole_month),
        (
            (
                r"(?:para el|pa el|pal|para el dia|pal dia|el dia|for the) ([0-9]{1,2})(?:th|st|nd|rd)?"
                r"(?= *(?:$|[.,;!\n]|por|porfa|pls|please|nomas|a las|en la|temprano|"
                r"ne[cs]e[cs]it|quier|mand|env[ií]|traig|dame|deme|an[oó]t|apunt|separ|van ))"
            ),
            day_to_come,
        ),
        (
            (
                r"(?:fiesta|evento|cumpleaños|matrimonio|boda|feriado|reunion|aniversario|pollada|parrillada|feria)"
                r"(?: [a-zñ]+)? del ([0-9]{1,2})(?! ?(?:al?|y|de|kg|kilo|balon)\b)"
            ),
            day_to_come,
        ),
        (r"(?:del dia|el dia|dia|(?<![0-9] )del) ([0-9]{1,2})(?= *(?:$|[.,;!?\n]))", spans.day_been),
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
        (
            (
                rf"(?:del?|desde(?: el)?|from|since) ({weekday}|ayer|antes de ayer|anteayer|yesterday) "
                r"(?:a|al|hasta(?: el)?(?: dia de)?|to|until|till) (?:hoy dia|hoy|today|ahora|now)"
            ),
            until_today,
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
        (r"tmrw|tmw|tomoz", shifted(1)),
        (r"esta (?:mañana|manana)|this morning", shifted(0)),
        (r"(?<!por la )(?<!en la )(?<!de la )(?:mañana|manana|tomorrow)", shifted(1)),
        (
            (
                r"(?:de )?(?:la )?(?:semana (?:pasada|anterior|pasadita|(?:que|q|k) (?:paso|termino|acabo|se fue))|"
                r"otra semana)|last week"
            ),
            whole_week(-1),
        ),
        (
            (
                r"(?:el |este |del |la )?(?:fin de semana|finde|findesemana) "
                r"(?:pasado|anterior|(?:que|q|k) paso)|last weekend"
            ),
            last_weekend,
        ),
        (r"(?:de )?esta semana|this week", whole_week(0)),
        (r"(?:del? )?(?:el )?mes (?:pasado|anterior|(?:que|q|k) (?:paso|termino))|last month", whole_month_by(-1)),
        (r"(?:de )?(?:la )?semana antepasada|hace dos semanas|week before last", whole_week(-2)),
        (
            r"(?:de )?este mes|this month|(?:en |de )?lo que va del mes|(?:el |del )?mes (?:actual|en curso)",
            whole_month_by(0),
        ),
        (r"(?:de |en )?(?:este año|lo que va del año|todo el año)|this year", this_year),
        (r"(?:del? |el )?(?:año (?:pasado|anterior)|last year)()", whole_year),
        (r"(?:del?|en el|todo el|in|for) (?:año )?(20[0-9]{2})", whole_year),
        (r"(?:de )?(?:la )?ultima semana|past week", lambda _found, today, _coming: span(today, -6, 0)),
        (
            r"(?:de )?(?:los |the )?(?:ultimos|last|past) ([0-9]{1,2}) (?:dias|days)",
            lambda found, today, _coming: span(today, 1 - int(found[1]), 0),
        ),
        (
            r"(?:de )?(?:las )?(?:ultimas|last|past) ([0-9]{1,2}) (?:semanas|weeks)",
            lambda found, today, _coming: span(today, 1 - 7 * int(found[1]), 0),
        ),
        (
            r"(?:dentro de|de aqui a|en|in) ([0-9]{1,2}) (?:dias|days)(?! (?:no|ya|que|llega))",
            lambda found, today, coming: span(today, int(found[1])) if coming else None,
        ),
        (
            r"hace ([0-9]) semanas?|([0-9]) weeks? ago",
            lambda found, today, _coming: span(today, -7 * int(found[1] or found[2])),
        ),
        (
            r"hace (?:unos )?([0-9]{1,2}) dias|([0-9]{1,2}) days ago",
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
            r"(?:next|this|by|on|for) (mon|tues?|wed|thu(?:rs)?|fri|sat|sun)",
            lambda found, today, _coming: on_weekday(_IN_FULL[found[1][:3]], today, coming=True),
        ),
        (
            rf"({weekday}) (?:pasado|anterior)|last ({weekday})",
            lambda found, today, _coming: on_weekday(found[1] or found[2], today, coming=False),
        ),
        (
            rf"(?:next|proximo|este|this|by|on) ({weekday})",
            lambda found, today, _coming: on_weekday(found[1], today, coming=True),
        ),
        (
            r"(?:by|on|for|this|next|until|till) (mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)",
            lambda found, today, coming: on_weekday(_SHORT_ENGLISH[found[1][:3]], today, coming=coming),
        ),
        (rf"({weekday})", lambda found, today, coming: on_weekday(found[1], today, coming=coming)),
    )
