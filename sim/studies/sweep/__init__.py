"""Many runs that may be killed anywhere: a design, a plan on disk, chunks, one table (docs/decisions/0020)."""
