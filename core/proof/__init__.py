"""Proof: receipts that can be checked without the database, and a journal in which a change shows.

`facts` says what a receipt tells, `keys` signs and checks, `receipts` makes the token and the short code, `picture`
seals a PNG, `chain` links the journal's entries and `seals` signs how far it has come. All of it pure.
"""
