"""The demo's story as data: users, campaigns, clips and payouts.

Times are in days before or after the seeding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize

from swivi.domain.accounts.demo_emails import DEMO_ADMIN_EMAIL, DEMO_CLIPPER_EMAIL, DEMO_DOMAIN
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.platforms.models import Platform

HISTORY_DAYS = 14
HOURS_BETWEEN_RUNS = 12

ADMIN = "admin"
CASEY = "clipper"
"""The clipper that visitors sign in as."""

USERS: Mapping[str, tuple[str, str]] = {
    ADMIN: (DEMO_ADMIN_EMAIL, "Alex Morgan"),
    CASEY: (DEMO_CLIPPER_EMAIL, "Casey Rivera"),
    "jordan": (f"jordan@{DEMO_DOMAIN}", "Jordan Blake"),
    "priya": (f"priya@{DEMO_DOMAIN}", "Priya Nair"),
    "mateo": (f"mateo@{DEMO_DOMAIN}", "Mateo Silva"),
    "hana": (f"hana@{DEMO_DOMAIN}", "Hana Kim"),
    "oliver": (f"oliver@{DEMO_DOMAIN}", "Oliver Novak"),
    "zoe": (f"zoe@{DEMO_DOMAIN}", "Zoe Laurent"),
    "malik": (f"malik@{DEMO_DOMAIN}", "Malik Johnson"),
    "ines": (f"ines@{DEMO_DOMAIN}", "Inés Ortega"),
}
"""Email and name by key."""


def handle_of(key: str) -> str:
    """Return a user's handle, which is the same on every platform."""
    plain = normalize("NFKD", USERS[key][1]).encode("ascii", "ignore").decode()
    return plain.casefold().replace(" ", ".")


