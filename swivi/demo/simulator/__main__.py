"""The command line of `python -m swivi.demo.simulator`."""

import argparse
import asyncio
import contextlib
import sys

from swivi.demo.simulator.app import HOST, create_simulator, simulator_server

START_CHECK_SECONDS = 0.02


async def _serve(port: int) -> None:
    """Serve on the loopback until interrupted. Print one line once connections are accepted."""
    server = simulator_server(create_simulator(control=True), port)
    serving = asyncio.create_task(server.serve())
    while not serving.done() and not server.started:  # noqa: ASYNC110
        await asyncio.sleep(START_CHECK_SECONDS)
    if server.started:
        sys.stdout.write(f"Simulator ready at http://{HOST}:{port}\n")
        sys.stdout.flush()
    await serving


def main() -> None:
    """Serve the simulator with its control."""
    parser = argparse.ArgumentParser(description="Simulate the Apify API on this machine.")
    parser.add_argument(
        "--port", type=int, default=9000, help="port on the loopback (default: %(default)s)"
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
