"""What the library costs, beside the same work done otherwise; ``python -m benchmarks`` measures it."""
