"""The client tests connect with hears of every end, whenever it comes."""

from __future__ import annotations

from kernel.testing.ordered_client import OrderedClient


def test_an_end_that_comes_while_connecting_is_known():
    """As the library has it: the namespace has answered, `connect` has not returned."""
    client, heard = OrderedClient(reconnection=False, handle_sigint=False), []
    client.on("disconnect", heard.append, namespace="/notes")
    client.namespaces = {"/notes": "sid"}

    client._handle_eio_disconnect("transport close")
    client.eio.end()

    assert heard == []
    assert client.over == "transport close"
