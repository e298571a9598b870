"""Which numbers a result depends on, how sure that is, and where in their space a policy helps."""
