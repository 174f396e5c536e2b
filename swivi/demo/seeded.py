"""Whether a database is the demo's already: asked at each start, so it imports next to nothing."""

from sqlmodel import select

from swivi.core.db import Database
from swivi.demo.errors import NotADemoDatabase, SeedingCutOff
from swivi.domain.accounts.demo_emails import DEMO_ADMIN_EMAIL
from swivi.domain.accounts.models import User
from swivi.domain.ledger.models import AuditEntry

SEEDED = "demo.seeded"
"""The audit log's word for a seeding that came to its end."""


async def is_seeded(database: Database) -> bool:
    """Whether the whole demo is there; False for a migrated, empty database.

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
