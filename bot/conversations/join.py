"""Join: by an invitation code, or by a phone number that the register knows and the channel vouches for."""

from __future__ import annotations

from bot import texts
from bot.dialogue import Chat, Invalid
from bot.i18n import _
from bot.people import Invitation, Join, looks_like_code
from bot.registry import conversation
from core.transitions import Command


@conversation("alta", "unirme", "join", "start", rest_is_one=True)
def join(chat: Chat) -> Command:
    """Say how to join; with a code, show what it is for and ask once."""
    if chat.me.memberships and not chat.has("code"):
        chat.stop(
            _("You have joined already. With an invitation to another company, write “join” and its code."),
            (texts.to_menu(),),
        )
    found: list[Invitation] = []

    def take(text: str) -> str:
        if not looks_like_code(text):
            raise Invalid(_("That is not an invitation code."))
        invitation = chat.people.invitation(text)
        if invitation is None:
            raise Invalid(_("That invitation code is wrong, was used already or has expired."))
        found.append(invitation)
        return text

    code = chat.ask(
        "code",
        _(
            "This is scopbot: gas and fuel orders by message, for registered companies. To join, ask the owner of your "
            "company for an invitation and type the code of the invitation here. If your number is in the register, "
            "write from it."
        ),
        take,
        ask_contact=_("Share my number"),
    )
    invitation = found[0]
    chat.confirm(
        _("Join {agent} as {role}, with the name {name}?").format(
            agent=invitation.agent, role=_(texts.ROLE[invitation.role]), name=invitation.name
        ),
        _("Yes, join"),
    )
    return Join(code)
