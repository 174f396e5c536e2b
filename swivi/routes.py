"""Every page's address. The only module that spells one.

It stands below `api` and `auth_forms`, not in `pages`: the API's notifications, the mails and the
redirects of the sign-in forms lead to pages too.

An id may be a number, a Reflex Var, or a parameter of a route such as `[payout_key]`.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from swivi.domain.accounts.models import Role
from swivi.domain.mail.models import MailKind
from swivi.domain.notifications.models import Notification, NotificationKind

# Everybody's pages
FRONT = "/"
SIGN_IN = "/login"
CODE = "/code"
SIGN_UP = "/signup"
FORGOT = "/forgot"
RESET = "/reset"
VERIFY = "/verify"
NOT_FOR_YOU = "/not-for-you"
NOT_FOUND = "404"
API_DOCS = "/api/docs"

# What a page says after a form was sent
SIGNED_OUT = f"{SIGN_IN}?ended=1"
PASSWORD_RENEWED = f"{SIGN_IN}?renewed=1"
SIGN_UP_MAILED = f"{SIGN_UP}?sent=1"
RESET_MAILED = f"{FORGOT}?sent=1"
VERIFIED = f"{VERIFY}?done=1"

# Clippers' pages
CLIPPER_DASHBOARD = "/clippers/dashboard"
CLIPPER_CAMPAIGNS = "/clippers/campaigns"
CLIPPER_CLIPS = "/clippers/clips"
CLIPPER_PAYOUTS = "/clippers/payouts"
CLIPPER_STATEMENT = "/clippers/statement"
CLIPPER_NOTIFICATIONS = "/clippers/notifications"
CLIPPER_PROFILE = "/clippers/profile"

# Admins' pages
ADMIN_DASHBOARD = "/admin"
ADMIN_SUBMISSIONS = "/admin/submissions"
ADMIN_CAMPAIGNS = "/admin/campaigns"
ADMIN_NEW_CAMPAIGN = "/admin/campaigns/new"
ADMIN_PAYOUTS = "/admin/payouts"
ADMIN_USERS = "/admin/users"
ADMIN_TRACKING = "/admin/tracking"
ADMIN_ANALYTICS = "/admin/analytics"
ADMIN_RECONCILIATION = "/admin/books"
ADMIN_AUDIT_LOG = "/admin/audit"
ADMIN_NOTIFICATIONS = "/admin/notifications"
ADMIN_PROFILE = "/admin/profile"
ADMIN_SETTINGS = "/admin/settings"
SANDBOX = "/test/view-tracking"


def public_campaign(campaign_id: object) -> str:
    """A campaign, for everybody."""
    return f"/campaigns/{campaign_id}"


def clipper_campaign(campaign_id: object) -> str:
    """A campaign, for clippers."""
    return f"{CLIPPER_CAMPAIGNS}/{campaign_id}"


def submit_to(campaign_id: object) -> str:
    """A campaign's page for clippers, with the submit dialog open."""
    return f"{clipper_campaign(campaign_id)}?submit={campaign_id}"


def sign_up_to_submit_to(campaign_id: object) -> str:
    """The sign-up page, which then leads to `submit_to`."""
    campaigns = quote(CLIPPER_CAMPAIGNS, safe="")
    return f"{SIGN_UP}?next={campaigns}%2F{campaign_id}%3Fsubmit%3D{campaign_id}"


def clipper_clip(submission_id: object) -> str:
    """A clipper's own clip."""
    return f"{CLIPPER_CLIPS}/{submission_id}"


def clipper_payout(request_id: object) -> str:
    """The receipt of a clipper's payout request."""
    return f"{CLIPPER_PAYOUTS}/{request_id}"


def admin_campaign(campaign_id: object) -> str:
    """A campaign, for admins."""
    return f"{ADMIN_CAMPAIGNS}/{campaign_id}"


def admin_campaign_edit(campaign_id: object) -> str:
    """The form that changes a campaign."""
    return f"{admin_campaign(campaign_id)}/edit"


def admin_campaign_statement(campaign_id: object) -> str:
    """A campaign's statement."""
    return f"{admin_campaign(campaign_id)}/statement"


def admin_run(run_id: object) -> str:
    """A tracking run."""
    return f"{ADMIN_TRACKING}/{run_id}"


def admin_user(user_id: object) -> str:
    """A user."""
    return f"{ADMIN_USERS}/{user_id}"


