"""My team, for owners: who acts for my company, inviting, removing, and whether a driver may close."""

from __future__ import annotations

from bot import texts
from bot.asking import owns, pick_agent
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.people import Invite, Invited, LetClose, Member, Remove, Withdraw
from bot.questions import words
from bot.registry import conversation
from bot.store import Reach
from core.people import Membership
from core.terms import Role
from core.transitions import Command


@conversation("equipo", "mi equipo", "team", "my team", title=N_("My team"), place=70, shown_to=owns)
def team(chat: Chat) -> Command:
    """The owner looks at the team and changes one thing at a time."""
    owned = chat.people.owned()
    if not owned:
        chat.stop(_("Only the owner of a company manages its people."), (texts.to_menu(),))
    agent = pick_agent(chat, _("The team of which company?"), owned)
    members = chat.people.team(agent.agent_id)
    drivers = [member for member in members if member.role is Role.DRIVER]
    invited = chat.people.invited(agent.agent_id)
    listed = "\n".join([*(_described(member) for member in members), *(_awaited(one) for one in invited)])
    options = {"invite": _("Invite somebody"), "remove": _("Remove somebody")}
    if drivers:
        options["drivers"] = _("Drivers who close")
    if invited:
        options["withdraw"] = _("Withdraw an invitation")
    what = chat.choose_word(
        "what", _("Team of {agent}:\n{listed}").format(agent=agent.agent, listed=listed), options | {"done": _("Done")}
    )
    if what == "invite":
        return _invited(chat, agent)
    if what == "remove":
        return _removed(chat, agent, members)
    if what == "withdraw":
        return _withdrawn(chat, agent, invited)
    if what == "done":
        chat.stop(_("Done. Nothing was changed."), (texts.to_menu(),))
    return _driver(chat, agent, drivers)


def _described(member: Member) -> str:
    role = _(texts.ROLE[member.role])
    if member.role is Role.DRIVER and member.may_close:
        role = _("driver, may close")
    channels = ", ".join(dict.fromkeys(_channel(name, reach) for name, reach in member.channels))
    return f"• {member.name} ({role}): " + (channels or _("not joined yet"))


def _awaited(one: Invited) -> str:
    return _("• {name} ({role}): invited, until {day}").format(
        name=one.name, role=_(texts.ROLE[one.role]), day=texts.on_day(texts.today(one.expires_at))
    )


def _channel(name: str, reach: Reach) -> str:
    shown = _(texts.CHANNEL.get(name, name))
    return shown if reach is Reach.ACTIVE else _("{channel}, unreachable").format(channel=shown)


def _invited(chat: Chat, agent: Membership) -> Invite:
    role = chat.choose_word(
        "role",
        _("As what?"),
        {
            Role.OPERATOR.value: _("Operator"),
            Role.DRIVER.value: _("Driver"),
            Role.OWNER.value: _("Owner"),
        },
    )
    name = chat.ask("name", _("What is the person's name?"), words(80))
    chat.confirm(
        _("Invite {name} as {role} of {agent}?").format(name=name, role=_(texts.ROLE[Role(role)]), agent=agent.agent),
        _("Yes, invite"),
    )
    return Invite(agent.agent_id, Role(role), name)


def _withdrawn(chat: Chat, agent: Membership, invited: list[Invited]) -> Withdraw:
    one = chat.choose(
        "invitation",
        _("Whose invitation?"),
        invited,
        token=lambda invitation: f"invitation {invitation.invitation_id}",
        label=lambda invitation: invitation.name,
    )
    chat.confirm(
        _("Withdraw the invitation of {name}? Its code will work no more.").format(name=one.name), _("Yes, withdraw")
    )
    return Withdraw(agent.agent_id, one.invitation_id)


def _removed(chat: Chat, agent: Membership, members: list[Member]) -> Remove:
    member = _pick(chat, _("Whom do you remove from the team?"), members)
    chat.confirm(
        _("Remove {name} from {agent}? They will no longer see its orders.").format(
            name=member.name, agent=agent.agent
        ),
        _("Yes, remove"),
    )
    return Remove(agent.agent_id, member.membership_id)


def _driver(chat: Chat, agent: Membership, drivers: list[Member]) -> LetClose:
    member = _pick(chat, _("Which driver?"), drivers)
    if member.may_close:
        chat.confirm(_("{name} may close orders now. Take that away?").format(name=member.name), _("Yes, take it away"))
    else:
        chat.confirm(_("Allow {name} to close orders?").format(name=member.name), _("Yes, allow"))
    return LetClose(agent.agent_id, member.membership_id, not member.may_close)


def _pick(chat: Chat, prompt: str, members: list[Member]) -> Member:
    return chat.choose(
        "member",
        prompt,
        members,
        token=lambda one: f"member {one.membership_id}",
        label=lambda one: one.name,
    )
