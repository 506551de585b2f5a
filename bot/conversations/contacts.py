"""How to reach the SCOP control centre (manual for distribuidores en cilindros, 2021, section 7)."""

from __future__ import annotations

from bot import texts
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.registry import conversation
from core.transitions import Command

MAIL = ("scop@osinergmin.gob.pe", "ccontrolscop@osinergmin.gob.pe")
PHONE = "219-3400"
EXTENSIONS = "1360 - 1365"
MOBILES = ("945-897655", "950-837712", "938-423106", "970-012986")


@conversation(
    "contactos", "contacto", "centro de control", "contacts", title=N_("Control centre"), place=91, registers=False
)
def contacts(chat: Chat) -> Command:
    """Give mail and telephone numbers as the manual prints them."""
    chat.stop(
        _(
            "SCOP control centre of Osinergmin:\nMail: {mail}\nTelephone: {phone}, extensions {extensions}\n"
            "Mobile: {mobiles}\n(From the manual of 2021: please check that they still hold.)"
        ).format(mail=", ".join(MAIL), phone=PHONE, extensions=EXTENSIONS, mobiles=", ".join(MOBILES)),
        (texts.to_menu(),),
    )
