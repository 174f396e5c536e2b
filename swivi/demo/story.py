"""The demo's story as data: who, which campaigns, which clips, and when, in days before or after
the seeding.
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
"""The clipper whom visitors sign in as."""

PEOPLE: Mapping[str, tuple[str, str]] = {
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
"""Key -> email and name."""


def handle_of(key: str) -> str:
    """What somebody calls themselves on every platform."""
    plain = normalize("NFKD", PEOPLE[key][1]).encode("ascii", "ignore").decode()
    return plain.casefold().replace(" ", ".")


T, Y, I = Platform.TIKTOK, Platform.YOUTUBE, Platform.INSTAGRAM  # noqa: E741 -- columns of the table below
EVERYWHERE = [T.value, Y.value, I.value]


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A campaign, when it was created (days ago), what it becomes at the end, and its terms as an
    admin types them.
    """

    key: str
    created: float
    terms: Mapping[str, object]
    ends_as: CampaignStatus = CampaignStatus.ACTIVE
    starts_in: float | None = None
    """Days until it opens, for one that is not open yet."""


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
            "platforms": [Y.value, I.value],
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
            "platform_rates": {Y.value: "1.40"},
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
            "platforms": [T.value, I.value],
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
            "platforms": [T.value, I.value],
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
    """A clip that somebody sends.

    `sent` is in days ago. `takes_off` is in days from the seeding, negative for one that took off
    already; until then its views grow slowly to `size`, from then on by about `pace` a minute (see
    `simulator_growth`).
    """

    campaign: str
    clipper: str
    platform: Platform
    sent: float
    takes_off: float
    size: int
    pace: int = 320
    waits: bool = False
    """Whether it is still to be reviewed."""
    rejected: str | None = None


CLIPS = (
    # Completed by the two clips that took off.
    DemoClip("coffee", CASEY, T, 13.4, 2, 34_000),
    DemoClip("coffee", "jordan", I, 13.1, -4.1, 42_000),
    DemoClip("coffee", "hana", T, 12.2, -3.9, 25_000),
    DemoClip("coffee", "mateo", Y, 11.6, 3, 30_000),
    DemoClip("coffee", "zoe", T, 10.8, 4, 22_000),
    # Two clips carry it; one takes off just now.
    DemoClip("summer", "jordan", T, 13.3, -3.2, 38_000),
    DemoClip("summer", "priya", Y, 12.7, -1.4, 52_000),
    DemoClip("summer", CASEY, T, 12.4, 0, 45_000, pace=600),
    DemoClip("summer", "hana", I, 12.1, 1.5, 40_000),
    DemoClip("summer", "malik", T, 11.4, 2.5, 28_000),
    DemoClip("summer", "ines", Y, 10.2, 3.5, 61_000),
    DemoClip("summer", "oliver", I, 8.9, 5, 19_000),
    DemoClip("summer", "zoe", T, 6.3, 2, 33_000),
    DemoClip("summer", CASEY, I, 4.1, 4, 26_000),
    # Paused: what grows now counts once it goes on.
    DemoClip("trail", "oliver", Y, 12.6, 1, 48_000),
    DemoClip("trail", "ines", I, 12.0, 3, 36_000),
    DemoClip("trail", "mateo", Y, 9.7, 2, 55_000),
    DemoClip("trail", CASEY, I, 9.1, 6, 31_000),
    # A podcast: steady.
    DemoClip("founders", "priya", Y, 12.5, -2.1, 44_000),
    DemoClip("founders", "malik", T, 12.1, 1, 37_000),
    DemoClip("founders", CASEY, Y, 11.7, 0, 58_000, pace=400),
    DemoClip("founders", "oliver", I, 10.5, 2, 29_000),
    DemoClip("founders", "jordan", T, 7.8, 4, 46_000),
    DemoClip("founders", "hana", Y, 5.2, 3, 63_000),
    # Nearly used up, and three clips take off now: a visitor sees it complete within a minute.
    DemoClip("arcade", "zoe", T, 12.3, 0, 52_000, pace=2_600),
    DemoClip("arcade", "malik", Y, 11.9, 0, 47_000, pace=2_400),
    DemoClip("arcade", CASEY, T, 9.4, 0, 35_000, pace=2_200),
    DemoClip("arcade", "mateo", I, 8.2, 2, 41_000),
    DemoClip("arcade", "ines", T, 6.1, 3, 30_000),
    # A young campaign.
    DemoClip("language", "ines", T, 8.8, -2.4, 33_000),
    DemoClip("language", "hana", I, 8.1, 1, 39_000),
    DemoClip("language", "priya", T, 6.6, 2, 27_000),
    DemoClip("language", CASEY, T, 5.7, 3, 50_000),
    DemoClip("language", "zoe", I, 3.9, 5, 24_000),
    # For the review queue.
    DemoClip("summer", "mateo", T, 1.3, 1, 21_000, waits=True),
    DemoClip("founders", "zoe", I, 0.9, 2, 34_000, waits=True),
    DemoClip("language", CASEY, I, 0.6, 3, 18_000, waits=True),
    DemoClip("arcade", "jordan", T, 0.4, 1, 27_000, waits=True),
    DemoClip("summer", "malik", Y, 0.1, 2, 40_000, waits=True),
    # Sent back.
    DemoClip(
        "founders",
        CASEY,
        T,
        6.9,
        2,
        23_000,
        rejected="The subtitles are missing. Add them and send it again.",
    ),
    DemoClip(
        "trail",
        "jordan",
        I,
        8.4,
        3,
        20_000,
        rejected="This is a drone shot inside a national park.",
    ),
)

REVIEW_TAKES_DAYS = 0.2

PAUSES = ("trail", 2.2)
"""Which campaign is paused, and how many days ago."""

LAST_CENTS = ("arcade", 4_00)
"""Which campaign's budget is cut at the end, to a whole number of dollars at least so many cents
above what is spent.

Its clips earn about $20 a minute by then: the first tracking run that a visitor sees uses it up.
"""


@dataclass(frozen=True, slots=True)
class DemoPayout:
    """A payout request (days ago, dollars) and how it went: paid with a transaction id, rejected,
    or still open.
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
