"""Speed, memory and what pairing is worth, measured.

``python -m benchmarks`` runs the lot, ``python -m benchmarks.step`` and its neighbours a part.
"""
