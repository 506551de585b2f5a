"""The channels, one file each: what comes in becomes an Incoming, an Outgoing becomes what the platform wants."""

from bot import logs

logs.tame_libraries()  # before a platform's client logs its first address, whoever loaded it
