"""A run shared out between machines that know nothing of each other, and put together at its end."""
