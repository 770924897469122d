"""Tests in a real browser. A package, so that its conftest and the one above it are two modules."""
