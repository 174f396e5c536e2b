"""The ledger's accounts, named so that a row can be read by eye.

outside            the world beyond Swivi: brands' money comes from there, payouts go there
campaign:7         what is left of campaign 7's budget
available:3        what clipper 3 may withdraw
reserved:3         what clipper 3 has asked for and not yet received
fees               what Swivi keeps of payouts
sandbox            what the clips of test campaigns earned, which is owed to no one
"""

from sqlalchemy import ColumnElement, String, cast, literal

OUTSIDE = "outside"
FEES = "fees"
SANDBOX = "sandbox"
_AVAILABLE = "available:"


def campaign_budget(campaign_id: int) -> str:
    """Return the account of a campaign's unspent budget."""
    return f"campaign:{campaign_id}"


def available(user_id: int) -> str:
    """Return the account of a clipper's available money."""
    return f"{_AVAILABLE}{user_id}"


def available_of_each(user_id: ColumnElement[int]) -> ColumnElement[str]:
    """Return the same names as SQL, from a column of ids."""
    return literal(_AVAILABLE) + cast(user_id, String)


def reserved(user_id: int) -> str:
    """Return the account of a clipper's money that an open payout request holds."""
    return f"reserved:{user_id}"
