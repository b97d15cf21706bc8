"""The benchmark suite: `shmtool bench`. docs/benchmarking.md says what it measures, and how."""
