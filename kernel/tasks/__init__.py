"""Background tasks: rows in PostgreSQL are the truth, huey runs them."""

from kernel.tasks.declaration import Schedule, Task, schedule, task
from kernel.tasks.queue import TaskQueue
from kernel.tasks.settings import TasksSettings

__all__ = ["Schedule", "Task", "TaskQueue", "TasksSettings", "schedule", "task"]
