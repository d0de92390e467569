"""Background tasks: rows in PostgreSQL are the truth, huey runs them."""

from kernel.tasks.queue import TaskQueue
from kernel.tasks.settings import TasksSettings
from kernel.tasks.task import Schedule, Task, schedule, task

__all__ = ["Schedule", "Task", "TaskQueue", "TasksSettings", "schedule", "task"]
