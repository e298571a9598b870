"""Forecasts of the years after the calibration, beside what others forecast and plain rules of thumb."""
