"""Stored totals of payout requests and their amounts, by status.

Database triggers (alembic/versions/2026_11_28_counted_lists.py) update them in the transaction of
the change.
"""

from sqlalchemy import Table
from sqlmodel import SQLModel

from swivi.core.totals import key_word, total

PAYOUTS = Table(
    "payout_tallies", SQLModel.metadata, key_word("status"), total("requests"), total("amount")
)
