"""The nouns of the program and its maths: NumPy only, no file and no library in sight."""
