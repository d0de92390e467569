"""Empty the cache when asked, so that a request can be timed that finds nothing kept."""

from __future__ import annotations

from kernel import PUBLIC, Request, Response, Route, app, endpoint, hookimpl


class Cold:
    """`/v1/scale/cold`."""

    @endpoint(summary="Empty the cache", permission=PUBLIC)
    def on_post(self, req: Request, resp: Response) -> None:  # noqa: ARG002 - falcon's signature
        """Forget everything that is kept."""
        app.cache.clear()


@hookimpl
def register_routes() -> list[Route]:
    return [Route("/scale/cold", Cold())]
