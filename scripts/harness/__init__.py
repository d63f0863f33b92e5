"""Starts the programs of this repository for tests and measurements, and speaks their API."""
