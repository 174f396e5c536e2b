"""The user who asks. Every use case takes an `Actor` and checks its permissions itself."""

from dataclasses import dataclass

from swivi.domain.accounts.errors import AdminsOnly, ClippersOnly, OwnGain
from swivi.domain.accounts.models import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in, active user."""

    user_id: int
    role: Role
    name: str
    email: str

    @property
    def is_admin(self) -> bool:
        """Return whether the actor is an admin."""
        return self.role is Role.ADMIN

    def must_be_admin(self) -> None:
        """Raise AdminsOnly unless the actor is an admin."""
        if self.role is not Role.ADMIN:
            raise AdminsOnly

    def must_be_clipper(self) -> None:
        """Raise ClippersOnly unless the actor is a clipper."""
        if self.role is not Role.CLIPPER:
            raise ClippersOnly

    def must_not_gain(self, beneficiary_id: int) -> None:
        """Raise OwnGain if `beneficiary_id`, the user whose money is decided on, is this actor.

        The rule goes by user, not by role: an admin may own clips from before their promotion, and
        may become a clipper again.
        """
        if beneficiary_id == self.user_id:
            raise OwnGain
