"""CloudEvents to a NATS JetStream subject; the stream drops what it was told before, by its id."""

from __future__ import annotations

from nats.aio.client import Client
from nats.errors import Error as NatsError

from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.outbox import Letter
from tocsin.run.live.sinks.event import encoded

CONNECT_S = 5.0


class NatsSink:
    """One subject; the server's word that the stream has it is waited for."""

    def __init__(self, spec: SinkSpec, watch: str) -> None:
        self._spec, self._watch = spec, watch
        self._client: Client | None = None

    async def deliver(self, letter: Letter) -> None:
        try:
            client = await self._connected()
            told = letter.alert
            await client.jetstream(timeout=CONNECT_S).publish(
                self._spec.subject,
                encoded(letter, self._watch),
                stream=self._spec.stream or None,
                headers={"Nats-Msg-Id": f"{told.id}/{told.revision}"},
            )
        except (NatsError, OSError, TimeoutError) as error:
            await self.close()
            raise ConnectionError(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and not client.is_closed:
            await client.close()

    async def _connected(self) -> Client:
        if self._client is None or not self._client.is_connected:
            await self.close()
            client = Client()

            async def quiet(*_: object) -> None:
                """What fails is told by `deliver`, not by the library's log."""

            await client.connect(
                self._spec.url,
                connect_timeout=round(CONNECT_S),
                allow_reconnect=False,
                error_cb=quiet,
            )
            self._client = client
        return self._client
