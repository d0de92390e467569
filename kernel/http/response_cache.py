"""Kept answers: the bytes of a GET under its path, query and, if asked, who shares it.

A hit skips the query's validation (what is kept was asked for validly in the same
words), the responder, the database and the serialiser. The cache computes a
missing answer once for all who ask (`get_or_set`), and an answer computed
before one of its tags was invalidated is not kept after it.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from kernel import context
from kernel.http.endpoint import Cached
from kernel.http.request import Request, Response

if TYPE_CHECKING:
    from kernel.auth.principals import Principal
    from kernel.http.stack import Stack

Produce = Callable[[Request, Response, dict[str, Any]], tuple[str, bytes]]
"""Runs the responder; returns the entity tag (perhaps empty) and the bytes."""
_LONGEST_KEY = 200


def kept(rule: Cached, produce: Produce, stack: Stack) -> Produce:
    """Return `produce`, answered from the cache where it can be."""
    cache, seconds, tags, whose = stack.cache, rule.seconds, rule.tags, _whose(rule)
    nobody = stack.auth.principal_for({})

    def look(req: Request, resp: Response, params: dict[str, Any]) -> tuple[str, bytes]:
        def make() -> bytes:
            tag, data = (
                _as(nobody, req, resp, params, produce) if whose is None else produce(req, resp, params)
            )
            return tag.encode() + b"\n" + data

        names = [tag.format_map(params) for tag in tags]
        tag, _, data = cache.get_or_set(
            _key(req, "" if whose is None else whose(req)), make, seconds, names
        ).partition(b"\n")
        return tag.decode(), data

    return look


def _as(
    nobody: Principal,
    req: Request,
    resp: Response,
    params: dict[str, Any],
    produce: Produce,
) -> tuple[str, bytes]:
    """Run `produce` for nobody in particular, so that its answer can be anybody's."""
    caller, req.principal = req.principal, nobody
    token = context.principal.set(nobody)
    try:
        return produce(req, resp, params)
    finally:
        req.principal = caller
        context.principal.reset(token)


def _whose(rule: Cached) -> Callable[[Request], str] | None:
    """Return what tells those who share an answer from all others; None when all do."""
    if rule.per == "all":
        return None
    if rule.per == "principal":
        return _own
    shared = rule.per

    def among(req: Request) -> str:
        found = shared(req)
        return _own(req) if found is None else f"={found}"

    return among


def _own(req: Request) -> str:
    caller = req.principal
    return f"{caller.kind}:{caller.id}:{caller.access}"


def _key(req: Request, who: str) -> str:
    """Return what tells this answer from all others.

    The parts cannot run into each other: neither a path nor a raw query string
    holds a space, they come last, and an encoded `&` stays encoded.
    """
    query: str = req.query_string
    if "&" in query:  # the order of names does not matter, that of a name's values does
        query = "&".join(sorted(query.split("&"), key=_name))
    key = f"{who} {query} {req.path}"
    return f"http:{key}" if len(key) <= _LONGEST_KEY else "http:" + blake2b(key.encode()).hexdigest()


def _name(parameter: str) -> str:
    return parameter.partition("=")[0]
