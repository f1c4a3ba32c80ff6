"""Filters over time: tracking and smoothing of one video's poses, in frame order."""
