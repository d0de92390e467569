"""Storage: the database pool, models, migrations, blobs, embedded PostgreSQL."""

from kernel.storage.blobs import BlobNotFound, BlobReader, BlobStat, BlobStore, BlobTruncated
from kernel.storage.counting import StatementCount, count_statements
from kernel.storage.database import Database, db_proxy
from kernel.storage.fields import ArrayField, JSONField, TimestampField, TSVectorField
from kernel.storage.listener import Listener
from kernel.storage.locking import Versioned
from kernel.storage.models import Model, SoftDeleted, Table, uuid7
from kernel.storage.prepared import Prepared, arg
from kernel.storage.settings import DatabaseSettings, StorageSettings
from kernel.storage.sqlstate import sqlstate, violated_constraint
from kernel.storage.statements import Statement

__all__ = [
    "ArrayField",
    "BlobNotFound",
    "BlobReader",
    "BlobStat",
    "BlobStore",
    "BlobTruncated",
    "Database",
    "DatabaseSettings",
    "JSONField",
    "Listener",
    "Model",
    "Prepared",
    "SoftDeleted",
    "Statement",
    "StatementCount",
    "StorageSettings",
    "TSVectorField",
    "Table",
    "TimestampField",
    "Versioned",
    "arg",
    "count_statements",
    "db_proxy",
    "sqlstate",
    "uuid7",
    "violated_constraint",
]
