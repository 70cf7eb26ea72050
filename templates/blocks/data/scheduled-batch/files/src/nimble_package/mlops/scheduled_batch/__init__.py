"""Batch prediction by a schedule: checks, records, alarms and late labels."""
