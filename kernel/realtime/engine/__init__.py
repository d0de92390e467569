"""Engine.IO v4: sessions over long polling and WebSocket, and the upgrade between.

server     requests to sessions           session    one client, on either transport
polling    GET and POST                   sessions   all of a process, and their heartbeats
websocket  reading, and the one writer    frames     WebSocket frames as bytes
upgrade    WebSocket handshake and probe  packets    packets, payloads and `Frame`
origins    CORS, and `Origin`             refusals   errors in the protocol's form
deadlines  many waits on one timer        handshake  what is kept of the first request
"""

from kernel.realtime.engine.handshake import Handshake
from kernel.realtime.engine.packets import Frame
from kernel.realtime.engine.server import EngineServer
from kernel.realtime.engine.session import EngineSession

__all__ = ["EngineServer", "EngineSession", "Frame", "Handshake"]
