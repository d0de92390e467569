"""Sockets: the Socket.IO gateway, rooms, streams and recovery.

`declarations` is what plugins use; `gateway` meets the clients on the transport
of `engine`; `realtime` (`app.realtime`) publishes to rooms.
"""
