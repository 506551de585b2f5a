"""Receipts as pictures for a phone screen: drawn, sealed, and checked again from the command line."""
