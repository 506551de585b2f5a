"""The language in which the bot speaks to me."""

from __future__ import annotations

from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.people import SpeakLanguage
from bot.registry import conversation
from core.transitions import Command


@conversation("idioma", "lenguaje", "language", title=N_("Language"), place=80)
def language(chat: Chat) -> Command:
    """Choose Spanish or English."""
    locale = chat.choose_word("locale", _("Which language? / ¿Qué idioma?"), {"es_PE": "Español", "en": "English"})
    return SpeakLanguage(locale)
