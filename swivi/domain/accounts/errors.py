"""Errors of accounts."""

from swivi.core.errors import Conflict, InvalidInput, NotAllowed, NotSignedIn


class EmailTaken(Conflict):
    """The address already has an account."""

    code = "email_taken"

    def __init__(self) -> None:
        sentence = "An account with this email address already exists. Sign in instead."
        super().__init__(sentence, fields={"email": sentence})


class WrongCredentials(NotSignedIn):
    """Unknown address, wrong password or disabled account. The answer is the same for all three."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("This email and password do not match.")


class WeakPassword(InvalidInput):
    """The password is too short, too long or too well known."""

    code = "weak_password"


class WrongPassword(InvalidInput):
    """The present password, asked for before a change, is wrong."""

    code = "wrong_password"

    def __init__(self, field: str = "present") -> None:
        sentence = "This is not your present password."
        super().__init__(sentence, fields={field: sentence})


class CodeNeeded(NotSignedIn):
    """The password is right, and the account also needs a code."""

    code = "code_needed"

    def __init__(self) -> None:
        sentence = "Enter the code that your app shows, or a recovery code."
        super().__init__(sentence, fields={"code": sentence})


class WrongCode(NotSignedIn):
    """The code is wrong, has expired or was used."""

    code = "wrong_code"

    def __init__(self) -> None:
        sentence = "This code is wrong or was already used. Wait for the next one."
        super().__init__(sentence, fields={"code": sentence})


class SetupEnded(Conflict):
    """The key was shown too long ago, or a newer one was shown."""

    code = "setup_ended"

    def __init__(self) -> None:
        super().__init__("This set-up took too long. Start it again.")


class TotpIsOn(Conflict):
    """Two-step sign-in was turned on meanwhile."""

    code = "totp_is_on"

    def __init__(self) -> None:
        super().__init__("Two-step sign-in is already on.")


class PasswordNeeded(NotAllowed):
    """A sensitive action needs the password, entered in this browser within 10 minutes."""

    code = "password_needed"

    def __init__(self) -> None:
        sentence = "Enter your password again to continue."
        super().__init__(sentence, fields={"your_password": sentence})


class PasswordChangedElsewhere(Conflict):
    """The password changed between the check and the change."""

    code = "password_changed_elsewhere"

    def __init__(self) -> None:
        super().__init__("Your password was just changed elsewhere. Sign in with the new one.")


class HandleLinked(Conflict):
    """The clipper has already linked this account."""

    code = "handle_linked"

    def __init__(self, handle: str) -> None:
        sentence = f"@{handle} is already linked."
        super().__init__(sentence, fields={"handle": sentence})


class TooManyHandles(Conflict):
    """The limit of linked accounts of one clipper is reached."""

    code = "too_many_handles"

    def __init__(self, most: int) -> None:
        sentence = f"You can link at most {most} accounts. Remove one first."
        super().__init__(sentence, fields={"handle": sentence})


class TooManyTokens(Conflict):
    """The limit of tokens of one user is reached."""

    code = "too_many_tokens"

    def __init__(self, most: int) -> None:
        super().__init__(f"You can have at most {most} tokens. Revoke one first.")


class ReadOnlyToken(NotAllowed):
    """A token of scope READ was used to change something."""

    code = "read_only_token"
    only_unsafe = True

    def __init__(self) -> None:
        super().__init__("This token can only read. Use a token with the scope `write`.")


class AccountDisabled(NotAllowed):
    """An admin disabled this account during the request.

    Later requests are not signed in at all.
    """

    code = "account_disabled"

    def __init__(self) -> None:
        super().__init__("This account is disabled.")


class EmailNotVerified(NotAllowed):
    """Payouts need a verified address."""

    code = "email_not_verified"

    def __init__(self) -> None:
        super().__init__(
            "Verify your email address first. You can request the link in your profile."
        )


class AdminsOnly(NotAllowed):
    """A clipper requested an admin's action."""

    code = "admins_only"

    def __init__(self) -> None:
        super().__init__("Only admins can do this.")


class OwnGain(NotAllowed):
    """An admin requested an action that their own money depends on."""

    code = "own_gain"

    def __init__(self) -> None:
        super().__init__("You cannot decide on your own money. Ask another admin to do it.")


class ClippersOnly(NotAllowed):
    """An admin requested a clipper's action."""

    code = "clippers_only"

    def __init__(self) -> None:
        super().__init__("Only clippers can do this. Sign in with a clipper account.")
