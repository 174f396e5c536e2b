"""Errors of campaigns."""

from swivi.core.errors import Conflict, NotFound


class NoSuchCampaign(NotFound):
    """The campaign does not exist, or the user may not see it."""

    code = "campaign_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such campaign.")


class CampaignNotOpen(Conflict):
    """The campaign accepts no clips: it is not active, or has no budget left."""

    code = "campaign_not_open"


class WrongCampaignStatus(Conflict):
    """The campaign's status does not allow this step."""

    code = "wrong_campaign_status"
