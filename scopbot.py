"""The console script: starts the processes and gives operators their commands."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.engine import make_url

from bot import demo, inviting, logs, missed, registry, supervised
from bot.handlers import console as terminal
from bot.i18n import language
from bot.questions import YEARS
from bot.receipts import checking
from bot.receipts.issuing import demo_keyring, make_demo_key
from bot.reports import ordering
from bot.reports.forms import Form
from bot.runtime import Runtime
from bot.settings import BadSettings, Settings, load
from bot.understanding import explaining, inspecting
from bot.understanding.whose import UnknownPersonError
from core import clock, codes, schema
from core.importing import Kind, Report, import_file
from core.proof import journal as chain
from core.proof import picture
from core.proof.keys import BadKeyError, Keyring, new_signing_key
from core.reports.sums import Tally
from core.terms import Party, Role, Status

app = typer.Typer(
    help="Gas and fuel orders by chat.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
db = typer.Typer(help="The database.", no_args_is_help=True)
telegram = typer.Typer(help="Telegram.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(telegram, name="telegram")
whatsapp = typer.Typer(help="WhatsApp.", no_args_is_help=True)
app.add_typer(whatsapp, name="whatsapp")
journal = typer.Typer(help="The journal: whether anybody changed it.", no_args_is_help=True)
app.add_typer(journal, name="journal")
reminders = typer.Typer(help="Reminders: what is decided, and why.", no_args_is_help=True)
app.add_typer(reminders, name="reminders")
screen = Console()
errors = Console(stderr=True)

STOP_PATIENCE = 15
"""Seconds that a process gets to stop by itself."""


def settings() -> Settings:
    """Return the settings, or stop with what is wrong with them."""
    try:
        found = load()
    except BadSettings as bad:
        errors.print(str(bad), style="red", highlight=False)
        raise typer.Exit(2) from None
    logs.set_up(found.log_level, found.log_format)
    return found


def prepare(found: Settings) -> None:
    """Bring the database to the newest form, and load the demo cast where it is wanted."""
    database = found.runtime().database
    schema.upgrade(database)
    if found.bot_demo:
        make_demo_key(database)
        if demo.load(database):
            errors.print("The demo cast is loaded.")
    database.close()


@app.command()
def run() -> None:
    """Start web and worker together; Ctrl-C stops both. Prepares the database first."""
    found = settings()
    prepare(found)
    where = f"http://{found.host}:{found.port}/"
    errors.print(f"scopbot answers at {where}" + (" (the phones page)" if found.bot_demo else ""), highlight=False)
    sys.exit(_watch([_start(name) for name in ("web", "worker")]))


def _start(name: str) -> subprocess.Popen[bytes]:
    """Start one process in a group of its own: a Ctrl-C reaches it once, from here, and not from the terminal too."""
    environment = {**os.environ, supervised.VARIABLE: "1"}
    return subprocess.Popen([sys.executable, "-m", "scopbot", name], process_group=0, env=environment)  # noqa: S603


def _watch(processes: list[subprocess.Popen[bytes]]) -> int:
    """Wait until one process ends or the person stops it; then stop the others and return the exit status."""
    stopping = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_args: stopping.append(True))
    while not stopping and all(process.poll() is None for process in processes):
        try:
            processes[0].wait(0.3)
        except subprocess.TimeoutExpired:
            continue
    fallen = [process for process in processes if process.poll() not in (None, 0)]
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return 1 if fallen and not stopping else 0


@app.command()
def web(workers: Annotated[int | None, typer.Option(help="Processes; one on SQLite.")] = None) -> None:
    """Start the web process: webhooks, health, and the phones page in the demo."""
    from granian import Granian  # noqa: PLC0415 - only this process needs the server
    from granian.constants import Interfaces  # noqa: PLC0415

    found = settings()
    supervised.stop_with_parent()
    on_sqlite = found.database_url.startswith("sqlite")
    Granian(
        target="bot.app:serving",
        factory=True,
        interface=Interfaces.WSGI,
        address=found.host,
        port=found.port,
        workers=workers or (1 if on_sqlite else 2),
        blocking_threads=8,
        workers_kill_timeout=5,
        backlog=1024,
        log_enabled=found.log_level == "DEBUG",
        websockets=False,
    ).serve()


@app.command()
def worker() -> None:
    """Start the worker: sends what waits, answers what was left, keeps the clock."""
    from reminders import worker as process  # noqa: PLC0415 - only this process needs the platforms' clients

    found = settings()
    supervised.stop_with_parent()
    process.run(found, found.runtime())


@app.command()
def chat(
    phone: Annotated[str, typer.Option("--as", help="Phone of the person who types.")] = "+51900000003",
) -> None:
    """Talk to the bot here. A line "@+51900000002" hands the terminal to somebody else."""
    found = settings()
    logs.set_up("ERROR", found.log_format)
    prepare(found)
    registry.discover()
    screen.print(f"[dim]Usted escribe como {phone}. Pruebe: menú. Salga con Ctrl-D.[/dim]")
    terminal.chat(found.runtime(), phone, _lines(), _say)


def _lines() -> Iterator[str]:
    """Yield the lines that a person types, until Ctrl-D."""
    while True:
        try:
            yield input("> ")
        except (EOFError, KeyboardInterrupt):
            return


def _say(phone: str, text: str) -> None:
    screen.print(f"[bold cyan]{phone}[/bold cyan]")
    screen.print(text, markup=False, highlight=False)
    screen.print()


@db.command()
def upgrade() -> None:
    """Bring the database to the newest form. Run it once at each release, before the processes start."""
    found = settings()
    prepare(found)
    errors.print("The database is up to date.")


@app.command()
def understand(
    text: Annotated[str, typer.Argument(help="What the person types; or the word report.")],
    who: Annotated[str, typer.Option("--as", help="Phone, chat or name of the person who types.")] = "+51900000003",
    json_: Annotated[bool, typer.Option("--json", help="Print JSON: one object, or one a line.")] = False,
    most: Annotated[int, typer.Option(help="Of the report: how many.")] = 50,
) -> None:
    """Print what a message means when this person sends it now, and what it was taken from. Changes nothing.

    `scopbot understand report` prints what was not understood, the most frequent first.
    """
    found = settings()
    prepare(found)
    if text == "report":
        _report(found.runtime(), most, json_)
        return
    try:
        meaning = inspecting.understood_as(found.runtime(), who, text)
    except UnknownPersonError as unknown:
        errors.print(str(unknown), style="red", highlight=False)
        raise typer.Exit(1) from None
    said = json.dumps(explaining.as_json(meaning), ensure_ascii=False) if json_ else explaining.explain(meaning)
    screen.print(said, markup=False, highlight=False, soft_wrap=True)


def _report(runtime: Runtime, most: int, as_json: bool) -> None:
    with runtime.database.reading() as tx:
        listed = missed.report(tx, most)
    for one in listed:
        where = one.place or "idle"
        line = f"{one.times} x {one.text} ({one.kind}; {where}; last on {one.last_at:%Y-%m-%d})"
        facts = {"times": one.times, "text": one.text, "kind": one.kind, "place": one.place}
        said = json.dumps(facts | {"last_at": one.last_at.isoformat()}, ensure_ascii=False) if as_json else line
        screen.print(said, markup=False, highlight=False, soft_wrap=True)
    if not listed:
        errors.print("Everything was understood so far.")


@app.command("import")
def import_(
    kind: Annotated[Kind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count; write nothing.")] = False,
) -> None:
    """Import the register and its papers from CSV, agents first: the whole file or nothing."""
    found = settings()
    runtime = found.runtime()
    schema.upgrade(runtime.database)
    with Progress(console=errors, transient=True) as progress:
        task = progress.add_task(kind.value, total=None)
        report = import_file(
            runtime.database,
            kind,
            file,
            dry_run=dry_run,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    _tell(report, dry_run)
    if report.problems:
        raise typer.Exit(1)


def _tell(report: Report, dry_run: bool) -> None:
    if report.problems:
        table = Table("line", "column", "problem")
        for problem in report.problems:
            table.add_row(str(problem.line), problem.column, problem.message)
        errors.print(table)
        errors.print("Nothing was imported.", style="red")
        return
    verb = "would be" if dry_run else "were"
    errors.print(
        f"{report.rows} rows: {report.added} {verb} added, {report.updated} updated, {report.unchanged} unchanged."
    )


@app.command()
def invite(
    agent: Annotated[str, typer.Argument(help="Register number, RUC or name of the agent.")],
    name: Annotated[str, typer.Option(help="Name of the person.")],
    role: Annotated[Role, typer.Option(help="What the person may do.", case_sensitive=False)] = Role.OPERATOR,
) -> None:
    """Make an invitation: one code, one use, for a week."""
    found = settings()
    runtime = found.runtime()
    schema.upgrade(runtime.database)
    try:
        invited_to, code = inviting.invite(runtime, agent, role, name)
    except inviting.UnknownAgentNameError as unknown:
        errors.print(str(unknown), style="red")
        raise typer.Exit(1) from None
    errors.print(f"{name} joins {invited_to} as {role.value} by writing to the bot:")
    screen.print(f"ALTA {code}", highlight=False)
    if link := runtime.join_links(code):
        screen.print(link, highlight=False, soft_wrap=True)


SIDES = {"buyer": Party.BUYER, "seller": Party.SELLER}


@app.command()
def report(
    first: Annotated[str, typer.Option("--from", help="The first day, like 2026-11-01: of the request, in Lima.")],
    last: Annotated[str, typer.Option("--to", help="The last day, included.")],
    agent: Annotated[str, typer.Option(help="Register number, RUC or name; without it, everybody's orders.")] = "",
    state: Annotated[
        list[Status] | None, typer.Option(help="Only orders that are there now; may be repeated.", case_sensitive=False)
    ] = None,
    other: Annotated[str, typer.Option("--with", help="Only orders with this counterpart of the agent's.")] = "",
    side: Annotated[str, typer.Option("--as", help="Only orders in which the agent is the buyer, or seller.")] = "",
    late: Annotated[
        bool, typer.Option("--late", help="Only what was closed late, or should be closed by now.")
    ] = False,
    form: Annotated[
        Form | None, typer.Option("--format", help="By default what the name of FILE says, else csv.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; without it CSV goes to the screen.")
    ] = None,
) -> None:
    """Write a report of the orders that were requested on some days: lines, movements, delays, and their sums."""
    if side and side not in SIDES:
        raise _wrong("--as must be buyer or seller")
    form = form or (Form.XLSX if out and out.suffix.lower() == ".xlsx" else Form.CSV)
    if form is Form.XLSX and out is None:
        raise _wrong("--format xlsx needs --out FILE")
    statuses = frozenset(state or ())
    asked = ordering.Asked(_day(first, "--from"), _day(last, "--to"), agent, statuses, other, SIDES.get(side), late)
    found = settings()
    database, at = found.runtime().database, clock.now()
    try:
        with language(found.bot_locale), ordering.whole(out) if out else nullcontext(sys.stdout.buffer) as file:
            summary = ordering.report(database, asked, form, file, at)
    except (ordering.BadOrderError, OSError) as bad:
        raise _wrong(str(bad)) from None
    finally:
        database.close()
    _tell_sums(summary.tally, out)


def _day(text: str, option: str) -> date:
    for spelling in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            day = datetime.strptime(text.strip(), spelling).replace(tzinfo=clock.LIMA).date()
        except ValueError:
            continue
        if day.year in YEARS:
            return day
    raise _wrong(f"{option}: {text!r} is not a day like 2026-11-20 or 20/11/2026")


def _wrong(said: str) -> typer.Exit:
    """Say what is wrong with the command, and return how it ends."""
    errors.print(said, style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(2)


def _counted(orders: int) -> str:
    return "1 order" if orders == 1 else f"{orders} orders"


def _tell_sums(tally: Tally, out: Path | None) -> None:
    late, overdue = tally.closed_late, tally.overdue
    where = f" in {out}" if out else ""
    said = f"{_counted(tally.orders)}{where}: {late.count} closed late (at most {late.worst} days)"
    told = f"{said}, {overdue.count} overdue (at most {overdue.worst} days)."
    errors.print(told, markup=False, highlight=False, soft_wrap=True)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A receipt, as the bot sent it.")],
    key: Annotated[list[str] | None, typer.Option(help="A public key; without any, those of the settings.")] = None,
) -> None:
    """Say whether a receipt is authentic, offline: by the keys of the settings, or else by the demo's own."""
    try:
        keyring = Keyring(public=key) if key else _keyring_here(settings())
    except BadKeyError as bad:
        errors.print(f"--key: {bad}", style="red", highlight=False)
        raise typer.Exit(2) from None
    finding = picture.examine(file.read_bytes()[: picture.LARGEST + 1], keyring)
    with language(os.environ.get("BOT_LOCALE")):
        for line in checking.report(finding):
            screen.print(line, markup=False, highlight=False, soft_wrap=True)
    if finding.verdict is not picture.Verdict.AUTHENTIC:
        raise typer.Exit(1)


