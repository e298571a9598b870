"""Fitting the numbers of the model to figures known by the end of the calibration period."""
