"""Every table, imported once, so that SQLModel's metadata is whole wherever it is asked for."""

from sqlmodel import SQLModel

from swivi.accounts import models as _accounts
from swivi.accounts import tallies as _people
from swivi.audits import models as _audits
from swivi.campaigns import models as _campaigns
from swivi.clips import models as _clips
from swivi.clips import tallies as _tallies
from swivi.core import idempotency as _idempotency
from swivi.core import leases as _leases
from swivi.core import rates as _rates
from swivi.ledger import account_days as _account_days
from swivi.ledger import models as _ledger
from swivi.mail import models as _mail
from swivi.notifications import models as _notifications
from swivi.payouts import models as _payouts
from swivi.payouts import tallies as _payouts_kept
from swivi.seals import models as _seals
from swivi.tracking import models as _tracking
from swivi.webhooks import models as _webhooks

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
