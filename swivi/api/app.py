"""The HTTP API, mounted at /api. Routes are thin: one transaction and one use case per request."""

from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel
from starlette.routing import Mount

import swivi
from swivi.api.http import docs, document, errors, idempotency
from swivi.api.http.body_limits import BodyLimit
from swivi.api.http.conditional import ConditionalGet
from swivi.api.http.methods import HeadAsGet
from swivi.api.http.parameters import documented_only
from swivi.api.routes import (
    analytics,
    audit_log,
    auth,
    campaigns,
    cron,
    dashboard,
    exports,
    health,
    metrics,
    notifications,
    payouts,
    statements,
    submissions,
    tokens,
    tracking,
    users,
    webhooks,
)
from swivi.reflex_ext.mounts import match_every_path

ROUTERS = (
    docs.router,
    health.router,
    metrics.router,
    auth.router,
    tokens.router,
    campaigns.open_router,
    submissions.clipper_router,
    dashboard.router,
    payouts.clipper_router,
    statements.clipper_router,
    notifications.router,
    campaigns.admin_router,
    submissions.admin_router,
    payouts.admin_router,
    users.router,
    analytics.router,
    audit_log.router,
    exports.router,
    statements.admin_router,
    tracking.router,
    webhooks.router,
    cron.router,
)


def build_api() -> FastAPI:
    """Return the app. It needs an open `runtime()` as soon as it is called."""
    api = FastAPI(
        title="Swivi",
        version=swivi.__version__,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(documented_only)],
        generate_unique_id_function=_operation_id,
    )
    # The middleware added last sees a request first.
    api.add_middleware(BodyLimit)
    api.add_middleware(ConditionalGet)
    api.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    api.add_middleware(HeadAsGet)
    errors.install(api)
    idempotency.install(api)
    for router in ROUTERS:
        api.include_router(router)
    document.install(api)
    return api


def mounted_api() -> Mount:
    """Mount the API at /api, for every path below it.

    A path with a line break would be answered outside the API, without its envelope.
    """
    mount = Mount("/api", build_api())
    match_every_path(mount)
    return mount


def _operation_id(route: APIRoute) -> str:
    return to_camel(route.name)
