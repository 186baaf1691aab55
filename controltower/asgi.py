"""HTTP and websocket, behind one server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controltower.settings")
http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  the applications must be loaded first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from controltower import database_patience  # noqa: E402
from controltower.live import LiveConsumer  # noqa: E402
from controltower.origins import OwnPagesOnly  # noqa: E402
from controltower.proxies import TrustedProxies  # noqa: E402

database_patience.install()
websockets = [path("live/", LiveConsumer.as_asgi())]

sockets = OwnPagesOnly(
    AuthMiddlewareStack(URLRouter(websockets)), hosts=settings.ALLOWED_HOSTS, named=settings.CSRF_TRUSTED_ORIGINS
)
by_protocol = {"http": http, "websocket": sockets}
application = TrustedProxies(ProtocolTypeRouter(by_protocol), settings.TRUSTED_PROXIES)
