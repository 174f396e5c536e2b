"""Import every table once, so that SQLModel's metadata is complete."""

from sqlmodel import SQLModel

from swivi.core import idempotency as _idempotency
from swivi.core import leases as _leases
from swivi.core import rates as _rates
from swivi.domain.accounts import models as _accounts
from swivi.domain.accounts import tallies as _people
from swivi.domain.campaigns import models as _campaigns
from swivi.domain.clips import models as _clips
from swivi.domain.clips import tallies as _tallies
from swivi.domain.ledger import account_days as _account_days
from swivi.domain.ledger import models as _ledger
from swivi.domain.mail import models as _mail
from swivi.domain.notifications import models as _notifications
from swivi.domain.payouts import models as _payouts
from swivi.domain.payouts import tallies as _payouts_kept
from swivi.domain.reconciliation import models as _audits
from swivi.domain.seals import models as _seals
from swivi.domain.tracking import models as _tracking
from swivi.domain.webhooks import models as _webhooks

ROOMS = (
    _leases,
    _idempotency,
    _rates,
    _ledger,
    _account_days,
    _accounts,
    _people,
    _mail,
    _notifications,
    _webhooks,
    _campaigns,
    _clips,
    _tallies,
    _payouts,
    _payouts_kept,
    _tracking,
    _audits,
    _seals,
)
METADATA = SQLModel.metadata
