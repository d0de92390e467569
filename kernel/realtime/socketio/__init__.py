"""Socket.IO protocol, revision 5: packets as they stand on the wire."""
