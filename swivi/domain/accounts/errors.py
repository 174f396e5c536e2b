"""Ways in which accounts refuse."""

from swivi.core.errors import Conflict, InvalidInput, NotAllowed, NotSignedIn


class EmailTaken(Conflict):
    """Somebody has signed up with that address."""

    code = "email_taken"

    def __init__(self) -> None:
        sentence = "There is an account with this email address already. Sign in instead?"
        super().__init__(sentence, fields={"email": sentence})


class WrongCredentials(NotSignedIn):
    """Unknown address, wrong password or disabled account: deliberately not told apart."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("This email and password do not match.")


class WeakPassword(InvalidInput):
    """The password is too short, too long or too well known."""

    code = "weak_password"


class WrongPassword(InvalidInput):
    """The present password, asked for before it is changed, is another one."""

    code = "wrong_password"

    def __init__(self, field: str = "present") -> None:
        sentence = "This is not your present password."
        super().__init__(sentence, fields={field: sentence})


class CodeNeeded(NotSignedIn):
    """The password is right, and the account wants a code as well."""

    code = "code_needed"

    def __init__(self) -> None:
        sentence = "Enter the code that your app shows, or a recovery code."
        super().__init__(sentence, fields={"code": sentence})


class WrongCode(NotSignedIn):
    """The code is wrong, too old, or was used already."""

    code = "wrong_code"

    def __init__(self) -> None:
        sentence = "This code is wrong or was used already. Wait for the next one."
        super().__init__(sentence, fields={"code": sentence})


class SetupEnded(Conflict):
    """The key was shown too long ago, or another one was shown since."""

    code = "setup_ended"

    def __init__(self) -> None:
        super().__init__("This set-up took too long. Start it again.")


class TotpIsOn(Conflict):
    """The second step was turned on meanwhile."""

    code = "totp_is_on"

    def __init__(self) -> None:
        super().__init__("Two-step sign-in is on already.")


class PasswordNeeded(NotAllowed):
    """Something delicate was asked for, and the password was not entered in this browser within ten
    minutes.
    """

    code = "password_needed"

    def __init__(self) -> None:
        sentence = "Enter your password again to go on."
        super().__init__(sentence, fields={"your_password": sentence})


class PasswordChangedElsewhere(Conflict):
    """The password changed between the check and the change."""

    code = "password_changed_elsewhere"

    def __init__(self) -> None:
        super().__init__(
            "Your password was changed somewhere else just now. Sign in with that one."
        )


class HandleLinked(Conflict):
    """The clipper has linked this account already."""

    code = "handle_linked"

    def __init__(self, handle: str) -> None:
        sentence = f"@{handle} is linked already."
        super().__init__(sentence, fields={"handle": sentence})


class TooManyHandles(Conflict):
    """A bound on what one clipper can link."""

    code = "too_many_handles"

    def __init__(self, most: int) -> None:
        sentence = f"You can link {most} accounts at most. Remove one first."
        super().__init__(sentence, fields={"handle": sentence})


class TooManyTokens(Conflict):
    """A bound on what one user can hold."""

    code = "too_many_tokens"

    def __init__(self, most: int) -> None:
        super().__init__(f"You can have {most} tokens at most. Revoke one first.")


class ReadOnlyToken(NotAllowed):
    """A token of scope READ asked to change something."""

    code = "read_only_token"
    only_unsafe = True

    def __init__(self) -> None:
        super().__init__("This token may only read. Use one with the scope `write`.")


class AccountDisabled(NotAllowed):
    """An admin disabled this account a moment ago: whoever comes in from now on is not even signed
    in.
    """

    code = "account_disabled"

    def __init__(self) -> None:
        super().__init__("This account is disabled.")


class EmailNotVerified(NotAllowed):
    """Money goes only to whom mail reaches."""

    code = "email_not_verified"

    def __init__(self) -> None:
        super().__init__("Verify your email address first: your profile sends you the link.")


class AdminsOnly(NotAllowed):
    """A clipper asked for something that admins do."""

    code = "admins_only"

    def __init__(self) -> None:
        super().__init__("This page is for the people who run Swivi.")


class OwnGain(NotAllowed):
    """An admin asked for something that their own money depends on."""

    code = "own_gain"

    def __init__(self) -> None:
        super().__init__("You cannot decide on your own money. Ask another admin to do it.")


class ClippersOnly(NotAllowed):
    """An admin asked for something that clippers do."""

    code = "clippers_only"

    def __init__(self) -> None:
        super().__init__("This is for clippers: sign in with a clipper's account.")
