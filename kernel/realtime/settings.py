"""The `[realtime]` section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """How sockets are served, and what they take from whom."""

    enabled: bool = setting(True, help="Serve sockets in the API's processes.")
    path: str = setting("/socket.io/", help="Where clients connect, beginning and ending with a slash.")
    transports: list[Literal["polling", "websocket"]] = setting(
        ["polling", "websocket"], help="Transports that are offered."
    )
    ping_interval: float = setting(25.0, help="Seconds between pings to a client.", minimum=0.1)
    ping_timeout: float = setting(20.0, help="Seconds a client has to answer a ping.", minimum=0.1)
    max_payload: int = setting(
        65_536, help="Largest frame, message or polling body of a client, in bytes.", minimum=1024
    )
    max_attachments: int = setting(10, help="Most binary attachments of one message.", minimum=0)
    queue_bytes: int = setting(
        1024 * 1024, help="Bytes that may wait for a slow reader before it is closed.", minimum=65_536
    )
    inbound_queue: int = setting(
        64, help="Messages of one client that may wait; then its connection is not read.", minimum=1
    )
    handshake_timeout: float = setting(
        10.0, help="Seconds a client has to join a namespace after it connected.", minimum=0.1
    )
    ack_timeout: float = setting(
        10.0, help="Seconds the server waits for a client's acknowledgement.", minimum=0.1
    )
    max_connections_per_client: int = setting(
        1000, help="Connections one client address (an IPv6 /64) holds in one process.", minimum=1
    )
    max_namespaces: int = setting(10, help="Namespaces one connection joins at once.", minimum=1)
    max_rooms: int = setting(1000, help="Rooms one socket is in at once.", minimum=1)
    max_positions: int = setting(500, help="Positions one recovery may ask for.", minimum=1)
    inbound_rate: int = setting(
        600, help="Events a minute from one socket, and three times that from one account.", minimum=1
    )
    refused_rate: int = setting(
        100, help="Credentials a minute that one client address may get wrong.", minimum=1
    )
    recheck: float = setting(
        60.0,
        help="Seconds after which another identity provider's token is asked about anew.",
        minimum=1,
    )
    history: int = setting(1000, help="Events a room keeps for clients that return.", minimum=1)
    history_age: float = setting(86_400.0, help="Seconds a room keeps them.", minimum=1)
    reconnect_window: float = setting(
        10.0, help="Seconds over which clients return after a graceful stop.", minimum=0
    )
    ring: int = setting(100, help="Latest events of a room kept in memory.", minimum=0)
    ring_bytes: int = setting(
        32 * 1024 * 1024, help="Bytes of events of all rooms kept in memory of a process.", minimum=0
    )
    node_ttl: float = setting(
        30.0, help="Seconds after which a process that gave no sign is dead, and its sockets gone.", minimum=1
    )
