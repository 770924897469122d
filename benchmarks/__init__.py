"""Measurements: how fast, how large, how good. Not part of the application."""
