"""Reasons not to seed the demo."""

from swivi.core.errors import Conflict


class NotADemoDatabase(Conflict):
    """The database has users who are not part of the demo."""

    code = "not_a_demo_database"

    def __init__(self) -> None:
        super().__init__(
            "This database has users of its own, so the demo was not seeded. Use an empty database."
        )


class SeedingCutOff(Conflict):
    """An earlier seeding started and did not finish."""

    code = "seeding_cut_off"

    def __init__(self) -> None:
        super().__init__("An earlier seeding of the demo did not finish. Use an empty database.")
