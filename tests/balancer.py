"""A load balancer on a loopback port: each connection goes to the next server that takes it."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress

from tests.servers import free_port

HOST = "127.0.0.1"


class Balancer:
    """Starts with the block, and ends with it. A server that does not answer is passed over."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._ports = list(ports)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="balancer", daemon=True)

    def __enter__(self) -> "Balancer":
        self._thread.start()
        listening = asyncio.start_server(self._pass_on, HOST, self.port)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _end(self) -> None:
        self._server.close()
        passing_on = asyncio.all_tasks() - {asyncio.current_task()}
        for task in passing_on:
            task.cancel()
        await asyncio.gather(*passing_on, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self._ports:
            self._ports.append(self._ports.pop(0))
            with suppress(OSError):
                server_reader, server_writer = await asyncio.open_connection(HOST, self._ports[-1])
                await asyncio.gather(_copy(reader, server_writer), _copy(server_reader, writer))
                return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(2**16):
            writer.write(data)
            await writer.drain()
    writer.close()
