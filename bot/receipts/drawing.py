"""What stands on a receipt, in the person's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bot import texts
from bot.i18n import N_, _
from bot.receipts.sheet import INK, MARGIN, PAPER, SOFT, WIDTH, Sheet, Style
from core.proof import picture
from core.proof.facts import Facts, Holder, Product, Step
from core.proof.keys import Keyring
from core.proof.receipts import Receipt, issue
from core.terms import Movement, Status

TITLE = Style(36, bold=True)
STATUS = Style(46, bold=True, colour=PAPER)
CODE = Style(88, bold=True)
NAME = Style(36, bold=True)
BODY = Style(32)
SMALL = Style(28, colour=SOFT)
FIGURE = Style(40, bold=True)
SHORT_CODE = Style(56, bold=True)

GROUND = {
    Status.REQUESTED: "#3c6e9f",
    Status.ANNULLED: "#6b7075",
    Status.ACCEPTED: "#3c6e9f",
    Status.TO_CLOSE: "#b06a00",
    Status.CLOSED: "#1e7b3a",
    Status.REJECTED: "#b3261e",
}
COUNTED = {
    Movement.REQUESTED: N_("requested {quantity}"),
    Movement.ACCEPTED: N_("accepted {quantity}"),
    Movement.SOLD: N_("sold {quantity}"),
    Movement.CLOSED: N_("received {quantity}"),
}


def make(facts: Facts, keyring: Keyring, address: str) -> tuple[Receipt, bytes]:
    """Return the signed receipt and its sealed picture. `address` is the web address before /v/, or nothing."""
    receipt = issue(facts, keyring)
    return receipt, picture.seal(draw(receipt, address), receipt, keyring)


def draw(receipt: Receipt, address: str) -> bytes:
    """Return the picture of a receipt, without its seal, in the language spoken now."""
    sheet, facts = Sheet(), receipt.facts
    _head(sheet, facts)
    _agents(sheet, facts)
    sheet.rule()
    for product in facts.products:
        _line(sheet, product, facts)
    sheet.rule()
    for step in facts.steps:
        _movement(sheet, step, facts)
    sheet.rule()
    sheet.square_code(
        f"{address}/v/{receipt.token}" if address else receipt.token,
        lambda beside, left: _check(beside, left, receipt, address),
    )
    return sheet.png()


def _head(sheet: Sheet, facts: Facts) -> None:
    sheet.write(_("Receipt of an order"), TITLE)
    sheet.space(20)
    sheet.write(facts.code, CODE)
    sheet.space(16)
    sheet.label(_(texts.STATUS[facts.status]), STATUS, GROUND[facts.status])
    sheet.space(20)
    sheet.write(_("{moment} (Lima)").format(moment=texts.moment(facts.steps[-1].at)), BODY)
    sheet.rule()


def _agents(sheet: Sheet, facts: Facts) -> None:
    _agent(sheet, _("Buyer"), facts.buyer)
    sheet.space(18)
    _agent(sheet, _("Seller"), facts.seller)
    if facts.destination:
        sheet.space(18)
        sheet.write(_("Destination"), SMALL)
        sheet.write(facts.destination, BODY)


def _agent(sheet: Sheet, side: str, holder: Holder) -> None:
    sheet.write(side, SMALL)
    sheet.write(holder.name, NAME)
    sheet.write(_("RUC {ruc} · Register {register}").format(ruc=holder.ruc, register=holder.register), SMALL)


def _line(sheet: Sheet, product: Product, facts: Facts) -> None:
    """Write a line: its product and the quantity that stands, then every quantity that was declared on the way."""
    counted = dict(_counts(product, facts))
    rejection = _rejection(product, facts)
    standing = _("rejected") if rejection is not None else texts.amount(next(reversed(counted.values())), product.unit)
    sheet.write_right(standing, FIGURE)
    sheet.write(product.name, NAME, right=WIDTH - MARGIN - int(FIGURE.font.getlength(standing)) - 30)
    words = [_(COUNTED[movement]).format(quantity=texts.amount(n, product.unit)) for movement, n in counted.items()]
    sheet.write(" · ".join([*words, *([_("rejected: {reason}").format(reason=rejection)] if rejection else [])]), SMALL)
    sheet.space(14)


def _counts(product: Product, facts: Facts) -> Iterator[tuple[Movement, Decimal]]:
    for step in facts.steps:
        if step.movement in COUNTED and product.position in step.quantities:
            yield step.movement, step.quantities[product.position]


def _rejection(product: Product, facts: Facts) -> str | None:
    """Return why the line is rejected, perhaps in no words, or None when it is not."""
    for step in facts.steps:
        rejected: Mapping[str, str] = step.declared.get("rejected", {})
        if str(product.position) in rejected:
            return rejected[str(product.position)]
        if step.movement is Movement.ACCEPTED and not step.quantities.get(product.position):
            return ""
        if step.movement is Movement.REJECTED:
            return str(step.declared.get("reason", ""))
    return None


def _movement(sheet: Sheet, step: Step, facts: Facts) -> None:
    sheet.write(f"{texts.moment(step.at)}  {_(texts.MOVEMENT[step.movement])}", Style(32, bold=True, colour=INK))
    channel = _(texts.CHANNEL.get(step.channel, step.channel))
    sheet.write(f"{step.person}, {facts.agent(step.party).name} ({channel})", SMALL)
    for fact in _declared(step):
        sheet.write(fact, SMALL)
    sheet.space(14)


def _declared(step: Step) -> Iterator[str]:
    declared = step.declared
    yield from texts.papers_declared(declared)
    if reason := declared.get("reason") or declared.get("remark"):
        yield _("Reason: {reason}").format(reason=reason)
    if exception := texts.exception_of(declared):
        yield exception


def _check(sheet: Sheet, left: int, receipt: Receipt, address: str) -> None:
    sheet.write(_("Verification code"), SMALL, left)
    sheet.write(receipt.short_code, SHORT_CODE, left)
    sheet.space(12)
    if address:
        sheet.write(_("Scan it to see whether this receipt is authentic."), SMALL, left)
        sheet.space(12)
    sheet.write(_("It does not replace Osinergmin's SCOP."), SMALL, left)
