"""How many payout requests there are, and what they ask for, kept.

By triggers of the database (alembic/versions/2026_11_28_counted_lists.py), in the transaction that
changes it.
"""

from sqlalchemy import Table
from sqlmodel import SQLModel

from swivi.core.totals import key_word, total

PAYOUTS = Table(
    "payout_tallies", SQLModel.metadata, key_word("status"), total("requests"), total("amount")
)
