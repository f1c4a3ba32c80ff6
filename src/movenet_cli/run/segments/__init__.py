"""Long videos in segments that are annotated side by side."""
