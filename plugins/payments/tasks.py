"""Background work: what gateways are asked, and what the clock does."""

from __future__ import annotations

from uuid import UUID

from kernel import app, schedule, task
from plugins.payments import test_gateway
from plugins.payments.services import escrows, expiry, operations
from plugins.payments.settings import PaymentsSettings


@task(unique=True, timeout=100)
def run_operation(operation_id: UUID) -> None:
    """Ask a gateway what was decided; what stays open is the sweep's."""
    operations.run(operation_id)


@schedule(every=30, timeout=600)
def sweep_operations() -> dict[str, int]:
    """Ask the gateways again about everything that is open."""
    return {"asked": operations.sweep()}


@schedule(cron="* * * * *", timeout=300)
def expire_payments() -> dict[str, int]:
    """End payments nobody made in time."""
    return {"expired": expiry.expire()}


@schedule(cron="7 * * * *", timeout=600)
def release_escrows() -> dict[str, int]:
    """Release what was held long enough."""
    return {"released": escrows.release_due()}


@schedule(cron="17 4 * * *")
def purge_webhooks() -> dict[str, int]:
    """Forget webhooks that are not repeated any more."""
    return {"purged": expiry.purge()}


@task(retries=3, backoff=5)
def post_test_webhook(ref: str) -> None:
    """Deliver the test gateway's webhook about an intent."""
    import requests  # noqa: PLC0415 - 19 MB that a production process does without

    headers, body = test_gateway.webhook(ref)
    url = app.settings.of(PaymentsSettings).test_webhook_url
    requests.post(url, data=body, headers=headers, timeout=10).raise_for_status()


TASKS = (
    run_operation,
    sweep_operations,
    expire_payments,
    release_escrows,
    purge_webhooks,
    post_test_webhook,
)
