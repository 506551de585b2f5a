"""The demo cast: the agents of the SCOP manual and invented ones of every other activity. No real person's data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, func, select

from bot.store import Reach, addresses
from core.db import Database
from core.ruc import check_digit
from core.statements import agents, brands, certificates, memberships, people, policies, vehicles
from core.terms import Activity, Currency, Role, Standing, Trade

PLANT, DISTRIBUTOR, SHOP = "CHARLES BUKOWSKY SRL - PTA CALLAO", "MR. HYDE", "EMILE CIORAN SRL"


def invented(activity: Activity) -> str:
    """Return the name of the invented agent of an activity."""
    return f"{activity.value} DE PRUEBA SAC"


KNOWN_AGENTS = (
    (PLANT, Activity.BOTTLING_PLANT, "CALLAO/CALLAO/CALLAO", "AV. NESTOR GAMBETTA KM 7", Decimal(600_000)),
    (
        DISTRIBUTOR,
        Activity.CYLINDER_DISTRIBUTOR,
        "LIMA/LIMA/SANTIAGO DE SURCO",
        "AV. PRIMAVERA N 1290 OF. 401 URB. VALLE HERMOSO DE MONTERRICO",
        Decimal(60_000),
    ),
    (SHOP, Activity.RETAIL_SHOP, "LIMA/LIMA/BARRANCO", "JR. UNION N 120", Decimal(12_000)),
)
BRANDS = ("JOYCE GAS", "PROUST GAS")
CAST = (
    ("Operador de planta", PLANT, Role.OPERATOR, "+51900000001", "900000001"),
    ("Titular de MR. HYDE", DISTRIBUTOR, Role.OWNER, "+51900000002", "900000002"),
    ("Titular de EMILE CIORAN", SHOP, Role.OWNER, "+51900000003", "900000003"),
    ("Chofer de MR. HYDE", DISTRIBUTOR, Role.DRIVER, "+51900000004", "900000004"),
    ("Titular a granel", invented(Activity.BULK_DISTRIBUTOR), Role.OWNER, "+51900000005", "900000005"),
    ("Titular de la estación", invented(Activity.STATION_WITH_LPG), Role.OWNER, "+51900000006", "900000006"),
    ("Operador mayorista", invented(Activity.WHOLESALER), Role.OPERATOR, "+51900000007", "900000007"),
    ("Titular del grifo", invented(Activity.STATION), Role.OWNER, "+51900000008", "900000008"),
)
TANKS = Decimal(30_000)
"""Gallons that each agent of the cast may store, of bulk LPG and of liquid fuels."""
ENOUGH = Decimal(1_000)
"""UIT: the highest minimum of DS 01-94-EM art. 32."""
TRUCKS = (
    ("F1X-710", Activity.BULK_DISTRIBUTOR, Trade.BULK, Decimal(6_000)),
    ("T8A-870", Activity.BULK_DISTRIBUTOR, Trade.BULK, Decimal(3_500)),
    ("B7K-801", Activity.WHOLESALER, Trade.LIQUIDS, Decimal(9_000)),
    ("C2P-905", Activity.CARRIER, Trade.LIQUIDS, Decimal(5_000)),
    ("D4M-316", Activity.CARRIER, Trade.BULK, Decimal(12_000)),
)
"""The tank trucks of the cast: plate, holder, what they carry and their capacity in gallons."""
REGISTERED_ON = date(2018, 5, 1)
CHANNELS_BY_PHONE = ("whatsapp", "phone", "console")


def load(database: Database) -> bool:
    """Put the cast into an empty database; return whether it was empty."""
    with database.transaction() as tx:
        if tx.execute(select(func.count()).select_from(agents)).scalar_one():
            return False
        ids = _load_agents(tx)
        tx.execute(brands.insert(), [{"name": name, "packer_id": ids[PLANT]} for name in BRANDS])
        _load_papers(tx, ids)
        for name, agent, role, phone, chat in CAST:
            _load_person(tx, name, ids[agent], role, phone, chat)
    return True


def _load_agents(tx: Connection) -> dict[str, int]:
    known = {activity for _name, activity, *_rest in KNOWN_AGENTS}
    others = [
        (invented(activity), activity, "LIMA/LIMA/LIMA", "AV. DE PRUEBA N 100", Decimal(300_000))
        for activity in Activity
        if activity not in known
    ]
    rows = [
        {
            "register_number": f"{90000 + number}-0{10 + number}-010518",
            "ruc": _ruc(number),
            "name": name,
            "activity": activity,
            "place": place,
            "address": address,
            "valid_from": REGISTERED_ON,
            "valid_to": None,
            "standing": Standing.VALID,
            "capacity": capacity,
            "capacity_bulk": TANKS,
            "capacity_liquids": TANKS,
        }
        for number, (name, activity, place, address, capacity) in enumerate((*KNOWN_AGENTS, *others), start=1)
    ]
    tx.execute(agents.insert(), rows)
    return {name: key for key, name in tx.execute(select(agents.c.id, agents.c.name))}


def _load_papers(tx: Connection, ids: dict[str, int]) -> None:
    """Give everybody an insurance that is enough for all that they may store, the shop its certificate, and trucks."""
    always = {"valid_from": REGISTERED_ON, "valid_to": None}
    insured = {"insurer": "SEGUROS DE PRUEBA", "plate": "", "cover": ENOUGH, "currency": Currency.TAX_UNITS, **always}
    tx.execute(policies.insert(), [{"number": f"RC-{key:04d}", "agent_id": key, **insured} for key in ids.values()])
    certificate = {"number": "CC-0001", "shop_id": ids[SHOP], "packer_id": ids[PLANT], **always}
    tx.execute(certificates.insert(), certificate)
    for number, (plate, activity, trade, capacity) in enumerate(TRUCKS, start=1):
        holder = ids[invented(activity)]
        entry = {"register_number": f"{95000 + number}-038-010518", "standing": Standing.VALID, **always}
        tx.execute(
            vehicles.insert(), {"plate": plate, "agent_id": holder, "trade": trade, "capacity": capacity, **entry}
        )
        policy = {"number": f"RC-{plate}", "agent_id": holder, **insured, "plate": plate}
        tx.execute(policies.insert(), policy)


def _ruc(number: int) -> str:
    first_ten = f"20999{number:05d}"
    return f"{first_ten}{check_digit(first_ten)}"


def _load_person(tx: Connection, name: str, agent_id: int, role: Role, phone: str, chat: str) -> None:
    key = tx.execute(people.insert(), {"name": name, "phone": phone, "locale": "es_PE"}).inserted_primary_key
    person_id = key[0] if key else 0
    member = {"person_id": person_id, "agent_id": agent_id, "role": role, "may_close": False}
    tx.execute(memberships.insert(), member)
    places = [*((channel, phone) for channel in CHANNELS_BY_PHONE), ("telegram", chat)]
    tx.execute(
        addresses.insert(),
        [
            {
                "channel": channel,
                "external_id": external_id,
                "person_id": person_id,
                "talk": {},
                "reach": Reach.ACTIVE,
                "wrong_codes": 0,
            }
            for channel, external_id in places
        ],
    )
