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
    last_weekend,
    month_until_now,
    named,
    numeric,
    on_weekday,
    shifted,
    two_days,
    two_english,
    two_numeric,
    two_of_last_month,
    two_of_month,
    two_of_months,
    two_weekdays,
    two_weekdays_of_last_week,
    until_today,
    week_of_month,
    weekday_and_day,
    weekday_of_month,
    weekday_until,
    whole_month,
    whole_month_by,
    whole_week,
    whole_year,
)

Written = tuple[tuple[str, Read], ...]
_NUMERIC = r"([0-9]{1,2})[/.\-]([0-9]{1,2})(?:[/.\-]([0-9]{4}|[0-9]{2}))?"
_IN_FULL = {day[:3]: day for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
_TH = "(?:st|nd|rd|th)?"


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
    two_of_last_month: ("mes ",),
    month_until_now: _SINCE,
    day_until_now: _SINCE,
    weekday_until: (*_SINCE, "hoy", "ayer", "day", "ahora", "now"),
    whole_year: ("20",),
}
"""Words of the rarer ones, so that they cost nothing where none is said."""


def _longer(month: str) -> Written:
    of = r"(?:de|d|desde|entre|del mes de|from|between)"
    this = "este mes|mes pasado|mes anterior"
    count = spans.counted()
    return (
        (rf"{of} ({month}) (?:a|al|hasta|y|to|and|until) ({month})", spans.months),
        (
            (
                rf"(?:from|between) ([0-9]{{1,2}}){_TH} (?:to|and|until|till) ([0-9]{{1,2}}){_TH} "
                rf"(?:of )?({month})"
            ),
            spans.of_month_named,
        ),
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
        (r"(?:de |del |d)?(?:el )?año (?:pasado|anterior)|last year", spans.year_before),
        (
            rf"(?:de |en )?(?:los |las |la |the )?(?:ultimos|ultimas|last|past) ({count}) (dias|semanas|days|weeks)",
            spans.last_of,
        ),
        (r"(?:de |en )?(?:la ultima|ultima|past)() (semana|week)", spans.last_of),
        (rf"hace (?:unos |unas )?({count}) (dias?|semanas?)", spans.ago),
        (rf"({count}) (days?|weeks?) ago", spans.ago),
        (
            (
                rf"(?:(?:de |desde )?(?:aqui|hoy|ahora) (?:a|en)|en|in|dentro de) ({count}) (?:dias?|days?)"
                r"(?! (?:no|ya|que|llega))"
            ),
            spans.from_now,
        ),
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
                rf"(?:del?|desde|from|since)(?: el)? ({weekday})(?: pasado)? "
                r"(?:al?|hasta|to|until|till)(?: el)?(?: dia de)? (hoy dia|hoy|ayer|today|yesterday|ahora|now)"
            ),
            weekday_until,
        ),
        (r"(?:desde|del)(?: el)? ([0-9]{1,2}) (?:hasta|al?)(?: el dia de)? (hoy|ayer)", day_until),
        (
            (
                r"(?:(?:desde|a partir de) el|since the) (?:dia )?([0-9]{1,2})(?:ro|ero|st|nd|rd|th)?"
                r"(?: de este mes)?(?! ?(?:de |kg|kilo|balon))"
            ),
            day_until_now,
        ),
        (
            (
                rf"(?:del?|desde(?: el)?|entre(?: el)?) ({weekday}) (?:al?|y|hasta)(?: el)? ({weekday}) "
                r"(?:de la (?:semana pasada|otra semana|semana anterior)|pasado)"
            ),
            two_weekdays_of_last_week,
        ),
        (
            (
                rf"(?:del?|desde(?: el)?|entre(?: el)?|from|between) ({weekday})(?: pasado)? "
                rf"(?:al?|y|hasta|to|and|until)(?: el)? ({weekday})"
            ),
            two_weekdays,
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
        (rf"({weekday}),? (?:el )?([0-9]{{1,2}}) (?:de |del |d |dl )?({month})", weekday_and_day),
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
        (rf"(?:todo )?({month})() (?:completo|completito|entero|enterito|todo|todito)", whole_month),
        (rf"(?:todo|todito|all of|all) (?:el mes de |lo de )?({month})(?: (?:de|del) ([0-9]{{4}}))?", whole_month),
        (rf"(?:de|d|en|del mes de|of|in|for) ({month})(?: (?:de|del|d) ([0-9]{{4}}))?", whole_month),
        (
            (
                r"(?:para el|pa el|pal|para el dia|pal dia|el dia|for the|(?:llegue|lleguen|traigan|traiga|entreguen|"
                r"entregue|tengan listo|entrega) el) ([0-9]{1,2})(?:th|st|nd|rd)?"
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
                r"(?:del?|desde(?: el)?|from|since) (ayer|antes de ayer|anteayer|yesterday) "
                r"(?:a|al|hasta(?: el)?(?: dia de)?|to|until|till) (?:hoy dia|hoy|today|ahora|now)"
            ),
            until_today,
        ),
    )


def _from_today() -> Written:
    return (
        (r"pasado mañana|pasado manana|day after tomorrow", shifted(2)),
        (
            r"antes de? ayer|antesdeayer|antes deayer|antes d ayer|anteayer|antier|antiayer|day before yesterday",
            shifted(-2),
        ),
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
                r"(?:el |este |del |la )?(?:fin de semana|finde|findesemana) (?:pasado|anterior|(?:que|q|k) paso)|"
                r"(?:d?el )?(?:ultimo|pasado) (?:fin de semana|finde)|last weekend"
            ),
            last_weekend,
        ),
        (r"(?:de )?esta semana|this week", whole_week(0)),
        (r"(?:del? )?(?:el )?mes (?:pasado|anterior|(?:que|q|k) (?:paso|termino))|last month", whole_month_by(-1)),
        (r"(?:de )?(?:la )?semana antepasada|hace dos semanas|week before last", whole_week(-2)),
        (
            r"(?:de )?este mes|this month|(?:el |del )?mes (?:actual|en curso)",
            whole_month_by(0),
        ),
        (r"(?:del?|en el|todo el|in|for) (?:año )?(20[0-9]{2})", whole_year),
    )


def _weekdays(weekday: str) -> Written:
    return (
        (
            rf"({weekday}) (?:que|q|k) viene|({weekday}) (?:proximo|siguiente)",
            lambda found, today, _coming: on_weekday(found[1] or found[2], today, coming=True),
        ),
        (
            r"(?:next|this|by|on|for|until|till) (mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)",
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
        (rf"({weekday})", lambda found, today, coming: on_weekday(found[1], today, coming=coming)),
    )
