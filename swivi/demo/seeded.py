"""Whether a database has the demo. Checked at each start, so this module imports very little."""

from sqlmodel import select

from swivi.core.db import Database
from swivi.demo.errors import NotADemoDatabase, SeedingCutOff
from swivi.domain.accounts.demo_emails import DEMO_ADMIN_EMAIL
from swivi.domain.accounts.models import User
from swivi.domain.ledger.models import AuditEntry

SEEDED = "demo.seeded"
"""The action in the audit log that marks a finished seeding."""


async def is_seeded(database: Database) -> bool:
    """Return whether the whole demo is in the database; False for a migrated, empty one.

    Raises NotADemoDatabase, SeedingCutOff.
    """
    async with database.reading() as session:
        if (await session.exec(select(AuditEntry.id).where(AuditEntry.action == SEEDED))).first():
            return True
        emails = (await session.exec(select(User.email).limit(1_000))).all()
    if DEMO_ADMIN_EMAIL in emails:
        raise SeedingCutOff
    if emails:
        raise NotADemoDatabase
    return False