def home_of(role: Role) -> str:
    """The first page for this role."""
    return ADMIN_DASHBOARD if role is Role.ADMIN else CLIPPER_DASHBOARD


def sign_in_for(path: str) -> str:
    """The sign-in page, which then leads to `path`."""
    return with_next(SIGN_IN, path)


def with_next(page: str, path: str) -> str:
    """The address of `page` that carries `path`, where to go after signing in; "" for nowhere."""
    return f"{page}?{urlencode({'next': path})}" if path else page


# Browsers read a backslash as a slash, and they drop tabs and line ends. Either could turn a path
# into `//host`.
_LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f\x7f]*")


def local_path(text: str) -> str:
    """Return `text` if it is a path within Swivi, else "".

    A link to the sign-in page must not lead to another site.
    """
    return text if _LOCAL.fullmatch(text) else ""


_OTHER_ROLES_PAGES = {Role.CLIPPER: ("/admin", "/test"), Role.ADMIN: ("/clippers",)}


def path_after_sign_in(wanted: str, role: Role) -> str:
    """Return `wanted` if it is a path within Swivi and not of the other role, else `home_of(role)`.

    A new clipper who came by "Run a campaign" must not land on a page for admins.
    """
    path = local_path(wanted)
    return home_of(role) if not path or path.startswith(_OTHER_ROLES_PAGES[role]) else path


def of_mail(base_url: str, kind: MailKind, token: str) -> str:
    """Return the link of a mail.

    The token follows the #: browsers send that part to no server, and not in the referrer either.
    """
    page = {MailKind.VERIFY: VERIFY, MailKind.RESET: RESET, MailKind.TAKEN: SIGN_IN}[kind]
    return f"{base_url}{page}" if kind is MailKind.TAKEN else f"{base_url}{with_token(page, token)}"


def with_token(page: str, token: str) -> str:
    """The address of `page` with the token of a mail's link."""
    return f"{page}#{quote(token, safe='')}"


def of_notification(notification: Notification, role: Role) -> str:
    """Return where a notification leads its reader, who has this role; "" for nowhere.

    Rows written before notifications had a subject hold the address itself.
    """
    if notification.link:
        return notification.link
    lead = _NOTIFICATIONS[role].get(notification.kind)
    return lead(notification.subject_id) if lead is not None else ""


Lead = Callable[[int | None], str]


def _list(page: str) -> Lead:
    return lambda _: page


def _one(of_id: Callable[[object], str], otherwise: str) -> Lead:
    return lambda subject_id: otherwise if subject_id is None else of_id(subject_id)


_PAYOUT = _one(clipper_payout, CLIPPER_PAYOUTS)

_NOTIFICATIONS: Mapping[Role, Mapping[NotificationKind, Lead]] = {
    Role.CLIPPER: {
        NotificationKind.SUBMISSION_APPROVED: _list(CLIPPER_CLIPS),
        NotificationKind.SUBMISSION_REJECTED: _list(CLIPPER_CLIPS),
        NotificationKind.CLIP_REVOKED: _list(CLIPPER_CLIPS),
        NotificationKind.CLIP_HELD: _one(clipper_clip, CLIPPER_CLIPS),
        NotificationKind.CAMPAIGN_STARTED: _one(clipper_campaign, CLIPPER_CAMPAIGNS),
        NotificationKind.CAMPAIGN_COMPLETED: _list(CLIPPER_CLIPS),
        NotificationKind.PAYOUT_APPROVED: _PAYOUT,
        NotificationKind.PAYOUT_REJECTED: _PAYOUT,
        NotificationKind.PAYOUT_COMPLETED: _PAYOUT,
        NotificationKind.PAYOUT_FAILED: _PAYOUT,
        NotificationKind.PAYOUT_REVERSED: _PAYOUT,
    },
    Role.ADMIN: {
        NotificationKind.CLIP_HELD: _list(ADMIN_TRACKING),
        NotificationKind.CAMPAIGN_STARTED: _one(admin_campaign, ADMIN_CAMPAIGNS),
        NotificationKind.CAMPAIGN_COMPLETED: _one(admin_campaign, ADMIN_CAMPAIGNS),
        NotificationKind.PAYOUT_REQUESTED: _list(ADMIN_PAYOUTS),
        NotificationKind.TRACKING_STOPPED: _one(admin_campaign, ADMIN_TRACKING),
        NotificationKind.BOOKS_WRONG: _list(ADMIN_RECONCILIATION),
    },
}
