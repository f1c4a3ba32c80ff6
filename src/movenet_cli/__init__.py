"""Bulk human-pose annotation with Google's MoveNet models; importing the package imports nothing heavy."""

__version__ = "0.1.0"
