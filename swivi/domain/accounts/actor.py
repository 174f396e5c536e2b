"""Who is asking. Every use case takes an `Actor` and checks it itself."""

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
        """Whether this actor runs Swivi."""
        return self.role is Role.ADMIN

    def must_be_admin(self) -> None:
        """Raises AdminsOnly for anybody else."""
        if self.role is not Role.ADMIN:
            raise AdminsOnly

    def must_be_clipper(self) -> None:
        """Raises ClippersOnly for anybody else."""
        if self.role is not Role.CLIPPER:
            raise ClippersOnly

    def must_not_gain(self, beneficiary_id: int) -> None:
        """Raise OwnGain if `beneficiary_id`, the user whose money is decided on, is this actor.

        The rule is by user and not by role: an admin may own clips from before the promotion, and
        may be a clipper again tomorrow.
        """
        if beneficiary_id == self.user_id:
            raise OwnGain
