"""Errors of webhooks."""

from swivi.core.errors import Conflict, NotFound


class NoSuchWebhook(NotFound):
    """There is no such webhook."""

    code = "webhook_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such webhook.")


class NoSuchDelivery(NotFound):
    """There is no such delivery of this webhook."""

    code = "delivery_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such delivery of this webhook.")


class WebhookInactive(Conflict):
    """The webhook is switched off."""

    code = "webhook_inactive"

    def __init__(self) -> None:
        super().__init__("This webhook is switched off. Switch it on first.")


class DeliveryUnderWay(Conflict):
    """An attempt of the delivery is under way."""

    code = "delivery_under_way"

    def __init__(self) -> None:
        super().__init__("This delivery is being sent now. Try again in a moment.")


class TooManyWebhooks(Conflict):
    """The limit of webhooks is reached."""

    code = "too_many_webhooks"

    def __init__(self, most: int) -> None:
        super().__init__(f"You can have at most {most} webhooks. Delete one first.")
