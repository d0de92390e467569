"""Named actions of a resource: `POST <path>/<name>` each, declared alike.

A resource with states has a family of them (publish, withdraw, renew): the same
caller, answer, errors and limits, and another call inside. `Actions` has what
they share; each `route` adds its name, its summary and what it does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from kernel.declarations import Route
from kernel.http.endpoint import Endpoint

Act = Callable[..., Any]


class Actions:
    """What the actions of one resource share; `route` makes one of them.

        STEPS = Actions(
            "/notes/{note_id:uuid}", answer=_shown, permission=AUTHENTICATED, response=NoteOut, etag=True
        )

        ROUTES = (
            STEPS.route("publish", "Publish a note", _publish),
            STEPS.route("return", "Send a note back", _return, body=ReasonIn),
        )

    The keywords are those of `@endpoint`; an action's own replace the shared ones.
    Without a `description` the docstring of what it does is one.
    """

    def __init__(self, path: str, *, answer: Act | None = None, **shared: Any) -> None:
        """Keep the resource's path, the shared declaration and the answer.

        `answer(req, **fields)`, called after each action with the fields of the path, returns
        what the caller is shown; without it, what the action itself returns is shown.
        """
        self._path, self._answer, self._shared = path, answer, shared

    def route(self, name: str, summary: str, act: Act, **own: Any) -> Route:
        """Return `POST <path>/<name>`, which calls `act(req, **fields)`.

        `act` is a function of the plugin whose action it is: the reference sorts it there.
        """
        members = {"__module__": act.__module__, "on_post": self._responder(act, {"summary": summary, **own})}
        resource = type(name.title().replace("-", ""), (), members)  # the name is what `check` calls it
        return Route(f"{self._path}/{name}", resource())

    def _responder(self, act: Act, own: dict[str, Any]) -> Act:
        answer = self._answer

        def on_post(self: object, req: Any, resp: Any, **fields: Any) -> Any:  # noqa: ARG001 - falcon's shape
            done = act(req, **fields)
            return done if answer is None else answer(req, **fields)

        declared = {**self._shared, **own}
        if "description" not in own and (told := inspect.getdoc(act)):
            declared["description"] = told
        on_post.__signature__ = _taking(on_post, act)  # type: ignore[attr-defined]  # what `check` holds to the path
        return Endpoint(**declared)(on_post)


def _taking(responder: Act, act: Act) -> inspect.Signature:
    """Return the responder's signature with the fields that `act` takes in place of any."""
    given = list(inspect.signature(responder).parameters.values())[:3]
    wanted = list(inspect.signature(act).parameters.values())[1:]
    return inspect.Signature([*given, *wanted])
