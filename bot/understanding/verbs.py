"""The forms of a Spanish verb: those that ask for it (cierra, cerrá, ciérrenla) and those that tell of it (cerré)."""

from __future__ import annotations

from collections.abc import Iterator

_PAST_AR = ("é", "aste", "ó", "amos", "aron")
_PAST_OTHER = ("í", "iste", "ió", "imos", "ieron")
_WAS_AR = ("aba", "abas", "ábamos", "aban")
_WAS_OTHER = ("ía", "ías", "íamos", "ían")
_IF_AR = ("ara", "aras", "áramos", "aran", "ase", "asen", "aste")
_IF_OTHER = ("iera", "ieras", "iéramos", "ieran", "iese", "iesen")
_WILL = ("é", "ás", "á", "emos", "án")
_WOULD = ("ía", "ías", "íamos", "ían")
_DONE_AR = ("ado", "ada", "ados", "adas", "ando")
_DONE_OTHER = ("ido", "ida", "idos", "idas", "iendo")
_BEFORE_E = (("c", "qu"), ("g", "gu"), ("z", "c"))
"""How the end of a stem in -ar is written before e: solicite is no problem, but busque, pague, rechace are."""


def telling_forms(infinitive: str) -> Iterator[str]:
    """Yield the past, imperfect, conditional, future and subjunctive past of a regular verb, and its participles."""
    stem, ending = infinitive[:-2], infinitive[-2:]
    of_ar = ending == "ar"
    for endings in (
        (_PAST_AR, _WAS_AR, _IF_AR, _DONE_AR) if of_ar else (_PAST_OTHER, _WAS_OTHER, _IF_OTHER, _DONE_OTHER)
    ):
        yield from (stem + one for one in endings)
    for endings in (_WILL, _WOULD):
        yield from (infinitive + one for one in endings)


def asking_forms(infinitive: str, stressed: str = "", *, for_me: bool = True) -> Iterator[str]:
    """Yield the entries that ask for it: to tú, vos, usted and ustedes, "I do it", "let us do it", "will you do it".

    The stressed stem is given where it differs: cerrar cierr. A form that ends in ~ may have pronouns behind it.
    """
    stem, vowel = infinitive[:-2], infinitive[-2]
    stressed = stressed or stem
    here, there = ("a", "e") if vowel == "a" else ("e", "a")
    polite = (_before_e(stressed) if vowel == "a" else stressed) + there
    together = (_before_e(stem) if vowel == "a" else stressed if vowel == "i" else stem) + there
    yield from (f"{infinitive}~", f"{stem}{vowel}~", f"{stressed}{here}~", f"{polite}~", f"{polite}n~")
    yield from (f"{stressed}o", f"(lo|la|los|las|le|les|te|se lo|se la|se los|se las) {stressed}o", f"{together}mos~")
    if not for_me:
        return  # "me pide 30" tells of somebody else
    spoken = f"{stressed}{here}s|{stressed}{here}|{stressed}{here}n|{stem}{vowel}s"
    yield f"(me|nos|me lo|me la|me los|me las|nos lo|nos la|nos los|nos las) ({spoken})"


def wishing_forms(infinitive: str, stressed: str = "") -> Iterator[str]:
    """Yield the forms that ask for it after "quiero que": cierres, cierre, cierren."""
    stem, vowel = infinitive[:-2], infinitive[-2]
    stressed = stressed or stem
    for one in dict.fromkeys((stressed, stem)):
        polite = _before_e(one) + "e" if vowel == "a" else one + "a"
        yield from (polite + "s", polite, polite + "n")


def _before_e(stem: str) -> str:
    return next((stem[: -len(end)] + written for end, written in _BEFORE_E if stem.endswith(end)), stem)
