"""`manage.py worker`."""

from __future__ import annotations

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime

PULSE = 1.0  # seconds between two looks at what the worker stands on


@click.command(epilog="Example: manage.py worker --profile condomarket")
@profile_option
def worker() -> int:
    """Run tasks, schedules and event deliveries until SIGTERM or Ctrl-C.

    Any number may run beside each other. What is under way when it is told to
    stop is finished, or given back for another worker to take.
    """
    from gevent import monkey

    monkey.patch_all()  # first of all: what is imported below must see patched sockets
    import signal

    from gevent.event import Event
    from psycogreen.gevent import patch_psycopg

    patch_psycopg()
    asked = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    run = runtime()
    with run.application(migrate=True) as application:
        from kernel.cli.logs import hiding_secrets
        from kernel.observability.scraping import answering_prometheus
        from kernel.observability.settings import ObservabilitySettings
        from kernel.tasks.worker import Worker

        hiding_secrets(application.settings)
        address = application.settings.of(ObservabilitySettings).worker_metrics
        with answering_prometheus(application.metrics, address):
            application.start()
            running = Worker(application)
            running.start()
            click.echo("working; stop with Ctrl-C", err=True)
            while not asked.wait(PULSE):
                run.watch()
            running.stop()
            application.stop()
    return 0
