"""The channels, one file each: what comes in becomes an Incoming, an Outgoing becomes what the platform wants."""
