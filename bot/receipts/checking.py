"""What was found of a receipt's file, in words."""

from __future__ import annotations

from collections.abc import Iterator

from bot import texts
from bot.i18n import N_, _
from core.proof.chain import Fault
from core.proof.facts import Facts, Product, Step
from core.proof.journal import Found, Walk
from core.proof.keys import Keyring
from core.proof.picture import Finding, Verdict

VERDICT = {
    Verdict.AUTHENTIC: N_("✅ AUTHENTIC: the receipt is as it was issued."),
    Verdict.ALTERED: N_("❌ NOT AUTHENTIC: the receipt was altered after it was issued."),
    Verdict.UNKNOWN_KEY: N_(
        "❌ NOT AUTHENTIC as far as can be told: it is signed with a key that is not known here. Ask whoever issued it "
        "for the public key, and give it with --key."
    ),
    Verdict.NO_SEAL: N_(
        "❌ NOT VERIFIED: the file carries no seal. It may be a screenshot, or a picture that was compressed on the "
        "way. Scan its QR code, or ask for the original file."
    ),
}

FAULT = {
    Fault.ALTERED: "is not what was written",
    Fault.MISSING: "is missing",
    Fault.UNREADABLE: "holds what nobody can have written there",
    Fault.CONTRADICTED: "is as it was written, but the order says something else",
    Fault.STRAY: "belongs to no order",
}
"""For operators, as everything of the command line."""


def of_journal(found: Found | None, walk: Walk, keyring: Keyring) -> Iterator[str]:
    """Yield what was found of the journal."""
    if found is None:
        yield f"The journal is as it was written: {walk.orders} orders, {walk.entries} movements."
        if not keyring.public_keys():
            yield "Without a key its seals were not looked at."
        else:
            yield f"{walk.seals} signed seals fit it."
        return
    if found.seal:
        yield f"Seal {found.seal.number} of {texts.moment(found.seal.at)} (Lima) does not fit the journal."
        yield f"What is wrong lies after the seal before it, up to entry id {found.seal.last_entry}."
    if found.bad:
        yield f"Order {found.bad.code}, movement {found.bad.number}: it {FAULT[found.bad.fault]}."
    if found.columns:
        yield f"Different: {', '.join(found.columns)}."


def report(finding: Finding) -> Iterator[str]:
    """Yield the verdict and, of an authentic receipt only, what it tells, line by line."""
    yield _(VERDICT[finding.verdict])
    if finding.receipt:
        yield _("Verification code: {code}").format(code=finding.receipt.short_code)
        yield ""
        yield from told(finding.receipt.facts)


def told(facts: Facts) -> Iterator[str]:
    """Yield what a receipt tells: code, state, agents, and each movement with what it declared."""
    yield facts.code
    yield _("State: {status}").format(status=_(texts.STATUS[facts.status]))
    for side, holder in ((_("Buyer"), facts.buyer), (_("Seller"), facts.seller)):
        yield f"{side}: {holder.name}"
        yield "   " + _("RUC {ruc} · Register {register}").format(ruc=holder.ruc, register=holder.register)
    if facts.destination:
        destination = _("Destination")
        yield f"{destination}: {facts.destination}"
    for step in facts.steps:
        yield f"{texts.moment(step.at)} - {_(texts.MOVEMENT[step.movement])}"
        yield f"   {step.person}, {facts.agent(step.party).name}"
        for product in facts.products:
            yield from (f"   {line}" for line in _line(product, step))
        yield from (f"   {paper}" for paper in texts.papers_declared(step.declared))
        if reason := step.declared.get("reason") or step.declared.get("remark"):
            yield "   " + _("Reason: {reason}").format(reason=reason)
        if exception := texts.exception_of(step.declared):
            yield f"   {exception}"


def _line(product: Product, step: Step) -> Iterator[str]:
    """Yield what the movement declared of a product, if anything."""
    rejected = step.declared.get("rejected", {})
    if product.position in step.quantities:
        yield texts.line_of(step.quantities[product.position], product.name, product.unit)
    if str(product.position) in rejected:
        yield f"• {product.name}: " + _("rejected") + f" ({rejected[str(product.position)]})"
