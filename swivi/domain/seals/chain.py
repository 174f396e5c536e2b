"""A seal's digest: SHA-256 over its slices, its time and the previous seal."""

from collections.abc import Sequence
from hashlib import sha256

from swivi.domain.seals.content import canonical, microseconds
from swivi.domain.seals.models import Seal, SealedSlice, Stream

BEFORE_THE_FIRST = "0" * 64
"""The digest that the first seal names as its predecessor."""


def slice_digest(of: SealedSlice) -> str:
    """Return the digest of one slice: its bounds, its rows' ids and their leaves, and its
    `sent_digest` if any.
    """
    sent = () if of.sent_digest is None else (of.sent_digest,)
    head = canonical([of.stream, of.after_id, of.last_id, of.rows, of.ids, *sent])
    return sha256(head.encode("ascii") + b"\n" + of.leaves).hexdigest()


def seal_digest(seal: Seal, slices: Sequence[SealedSlice]) -> str:
    """Return the digest of a seal with these slices, in their order."""
    content = {
        "id": seal.id,
        "previous": seal.previous,
        "made_at": microseconds(seal.made_at),
        "covered": {stream.lower(): [seal.last(stream), seal.rows(stream)] for stream in Stream},
        "slices": [one.digest for one in slices],
    }
    return sha256(canonical(content).encode("ascii")).hexdigest()
