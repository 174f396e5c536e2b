"""Ways in which campaigns refuse."""

from swivi.core.errors import Conflict, NotFound


class NoSuchCampaign(NotFound):
    """There is none with this id, or this person may not see it."""

    code = "campaign_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such campaign.")


class CampaignNotOpen(Conflict):
    """It takes no clips: not active, or no budget left."""

    code = "campaign_not_open"


class WrongCampaignStatus(Conflict):
    """The campaign's state does not allow this step."""

    code = "wrong_campaign_status"
