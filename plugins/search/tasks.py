"""Background work of the PostgreSQL backend: its dictionary."""

from __future__ import annotations

from kernel import app, schedule
from plugins.search.dictionary import Dictionary
from plugins.search.postgres import postgres_search


@schedule(every=10, timeout=300)
def learn_words() -> None:
    """Learn the words of documents that are new or changed."""
    postgres_search(app).settle()


@schedule(cron="41 3 * * *", timeout=3000)
def forget_words() -> None:
    """Drop the words that no document holds any more."""
    Dictionary(app.db).forget()


TASKS = (learn_words, forget_words)
