"""Benchmarks: how near the product is to what its calls alone would take. `python -m bench` runs them."""
