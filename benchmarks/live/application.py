"""The tower's own ASGI application with one more socket beside it: the textbook consumer that makes the floor."""

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from controltower.asgi import http
from controltower.live import LiveConsumer

GROUP = "bench.bare"


class BareConsumer(AsyncWebsocketConsumer):
    """Joins one group and passes on what it is sent, as every tutorial does."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def bare_text(self, message: dict[str, str]) -> None:
        await self.send(message["text"])


routes = [path("live/", LiveConsumer.as_asgi()), path("bare/", BareConsumer.as_asgi())]
application = ProtocolTypeRouter({"http": http, "websocket": AuthMiddlewareStack(URLRouter(routes))})
