"""Read what PostgreSQL says about a failure out of peewee's exceptions.

peewee re-raises the driver's exception as its own and keeps the original in
`orig`. Codes: PostgreSQL manual, appendix A.
"""

from __future__ import annotations

from typing import Any

SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
UNIQUE_VIOLATION = "23505"
FOREIGN_KEY_VIOLATION = "23503"
CHECK_VIOLATION = "23514"
EXCLUSION_VIOLATION = "23P01"
LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
UNTRANSLATABLE_CHARACTER = "22P05"

RETRYABLE = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED})


def _driver_error(ex: BaseException) -> Any:
    """Return the psycopg2 exception inside a peewee exception, or `ex` itself."""
    return getattr(ex, "orig", ex)


def sqlstate(ex: BaseException) -> str:
    """Return the five-character SQLSTATE; empty when there is none."""
    return getattr(_driver_error(ex), "pgcode", None) or ""


def violated_constraint(ex: BaseException) -> str:
    """Return the name of the constraint or unique index an IntegrityError broke.

    A service turns that name into the error its caller should read:

        except IntegrityError as ex:
            if violated_constraint(ex) == "accounts_user_email":
                raise EmailTaken() from ex
            raise
    """
    diagnostics = getattr(_driver_error(ex), "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