def _keyring_here(found: Settings) -> Keyring:
    """Return the keys of the settings; where there is none, that of the demo, if its file is here."""
    own, url = found.keyring(), make_url(found.database_url)
    if own.public_keys() or url.get_backend_name() != "sqlite" or not Path(url.database or "").is_file():
        return own
    database = found.runtime().database
    try:
        return demo_keyring(database)()
    finally:
        database.close()


@app.command("receipt-key")
def receipt_key() -> None:
    """Make a new key for receipts: the settings of the one that signs, and what others need to check."""
    signing = new_signing_key()
    screen.print(f"RECEIPT_SIGNING_KEY={signing}", markup=False, highlight=False, soft_wrap=True)
    (public,) = Keyring(signing).public_keys()
    errors.print(f"Its public key, no secret: {public}", markup=False, highlight=False, soft_wrap=True)
    errors.print("To retire the key before it, add that one's public key to RECEIPT_PUBLIC_KEYS.", highlight=False)


@journal.command("verify")
def verify_journal() -> None:
    """Look at every movement that was ever journalled; name the first that is not as it was written."""
    found = settings()
    keyring, database = found.keyring(), found.runtime().database
    walk = chain.Walk()
    wrong = chain.examine(database, keyring, walk)
    database.close()
    for line in checking.of_journal(wrong, walk, keyring):
        (errors if wrong else screen).print(line, markup=False, highlight=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


@telegram.command("set-webhook")
def set_webhook() -> None:
    """Tell Telegram where updates go, and the commands. Once per deployment, not at every start."""
    from bot.handlers import telegram_setup  # noqa: PLC0415 - loads the client

    found = settings()
    if not found.has_telegram or not found.public_base_url:
        errors.print("Set TELEGRAM_BOT_TOKEN and PUBLIC_BASE_URL first.", style="red")
        raise typer.Exit(2)
    address = asyncio.run(telegram_setup.set_webhook(found))
    screen.print(f"Telegram sends updates to {address}", highlight=False)


@telegram.command("commands")
def set_commands() -> None:
    """Tell Telegram the commands that its menu lists, in each language."""
    from bot.handlers import telegram_setup  # noqa: PLC0415 - loads the client

    found = settings()
    if not found.has_telegram:
        errors.print("Set TELEGRAM_BOT_TOKEN first.", style="red")
        raise typer.Exit(2)
    for command in asyncio.run(telegram_setup.set_commands(found)):
        screen.print(f"/{command.command}  {command.description}", highlight=False)


@telegram.command()
def poll() -> None:
    """Start the worker; without PUBLIC_BASE_URL it asks Telegram for updates by long polling."""
    worker()


@whatsapp.command("templates")
def whatsapp_templates(
    check: Annotated[bool, typer.Option("--check", help="Only ask for the state of approval.")] = False,
) -> None:
    """Make the templates at Twilio, submit them to WhatsApp and show their state. Twice does no more than once."""
    from bot.handlers import twilio_client, whatsapp_templates  # noqa: PLC0415 - loads the client

    found = settings()
    if not found.has_whatsapp:
        errors.print("Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_WHATSAPP_FROM first.", style="red")
        raise typer.Exit(2)
    runtime = found.runtime()
    schema.upgrade(runtime.database)
    work = whatsapp_templates.check if check else whatsapp_templates.bring_up_to_date
    table = Table("template", "language", "approval", "content", "remark")
    problems = 0
    for one in work(twilio_client.make_client(found), runtime.database, runtime.clock):
        problems += bool(one.problem)
        table.add_row(one.definition.name, one.definition.language, one.state, one.content_sid, one.remark)
    runtime.database.close()
    screen.print(table)
    if problems:
        errors.print(f"{problems} templates met a problem; run it again to go on.", style="red")
        raise typer.Exit(1)


@reminders.command("sweep")
def sweep_once(
    at: Annotated[
        str, typer.Option(help="As of this moment, like 2026-11-20T18:00-05:00; without a zone, Lima's.")
    ] = "",
) -> None:
    """Decide once who is to be reminded, as of now or of a moment, and print what and why; the worker sends it now."""
    from reminders import sweep, telling  # noqa: PLC0415 - only here

    moment = _moment(at)
    runtime = settings().runtime()
    schema.upgrade(runtime.database)
    decided = sweep.sweep(runtime, moment)
    sweep.send_at_once(runtime)
    with runtime.database.reading() as tx:
        for one in decided:
            for line in telling.told(tx, one, moment, runtime.hours):
                screen.print(line, markup=False, highlight=False, soft_wrap=True)
    if not decided:
        screen.print("Nobody is to be reminded of anything.", highlight=False)


@reminders.command()
def explain(
    code: Annotated[str, typer.Argument(help="The order's eleven digits; or an agent's RUC or register number.")],
    at: Annotated[str, typer.Option(help="As of this moment.")] = "",
) -> None:
    """Print the whole timetable of one order, or of an agent's papers: what was sent, and what is to come."""
    from reminders import papers, telling  # noqa: PLC0415 - only here

    runtime, moment = settings().runtime(), _moment(at)
    lines = telling.explain(runtime, codes.normalise(code) or code, moment) or papers.explain(runtime, code, moment)
    for line in lines:
        screen.print(line, markup=False, highlight=False, soft_wrap=True)
    if not lines:
        errors.print("There is no such order or agent.", style="red")
        raise typer.Exit(1)


def _moment(text: str) -> datetime:
    """Return the moment, now without one; stop with what is wrong."""
    try:
        found = datetime.fromisoformat(text) if text else clock.now()
    except ValueError:
        errors.print(f"{text!r} is not a moment like 2026-11-20T18:00-05:00", style="red", markup=False)
        raise typer.Exit(2) from None
    return (found if found.tzinfo else found.replace(tzinfo=clock.LIMA)).astimezone(UTC)


if __name__ == "__main__":
    app()
