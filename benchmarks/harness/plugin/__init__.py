"""A plugin of the benchmarks: one endpoint that does nothing but pass through everything."""
