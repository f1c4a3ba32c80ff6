"""Evaluation: results beside human annotations in, accuracy figures out."""
