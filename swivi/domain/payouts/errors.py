"""Errors of payouts. The first line of each docstring is public, in the API's document."""

from swivi.core.errors import Conflict, InvalidInput, NotFound
from swivi.core.money import Cents, format_dollars
from swivi.domain.payouts.models import PayoutStatus


class NoSuchPayoutRequest(NotFound):
    """No payout request has this id, or it is another clipper's."""

    code = "payout_request_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such payout request.")


class BelowMinimum(InvalidInput):
    """The amount is below the smallest payout."""

    code = "below_minimum"

    def __init__(self, minimum: Cents) -> None:
        sentence = f"The smallest payout is {format_dollars(minimum)}."
        super().__init__(sentence, fields={"amount": sentence})


class FeeLeavesNothing(InvalidInput):
    """The fee takes the whole amount."""

    code = "fee_leaves_nothing"

    def __init__(self, fee: Cents) -> None:
        sentence = (
            f"The fee of {format_dollars(fee)} leaves nothing of this amount. Enter a larger one."
        )
        super().__init__(sentence, fields={"amount": sentence})


class OpenRequestExists(Conflict):
    """The clipper has an open payout request already."""

    code = "open_request_exists"

    def __init__(self) -> None:
        super().__init__(
            "You have an open payout request already. It must be settled or cancelled first."
        )


class WrongPayoutStatus(Conflict):
    """The request's status does not allow this step."""

    code = "wrong_payout_status"

    def __init__(self, status: PayoutStatus, action: str) -> None:
        super().__init__(f"This payout request is {status}; it cannot {action} now.")


class TransactionIdTaken(Conflict):
    """Another payout by this method has the same transaction id."""

    code = "transaction_id_taken"

    def __init__(self) -> None:
        sentence = "Another payout has this transaction id already."
        super().__init__(sentence, fields={"transaction_id": sentence})
