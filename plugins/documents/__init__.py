"""Documents: pages set as PDF, for plugins that have something to hand over on paper."""
