"""`python -m mooring.cli` and the entry point of the packaged command."""

from mooring.cli.app import app

if __name__ == "__main__":
    app()
