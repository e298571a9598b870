"""A peer in C: the two costliest kernels of a month, written by hand, on the same arrays with equal results.

``python -m benchmarks.peer`` compiles the C files and times it against the program's own rules in the same run.
"""
