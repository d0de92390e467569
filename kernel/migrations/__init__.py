"""The kernel's own migration scripts; its tables are named `kernel_*`."""
