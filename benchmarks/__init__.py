"""Speed, measured: movenet-cli next to the tutorial loop and to the limit of the machine."""