TIKTOK = Platform.TIKTOK
YOUTUBE = Platform.YOUTUBE
INSTAGRAM = Platform.INSTAGRAM
EVERYWHERE = [platform.value for platform in Platform]


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A campaign.

    `created` is in days ago. `terms` are what an admin enters. `ends_as` is its status after the
    seeding. `starts_in` is in days, for a campaign that is not open yet.
    """

    key: str
    created: float
    terms: Mapping[str, object]
    ends_as: CampaignStatus = CampaignStatus.ACTIVE
    starts_in: float | None = None


CAMPAIGNS = (
    DemoCampaign(
        "coffee",
        14,
        {
            "title": "First Coffee of the Day",
            "brand": "Ember Roasters",
            "description": (
                "Morning routines with our cold brew in the frame. Calm, honest, no hard sell."
            ),
            "requirements": (
                "Show the can in the first three seconds. Tag @emberroasters. No giveaways."
            ),
            "platforms": EVERYWHERE,
            "budget": "600.00",
            "payout_rate": "2.00",
        },
        ends_as=CampaignStatus.COMPLETED,
    ),
    DemoCampaign(
        "summer",
        13.8,
        {
            "title": "Summer Vibes",
            "brand": "Vibe Drinks",
            "description": "Clips of festivals, rooftops and road trips with the new Yuzu Lime.",
            "requirements": (
                "9:16, at least 7 seconds, the can visible. Original sound or the campaign's track."
            ),
            "platforms": EVERYWHERE,
            "budget": "12000.00",
            "payout_rate": "1.20",
        },
    ),
    DemoCampaign(
        "trail",
        13.6,
        {
            "title": "Trail Notes",
            "brand": "Northpine Outdoor",
            "description": "One trail, one lesson, one jacket. We love bad weather.",
            "requirements": "Name the trail. No drones in national parks.",
            "platforms": [YOUTUBE.value, INSTAGRAM.value],
            "budget": "1500.00",
            "payout_rate": "1.80",
            "min_views": 1_000,
        },
        ends_as=CampaignStatus.PAUSED,
    ),
    DemoCampaign(
        "founders",
        13.3,
        {
            "title": "Founders, Unfiltered",
            "brand": "The Runway Podcast",
            "description": "Cut the sharpest minute out of any episode of season three.",
            "requirements": (
                "Subtitles burned in, the guest's name on screen, a link to the episode in the "
                "caption."
            ),
            "platforms": EVERYWHERE,
            "budget": "7500.00",
            "payout_rate": "1.00",
            "platform_rates": {YOUTUBE.value: "1.40"},
            "max_per_clipper": "2000.00",
        },
    ),
    DemoCampaign(
        "arcade",
        12.9,
        {
            "title": "Midnight Arcade: Launch Week",
            "brand": "Pixel Foundry",
            "description": (
                "Your best, worst or funniest run. The game is out, the clock is ticking."
            ),
            "requirements": "At least ten seconds of gameplay. Mention that it is free this week.",
            "platforms": EVERYWHERE,
            "budget": "2000.00",
            "payout_rate": "3.00",
        },
    ),
    DemoCampaign(
        "language",
        9.5,
        {
            "title": "Say It in Ten Seconds",
            "brand": "Lingolight",
            "description": (
                "Teach one phrase in a language you love. The stranger the situation, the better."
            ),
            "requirements": "End on the app's card. Safe for all ages.",
            "platforms": [TIKTOK.value, INSTAGRAM.value],
            "budget": "5000.00",
            "payout_rate": "0.80",
            "max_per_clip": "1500.00",
        },
    ),
    DemoCampaign(
        "winter",
        2,
        {
            "title": "The Winter Drop",
            "brand": "Halden Knitwear",
            "description": (
                "Unbox it, wear it, layer it. Samples go out to the first fifty clippers."
            ),
            "requirements": "Daylight, no filters on the fabric.",
            "platforms": [TIKTOK.value, INSTAGRAM.value],
            "budget": "8000.00",
            "payout_rate": "1.50",
        },
        ends_as=CampaignStatus.SCHEDULED,
        starts_in=3,
    ),
    DemoCampaign(
        "newyear",
        1,
        {
            "title": "New Year, Same You",
            "brand": "Steady Gym",
            "description": "Draft: small habits instead of grand resolutions.",
            "requirements": "",
            "platforms": EVERYWHERE,
            "budget": "3000.00",
            "payout_rate": "1.10",
        },
        ends_as=CampaignStatus.DRAFT,
    ),
)


@dataclass(frozen=True, slots=True)
class DemoClip:
    """A submitted clip.

    `sent` is in days ago. `takes_off` is in days from the seeding, negative for a clip that took
    off before. Until then its views grow slowly to `size`, and from then on by about `pace` a
    minute (see `simulator/growth.py`). `waits` tells whether it is still to be reviewed, `rejected`
    is the reason of a rejection.
    """

    campaign: str
    clipper: str
    platform: Platform
    sent: float
    takes_off: float
    size: int
    pace: int = 320
    waits: bool = False
    rejected: str | None = None


CLIPS = (
    # The two clips that took off complete this campaign.
    DemoClip("coffee", CASEY, TIKTOK, 13.4, 2, 34_000),
    DemoClip("coffee", "jordan", INSTAGRAM, 13.1, -4.1, 42_000),
    DemoClip("coffee", "hana", TIKTOK, 12.2, -3.9, 25_000),
    DemoClip("coffee", "mateo", YOUTUBE, 11.6, 3, 30_000),
    DemoClip("coffee", "zoe", TIKTOK, 10.8, 4, 22_000),
    # Two clips earn most of it; one takes off during the visit.
    DemoClip("summer", "jordan", TIKTOK, 13.3, -3.2, 38_000),
    DemoClip("summer", "priya", YOUTUBE, 12.7, -1.4, 52_000),
    DemoClip("summer", CASEY, TIKTOK, 12.4, 0, 45_000, pace=600),
    DemoClip("summer", "hana", INSTAGRAM, 12.1, 1.5, 40_000),
    DemoClip("summer", "malik", TIKTOK, 11.4, 2.5, 28_000),
    DemoClip("summer", "ines", YOUTUBE, 10.2, 3.5, 61_000),
    DemoClip("summer", "oliver", INSTAGRAM, 8.9, 5, 19_000),
    DemoClip("summer", "zoe", TIKTOK, 6.3, 2, 33_000),
    DemoClip("summer", CASEY, INSTAGRAM, 4.1, 4, 26_000),
    # Paused: new views count after it resumes.
    DemoClip("trail", "oliver", YOUTUBE, 12.6, 1, 48_000),
    DemoClip("trail", "ines", INSTAGRAM, 12.0, 3, 36_000),
    DemoClip("trail", "mateo", YOUTUBE, 9.7, 2, 55_000),
    DemoClip("trail", CASEY, INSTAGRAM, 9.1, 6, 31_000),
    # A podcast: steady.
    DemoClip("founders", "priya", YOUTUBE, 12.5, -2.1, 44_000),
    DemoClip("founders", "malik", TIKTOK, 12.1, 1, 37_000),
    DemoClip("founders", CASEY, YOUTUBE, 11.7, 0, 58_000, pace=400),
    DemoClip("founders", "oliver", INSTAGRAM, 10.5, 2, 29_000),
    DemoClip("founders", "jordan", TIKTOK, 7.8, 4, 46_000),
    DemoClip("founders", "hana", YOUTUBE, 5.2, 3, 63_000),
    # The budget is nearly used up and three clips take off: a visitor sees it complete.
    DemoClip("arcade", "zoe", TIKTOK, 12.3, 0, 52_000, pace=2_600),
    DemoClip("arcade", "malik", YOUTUBE, 11.9, 0, 47_000, pace=2_400),
    DemoClip("arcade", CASEY, TIKTOK, 9.4, 0, 35_000, pace=2_200),
    DemoClip("arcade", "mateo", INSTAGRAM, 8.2, 2, 41_000),
    DemoClip("arcade", "ines", TIKTOK, 6.1, 3, 30_000),
    # A young campaign.
    DemoClip("language", "ines", TIKTOK, 8.8, -2.4, 33_000),
    DemoClip("language", "hana", INSTAGRAM, 8.1, 1, 39_000),
    DemoClip("language", "priya", TIKTOK, 6.6, 2, 27_000),
    DemoClip("language", CASEY, TIKTOK, 5.7, 3, 50_000),
    DemoClip("language", "zoe", INSTAGRAM, 3.9, 5, 24_000),
    # For the review queue.
    DemoClip("summer", "mateo", TIKTOK, 1.3, 1, 21_000, waits=True),
    DemoClip("founders", "zoe", INSTAGRAM, 0.9, 2, 34_000, waits=True),
    DemoClip("language", CASEY, INSTAGRAM, 0.6, 3, 18_000, waits=True),
    DemoClip("arcade", "jordan", TIKTOK, 0.4, 1, 27_000, waits=True),
    DemoClip("summer", "malik", YOUTUBE, 0.1, 2, 40_000, waits=True),
    # Rejected.
    DemoClip(
        "founders",
        CASEY,
        TIKTOK,
        6.9,
        2,
        23_000,
        rejected="The subtitles are missing. Add them and send it again.",
    ),
    DemoClip(
        "trail",
        "jordan",
        INSTAGRAM,
        8.4,
        3,
        20_000,
        rejected="This is a drone shot inside a national park.",
    ),
)

REVIEW_TAKES_DAYS = 0.2

PAUSES = ("trail", 2.2)
"""The campaign that is paused, and how many days ago."""

LAST_CENTS = ("arcade", 4_00)
"""The campaign whose budget is cut at the end, and how many cents stay at least.

The budget stays a whole number of dollars. The campaign's clips earn about $20 a minute by then, so
the first tracking run that a visitor sees uses it up.
"""


@dataclass(frozen=True, slots=True)
class DemoPayout:
    """A payout request, `asked` days ago for `amount` dollars.

    It was paid with `transaction_id`, rejected for the reason `rejected`, or is still open.
    """

    clipper: str
    asked: float
    amount: str
    method: str
    details: str
    transaction_id: str | None = None
    rejected: str | None = None


PAYOUTS = (
    DemoPayout(
        CASEY,
        5.2,
        "40.00",
        "paypal",
        "casey@old-mail.example",
        rejected="PayPal does not know this address.",
    ),
    DemoPayout(
        CASEY, 2.4, "80.00", "paypal", "casey@rivera.example", transaction_id="5TY05013RG002845M"
    ),
    DemoPayout("jordan", 0.7, "250.00", "bank", "DE89 3704 0044 0532 0130 00"),
)
DECISION_TAKES_DAYS = 0.3
