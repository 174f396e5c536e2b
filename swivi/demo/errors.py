"""Ways in which the demo refuses to be seeded."""

from swivi.core.errors import Conflict


class NotADemoDatabase(Conflict):
    """Somebody real lives in this database."""

    code = "not_a_demo_database"

    def __init__(self) -> None:
        super().__init__(
            "This database has users of its own, so the demo was not seeded. Give it an empty "
            "database."
        )


class SeedingCutOff(Conflict):
    """An earlier seeding began and did not end."""

    code = "seeding_cut_off"

    def __init__(self) -> None:
        super().__init__(
            "An earlier seeding of the demo was cut off. Give the demo an empty database."
        )
