"""The HTTP API: thin routes over the rooms, one transaction per request. Mounted at /api."""

from fastapi import FastAPI

from swivi.api import (
    analytics,
    auth,
    campaigns,
    cron,
    dashboard,
    errors,
    exports,
    health,
    notifications,
    once,
    payouts,
    people,
    submissions,
    tracking,
)
from swivi.api.limits import BodyLimit

ROUTERS = (
    health.router,
    auth.router,
    campaigns.open_router,
    submissions.clipper_router,
    dashboard.router,
    payouts.clipper_router,
    notifications.router,
    campaigns.admin_router,
    submissions.admin_router,
    payouts.admin_router,
    people.router,
    analytics.router,
    exports.router,
    tracking.router,
    cron.router,
)


def build_api() -> FastAPI:
    """The app; it needs an open `runtime()` as soon as it is called."""
    api = FastAPI(title="Swivi", redoc_url=None, responses=errors.DOCUMENTED)
    api.add_middleware(BodyLimit)
    errors.install(api)
    once.install(api)
    for router in ROUTERS:
        api.include_router(router)
    return api
