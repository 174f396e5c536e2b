"""Use cases of webhooks, for admins only."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.text import parse_all
from swivi.domain.accounts.actor import Actor
from swivi.domain.ledger import audit_log
from swivi.domain.webhooks import deliveries, outbox, rules
from swivi.domain.webhooks.deliveries import DeliveryLine
from swivi.domain.webhooks.errors import NoSuchWebhook, TooManyWebhooks, WebhookInactive
from swivi.domain.webhooks.models import Webhook

Terms = Mapping[str, object]


async def create(
    session: AsyncSession, actor: Actor, terms: Terms, *, only_public: bool
) -> Webhook:
    """Create a webhook with a new secret. `terms`: url, events, description.

    `only_public` requires https and a public host. Raises AdminsOnly, InvalidInput,
    TooManyWebhooks.
    """
    actor.must_be_admin()
    typed = _parsed({"url": None, "events": None, "description": ""} | dict(terms), only_public)
    if (await session.exec(select(func.count()).select_from(Webhook))).one() >= rules.MOST_WEBHOOKS:
        raise TooManyWebhooks(rules.MOST_WEBHOOKS)
    webhook = Webhook(
        **typed, secret=rules.new_secret(), created_by=actor.user_id, created_at=clock.now()
    )
    session.add(webhook)
    await session.flush()
    _audit(session, actor, webhook, "created", {}, _terms(webhook))
    return webhook


async def change(
    session: AsyncSession, actor: Actor, webhook_id: int, terms: Terms, *, only_public: bool
) -> Webhook:
    """Change url, events, description, active. Raises AdminsOnly, InvalidInput, NoSuchWebhook."""
    actor.must_be_admin()
    webhook = await get(session, webhook_id, lock=True)
    typed, before = _parsed(terms, only_public), _terms(webhook)
    for name, value in typed.items():
        setattr(webhook, name, value)
    if typed.get("active"):
        webhook.disabled_reason = None
        changes.mark(session, webhooks=True)
    await session.flush()
    _audit(session, actor, webhook, "changed", before, _terms(webhook))
    return webhook


async def rotate_secret(session: AsyncSession, actor: Actor, webhook_id: int) -> Webhook:
    """Replace the secret. For a day, messages also carry the old secret's signature.

    Raises AdminsOnly, NoSuchWebhook.
    """
    actor.must_be_admin()
    webhook = await get(session, webhook_id, lock=True)
    webhook.previous_secret = webhook.secret
    webhook.previous_until = clock.now() + rules.BOTH_SECRETS_FOR
    webhook.secret = rules.new_secret()
    await session.flush()
    _audit(session, actor, webhook, "secret_rotated", {}, {})
    return webhook


async def delete(session: AsyncSession, actor: Actor, webhook_id: int) -> None:
    """Delete a webhook with its deliveries. Raises AdminsOnly, NoSuchWebhook."""
    actor.must_be_admin()
    webhook = await get(session, webhook_id, lock=True)
    _audit(session, actor, webhook, "deleted", _terms(webhook), {})
    await session.execute(delete_rows(Webhook).where(col(Webhook.id) == webhook_id))


async def test(session: AsyncSession, actor: Actor, webhook_id: int) -> DeliveryLine:
    """Queue a test event. Raises AdminsOnly, NoSuchWebhook, WebhookInactive."""
    actor.must_be_admin()
    webhook = await get(session, webhook_id, lock=True)
    if not webhook.active:
        raise WebhookInactive
    sent = await outbox.probe(session, webhook)
    _audit(session, actor, webhook, "tested", {}, {"delivery": sent.id})
    return await deliveries.line(session, sent.id)


async def send_again(
    session: AsyncSession, actor: Actor, webhook_id: int, delivery_id: int
) -> DeliveryLine:
    """Queue a delivery again.

    Raises AdminsOnly, NoSuchWebhook, NoSuchDelivery, WebhookInactive, DeliveryUnderWay.
    """
    actor.must_be_admin()
    webhook = await get(session, webhook_id, lock=True)
    sent = await deliveries.send_again(session, webhook, delivery_id)
    _audit(session, actor, webhook, "sent_again", {}, {"delivery": delivery_id})
    return sent


async def get(session: AsyncSession, webhook_id: int, *, lock: bool = False) -> Webhook:
    """Return the webhook. Raises NoSuchWebhook."""
    query = select(Webhook).where(Webhook.id == webhook_id)
    found = await session.exec(query.with_for_update(key_share=True) if lock else query)
    webhook = found.one_or_none()
    if webhook is None:
        raise NoSuchWebhook
    return webhook


async def list_all(
    session: AsyncSession, *, limit: int, offset: int
) -> tuple[Sequence[Webhook], int]:
    """Return one page of webhooks, newest first, and the number of all."""
    total = (await session.exec(select(func.count()).select_from(Webhook))).one()
    found = await session.exec(
        select(Webhook).order_by(col(Webhook.id).desc()).limit(limit).offset(offset)
    )
    return found.all(), total


def _parsed(terms: Terms, only_public: bool) -> dict[str, Any]:
    parsers: dict[str, Callable[[object], Any]] = {
        "url": lambda sent: rules.parse_url(sent, only_public=only_public),
        "events": rules.parse_events,
        "description": rules.parse_description,
        "active": rules.parse_active,
    }

    def parser(name: str) -> Callable[[], Any]:
        return lambda: parsers[name](terms[name])

    return parse_all({name: parser(name) for name in parsers if name in terms})


def _terms(webhook: Webhook) -> dict[str, Any]:
    """Return the values for the audit log, without the secret."""
    return {"url": webhook.url, "events": webhook.events, "active": webhook.active}


def _audit(
    session: AsyncSession,
    actor: Actor,
    webhook: Webhook,
    step: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    entry = audit_log.entry(
        f"webhook.{step}", "webhook", webhook.id, actor_id=actor.user_id, before=before, after=after
    )
    audit_log.record(session, entry)
