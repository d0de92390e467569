"""What the benchmarks share: peers, load generators, data, figures."""
