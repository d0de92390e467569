"""Objects of blocking for the generated tests."""

from __future__ import annotations

UNSCOPED = {
    "/blocks/{user_id}": "names a person on the caller's own list, where nobody else's is within reach"
}
