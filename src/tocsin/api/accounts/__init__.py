"""Accounts: who may sign in, with what, and what they changed.  One SQLite file of their own."""
