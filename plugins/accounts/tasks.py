"""Background work: messages whose sending must not show, and what expires."""

from __future__ import annotations

from kernel import schedule, task
from plugins.accounts import vault
from plugins.accounts.services import challenges, credentials, external_sessions, phones


@task(retries=3, timeout=30)
def send_reset_link(sealed_email: str) -> None:
    """Send a reset link, if an account has the address.

    The address comes sealed: anybody's may be asked for, and the task log is
    no place to keep it.
    """
    email = vault.unseal(sealed_email)
    if email:
        credentials.send_reset_link(email)


@task(retries=3, timeout=30)
def send_sign_in_code(sealed_phone: str) -> None:
    """Send a sign-in code by SMS, if an account has the number or may be opened for it."""
    phone = vault.unseal(sealed_phone)
    if phone:
        phones.request_sign_in(phone)


@schedule(cron="17 * * * *")
def purge_challenges() -> None:
    """Delete sign-ins that were begun and never finished, and what is over at providers."""
    challenges.purge()
    external_sessions.purge()


TASKS = (send_reset_link, send_sign_in_code, purge_challenges)
