"""Speed and memory, measured: ``python -m benchmarks`` runs the lot, ``python -m benchmarks.step`` and its
neighbours a part.
"""
