"""Accuracy of results, measured against human annotations."""
