"""Addresses of pages: where notifications lead, and that one module spells them."""

import re
from pathlib import Path

import pytest

from swivi import routes
from swivi.domain.accounts.models import Role
from swivi.domain.notifications.models import Notification, NotificationKind

SWIVI = Path(routes.__file__).parent

LEADS = {
    (NotificationKind.SUBMISSION_APPROVED, Role.CLIPPER): "/clippers/clips",
    (NotificationKind.SUBMISSION_REJECTED, Role.CLIPPER): "/clippers/clips",
    (NotificationKind.CLIP_REVOKED, Role.CLIPPER): "/clippers/clips",
    (NotificationKind.CLIP_HELD, Role.CLIPPER): "/clippers/clips/7",
    (NotificationKind.CLIP_HELD, Role.ADMIN): "/admin/tracking",
    (NotificationKind.CAMPAIGN_STARTED, Role.CLIPPER): "/clippers/campaigns/7",
    (NotificationKind.CAMPAIGN_STARTED, Role.ADMIN): "/admin/campaigns/7",
    (NotificationKind.CAMPAIGN_COMPLETED, Role.CLIPPER): "/clippers/clips",
    (NotificationKind.CAMPAIGN_COMPLETED, Role.ADMIN): "/admin/campaigns/7",
    (NotificationKind.PAYOUT_REQUESTED, Role.ADMIN): "/admin/payouts",
    (NotificationKind.PAYOUT_APPROVED, Role.CLIPPER): "/clippers/payouts/7",
    (NotificationKind.PAYOUT_REJECTED, Role.CLIPPER): "/clippers/payouts/7",
    (NotificationKind.PAYOUT_COMPLETED, Role.CLIPPER): "/clippers/payouts/7",
    (NotificationKind.PAYOUT_FAILED, Role.CLIPPER): "/clippers/payouts/7",
    (NotificationKind.PAYOUT_REVERSED, Role.CLIPPER): "/clippers/payouts/7",
    (NotificationKind.TRACKING_STOPPED, Role.ADMIN): "/admin/campaigns/7",
    (NotificationKind.BOOKS_WRONG, Role.ADMIN): "/admin/books",
}


def notification(
    kind: NotificationKind, subject_id: int | None = 7, link: str = ""
) -> Notification:
    return Notification(
        user_id=1, kind=kind, subject_id=subject_id, title="Title", body="Body", link=link
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", NotificationKind)
def test_a_notification_leads_its_reader_to_its_subject(kind: NotificationKind, role: Role) -> None:
    assert routes.of_notification(notification(kind), role) == LEADS.get((kind, role), "")


def test_tracking_that_stopped_for_no_campaign_leads_to_the_tracking_page() -> None:
    stopped = notification(NotificationKind.TRACKING_STOPPED, subject_id=None)
    assert routes.of_notification(stopped, Role.ADMIN) == "/admin/tracking"


@pytest.mark.parametrize("role", Role)
def test_a_notification_of_an_earlier_release_keeps_its_address(role: Role) -> None:
    old = notification(
        NotificationKind.PAYOUT_COMPLETED, subject_id=None, link="/clippers/payouts/3"
    )
    assert routes.of_notification(old, role) == "/clippers/payouts/3"


SPELLED = re.compile(r'"/(admin|clippers|campaigns|login|signup|not-for-you|test/view-tracking)\b')

OWN_ADDRESSES = ("api/",)
"""The API's own paths below /api look the same."""


def test_only_the_routes_spell_a_pages_address() -> None:
    spelling = [
        str(source.relative_to(SWIVI))
        for source in SWIVI.rglob("*.py")
        if source.name != "routes.py" and SPELLED.search(source.read_text())
    ]
    assert [name for name in spelling if not name.startswith(OWN_ADDRESSES)] == []
