"""Engine.IO v4: sessions over long polling and WebSocket, and the upgrade between.

server     requests to sessions           session    one client, on either transport
polling    GET and POST                   websocket  RFC 6455: reading, and the one writer
upgrade    WebSocket handshake and probe  packets    packets, payloads and `Frame`
"""

from kernel.realtime.engine.handshake import Handshake
from kernel.realtime.engine.packets import Frame
from kernel.realtime.engine.server import EngineServer
from kernel.realtime.engine.session import EngineSession

__all__ = ["EngineServer", "EngineSession", "Frame", "Handshake"]
