"""How the benchmarks serve an app that is compared with Swivi: by the same server, set up alike."""

AS_SWIVI = (
    *("--loop", "asyncio", "--http", "httptools", "--ws", "websockets-sansio"),
    *("--ws-per-message-deflate", "false", "--ws-ping-interval", "3600"),
    *("--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level", "warning"),
)
"""Arguments of `python -m uvicorn`; compare `swivi.runtime.server.config_of`."""
