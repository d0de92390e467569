"""The HTTP server: gunicorn's arbiter, one gevent process per core.

listen     the listening socket        head     the strict parser of requests
reader     deadlines on the socket     body     the request's body, bounded in time
handler    one connection              worker   one process: boot, serve, stop
arbiter    the parent of the workers   refusals what the server itself refuses
detached   connections beyond their request
knock      WebSocket handshakes, answered at the accept

This package imports neither gevent nor falcon until a worker runs, so that the
parent process stays small and the worker can patch the sockets first.
"""
