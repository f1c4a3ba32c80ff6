"""`python -m movenet_cli`: the same as the command `movenet`."""

from movenet_cli.cli.main import main

if __name__ == "__main__":
    main()
